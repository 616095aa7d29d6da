"""Where to start reading: the five positions of the API, for the whole stream or for one shard."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from ddbtop.errors import WrongUsage
from ddbtop.journal.reader import Row
from ddbtop.streams.attributes import key_text
from ddbtop.streams.model import LATEST, RETENTION_S, TRIM_HORIZON, IteratorType, StartPoint
from ddbtop.streams.startpoints import parse_point
from ddbtop.text import roughly
from ddbtop.tui.awscommand import iterator_command
from ddbtop.tui.look import Line, Role
from ddbtop.tui.messages import CopyWanted
from ddbtop.tui.names import ShardNames
from ddbtop.tui.place import Place
from ddbtop.tui.session import Session
from ddbtop.tui.widgets.painted import Lines

PROPOSED_S = 15 * 60.0
"""The time that is proposed lies so far back: enough for most questions, and read at once."""


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
    about: str = ""
    """That record in words."""


def offer(session: Session, shard_id: str, names: ShardNames, row: Row | None) -> Offer:
    """The selected shard, and the record under the cursor."""
    name = names[shard_id] if shard_id else ""
    if row is None:
        return Offer(session.now, shard_id, name)
    record = row.record
    key = key_text(record.dynamodb.keys, session.status.stream.key_schema)
    clock = time.strftime("%H:%M:%S", time.localtime(record.created_at))
    about = f"in {names[row.shard_id]}, {clock}, {key}"
    return Offer(session.now, shard_id, name, record.sequence_number, row.shard_id, about)


class Choice(Horizontal):
    """One of the positions: its name, a field where it needs a value, and what it means."""

    def __init__(self, type: IteratorType, note: str, value: str | None = None) -> None:
        self.type = type
        self.field = None if value is None else Input(value, compact=True, select_on_focus=False)
        self._label = Lines(classes="start-label")
        self._note = Lines(classes="start-note")
        super().__init__(
            self._label, *([self.field] if self.field else []), self._note, id=type.value.lower().replace("_", "-")
        )
        self.say(note)
        self.choose(False)

    def say(self, note: str) -> None:
        self._note.show([[(note, Role.DIM)]])

    def choose(self, chosen: bool) -> None:
        mark = "▌ " if chosen else "  "
        self._label.show([[(mark, Role.ACCENT), (self.type.value, Role.FOCUS if chosen else Role.TEXT)]])


class StartPicker(ModalScreen[StartPoint]):
    """Its result is the chosen start point, None if it was left."""

    AUTO_FOCUS = ""
    """The chosen position has the focus, and the first one takes no text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "choose(1)", "down", tooltip="The next position", id="start.down"),
        Binding("up,k", "choose(-1)", "up", tooltip="The position before", id="start.up"),
        Binding("tab", "scope", "scope", tooltip="The whole stream or one shard", id="start.scope", priority=True),
        Binding("enter", "start", "start", tooltip="Read from there", id="start.go"),
        Binding("c", "copy", "copy as aws", tooltip="Copy as a command of the AWS CLI", id="start.copy"),
        Binding("escape", "leave", "back", tooltip="Leave it as it is", id="start.leave"),
    ]

    def __init__(self, offer: Offer, place: Place, stream_arn: str) -> None:
        super().__init__()
        self._offer = offer
        self._aws = place
        self._stream_arn = stream_arn
        self._chosen = 0
        self._one_shard = False
        self._scope = Lines(id="start-scope")
        self._error = Lines(id="start-error")
        quarter = time.strftime("%H:%M", time.localtime(offer.now - PROPOSED_S))
        self._choices = [
            Choice(IteratorType.LATEST, "only what changes from now"),
            Choice(IteratorType.TRIM_HORIZON, f"everything readable: since {_day(offer.now - RETENTION_S, offer.now)}"),
            Choice(IteratorType.AT_TIMESTAMP, "", quarter),
            Choice(IteratorType.AT_SEQUENCE_NUMBER, "", offer.sequence_number),
            Choice(IteratorType.AFTER_SEQUENCE_NUMBER, "the record after that one"),
        ]

    def compose(self) -> ComposeResult:
        with Vertical(id="start-box", classes="modal") as box:
            box.border_title = "Start reading"
            box.border_subtitle = "enter start   tab scope   c copy as aws command   escape"
            yield self._scope
            yield from self._choices[:-1]
            yield Lines(id="start-about")
            yield self._choices[-1]
            yield Lines(id="start-hint")
            yield self._error

    def on_mount(self) -> None:
        hint = "AT_TIMESTAMP: 15m, 2h30m, 09:00, yesterday 18:00 or ISO, in local time"
        self.query_one("#start-hint", Lines).show([[(f"  {hint}", Role.DIM)]])
        self.query_one("#start-about", Lines).show([[(f"{'':25}{self._offer.about}", Role.DIM)]])
        self._show_scope()
        self._judge_time()
        self.action_choose(0)

    def action_choose(self, step: int) -> None:
        self._chosen = (self._chosen + step) % len(self._choices)
        for number, choice in enumerate(self._choices):
            choice.choose(number == self._chosen)
        self.set_focus(self._choices[self._chosen].field)
        self._complain("")

    def action_scope(self) -> None:
        self._one_shard = not self._one_shard and bool(self._offer.shard_id)
        self._show_scope()

    def action_start(self) -> None:
        try:
            self.dismiss(self._start_point())
        except WrongUsage as error:
            self._complain(error.message)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_copy(self) -> None:
        try:
            start = self._start_point()
        except WrongUsage as error:
            self._complain(error.message)
            return
        shard_id = start.shard_id or self._offer.shard_id
        command = iterator_command(self._stream_arn, shard_id, start.position, self._aws)
        self.post_message(CopyWanted(command, "the aws command"))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_start()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._judge_time()

    def _start_point(self) -> StartPoint:
        """What the fields say. Raises `WrongUsage`."""
        type = self._choices[self._chosen].type
        scope = self._offer.shard_id if self._one_shard else ""
        if type in (IteratorType.LATEST, IteratorType.TRIM_HORIZON):
            return StartPoint(LATEST if type is IteratorType.LATEST else TRIM_HORIZON, scope)
        text = self._field(
            IteratorType.AT_TIMESTAMP if type is IteratorType.AT_TIMESTAMP else IteratorType.AT_SEQUENCE_NUMBER
        )
        position = parse_point(f"{type}:{text}", self._offer.now)
        if position.sequence_number == self._offer.sequence_number and not scope and position.sequence_number:
            scope = self._offer.record_shard_id
        return StartPoint(position, scope)

    def _field(self, type: IteratorType) -> str:
        return next(choice.field.value for choice in self._choices if choice.type is type and choice.field)

    def _judge_time(self) -> None:
        """Say beside the time what it means."""
        choice = self._choices[2]
        now = self._offer.now
        try:
            moment = parse_point(f"{IteratorType.AT_TIMESTAMP}:{self._field(IteratorType.AT_TIMESTAMP)}", now).timestamp
        except WrongUsage:
            choice.say("not a time yet")
            return
        if moment > now:
            choice.say("still ahead")
        elif moment < now - RETENTION_S:
            choice.say("older than what the stream keeps")
        else:
            choice.say(f"← {roughly(now - moment)} ago, local time")

    def _show_scope(self) -> None:
        marks = ("( )", "(•)") if self._one_shard else ("(•)", "( )")
        line: Line = [("  for    ", Role.DIM), (f"{marks[0]} the whole stream", Role.TEXT)]
        if self._offer.shard_id:
            line.append((f"    {marks[1]} shard {self._offer.shard_name} and its descendants", Role.TEXT))
        self._scope.show([line])

    def _complain(self, message: str) -> None:
        self._error.show([[(f"  {message}", Role.ATTENTION)]])


def _day(moment: float, now: float) -> str:
    """`yesterday 14:32`, or the date where it is none of the two last days."""
    then, today = time.localtime(moment), time.localtime(now)
    clock = time.strftime("%H:%M", then)
    return f"yesterday {clock}" if then.tm_yday != today.tm_yday else clock
