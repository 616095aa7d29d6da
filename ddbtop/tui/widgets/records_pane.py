"""The panes about records: the list with its filter, and the record under the cursor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import events, on
from textual.message import Message

from ddbtop.errors import WrongUsage
from ddbtop.streams.model import StreamInfo, ViewType
from ddbtop.text import count
from ddbtop.tui.columns import Columns, heading
from ddbtop.tui.look import Line, Role, join
from ddbtop.tui.names import ShardNames
from ddbtop.tui.quiet import quiet_lines
from ddbtop.tui.view import Shown
from ddbtop.tui.widgets.painted import Lines
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.record import VIEWS, RecordPane
from ddbtop.tui.widgets.records import RecordList

if TYPE_CHECKING:
    from ddbtop.journal.reader import Row
    from ddbtop.journal.search import Search
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
        self._search = None
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
        session, row = self._session, self.list.row
        if session is None:
            return
        number = row.number if row is not None and not self.list.following else None
        schema = session.status.stream.key_schema
        if not text.strip():
            if self._search is not None:
                self._search = None
                session.end_search()
                self.list.show_rows(session.rows(), schema, number=number)
            return
        from ddbtop.replay.patternquery import parse_query

        try:
            query = parse_query(text, session.status.stream.arn)
        except WrongUsage as error:
            self._complain(error)
            return
        self._complain(None)
        self._search, rows = session.search(query)
        self.list.show_rows(rows, schema, number=number)

    def _complain(self, error: WrongUsage | None) -> None:
        if self._filter is not None:
            hint = f"; {error.hint}" if error and error.hint else ""
            self._filter.complain(f"{error.message}{hint}" if error else "")

    def _state(self) -> Line:
        parts: list[Line] = []
        if self._search is not None:
            parts.append([(f"{count(len(self._search.hits))} match", Role.TEXT)])
            if not self._search.done and self._session is not None:
                parts.append([(f"{count(self._search.scanned)} read through", Role.DIM)])
        if self.list.following:
            parts.append([("following", Role.DIM)])
        else:
            parts.append([("paused", Role.ATTENTION), (f" · {count(self.list.arrived)} new", Role.DIM)])
        return join(parts, (" · ", Role.DIM))

    def _notice(self, width: int, height: int) -> list[Line]:
        if self._session is None:
            return []
        if self.filtered:
            return [[], [("   nothing matches so far", Role.DIM)]]
        return quiet_lines(self._session.status, self._session.since, self._session.now, width, height)


class RecordHeading(Lines):
    """The names of the list's columns."""

    def __init__(self, names: ShardNames, *, id: str) -> None:
        super().__init__(id=id)
        self._names = names

    def made(self, width: int) -> list[Line]:
        return [heading(Columns.of(width, self._names.width))]


class RecordBox(Pane):
    """The record under the cursor."""

    @dataclass
    class PredecessorFound(Message):
        """Which record of the same item came before; None where the journal has none."""

        row: Row
        before: Row | None

    def __init__(self, names: ShardNames) -> None:
        self.pane = RecordPane(id="record-pane")
        self._names = names
        self._row: Row | None = None
        super().__init__("", self.pane, id="record")

    @property
    def is_empty(self) -> bool:
        return self._row is None

    def tell(self, row: Row | None, session: Session | None) -> None:
        self._row = row
        if row is None or session is None:
            self.pane.tell(None)
            self.say([], name="")
            return
        from ddbtop.streams.attributes import key_text  # nothing is decoded before the first frame

        reader, number = session.reader, row.number
        stream: StreamInfo = session.status.stream
        title = key_text(row.record.dynamodb.keys, stream.key_schema)
        self.pane.tell(
            Shown(
                row.record,
                self._names[row.shard_id],
                title,
                raw=lambda: reader.raw(number),
                event=lambda: _event(reader.raw(number), stream.arn),
            )
        )
        self._say_tabs()
        if row.record.event_name != "INSERT" and row.record.dynamodb.view_type == ViewType.NEW_IMAGE:
            session.find_predecessor(row, lambda asked, before: self.post_message(self.PredecessorFound(asked, before)))

    def on_record_box_predecessor_found(self, event: PredecessorFound) -> None:
        """Shown if the cursor is still there, as derived: the journal may not have everything in between."""
        from msgspec import UNSET  # only streams of this view need it

        event.stop()
        image = event.before.record.dynamodb.new_image if event.before is not None else UNSET
        if self._row is event.row and self.pane.shown is not None and image is not UNSET:
            self.pane.tell(replace(self.pane.shown, previous=image))

    @on(RecordPane.ViewChanged)
    def _say_tabs(self) -> None:
        shown = self.pane.shown
        if shown is None:
            return
        if self.pane.brief:
            self.say([("enter opens", Role.DIM)], name=shown.title)
            return
        tabs = [[(view.value, Role.FOCUS if view is self.pane.view else Role.DIM)] for view in VIEWS]
        self.say(join(tabs, ("  ", Role.DIM)), name=shown.title)

    def on_resize(self, _: events.Resize) -> None:
        self._say_tabs()


def _event(raw: bytes, stream_arn: str) -> bytes:
    from ddbtop.streams.lambda_form import lambda_record

    return b'{"Records":[' + lambda_record(raw, stream_arn) + b"]}" if raw else b""
