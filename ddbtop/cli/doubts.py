"""What of a filter is probably not meant, said on stderr once each."""

from __future__ import annotations

from ddbtop.cli.options import say
from ddbtop.replay.patterns import FilterCriteria


class Doubts:
    def __init__(self, criteria: FilterCriteria) -> None:
        self._criteria = criteria
        self._said: set[str] = set()

    def say(self, view_type: str = "") -> None:
        """`view_type` is the stream's, empty while it is not known."""
        for warning in self._criteria.warnings(view_type):
            if warning not in self._said:
                self._said.add(warning)
                say(f"filter: {warning}")
