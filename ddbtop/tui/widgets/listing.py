"""A list of any length that formats only the lines on screen, addressed by index from `first` to `end`.

It keeps its own offset instead of a virtual size, since changing that lays out the whole screen again for each batch
of lines that arrives; and its first index may grow when the oldest lines go away.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.strip import Strip

from ddbtop.tui.look import Line
from ddbtop.tui.widgets.painted import Painted

WHEEL_LINES = 3
"""Lines that one notch of the mouse wheel moves, as terminals do."""


DOUBLE = 2
"""Clicks in quick succession that open what is under the mouse."""


class Listing(Painted, can_focus=True):
    """The part that all lists share: cursor, offset, keys and mouse."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "down", tooltip="One line down", id="list.down", show=False),
        Binding("up,k", "move(-1)", "up", tooltip="One line up", id="list.up", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "page down", tooltip="One page down", id="list.page_down", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "page up", tooltip="One page up", id="list.page_up", show=False),
        Binding("home,g", "first", "first", tooltip="To the first line", id="list.first", show=False),
        Binding("end,G", "last", "last", tooltip="To the last line; records follow again", id="list.last", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor = 0
        self.top = 0

    @property
    def first(self) -> int:
        """The index of the oldest line."""
        return 0

    @property
    def end(self) -> int:
        """One more than the index of the last line."""
        raise NotImplementedError

    def line(self, index: int, width: int) -> Line:
        """What to paint; the cursor's background is added to it."""
        raise NotImplementedError

    def empty(self, width: int) -> list[Line]:
        """What to paint while there is no line."""
        return []

    def moved(self) -> None:
        """The user moved the cursor, or the line under it changed."""

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        index = self.top + y
        if self.first >= self.end:
            notice = self.empty(width)
            return self.strip(notice[y] if y < len(notice) else [], width)
        if not self.first <= index < self.end:
            return self.strip([], width)
        return self.strip(self.line(index, width), width, lit=index == self.cursor)

    def place(self, cursor: int, *, scroll: bool = True) -> None:
        """Put the cursor on a line that exists, and scroll as little as shows it."""
        before = self.cursor, self.top
        self.cursor = max(self.first, min(cursor, self.end - 1))
        if scroll:
            self.top = self._top_showing(self.cursor)
        if self.top != before[1]:
            self.refresh()
        elif self.cursor != before[0]:
            self.refresh_index(before[0])
            self.refresh_index(self.cursor)

    def refresh_index(self, index: int) -> None:
        """Paint one line again, if it is on screen."""
        self.refresh_indexes([index])

    def refresh_indexes(self, indexes: Iterable[int]) -> None:
        """Paint some lines again, as far as they are on screen; Textual works the size out anew at every look."""
        top, (width, height) = self.top, self.size
        regions = [Region(0, index - top, width, 1) for index in indexes if 0 <= index - top < height]
        if regions:
            self.refresh(*regions)

    @property
    def height(self) -> int:
        return max(1, self.size.height)

    def _top_showing(self, index: int) -> int:
        top = min(max(self.top, index - self.height + 1), index)
        return self._bounded(top)

    def _bounded(self, top: int) -> int:
        return max(self.first, min(top, self.end - self.height))

    def move_to(self, index: int) -> None:
        """The user's move: as `place`, and said to whoever cares."""
        before = self.cursor
        self.place(index)
        if self.cursor != before:
            self.moved()

    def action_move(self, lines: int) -> None:
        self.move_to(self.cursor + lines)

    def action_page(self, pages: int) -> None:
        self.move_to(self.cursor + pages * max(1, self.height - 1))

    def action_first(self) -> None:
        self.move_to(self.first)

    def action_last(self) -> None:
        self.move_to(self.end - 1)

    def on_resize(self) -> None:
        self.top = self._top_showing(self.cursor)
        self.refresh()

    async def on_click(self, event: events.Click) -> None:
        """The line under the mouse; a second click on it opens it, as enter does."""
        index = self.top + event.y
        if self.first <= index < self.end:
            self.move_to(index)
            if event.chain == DOUBLE:
                await self.run_action("screen.open")

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.action_move(WHEEL_LINES)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.action_move(-WHEEL_LINES)
