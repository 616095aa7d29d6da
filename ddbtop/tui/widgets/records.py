"""The change records in the order in which they arrived, following the newest until the user moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.message import Message

from ddbtop.streams.model import KeyAttribute
from ddbtop.text import day
from ddbtop.tui.columns import Columns
from ddbtop.tui.liststate import MARK
from ddbtop.tui.look import Line, Role
from ddbtop.tui.names import ShardNames
from ddbtop.tui.predecessors import is_one_sided
from ddbtop.tui.widgets.listing import Listing

if TYPE_CHECKING:
    from msgspec import Raw

    from ddbtop.journal.reader import Row
    from ddbtop.tui.rows import MatchingRows, Rows

COMING = "…"
DROPPED = "dropped to keep to the limit of the history"

CACHED_LINES = 2_000
"""Formatted lines that are kept: scrolling back and forth over some screens costs nothing."""


class RecordList(Listing):
    """Shows rows and never re-sorts them; its cursor stays with its record while others arrive or are dropped."""

    @dataclass
    class Selected(Message):
        """Another record is under the cursor, or none."""

        row: Row | None

    class FollowChanged(Message):
        """Following began or stopped."""

    def __init__(self, names: ShardNames, notice: Callable[[int, int], list[Line]], *, id: str | None = None) -> None:
        """`notice` says, for a width and height, what to show while there is no record."""
        super().__init__(id=id)
        self._names = names
        self._notice = notice
        self._noticed: list[Line] = []
        self._noticed_for: Size | None = None
        self._rows: Rows | None = None
        self._marks: MatchingRows | None = None
        self._marked = 0
        self._schema: tuple[KeyAttribute, ...] = ()
        self._following = True
        self._seen = 0
        self._today = ""
        self._arrived = 0
        """The number of the record that was to arrive next when the list was last told."""
        self._paused_at = 0
        """The same when following stopped."""
        self._selected: int | None = None
        self._wanted: int | None = None
        self._lines: dict[int, Line] = {}
        self._read: dict[int, Row | None] = {}
        """The lines on screen; None for what is not at hand."""
        self._previous: dict[int, Raw | None] = {}

    @property
    def first(self) -> int:
        return self._rows.first if self._rows else 0

    @property
    def end(self) -> int:
        """As far as was told: what arrives meanwhile is shown by the next `tell`."""
        return self._seen

    @property
    def following(self) -> bool:
        return self._following

    @property
    def arrived(self) -> int:
        """Lines of records that came since following stopped, not of older ones that a search finds."""
        if self._following or self._rows is None:
            return 0
        return max(0, self._seen - self._rows.index(self._paused_at))

    @property
    def row(self) -> Row | None:
        """The record under the cursor."""
        return self._row(self.cursor, urgent=True) if self.first <= self.cursor < self.end else None

    @property
    def number(self) -> int | None:
        """The record that the user stands at, shown or not; None at the newest."""
        row = None if self._following or self._wanted is not None else self.row
        return row.number if row is not None else self._wanted

    def show_rows(
        self,
        rows: Rows,
        schema: tuple[KeyAttribute, ...],
        *,
        number: int | None = None,
        marks: MatchingRows | None = None,
    ) -> None:
        """Other lines: of another session, or of another filter. Records that are among the `marks` carry one.

        With `number`, the cursor goes to that record or to the next one that is shown, as soon as that is found.
        """
        self._rows, self._schema, self._marks = rows, schema, marks
        self._noticed_for = None
        self._lines.clear()
        self._read.clear()
        self._previous.clear()
        if self._following:
            self._paused_at = self._arrived
        self._seen, self._arrived = rows.end, rows.arrived
        self._selected = None
        self._following, self._wanted = number is None, number
        self.cursor = self.end - 1 if number is None else rows.index(number)
        self.top = self._bounded(self.cursor - self.height // 2)
        self.place(self.cursor)
        self.refresh()
        self._tell_selected()

    def tell(self, schema: tuple[KeyAttribute, ...] = ()) -> bool:
        """Take over what arrived and what was dropped; says whether anything did."""
        if self._rows is None:
            return False
        if schema != self._schema:
            self._schema = schema
            self.repaint()
        today = day(time.time())
        if today != self._today:
            self._today = today
            self.repaint()
        self._look_at_marks()
        end, before = self._rows.end, self._seen
        self._arrived = self._rows.arrived
        if end == before and self.top >= self.first:
            return False
        self._seen = end
        if self._following:
            self.place(self.end - 1)
        elif self._wanted is not None and self._number_at_cursor() != self._wanted:
            self.place(self._rows.index(self._wanted))
        elif self.top < self.first:
            self.place(self.cursor)
        if before < self.top + self.height:
            self.refresh()
        self._tell_selected()
        return True

    def look_at_notice(self) -> None:
        """While there is no record, paint what is said instead again if it reads differently."""
        if self.first >= self.end:
            before, self._noticed_for = self._noticed, None
            if self.empty(self.size.width) != before:
                self.refresh()

    def more_at_hand(self) -> None:
        """Paint what could not be read before."""
        if None in self._read.values():
            self._read.clear()
            self.refresh()

    def _look_at_marks(self) -> None:
        """Paint again once more matches are known; which lines they are on is seen when these are painted."""
        known = self._marks.end if self._marks else 0
        if known != self._marked:
            self._marked = known
            self.refresh()

    def repaint(self) -> None:
        """Format everything again: names, columns or the schema changed."""
        self._lines.clear()
        self.refresh()

    def follow(self, following: bool) -> None:
        if following == self._following:
            return
        self._wanted = None
        self._following = following
        self._paused_at = self._arrived
        if following:
            self.place(self.end - 1)
        self.post_message(self.FollowChanged())
        self._tell_selected()

    def one_sided(self) -> list[Row]:
        """The rows on screen whose records do not say what was before, and of which nobody told it either."""
        on_screen = range(max(self.first, self.top), min(self.top + self.height, self.end))
        rows = (self._row(index) for index in on_screen)
        return [row for row in rows if row and row.number not in self._previous and is_one_sided(row.record)]

    def tell_previous(self, number: int, image: Raw | None) -> None:
        """What the journal has of a record's item before it; None for nothing."""
        if len(self._previous) >= CACHED_LINES:
            self._previous.clear()
        self._previous[number] = image
        if image is not None and self._rows is not None:
            self._lines.pop(self._rows.index(number), None)
            self.refresh()

    def line(self, index: int, width: int) -> Line:
        line = self._lines.get(index)
        if line is None:
            line = self._format(index, width)
        if index == self.cursor:
            return [("▌", Role.ACCENT), *line[1:]]
        return [(MARK, Role.ACCENT), *line[1:]] if self._is_marked(index) else line

    def go_to(self, number: int) -> None:
        """The user's move to a record, or to the next one that is shown."""
        if self._rows is not None:
            self.move_to(self._rows.index(number))

    def empty(self, width: int) -> list[Line]:
        if self._noticed_for != self.size:
            self._noticed, self._noticed_for = self._notice(width, self.height), self.size
        return self._noticed

    def moved(self) -> None:
        self._wanted = None
        self.follow(False)
        self._tell_selected()

    def on_resize(self) -> None:
        self._lines.clear()
        super().on_resize()
        if self._following:
            self.place(self.end - 1)

    def action_last(self) -> None:
        super().action_last()
        self.follow(self._rows is not None and self._rows.grows)

    def _format(self, index: int, width: int) -> Line:
        from ddbtop.tui.recordlines import OUT_OF_ORDER_S, record_line  # nothing is decoded before the first frame

        row = self._row(index)
        if row is None:
            kept = self._rows is not None and self._rows.is_kept(index)
            return [(" ", Role.TEXT), (COMING if kept else DROPPED, Role.DIM)]
        above = self._row(index - 1) if index > self.first else None
        late = above is not None and above.record.created_at - row.record.created_at > OUT_OF_ORDER_S
        columns = Columns.of(width, self._names.width)
        name, previous = self._names[row.shard_id], self._previous.get(row.number)
        created_at = above.record.created_at if above is not None else None
        line = record_line(
            row.record,
            name,
            self._schema,
            columns,
            late=late,
            above=created_at,
            now=time.time(),
            previous=previous,
        )
        if above is not None or index == self.first:  # else it is not known yet whether it is out of order
            if len(self._lines) >= CACHED_LINES:
                self._lines.clear()
            self._lines[index] = line
        return line

    def _is_marked(self, index: int) -> bool:
        return self._rows is not None and self._marks is not None and self._marks.place(self._rows.number(index)) > 0

    def _row(self, index: int, *, urgent: bool = False) -> Row | None:
        """None for what is dropped, or not at hand; what is urgent is waited for."""
        known = index in self._read and not (urgent and self._read[index] is None)
        if not known and self._rows is not None:
            first = max(self.first, min(index, self.top) - 1)
            count = max(index, self.top + self.height) - first + 1
            if count > 3 * self.height:
                first, count = max(self.first, index - 1), self.height
            lines = range(first, min(first + count, self.end))
            self._read = dict.fromkeys(lines) | self._rows.read(first, len(lines), index)
        return self._read.get(index)

    def _tell_selected(self) -> None:
        """Say which record is under the cursor, if it is another one."""
        number = self._number_at_cursor()
        if number != self._selected:
            self._selected = number
            self.post_message(self.Selected(self.row))

    def _number_at_cursor(self) -> int:
        return self._rows.number(self.cursor) if self._rows and self.end > self.first else -1
