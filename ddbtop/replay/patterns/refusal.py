"""What a pattern is told that Lambda would not take."""

from __future__ import annotations

from ddbtop.errors import WrongUsage
from ddbtop.text import visible

LAMBDAS_WORDS = "Invalid filter pattern definition."
"""What CreateEventSourceMapping answers, whatever is wrong with the pattern."""


class PatternError(WrongUsage):
    """A pattern that Lambda would refuse."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = visible(place, 200) or '""'
        """Where in the pattern: a path, or a line and a column where it is no JSON."""
        self.reason = visible(reason, 300)
        super().__init__(f"{LAMBDAS_WORDS} {self.place}: {self.reason}")
