"""The panes about records: the list with its filter, and the record under the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from ddbtop.errors import WrongUsage
from ddbtop.text import count
from ddbtop.tui.columns import Columns, heading
from ddbtop.tui.look import Line, Role, join
from ddbtop.tui.names import ShardNames
from ddbtop.tui.quiet import quiet_lines
from ddbtop.tui.widgets.painted import Lines
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.records import RecordList

if TYPE_CHECKING:
    from ddbtop.journal.reader import Row
    from ddbtop.journal.search import Search
    from ddbtop.tui.rows import MatchingRows
    from ddbtop.tui.session import Session
    from ddbtop.tui.widgets.filterline import FilterLine


class RecordsPane(Pane):
    """What arrives, or what of it matches."""

    @dataclass
    class Selected(Message):
        """Another record is under the cursor, or none."""

        row: Row | None

    def __init__(self, names: ShardNames) -> None:
        self.list = RecordList(names, self._notice, id="record-list")
        self._names = names
        self._heading = RecordHeading(names, id="record-heading")
        self._filter: FilterLine | None = None
        self._session: Session | None = None
        self._search: Search | None = None
        self._matches: MatchingRows | None = None
        self._only_matches = True
        self._sought = 0
        self._said: Line = []
        super().__init__("Records", self._heading, self.list, id="records")

    @property
    def filtered(self) -> bool:
        return self._search is not None

    @property
    def search(self) -> Search | None:
        """The filter in force and what it found so far; None while everything is shown."""
        return self._search

    @property
    def typing(self) -> bool:
        return self._filter is not None and self._filter.has_focus_within

    def attach(self, session: Session) -> None:
        """Another session: its records, from the first one on."""
        self._search = self._matches = None
        self._session = session
        self.list.show_rows(session.rows(), session.status.stream.key_schema)
        if self._filter is not None and self._filter.text:
            self._look_for(self._filter.text)

    def tell(self) -> bool:
        """Take over what arrived; says whether anything did."""
        if self._session is None:
            return False
        arrived = self.list.tell(self._session.status.stream.key_schema)
        if self.list.first >= self.list.end:
            self.list.refresh()
        if self._sought:
            self.go_to_match(self._sought)
        self._say_state()
        return arrived

    async def open_filter(self) -> None:
        if self._filter is None:
            from ddbtop.tui.widgets.filterline import FilterLine  # only who filters pays for an input at start

            self._filter = FilterLine(self.list, id="filter")
            await self.mount(self._filter, before=self._heading)
        self._filter.open()

    def clear_filter(self) -> None:
        """Show everything again; the cursor stays with its record."""
        if self._filter is not None:
            self._filter.close()
        self._look_for("")

    def show_only_matches(self) -> None:
        """Only what matches, or everything with the matches marked; the cursor stays with its record."""
        self._only_matches = not self._only_matches
        self._show_rows()

    def go_to_match(self, step: int) -> None:
        """To the next match or the one before; as soon as one is found, where the search is still on its way."""
        row, search, self._sought = self.list.row, self._search, 0
        if row is None or search is None or self._matches is None:
            return
        here = row.number if self.list.number is None else self.list.number
        number = self._matches.beside(here, step)
        if not search.done and (number is None or (step < 0 and search.reached < here)):
            self._sought = step
        elif number is not None:
            self.list.go_to(number)
        else:
            self.app.bell()

    @on(RecordList.Selected)
    def _selected(self, event: RecordList.Selected) -> None:
        """Said again in our own name: Textual ends a message's way at a parent that caused it, as a filter does."""
        event.stop()
        self.post_message(self.Selected(event.row))

    @on(RecordList.FollowChanged)
    def _say_state(self) -> None:
        state = self._state()
        if state != self._said:
            self._said = state
            self.say(state)

    def on_filter_line_changed(self, event: FilterLine.Changed) -> None:
        event.stop()
        self._look_for(event.text)

    def _look_for(self, text: str) -> None:
        session = self._session
        if session is None:
            return
        if not text.strip():
            self._complain(None)
            if self._search is not None:
                self._search = self._matches = None
                session.end_search()
                self._show_rows()
            return
        from ddbtop.replay.patternquery import parse_query

        try:
            query = parse_query(text, session.status.stream.arn)
        except WrongUsage as error:
            self._complain(error)
            return
        self._complain(None)
        self._search, self._matches = session.search(query)
        self._show_rows()

    def _show_rows(self) -> None:
        """The lines that the filter and its mode ask for; a cursor that does not follow stays with its record."""
        session, matches = self._session, self._matches
        if session is None:
            return
        self._sought = 0
        number = self.list.number
        only = matches if self._only_matches else None
        marks = None if self._only_matches else matches
        self.list.show_rows(only or session.rows(), session.status.stream.key_schema, number=number, marks=marks)

    def _complain(self, error: WrongUsage | None) -> None:
        if self._filter is not None:
            hint = f"; {error.hint}" if error and error.hint else ""
            self._filter.complain(f"{error.message}{hint}" if error else "")

    def _state(self) -> Line:
        parts: list[Line] = []
        if self._search is not None and self._matches is not None:
            parts.extend(self._found(self._search, self._matches))
        if self.list.following:
            parts.append([("following", Role.DIM)])
        else:
            parts.append([("paused", Role.ATTENTION), (f" · {count(self.list.arrived)} new", Role.DIM)])
        return join(parts, (" · ", Role.DIM))

    def _found(self, search: Search, matches: MatchingRows) -> Iterator[Line]:
        """`12 of 345 match`, and how much of what is kept that was said of."""
        done = search.done
        number = self.list.number
        place = 0 if number is None else matches.place(number)
        which = f"{count(place)} of " if place else ""
        yield [(f"{which}{count(matches.count)} match", Role.TEXT), ("" if done else " so far", Role.DIM)]
        if search.error is not None:
            yield [(f"the search ended: {search.error.message}", Role.ATTENTION)]
        elif not done:
            yield [(f"{count(search.scanned)} of {count(search.total)} looked through", Role.DIM)]

    def _notice(self, width: int, height: int) -> list[Line]:
        if self._session is None:
            return []
        if self._search is not None and self._only_matches:
            return [[], [(f"   nothing matches{'' if self._search.done else ' so far'}", Role.DIM)]]
        return quiet_lines(self._session.status, self._session.since, self._session.now, width, height)


class RecordHeading(Lines):
    """The names of the list's columns."""

    def __init__(self, names: ShardNames, *, id: str) -> None:
        super().__init__(id=id)
        self._names = names

    def made(self, width: int) -> list[Line]:
        return [heading(Columns.of(width, self._names.width))]
