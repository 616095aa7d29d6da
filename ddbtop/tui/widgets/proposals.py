"""A short list of how a line that is typed could go on."""

from __future__ import annotations

from collections.abc import Sequence

from ddbtop.text import count
from ddbtop.tui.look import Line, Role
from ddbtop.tui.widgets.painted import Lines

SHOWN = 6
"""Proposals at a time; the list goes up and down with the choice."""


class Proposals(Lines):
    """Open while it has something to propose; says nothing to anybody: whoever opened it asks for the choice."""

    DEFAULT_CSS = "Proposals { height: auto; display: none; }"

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._words: Sequence[str] = ()
        self._chosen = 0

    @property
    def is_open(self) -> bool:
        return bool(self._words)

    @property
    def choice(self) -> str:
        return self._words[self._chosen] if self._words else ""

    def propose(self, words: Sequence[str]) -> None:
        """Other words, or none, which closes the list."""
        self._words, self._chosen = words, 0
        self.styles.height = min(SHOWN, len(words)) + (len(words) > SHOWN)
        self.display = bool(words)
        self._show()

    def choose(self, step: int) -> None:
        self._chosen = (self._chosen + step) % len(self._words)
        self._show()

    def _show(self) -> None:
        top = max(0, min(self._chosen - SHOWN // 2, len(self._words) - SHOWN))
        lines = [self._line(index) for index in range(top, min(top + SHOWN, len(self._words)))]
        if len(self._words) > SHOWN:
            lines.append([(f"   {count(self._chosen + 1)} of {count(len(self._words))}", Role.DIM)])
        self.show(lines)

    def _line(self, index: int) -> Line:
        chosen = index == self._chosen
        return [(" ▌ " if chosen else "   ", Role.ACCENT), (self._words[index], Role.STRONG if chosen else Role.TEXT)]
