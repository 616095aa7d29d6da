"""Published and recorded behaviour of event source mappings: `data/esm.json`.

Numbers in a vector stand for records in the order of their creation; `sequence` maps them to sequence numbers.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ddbtop.replay.model import Answer
from tests.replay.inmemory import NOON, OK, Asked, raises, returns, sequence, throttled, timed_out

ELSEWHERE = sequence(999)
"""An identifier that is in no batch."""


@dataclass(frozen=True)
class Vector:
    name: str
    kind: str
    settings: dict[str, Any]
    records: Any
    handler: str
    spec: dict[str, Any]
    """What the handler does, where a machine can read it."""
    invocations: list[Any]
    match_mode: str
    destination: list[dict[str, Any]]
    outcome: str

    @property
    def sequences(self) -> list[tuple[str, ...]]:
        """The invocations of a vector that only lists records."""
        return [tuple(map(sequence, each)) for each in self.invocations]

    def matches(self, asked: list[tuple[str, ...]]) -> bool:
        expected = self.sequences
        if self.match_mode == "prefix":
            return asked[: len(expected)] == expected
        if self.match_mode in ("unordered", "invariant"):
            return sorted(asked) == sorted(expected)
        return asked == expected


def vectors(*kinds: str) -> list[Vector]:
    """All of these kinds."""
    entries = json.loads((Path(__file__).parent / "data" / "esm.json").read_text())
    return [
        Vector(
            entry["name"],
            entry["kind"],
            entry["settings"],
            entry["records"],
            entry["handler"],
            entry.get("handler_spec", {"type": "ok"}),
            entry["expected_invocations"],
            entry["match_mode"],
            entry.get("expected_destination", []),
            entry["expected_outcome"],
        )
        for entry in entries
        if entry["kind"] in kinds or not kinds
    ]


def vector(name: str) -> Vector:
    return next(each for each in vectors() if each.name == name)


def script(spec: dict[str, Any]) -> Callable[[Asked], Answer]:
    """The behaviour that a `handler_spec` describes."""
    kind, seqs = spec["type"], {sequence(number) for number in spec.get("seqs", [])}
    if kind == "raise_if_contains":
        return lambda asked: raises() if seqs & {*asked.sequences} else OK
    if kind == "timeout_if_contains":
        return lambda asked: timed_out() if seqs & {*asked.sequences} else OK
    if kind == "report_if_contains":
        return lambda asked: reports(*(each for each in asked.sequences if each in seqs))
    if kind == "always_return":
        return lambda asked: returns(mapped(spec["value"]))
    steps = [step(each) for each in spec.get("steps", [])]
    then = step(spec.get("then", "ok"))
    return lambda asked: steps.pop(0) if steps else then


def step(word: str | dict[str, Any]) -> Answer:
    if isinstance(word, dict):
        return returns(mapped(word["return"]))
    return {"ok": OK, "raise": raises(), "timeout": timed_out(), "throttle": throttled()}[word]


def reports(*sequences: str) -> Answer:
    return returns({"batchItemFailures": [{"itemIdentifier": each} for each in sequences]})


def mapped(value: Any) -> Any:
    """Numbers that stand for records become their sequence numbers."""
    if isinstance(value, dict):
        return {
            name: sequence(each) if name == "itemIdentifier" and isinstance(each, int) else mapped(each)
            for name, each in value.items()
        }
    return [mapped(each) for each in value] if isinstance(value, list) else value


def clock_time(text: str) -> float:
    """`12:01:00Z` of the day of tests."""
    hours, minutes, seconds = (int(part) for part in text.removesuffix("Z").split(":"))
    return NOON + (hours - 12) * 3600 + minutes * 60 + seconds
