"""The panes about records: the list with its filter, and the record under the cursor."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message

from ddbtop.errors import WrongUsage
from ddbtop.streams.model import ViewType
from ddbtop.tui.columns import Columns, heading
from ddbtop.tui.liststate import list_state
from ddbtop.tui.look import Line, Role
from ddbtop.tui.names import ShardNames
from ddbtop.tui.predecessors import left_by
from ddbtop.tui.quiet import quiet_lines
from ddbtop.tui.widgets.painted import Lines, names_at
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.records import RecordList

if TYPE_CHECKING:
    from ddbtop.journal.reader import Row
    from ddbtop.journal.search import Search
    from ddbtop.journal.vocabulary import Vocabulary
    from ddbtop.tui.listed import Listed
    from ddbtop.tui.session import Session
    from ddbtop.tui.widgets.filterline import FilterLine


OLD_SIDES_S = 1.0
"""While records pour in, those on screen are looked up so often: what passes sooner is not read by anybody either."""


class RecordsPane(Pane):
    """What arrives, or what of it matches."""

    @dataclass
    class Selected(Message):
        """Another record is under the cursor, or none."""

        row: Row | None

    @dataclass
    class PredecessorFound(Message):
        """Which record of the same item came before; None where the journal has none."""

        row: Row
        before: Row | None

    class MoreAtHand(Message):
        """Rows can be read that were not there in time."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RecordsPane.MoreAtHand)

    @dataclass
    class WordsLearned(Message):
        """Which words a filter may be made of."""

        words: Vocabulary

    def __init__(self, names: ShardNames) -> None:
        self.list = RecordList(names, self._notice, id="record-list")
        self._names = names
        self._heading = RecordHeading(names, id="record-heading")
        self._filter: FilterLine | None = None
        self._listed: Listed | None = None
        self._sought = 0
        self._asked: set[int] = set()
        self._asked_at = 0.0
        self._words: Vocabulary | None = None
        self._said: Line = []
        super().__init__("Records", self._heading, self.list, id="records")

    @property
    def filtered(self) -> bool:
        return self.search is not None

    @property
    def search(self) -> Search | None:
        """The filter in force and what it found so far; None while everything is shown."""
        return self._listed.search if self._listed else None

    @property
    def typing(self) -> bool:
        return self._filter is not None and self._filter.has_focus_within

    def attach(self, session: Session) -> None:
        """Another session: its records, from the first one on."""
        from ddbtop.tui.listed import Listed  # what reads a journal is imported after the first frame

        self._listed = Listed(session, lambda: self.post_message(self.MoreAtHand()))
        self._asked = set()
        self.list.show_rows(session.rows(), session.status.stream.key_schema)
        if self._filter is not None and self._filter.text:
            self._look_for(self._filter.text)

    def tell(self) -> bool:
        """Take over what arrived; says whether anything did."""
        listed = self._listed
        if listed is None:
            return False
        if listed.order():
            self._show_rows()
        arrived = self.list.tell(listed.session.status.stream.key_schema)
        self.list.look_at_notice()
        if self._sought:
            self.go_to_match(self._sought)
        self._say_state()
        if listed.session.status.stream.view_type == ViewType.NEW_IMAGE:
            self._find_predecessors(listed.session, moving=arrived)
        return arrived

    def _find_predecessors(self, session: Session, *, moving: bool) -> None:
        """Have the old sides looked up that the stream does not carry: now and then while records pour in."""
        if moving and time.monotonic() < self._asked_at + OLD_SIDES_S:
            return
        rows = self.list.one_sided()
        if not {row.number for row in rows} <= self._asked:
            self._asked, self._asked_at = {row.number for row in rows}, time.monotonic()
            session.find_predecessors(self, self._predecessor_found, *reversed(rows))

    def _predecessor_found(self, row: Row, before: Row | None) -> None:
        """Called in the thread that looks."""
        self.post_message(self.PredecessorFound(row, before))

    def on_records_pane_predecessor_found(self, event: PredecessorFound) -> None:
        event.stop()
        self.list.tell_previous(event.row.number, left_by(event.before))

    def on_records_pane_more_at_hand(self, event: MoreAtHand) -> None:
        event.stop()
        self.list.more_at_hand()

    async def open_filter(self) -> None:
        if self._filter is None:
            from ddbtop.tui.widgets.filterline import FilterLine  # only who filters pays for an input at start

            self._filter = FilterLine(self.list, self._propose, id="filter")
            await self.mount(self._filter, before=self._heading)
        self._filter.open()
        if self._listed is not None:
            self._listed.session.learn_words(lambda words: self.post_message(self.WordsLearned(words)))

    def on_records_pane_words_learned(self, event: WordsLearned) -> None:
        event.stop()
        self._words = event.words

    def _propose(self, text: str) -> list[str]:
        """How the filter line could go on."""
        if self._listed is None or self._words is None:
            return []
        from ddbtop.tui.completion import completions

        shards = (self._names[shard_id] for shard_id in self._listed.session.status.readers)
        return completions(text, self._words, shards)

    def clear_filter(self) -> None:
        """Show everything again; the cursor stays with its record."""
        if self._filter is not None:
            self._filter.close()
        self._look_for("")

    def show_only_matches(self) -> None:
        """Only what matches, or everything with the matches marked; the cursor stays with its record."""
        if self._listed is not None:
            self._listed.only_matches = not self._listed.only_matches
            self._show_rows()

    def order_by_time(self) -> None:
        """By creation, or by arrival again; the cursor stays with its record."""
        if self._listed is not None:
            self._turn_by_time(not self._listed.by_time)

    def follow(self) -> None:
        """Go to the newest record and stay there, or stop; an order of time has no newest one."""
        if self._listed is not None and self._listed.by_time:
            self._turn_by_time(False)
        self.list.follow(not self.list.following)

    def go_to_match(self, step: int) -> None:
        """To the next match or the one before; as soon as one is found, where the search is still on its way."""
        row, listed, self._sought = self.list.row, self._listed, 0
        if row is None or listed is None or listed.search is None:
            return
        here = row.number if self.list.number is None else self.list.number
        number = listed.beside(here, step)
        if listed.may_find(here, step) and (number is None or step < 0):
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
        listed = self._listed
        if listed is None:
            return
        from ddbtop.replay.patterns.query import parse_query

        stream = listed.session.status.stream
        try:
            query = parse_query(text, stream.arn) if text.strip() else None
        except WrongUsage as error:
            self._complain(error)
            return
        self._complain(None, query.warnings(stream.view_type) if query is not None else ())
        if query is not None or listed.search is not None:
            listed.look_for(query)
            self._show_rows()

    def _turn_by_time(self, by_time: bool) -> None:
        if self._listed is not None:
            was_ordered = self._listed.ordered
            self._listed.turn_by_time(by_time)
            if was_ordered:
                self._show_rows()
            self._say_state()

    def _show_rows(self) -> None:
        """Other lines; a cursor that does not follow stays with its record."""
        listed = self._listed
        if listed is None:
            return
        self._sought = 0
        number, rows = self.list.number, listed.rows()
        if number is None and not rows.grows:
            number = listed.session.last_number
        self.list.show_rows(rows, listed.session.status.stream.key_schema, number=number, marks=listed.marks())

    def _complain(self, error: WrongUsage | None, doubts: Sequence[str] = ()) -> None:
        if self._filter is not None:
            hint = f"; {error.hint}" if error and error.hint else ""
            self._filter.complain(f"{error.message}{hint}" if error else "", doubts)

    def _state(self) -> Line:
        return [] if self._listed is None else list_state(self._listed, self.list)

    def _notice(self, width: int, height: int) -> list[Line]:
        if self._listed is None:
            return []
        session, search = self._listed.session, self._listed.search
        is_any = session.numbers.end > session.numbers.start
        if search is not None and self._listed.only_matches and is_any:
            return [[], [(f"   nothing matches{'' if search.done else ' so far'}", Role.DIM)]]
        return quiet_lines(session.status, session.since, session.now, names_at(self), width, height)


class RecordHeading(Lines):
    """The names of the list's columns."""

    def __init__(self, names: ShardNames, *, id: str) -> None:
        super().__init__(id=id)
        self._names = names

    def made(self, width: int) -> list[Line]:
        return [heading(Columns.of(width, self._names.width))]
