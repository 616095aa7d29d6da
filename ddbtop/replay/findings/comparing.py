"""Two replays of the same records side by side, and a grid of settings: what fared differently, and at what cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from ddbtop.errors import WrongUsage
from ddbtop.replay.findings.fates import Fate, Fates, RecordId
from ddbtop.replay.mapping.settings import NAMES, RANGES, Settings

MOST_RUNS = 200
"""Of a grid: each one is a whole replay."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A record that fared differently."""

    record: RecordId
    before: Fate
    after: Fate


def differences(before: Fates, after: Fates) -> list[Difference]:
    """In the order of shards and sequence numbers."""
    records = sorted(before.ended.keys() | after.ended.keys(), key=_order)
    found = (Difference(record, before[record], after[record]) for record in records)
    return [difference for difference in found if difference.before is not difference.after]


@dataclass(frozen=True, slots=True)
class Axis:
    """One parameter of a grid and the values it takes."""

    field: str
    values: tuple[int, ...]
    """Switches are True and False."""

    @classmethod
    def parse(cls, text: str) -> Axis:
        """`batch-size=10,100,1000` or `bisect=on,off`, in the names of the options. Raises `WrongUsage`."""
        name, _, values = text.partition("=")
        axis_field = _FIELDS.get(name.strip())
        if axis_field is None:
            raise WrongUsage(f"a grid has no parameter {name!r}", f"it has {', '.join(_FIELDS)}")
        chosen = [value.strip() for value in values.split(",") if value.strip()]
        if not chosen:
            raise WrongUsage(f"a grid needs values: {name}=VALUE,VALUE")
        return cls(axis_field, tuple(dict.fromkeys(_value(axis_field, value) for value in chosen)))

    @property
    def name(self) -> str:
        """Lambda's."""
        return NAMES[self.field]


_FIELDS = {
    "batch-size": "batch_size",
    "batching-window": "batching_window_s",
    "parallelization-factor": "parallelization_factor",
    "bisect": "bisect",
    "max-retries": "max_retries",
    "max-record-age": "max_record_age_s",
    "report-batch-item-failures": "report_batch_item_failures",
    "tumbling-window": "tumbling_window_s",
}
_SWITCHES = {"on": True, "true": True, "off": False, "false": False}


def _value(axis_field: str, text: str) -> int:
    if axis_field not in RANGES:
        if text.lower() not in _SWITCHES:
            raise WrongUsage(f"{NAMES[axis_field]} is on or off, not {text!r}")
        return _SWITCHES[text.lower()]
    try:
        value = int(text)
    except ValueError:
        raise WrongUsage(f"{NAMES[axis_field]} is a whole number, not {text!r}") from None
    RANGES[axis_field].check(value)
    return value


def grid(base: Settings, axes: Sequence[Axis]) -> Iterator[tuple[dict[str, int], Settings]]:
    """Every combination in the order in which it was asked for: what was set, and the settings. Raises `WrongUsage`."""
    fields = [axis.field for axis in axes]
    if len(set(fields)) < len(fields):
        raise WrongUsage("a grid takes each parameter once, with all its values")
    runs = 1
    for axis in axes:
        runs *= len(axis.values)
    if runs > MOST_RUNS:
        raise WrongUsage(f"a grid of {runs} replays is too many; at most {MOST_RUNS}")
    for values in product(*(axis.values for axis in axes)):
        chosen: dict[str, Any] = dict(zip(fields, values, strict=True))
        yield {NAMES[name]: value for name, value in chosen.items()}, replace(base, **chosen)


def _order(record: RecordId) -> tuple[str, int, str]:
    shard_id, number = record
    return shard_id, int(number) if number.isdecimal() else 0, number
