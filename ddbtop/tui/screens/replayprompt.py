"""The layer that asks which handler is to get which records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from ddbtop.errors import DdbtopError
from ddbtop.text import visible
from ddbtop.tui.look import Line, Role, width_of, wrapped
from ddbtop.tui.replaying import Subject
from ddbtop.tui.widgets.entry import SUBMIT, Entry
from ddbtop.tui.widgets.painted import Lines, names_at

_CELLS = 72
"""Of a line of the layer where the screen is wide enough."""
_FRAME_CELLS = 4
_ROOMY = 18
"""Lines of a screen on which the layer has an empty one below its field."""
_LABEL = "handler   "
FORMS = "app.py:handler, package.module:handler, exec:COMMAND, http://…"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to replay."""

    handler: str
    subject: Subject


class ReplayPrompt(ModalScreen[Wanted | None]):
    CSS = """
    #replay-prompt { width: 76; height: auto; }
    #replay-handler { height: 1; border: none; padding: 0; background: $panel; margin-bottom: 1; }
    #replay-said { height: 3; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "choose", "records", tooltip="Other records", id="replay.choose", priority=True),
        Binding("escape", "leave", "back", tooltip="Replay nothing", id="replay.leave"),
    ]

    def __init__(self, subjects: Sequence[Subject], handler: str, note: str, check: Callable[[str], None]) -> None:
        """`handler` stands in the field at first, `note` says what it is; `check` raises `DdbtopError`."""
        super().__init__()
        self._subjects = subjects
        self._note = note
        self._check = check
        self._chosen = 0
        self._cells = _CELLS
        self._said_last = ("", Role.DIM)
        self._label = Lines()
        self._handler = Entry(handler, compact=True, select_on_focus=bool(handler), id="replay-handler")
        self._choices = Lines(id="replay-choices")
        self._said = Lines(id="replay-said")

    def compose(self) -> ComposeResult:
        key = names_at(self)
        with Vertical(id="replay-prompt", classes="modal") as box:
            box.border_title = "Replay"
            box.border_subtitle = Content(
                f"{SUBMIT} open   {key('replay.choose')} records   {key('replay.leave')} back"
            )
            yield self._label
            yield self._handler
            yield self._choices
            yield self._said

    def on_mount(self) -> None:
        self._handler.focus()
        self._said_last = (self._note, Role.DIM)

    def on_resize(self, event: events.Resize) -> None:
        """What does not fit in a line takes two."""
        self._cells = min(_CELLS, event.size.width - _FRAME_CELLS)
        self._handler.styles.margin = (0, 0, int(event.size.height >= _ROOMY), 0)
        first, *rest = wrapped(FORMS, self._cells - len(_LABEL))
        indented = [" " * len(_LABEL) + words for words in rest]
        self._tell(self._label, [[(words, Role.DIM)] for words in (_LABEL + first, *indented)])
        self._show()
        self._say(*self._said_last)

    def action_choose(self) -> None:
        self._chosen = (self._chosen + 1) % len(self._subjects)
        self._show()

    def action_leave(self) -> None:
        self.dismiss(None)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        handler = event.value.strip()
        try:
            self._check(handler)
        except DdbtopError as error:
            self._say(f"{error.message}; {error.hint}" if error.hint else error.message, Role.ATTENTION)
            return
        self.dismiss(Wanted(handler, self._subjects[self._chosen]))

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
