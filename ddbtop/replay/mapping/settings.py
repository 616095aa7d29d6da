"""The parameters of an event source mapping: Lambda's names, defaults, ranges and refusals.

Ranges are those of the API model of CreateEventSourceMapping and of the CloudFormation schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from ddbtop.errors import WrongUsage
from ddbtop.replay.patterns import FilterCriteria

REPORT = "ReportBatchItemFailures"
"""The one function response type there is."""

FOR_EVER = -1
"""Of MaximumRetryAttempts and MaximumRecordAgeInSeconds: no limit."""

NO_FILTERS = FilterCriteria()
"""Every record passes."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a mapping does; without arguments, Lambda's defaults. Raises `WrongUsage` for what Lambda refuses."""

    batch_size: int = 100
    batching_window_s: int = 0
    parallelization_factor: int = 1
    bisect: bool = False
    max_retries: int = FOR_EVER
    max_record_age_s: int = FOR_EVER
    report_batch_item_failures: bool = False
    tumbling_window_s: int = 0
    filters: FilterCriteria = NO_FILTERS
    on_failure: str = ""
    """A folder, or the ARN of a queue, a topic or a bucket; empty for nowhere."""

    def __post_init__(self) -> None:
        for limit in RANGES.values():
            limit.check(getattr(self, limit.field))
        if self.tumbling_window_s and self.parallelization_factor > 1:
            raise WrongUsage("TumblingWindowInSeconds needs a ParallelizationFactor of 1")

    def differences(self, other: Settings) -> list[str]:
        """Lambda's names of what differs."""
        return [NAMES[f.name] for f in fields(self) if getattr(self, f.name) != getattr(other, f.name)]


@dataclass(frozen=True, slots=True)
class Range:
    """The whole numbers that a parameter takes."""

    name: str
    """Lambda's."""
    field: str
    low: int
    high: int
    unit: str = ""
    endless: bool = False
    """-1 is taken as well and means no limit."""

    @property
    def words(self) -> str:
        """`60–604800 s, or −1`."""
        unit = f" {self.unit}" if self.unit else ""
        return f"{self.low}–{self.high}{unit}{', or −1' if self.endless else ''}"

    def check(self, value: int) -> None:
        if not (self.low <= value <= self.high or (self.endless and value == FOR_EVER)):
            raise WrongUsage(f"{self.name} is {self.words}, not {value}")


RANGES = {
    limit.field: limit
    for limit in (
        Range("BatchSize", "batch_size", 1, 10_000),
        Range("MaximumBatchingWindowInSeconds", "batching_window_s", 0, 300, "s"),
        Range("ParallelizationFactor", "parallelization_factor", 1, 10),
        Range("MaximumRetryAttempts", "max_retries", 0, 10_000, endless=True),
        Range("MaximumRecordAgeInSeconds", "max_record_age_s", 60, 604_800, "s", endless=True),
        Range("TumblingWindowInSeconds", "tumbling_window_s", 0, 900, "s"),
    )
}
"""By the name of the field."""

NAMES = {limit.field: limit.name for limit in RANGES.values()} | {
    "bisect": "BisectBatchOnFunctionError",
    "report_batch_item_failures": REPORT,
    "filters": "FilterCriteria",
    "on_failure": "OnFailure",
}
"""Lambda's names by the names of the fields."""


def settings_from_lambda(mapping: Mapping[str, Any], base: Settings | None = None) -> Settings:
    """Settings as GetEventSourceMapping, CloudFormation and SAM spell them; what is absent or null stays as in `base`.

    Numbers and switches may be text, as templates have them. Raises `WrongUsage` for what Lambda refuses.
    """
    found: dict[str, Any] = {
        limit.field: _number(limit.name, mapping[limit.name])
        for limit in RANGES.values()
        if mapping.get(limit.name) is not None
    }
    if (bisect := mapping.get("BisectBatchOnFunctionError")) is not None:
        found["bisect"] = _switch("BisectBatchOnFunctionError", bisect)
    if (types := mapping.get("FunctionResponseTypes")) is not None:
        found["report_batch_item_failures"] = _reports(types)
    if (criteria := mapping.get("FilterCriteria")) is not None:
        found["filters"] = _filters(criteria)
    if (config := mapping.get("DestinationConfig")) is not None:
        found["on_failure"] = _destination(config)
    return replace(base or Settings(), **found)


def _number(name: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(str(value))
    except ValueError:
        raise WrongUsage(f"{name} is a whole number, not {value!r}") from None


def _switch(name: str, value: Any) -> bool:
    words = {"true": True, "false": False}
    if str(value).lower() not in words:
        raise WrongUsage(f"{name} is true or false, not {value!r}")
    return words[str(value).lower()]


def _reports(types: Any) -> bool:
    if not isinstance(types, list) or any(each != REPORT for each in types) or len(types) > 1:
        raise WrongUsage(f"FunctionResponseTypes is empty or [{REPORT}], not {types!r}")
    return bool(types)


def _filters(criteria: Any) -> FilterCriteria:
    filters = criteria.get("Filters") if isinstance(criteria, Mapping) else None
    if filters is None and criteria == {}:
        return NO_FILTERS
    if not isinstance(filters, list) or not all(
        isinstance(each, Mapping) and isinstance(each.get("Pattern"), str) for each in filters
    ):
        raise WrongUsage('FilterCriteria is {"Filters": [{"Pattern": text}, ...]}')
    return FilterCriteria.parse([each["Pattern"] for each in filters])


def _destination(config: Any) -> str:
    if not isinstance(config, Mapping) or config.get("OnSuccess"):
        raise WrongUsage("DestinationConfig of a stream's mapping takes OnFailure alone")
    destination = (config.get("OnFailure") or {}).get("Destination") or ""
    if not isinstance(destination, str):
        raise WrongUsage(f"the destination OnFailure is an ARN, not {destination!r}")
    return destination
