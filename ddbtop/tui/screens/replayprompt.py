"""The layer that asks which handler is to get which records, and whose settings it has."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from ddbtop.errors import DdbtopError
from ddbtop.replay.adopting.deployed import Adopted, Choice, SeveralMeant
from ddbtop.replay.adopting.named import names_template
from ddbtop.text import visible
from ddbtop.tui.look import Line, Role, width_of, wrapped
from ddbtop.tui.replays.subjects import Subject
from ddbtop.tui.screens.choose import Chooser
from ddbtop.tui.screens.layer import Layer
from ddbtop.tui.widgets.entry import SUBMIT, Entry
from ddbtop.tui.widgets.painted import Lines, names_at

_CELLS = 72
"""Of a line of the layer where the screen is wide enough."""
_FRAME_CELLS = 4
_ROOMY = 21
"""Lines of a screen on which the layer has an empty one below each of its fields."""
_HANDLER, _LIKE = "handler   ", "like      "
FORMS = "app.py:handler, package.module:handler, exec:COMMAND, http://…"
LIKE_FORMS = "take settings from a function, a UUID or template.yaml[:ID]"
_LIKE_NOTE = (
    "A deployed event source mapping, by function or UUID, or one of a SAM or CloudFormation template."
    " Empty: Lambda's defaults."
)

Check = Callable[[str], None]
"""Raises `DdbtopError` for what is no handler."""

LookUp = Callable[[str], Adopted]
"""What something named has to take over; asked in a thread. Raises `DdbtopError`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to replay."""

    handler: str
    subject: Subject
    like: str = ""
    """What settings are taken over from, as it was named."""
    adopted: Adopted = field(default_factory=Adopted)


class ReplayPrompt(Layer[Wanted | None]):
    CSS = """
    #replay-prompt { width: 76; height: auto; }
    #replay-prompt Input { height: 1; border: none; padding: 0; background: $panel; margin-bottom: 1; }
    #replay-said { height: 3; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,up", "field", "other field", tooltip="The handler, or its settings", id="replay.field"),
        Binding("tab", "choose", "records", tooltip="Other records", id="replay.choose", priority=True),
        Binding("escape", "leave", "back", tooltip="Replay nothing", id="replay.leave"),
    ]

    @dataclass
    class LookedUp(Message):
        """What settings are to be taken over, or why they cannot be."""

        number: int
        like: str
        adopted: Adopted | None = None
        error: Exception | None = None

    def __init__(
        self, subjects: Sequence[Subject], handler: str, like: str, note: str, check: Check, look_up: LookUp
    ) -> None:
        """`handler` and `like` stand in the fields at first, `note` says what they are."""
        super().__init__()
        self._subjects = subjects
        self._note = note
        self._check = check
        self._look_up = look_up
        self._wanted = 0
        """How often something was looked up, or what is looked up was changed: only the last answer counts."""
        self._is_looking = False
        self._chosen = 0
        self._cells = _CELLS
        self._said_last = ("", Role.DIM)
        self._labels = {_HANDLER: Lines(), _LIKE: Lines()}
        self._handler = Entry(handler, compact=True, select_on_focus=bool(handler), id="replay-handler")
        self._like = Entry(like, compact=True, select_on_focus=bool(like), id="replay-like")
        self._choices = Lines(id="replay-choices")
        self._said = Lines(id="replay-said")

    def compose(self) -> ComposeResult:
        key = names_at(self)
        with Vertical(id="replay-prompt", classes="modal") as box:
            box.border_title = "Replay"
            ways = f"{SUBMIT} open   {key('replay.field')} other field   {key('replay.choose')} records"
            box.border_subtitle = Content(f"{ways}   {key('replay.leave')} back")
            yield self._labels[_HANDLER]
            yield self._handler
            yield self._labels[_LIKE]
            yield self._like
            yield self._choices
            yield self._said

    def on_mount(self) -> None:
        self._handler.focus()

    def on_resize(self, event: events.Resize) -> None:
        """What does not fit in a line takes two."""
        self._cells = min(_CELLS, event.size.width - _FRAME_CELLS)
        is_roomy = event.size.height >= _ROOMY
        for entry in (self._handler, self._like):
            entry.styles.margin = (0, 0, int(is_roomy), 0)
        for label, forms in ((_HANDLER, FORMS), (_LIKE, LIKE_FORMS)):
            first, *rest = wrapped(forms, self._cells - len(label))
            indented = [" " * len(label) + words for words in rest]
            self._tell(self._labels[label], [[(words, Role.DIM)] for words in (label + first, *indented)])
        self._show()
        self._say(*self._said_last)

    def action_field(self) -> None:
        """At once: what is typed next belongs there."""
        self.set_focus(self._handler if self._like.has_focus else self._like)

    def action_choose(self) -> None:
        self._chosen = (self._chosen + 1) % len(self._subjects)
        self._show()

    def action_leave(self) -> None:
        self.dismiss(None)

    def on_descendant_focus(self, _: events.DescendantFocus) -> None:
        """What was refused stays until something is typed."""
        if not self._is_looking and self._said_last[1] is Role.DIM:
            self._say_note()

    def _say_note(self) -> None:
        self._say(_LIKE_NOTE if self._like.has_focus else self._note)

    @on(Input.Changed)
    def _typed(self) -> None:
        """What is looked up meanwhile is not what is meant."""
        self._wanted += 1
        self._is_looking = False
        self._say_note()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        handler, like = self._handler.value.strip(), self._like.value.strip()
        try:
            if handler or not names_template(like):
                self._check(handler)
        except DdbtopError as error:
            self._refuse(error)
            return
        if not like:
            self.dismiss(Wanted(handler, self._subjects[self._chosen]))
            return
        self._wanted += 1
        self._is_looking = True
        self._say(f"looking up {like}…")
        asked = self.LookedUp(self._wanted, like)
        threading.Thread(target=self._look_up_in_thread, args=(asked,), name="look up", daemon=True).start()

    def _look_up_in_thread(self, asked: LookedUp) -> None:
        try:
            asked.adopted = self._look_up(asked.like)
        except Exception as error:  # noqa: BLE001 -- raised again, or said, on the screen's thread
            asked.error = error
        self.post_message(asked)

    def on_replay_prompt_looked_up(self, event: LookedUp) -> None:
        if event.number != self._wanted:
            return
        self._is_looking = False
        if event.adopted is not None:
            self._take(event.like, event.adopted)
        elif isinstance(event.error, SeveralMeant):
            self._let_choose(event.error.choices)
        elif isinstance(event.error, DdbtopError):
            self._refuse(event.error)
        else:
            raise event.error or RuntimeError("nothing was looked up and no reason is told")

    def _take(self, like: str, adopted: Adopted) -> None:
        handler = self._handler.value.strip() or adopted.handler
        if handler:
            self.dismiss(Wanted(handler, self._subjects[self._chosen], like, adopted))
        else:
            self.set_focus(self._handler)
            self._say("; ".join((*adopted.remarks, "name a handler")), Role.ATTENTION)

    def _let_choose(self, choices: Sequence[Choice]) -> None:
        names = {f"{choice.words}  {choice.name}": choice.name for choice in choices}

        def chosen(words: str | None) -> None:
            if words:
                with self.prevent(Input.Changed):
                    self._like.value = names[words]
                self._submitted()

        self.app.push_screen(Chooser("Whose settings?", list(names), ""), chosen)

    def _refuse(self, error: DdbtopError) -> None:
        self._say(f"{error.message}; {error.hint}" if error.hint else error.message, Role.ATTENTION)

    def _show(self) -> None:
        lines: list[Line] = []
        for number, subject in enumerate(self._subjects):
            mark = "(•) " if number == self._chosen else "( ) "
            source: Line = [(mark, Role.TEXT), (visible(subject.words.source), Role.TEXT)]
            begins: Line = [(f"from {visible(subject.words.begins)}", Role.DIM)]
            in_one: Line = [*source, ("   ", Role.TEXT), *begins]
            lines += [in_one] if width_of(in_one) <= self._cells else [source, [("    ", Role.TEXT), *begins]]
        self._tell(self._choices, lines)

    def _say(self, words: str, role: Role = Role.DIM) -> None:
        self._said_last = (words, role)
        self._said.show([[(line, role)] for line in wrapped(visible(words), self._cells)])

    def _tell(self, widget: Lines, lines: Sequence[Line]) -> None:
        widget.styles.height = len(lines)
        widget.show(lines)
