"""The lines between the header and the panes; there only while they have something to say."""

from __future__ import annotations

from collections.abc import Callable

from ddbtop.tui.look import Line
from ddbtop.tui.widgets.painted import Lines


class Banner(Lines):
    """Takes as many lines as it is told."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._make: Callable[[int], list[Line]] = lambda _: []
        self._height = 0

    def tell(self, make: Callable[[int], list[Line]]) -> None:
        """`make` gives the lines for a width."""
        self._make = make
        lines = make(self.screen.size.width)
        if len(lines) != self._height:
            self._height = len(lines)
            self.styles.height, self.display = len(lines), bool(lines)
        self.again()

    def made(self, width: int) -> list[Line]:
        return self._make(width)
