"""A text of any length that goes up and down as a whole: a list without a cursor."""

from __future__ import annotations

from ddbtop.tui.widgets.listing import Listing


class Scrolled(Listing):
    """The keys of a list move the text itself."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = -1

    def move_to(self, index: int) -> None:
        """There is no cursor that a click could move."""

    def action_move(self, lines: int) -> None:
        self._scroll(self.top + lines)

    def action_page(self, pages: int) -> None:
        self._scroll(self.top + pages * max(1, self.height - 1))

    def action_first(self) -> None:
        self._scroll(0)

    def action_last(self) -> None:
        self._scroll(self.end)

    def _scroll(self, top: int) -> None:
        bounded = self._bounded(top)
        if bounded != self.top:
            self.top = bounded
            self.refresh()
