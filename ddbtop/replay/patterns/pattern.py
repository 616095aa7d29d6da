"""One filter: its text, what it says, and whether a record fits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ddbtop.replay.patterns.conditions import Conditions, prefixes
from ddbtop.replay.patterns.doubts import doubts
from ddbtop.replay.patterns.fields import Fields
from ddbtop.replay.patterns.match import Step, first_step, fits
from ddbtop.replay.patterns.parse import parse_conditions
from ddbtop.replay.patterns.reasons import reason


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a filter says of a record."""

    matched: bool
    reason: str = ""
    """The path that does not fit and why; empty for a record that does."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern, equal to another of the same text.

    Records are Lambda's: as decoded JSON of a Lambda event, without `shardId`.
    """

    text: str
    conditions: Conditions = field(compare=False)
    _first: Step = field(compare=False)
    _paths: frozenset[str] = field(compare=False)
    """Of the leaves, and all on the way to them."""

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Raises `PatternError`."""
        conditions = parse_conditions(text)
        paths = frozenset(path for leaf in conditions.every_leaf() for path in prefixes(leaf.path))
        return cls(text, conditions, first_step(conditions), paths)

    def matches(self, record: dict[str, Any]) -> bool:
        return fits(self._first, Fields.of(record, self._paths))

    def looks_at(self, path: str) -> bool:
        """Whether a condition asks for what lies at the path or below it."""
        return path in self._paths

    def explain(self, record: dict[str, Any]) -> Verdict:
        fields = Fields.of(record, self._paths)
        return Verdict(True) if fits(self._first, fields) else Verdict(False, reason(self.conditions, fields))

    def warnings(self, view_type: str = "") -> list[str]:
        """What is probably not meant; `view_type` is the stream's, empty where it is not known."""
        return doubts(self.conditions, view_type)
