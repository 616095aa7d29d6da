"""What of a filter is probably not meant, said on stderr once each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ddbtop.cli.options import say


class Doubtful(Protocol):
    """Patterns or words that let records through."""

    def warnings(self, view_type: str = "") -> Iterable[str]: ...


class Doubts:
    def __init__(self, asked: Doubtful, name: str = "filter") -> None:
        """`name`: of the option, more or less, that they were given by."""
        self._asked = asked
        self._name = name
        self._said: set[str] = set()

    def say(self, view_type: str = "") -> None:
        """`view_type` is the stream's, empty while it is not known."""
        for warning in self._asked.warnings(view_type):
            if warning not in self._said:
                self._said.add(warning)
                say(f"{self._name}: {warning}")
