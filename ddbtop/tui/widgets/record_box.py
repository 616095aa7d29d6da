"""The pane of the record under the cursor, and what came before it where that has to be looked up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual import events, on
from textual.message import Message

from ddbtop.streams.model import StreamInfo
from ddbtop.tui.look import Role, join
from ddbtop.tui.names import ShardNames
from ddbtop.tui.predecessors import is_one_sided, left_by
from ddbtop.tui.view import Shown, View
from ddbtop.tui.widgets.painted import names_at
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.record import VIEWS, RecordPane
from ddbtop.tui.widgets.rule import Rule

if TYPE_CHECKING:
    from ddbtop.journal.reader import Row
    from ddbtop.tui.session import Session


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
                shard_id=row.shard_id,
            )
        )
        self._say_tabs()
        if is_one_sided(row.record):
            session.find_predecessors(self, lambda *found: self.post_message(self.PredecessorFound(*found)), row)

    def on_record_box_predecessor_found(self, event: PredecessorFound) -> None:
        """Shown if the cursor is still there, as derived: the journal may not have everything in between."""
        event.stop()
        image = left_by(event.before)
        if self._row is event.row and self.pane.shown is not None and image is not None:
            self.pane.tell(replace(self.pane.shown, previous=image))

    @on(Rule.Clicked)
    def _tab_clicked(self, event: Rule.Clicked) -> None:
        """A tab shows its view."""
        event.stop()
        if any(view.value == event.word for view in VIEWS):
            self.pane.show_view(View(event.word))
            self.pane.focus()

    @on(RecordPane.ViewChanged)
    def _say_tabs(self) -> None:
        shown = self.pane.shown
        if shown is None:
            return
        if self.pane.brief:
            self.say([(f"{names_at(self)('open')} opens", Role.DIM)], name=shown.title)
            return
        tabs = [[(view.value, Role.FOCUS if view is self.pane.view else Role.DIM)] for view in VIEWS]
        self.say(join(tabs, ("  ", Role.DIM)), name=shown.title)

    def on_resize(self, _: events.Resize) -> None:
        self._say_tabs()


def _event(raw: bytes, stream_arn: str) -> bytes:
    from ddbtop.streams.lambda_form import lambda_record

    return b'{"Records":[' + lambda_record(raw, stream_arn) + b"]}" if raw else b""
