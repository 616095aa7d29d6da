"""A handler whose answers follow from the records that it is asked with, the same in each run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ddbtop.replay.model import Answer
from tests.replay.esm import ELSEWHERE, reports
from tests.replay.inmemory import Asked, raises, returns, throttled, timed_out


@dataclass
class Behaviour:
    """What a handler does with a batch, by the records in it."""

    kinds: dict[str, str]
    """By sequence number: raise, timeout, throttle, report, malformed, throttle twice, raise twice, large state."""
    duration_s: float = 0.0
    ends: str = "ok"
    """What it does at the end of a tumbling window."""
    large: int = 0
    """Letters in a large state."""
    _asked: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def outcome(self, sequences: Sequence[str], shard_id: str = "") -> tuple[str, list[str]]:
        """One word, and the records that are reported."""
        key = tuple(sequences) or (shard_id,)
        earlier = self._asked[key]
        self._asked[key] += 1
        kinds = [self.kinds.get(each, "ok") for each in sequences] or [self.ends]
        for kind in ("raise", "timeout", "throttle", "malformed"):
            if kind in kinds:
                return kind, []
        if "throttle twice" in kinds and earlier < 2:
            return "throttle", []
        if "raise twice" in kinds and earlier < 2:
            return "raise", []
        reported = [each for each, kind in zip(sequences, kinds, strict=False) if kind == "report"]
        return ("report", reported) if reported else ("ok", [])

    def state(self, earlier: Any, sequences: Sequence[str]) -> Any:
        """What it makes of a tumbling window's state."""
        is_large = any(self.kinds.get(each) == "large state" for each in sequences)
        seen = earlier.get("seen", 0) + len(sequences)
        return {"seen": seen, "pad": "x" * self.large} if is_large else {"seen": seen}

    def answer(self, asked: Asked) -> Answer:
        """What a scripted handler returns."""
        kind, reported = self.outcome(asked.sequences, asked.event.get("shardId", ""))
        state = {"state": self.state(asked.event["state"], asked.sequences)} if "window" in asked.event else {}
        by_kind = {
            "raise": raises(),
            "timeout": timed_out(),
            "throttle": throttled(),
            "malformed": reports(ELSEWHERE),
            "report": returns({"batchItemFailures": [{"itemIdentifier": each} for each in reported]} | state),
            "ok": returns(state or None),
        }
        return replace(by_kind[kind], duration_s=self.duration_s)
