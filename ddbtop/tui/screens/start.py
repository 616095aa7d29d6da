"""Where to start reading: the five positions of the API, for the whole stream or for one shard, and what each costs."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from ddbtop.errors import DdbtopError, WrongUsage
from ddbtop.journal.reader import Row
from ddbtop.streams.attributes import key_text
from ddbtop.streams.model import LATEST, RETENTION_S, TRIM_HORIZON, IteratorType, Position, StartPoint
from ddbtop.streams.plan import Plan
from ddbtop.streams.startpoints import parse_point
from ddbtop.text import duration
from ddbtop.tui.awscommand import reading_commands
from ddbtop.tui.estimates import Outlook, look_out
from ddbtop.tui.look import Line, Role, wrapped
from ddbtop.tui.messages import CopyWanted
from ddbtop.tui.names import ShardNames
from ddbtop.tui.place import Place
from ddbtop.tui.screens.layer import Layer
from ddbtop.tui.session import Session
from ddbtop.tui.startlines import FORMS, basis_line, cost_line, day, readers_line, server_line
from ddbtop.tui.widgets.entry import Entry
from ddbtop.tui.widgets.painted import Lines, names_at

_MINUTE_S = 60.0

PROPOSED_S = 15 * 60.0
"""The time that is proposed lies so far back: enough for most questions, and read at once."""

WIDE = 72
"""Columns from which what is said of a position stands beside its name."""

ROOMY = 18
"""Lines from which there are empty ones between the parts."""

_CELLS, _FRAME_CELLS = 70, 4
"""Of a sentence where the screen is wide enough; what the layer's border and padding take."""
_TIME = 2
"""Where AT_TIMESTAMP stands among the positions."""

_BESIDE, _BELOW = 25, 4
"""Where what is said of a position begins: beside its name, or below it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the picker knows of where the user stands."""

    now: float
    """Epoch seconds of the service's clock."""
    shard_id: str = ""
    shard_name: str = ""
    sequence_number: str = ""
    """Of the record under the cursor, empty without one; it lies in `record_shard_id`."""
    record_shard_id: str = ""
    record_at: float = 0.0
    about: str = ""
    """That record in words."""
    shared: int = 0
    """Shards that others read as well, noticed by calls that were refused."""


def offer(session: Session, shard_id: str, names: ShardNames, row: Row | None, shared: int = 0) -> Offer:
    """The selected shard, and the record under the cursor."""
    name = names[shard_id] if shard_id else ""
    if row is None:
        return Offer(session.now, shard_id, name, shared=shared)
    record = row.record
    key = key_text(record.dynamodb.keys, session.status.stream.key_schema)
    clock = time.strftime("%H:%M:%S", time.localtime(record.created_at))
    about = f"in {names[row.shard_id]}, {clock}, {key}"
    number, made_at = record.sequence_number, record.created_at
    return Offer(session.now, shard_id, name, number, row.shard_id, made_at, about, shared)


class Choice(Vertical):
    """One of the positions: its name, a field where it needs a value, what it means, and below what it costs."""

    def __init__(self, type: IteratorType, note: str, value: str | None = None) -> None:
        self.type = type
        self.field = None if value is None else Entry(value, compact=True)
        self._label = Lines(classes="start-label")
        self._note = Lines(classes="start-note")
        self._below = Lines(classes="start-below")
        self._below.display = False
        fields = [self.field] if self.field else []
        id = type.value.lower().replace("_", "-")
        super().__init__(Horizontal(self._label, *fields, self._note), self._below, id=id)
        self.say(note)
        self.choose(False)

    def say(self, note: str) -> None:
        self._note.show([[(note, Role.DIM)]])

    def choose(self, chosen: bool) -> None:
        mark = "▌ " if chosen else "  "
        self._label.show([[(mark, Role.ACCENT), (self.type.value, Role.FOCUS if chosen else Role.TEXT)]])

    def say_below(self, line: Line) -> None:
        indent = _BESIDE if self.screen.size.width >= WIDE else _BELOW
        self._below.show([[(" " * indent, Role.TEXT), *line]])
        self._below.display = bool(line)


class StartPicker(Layer[StartPoint]):
    """Its result is the chosen start point, None if it was left.

    Keys that choose a position have priority, so that what is typed ahead goes into its field.
    """

    AUTO_FOCUS = ""
    """The chosen position has the focus, and the first one takes no text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "choose(1)", "down", tooltip="The next position", id="start.down", priority=True),
        Binding("up,k", "choose(-1)", "up", tooltip="The position before", id="start.up", priority=True),
        Binding("tab", "scope", "scope", tooltip="The whole stream or one shard", id="start.scope", priority=True),
        Binding("enter", "start", "start", tooltip="Read from there", id="start.go"),
        Binding("c", "copy", "copy as aws", tooltip="Copy as commands of the AWS CLI", id="start.copy"),
        Binding("escape", "leave", "back", tooltip="Leave it as it is", id="start.leave"),
    ]

    @dataclass
    class Counted(Message):
        """What is kept is counted, or could not be."""

        outlook: Outlook | None = None
        error: Exception | None = None

    def __init__(self, offer: Offer, place: Place, session: Session) -> None:
        super().__init__()
        self._offer = offer
        self._aws = place
        self._session = session
        self._status = session.status
        self._plan = Plan(self._status.stream.arn, (r.shard for r in self._status.readers.values()), offer.now)
        self._outlook: Outlook | None = None
        self._chosen = 0
        self._one_shard = False
        self._scope = Lines(id="start-scope")
        self._hint = Lines(id="start-hint")
        self._server = Lines(id="start-server")
        self._readers = Lines(id="start-readers")
        self._horizon = max(offer.now - RETENTION_S, self._status.stream.created_at)
        quarter = time.strftime("%H:%M", time.localtime(offer.now - PROPOSED_S))
        self._choices = [
            Choice(IteratorType.LATEST, "only what changes from now"),
            Choice(IteratorType.TRIM_HORIZON, ""),
            Choice(IteratorType.AT_TIMESTAMP, "", quarter),
            Choice(IteratorType.AT_SEQUENCE_NUMBER, "", offer.sequence_number),
            Choice(IteratorType.AFTER_SEQUENCE_NUMBER, "the record after that one"),
        ]

    def compose(self) -> ComposeResult:
        key = names_at(self)
        with Vertical(id="start-box", classes="modal") as box:
            box.border_title = "Start reading"
            ways = f"{key('start.go')} start   {key('start.scope')} scope   {key('start.copy')} copy as aws"
            box.border_subtitle = Content(f"{ways}   {key('start.leave')} back")
            yield self._scope
            yield from self._choices
            yield self._hint
            yield self._server
            yield self._readers

    def on_mount(self) -> None:
        self._readers.display = bool(self._offer.shared)
        self._show_scope()
        self._judge_time()
        self.action_choose(0)
        threading.Thread(target=self._count, name="count what is kept", daemon=True).start()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height >= ROOMY, "-roomy")
        self.set_class(event.size.width < WIDE, "-narrow")
        self._show_scope()
        self._show_costs()
        since = f"since {day(self._horizon, self._offer.now)}"
        wide = event.size.width >= WIDE
        self._choices[1].say(f"everything readable: {since}" if wide else since)
        for notes, line in (
            (self._server, server_line(self._status)),
            (self._readers, readers_line(self._offer.shared)),
        ):
            self._note(notes, line, min(_CELLS, event.size.width - _FRAME_CELLS))

    def _note(self, notes: Lines, line: Line, cells: int) -> None:
        """A sentence below the positions, in as many lines as it takes."""
        lines = [self._indented([(words, role)]) for text, role in line for words in wrapped(text, cells)]
        notes.styles.height = max(1, len(lines))
        notes.show(lines)

    def action_choose(self, step: int) -> None:
        self._chosen = (self._chosen + step) % len(self._choices)
        for number, choice in enumerate(self._choices):
            choice.choose(number == self._chosen)
        self.set_focus(self._choices[self._chosen].field)
        self._show_hint()

    def on_key(self, event: events.Key) -> None:
        """A digit where nothing is typed begins a time: enter would start at the position that happens to be chosen."""
        field = self._choices[_TIME].field
        if self.focused is None and field is not None and (event.character or "").isdecimal():
            event.stop()
            event.prevent_default()
            self.action_choose(_TIME - self._chosen)
            field.take(event)

    def action_scope(self) -> None:
        self._one_shard = not self._one_shard and bool(self._offer.shard_id)
        self._show_scope()
        self._show_costs()

    def action_start(self) -> None:
        try:
            start = self._start_point(self._choices[self._chosen].type)
            if self._status.described:
                self._plan.positions(start)
            self.dismiss(start)
        except WrongUsage as error:
            self._complain(error)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_copy(self) -> None:
        """Every command that such a start comes to: an iterator and a first page for each shard."""
        try:
            positions = self._plan.positions(self._start_point(self._choices[self._chosen].type))
        except WrongUsage as error:
            self._complain(error)
            return
        text = reading_commands(self._status.stream.arn, positions, self._aws)
        what = "the aws commands" if len(positions) == 1 else f"the aws commands of {len(positions)} shards"
        self.post_message(CopyWanted(text, what))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_start()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._judge_time()
        self._show_costs()

    def _start_point(self, type: IteratorType) -> StartPoint:
        """What the fields say. Raises `WrongUsage`."""
        scope = self._offer.shard_id if self._one_shard else ""
        if type in (IteratorType.LATEST, IteratorType.TRIM_HORIZON):
            return StartPoint(LATEST if type is IteratorType.LATEST else TRIM_HORIZON, scope)
        by_time = type is IteratorType.AT_TIMESTAMP
        position = self._position(type, IteratorType.AT_TIMESTAMP if by_time else IteratorType.AT_SEQUENCE_NUMBER)
        if position.sequence_number == self._offer.sequence_number and not scope and position.sequence_number:
            scope = self._offer.record_shard_id
        return StartPoint(position, scope)

    def _position(self, type: IteratorType, field: IteratorType) -> Position:
        text = next(choice.field.value for choice in self._choices if choice.type is field and choice.field)
        return parse_point(f"{type}:{text}", self._offer.now)

    def _judge_time(self) -> None:
        """Say beside the time what it means."""
        choice, now = self._choices[_TIME], self._offer.now
        try:
            moment = self._position(IteratorType.AT_TIMESTAMP, IteratorType.AT_TIMESTAMP).timestamp
        except WrongUsage:
            choice.say("not a time yet")
            return
        if moment > now:
            choice.say("still ahead")
        elif moment < now - RETENTION_S:
            choice.say("older than is kept")
        else:
            ago_s = now - moment
            minutes_s = round(ago_s / _MINUTE_S) * _MINUTE_S
            choice.say(f"← {duration(minutes_s or ago_s)} ago")

    def _show_scope(self) -> None:
        marks = ("( )", "(•)") if self._one_shard else ("(•)", "( )")
        wide = self.size.width >= WIDE
        line: Line = [("  for    " if wide else "", Role.DIM), (f"{marks[0]} the whole stream", Role.TEXT)]
        if self._offer.shard_id:
            what = "shard " if wide else ""
            line.append((f"    {marks[1]} {what}{self._offer.shard_name} and its descendants", Role.TEXT))
        self._scope.show([line])

    def _count(self) -> None:
        """In a thread: what is kept may be a million records."""
        try:
            counted = self.Counted(
                look_out(self._session, self._plan, self._status) if self._status.described else None
            )
        except Exception as error:  # noqa: BLE001 -- raised again where it can be seen, on the screen's thread
            counted = self.Counted(error=error)
        self.post_message(counted)

    def on_start_picker_counted(self, event: Counted) -> None:
        if isinstance(event.error, DdbtopError):
            self._complain(event.error)
        elif event.error is not None:
            raise event.error
        self._outlook = event.outlook
        self._show_costs()
        self._show_hint()

    def _show_costs(self) -> None:
        """Beneath each position what it costs, where that is known."""
        about = self._offer.about
        self._choices[3].say_below([(about, Role.DIM)] if about else [])
        if self._outlook is not None:
            for choice in (self._choices[1], self._choices[2], self._choices[4]):
                choice.say_below(self._cost(self._outlook, choice.type))
        self._show_hint()

    def _cost(self, outlook: Outlook, type: IteratorType) -> Line:
        """An empty line for what cannot be meant, or not yet: nothing moves while one types."""
        try:
            start = self._start_point(type)
            estimate = outlook.of(start, self._record_at(start))
        except WrongUsage:
            return [("", Role.DIM)]
        if start.position.sequence_number and not self._record_at(start):
            return [("? records: that one is not under the cursor", Role.DIM)]
        return cost_line(estimate, self._aws.is_aws)

    def _record_at(self, start: StartPoint) -> float:
        known = start.position.sequence_number == self._offer.sequence_number
        return self._offer.record_at if known else 0.0

    def _show_hint(self) -> None:
        """What may be typed, or how far the costs are a guess."""
        type = self._choices[self._chosen].type
        if type is IteratorType.AT_TIMESTAMP:
            self._hint.show([self._indented([(FORMS, Role.DIM)])])
        elif self._outlook is not None:
            self._hint.show([self._indented(self._basis(self._outlook, type))])
        else:
            self._hint.show([])

    def _basis(self, outlook: Outlook, type: IteratorType) -> Line:
        if type is IteratorType.LATEST:
            return []
        try:
            start = self._start_point(type)
            return basis_line(outlook.of(start, self._record_at(start)))
        except WrongUsage:
            return []

    def _complain(self, error: DdbtopError) -> None:
        self._hint.show([self._indented([(error.message, Role.ATTENTION)])])

    def _indented(self, line: Line) -> Line:
        return [("  " if self.size.width >= WIDE else "", Role.TEXT), *line]
