"""The layer that asks what to export, in which form and where to, and counts while it is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input

from ddbtop.errors import DdbtopError
from ddbtop.journal.export import Format
from ddbtop.journal.newfile import free_name
from ddbtop.journal.reader import JournalReader, Row
from ddbtop.journal.search import Search
from ddbtop.text import count, fit, size, visible
from ddbtop.tui.exporting import Choice, Export, choices, outcome, proposed_name
from ddbtop.tui.look import Line, Role, join, width_of, wrapped
from ddbtop.tui.screens.layer import Layer
from ddbtop.tui.session import Session
from ddbtop.tui.widgets.entry import SUBMIT, Entry
from ddbtop.tui.widgets.painted import Lines, names_at

COUNT_S = 0.1
"""How often the count is told while a file is written."""

_CELLS = 72
"""Of a line of the layer where the screen is wide enough."""
_FRAME_CELLS, _LABEL_CELLS, _NAME_CELLS = 4, 10, 18
_ROOMY = 18
"""Lines of a screen on which the layer has empty ones between its parts."""
_FORMS = {Format.NDJSON: "NDJSON, one record a line", Format.LAMBDA_EVENT: "a Lambda event"}


class ExportLayer(Layer[None]):
    """Stays until the file is written or given up."""

    CSS = """
    #export-box { width: 76; height: auto; }
    #export-entry { height: 1; }
    #export-label { width: 10; }
    #export-file { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "choose(1)", "down", tooltip="The next choice", id="export.down"),
        Binding("up", "choose(-1)", "up", tooltip="The choice before", id="export.up"),
        Binding("tab", "form", "form", tooltip="NDJSON or a Lambda event", id="export.form", priority=True),
        Binding("escape", "leave", "back", tooltip="Give up; nothing is left of the file", id="export.leave"),
    ]

    def __init__(self, choices: Sequence[Choice], table: str, open_reader: Callable[[], JournalReader]) -> None:
        super().__init__()
        self._choices = choices
        self._name_of = partial(proposed_name, table, time.time())
        self._open_reader = open_reader
        self._chosen = 0
        self._cells = _CELLS
        self._said_last = ("", Role.DIM)
        self._format = Format.NDJSON
        self.export: Export | None = None
        """What is being written."""
        self._lines = [Lines() for _ in choices]
        self._form = Lines(id="export-form")
        self._label = Lines(id="export-label")
        self._file = Entry(self._free(), compact=True, select_on_focus=False, id="export-file")
        self._state = Lines(id="export-state")

    @classmethod
    def over(cls, session: Session, row: Row | None, search: Search | None) -> ExportLayer:
        """For the record under the cursor and the filter in force."""
        path = session.reader.path
        return cls(choices(session, row, search), session.status.stream.table, lambda: JournalReader.open(path))

    def compose(self) -> ComposeResult:
        key = names_at(self)
        with Vertical(id="export-box", classes="modal") as box:
            box.border_title = "Export"
            ways = f"{SUBMIT} write   {key('export.up')} {key('export.down')} what   {key('export.form')} form"
            box.border_subtitle = Content(f"{ways}   {key('export.leave')} back")
            yield from self._lines
            yield self._form
            with Horizontal(id="export-entry"):
                yield self._label
                yield self._file
            yield self._state

    def on_mount(self) -> None:
        self._label.show([[("  file    ", Role.DIM)]])
        self._said_last = (f"a new file in {_folder()} that only you can read", Role.DIM)
        self._file.focus()
        self.set_interval(COUNT_S, self.look)

    def on_resize(self, event: events.Resize) -> None:
        """What does not fit in a line takes two."""
        self._cells = min(_CELLS, event.size.width - _FRAME_CELLS)
        for part in (self._form, self._state):
            part.styles.margin = (int(event.size.height >= _ROOMY), 0, 0, 0)
        self._show()
        self._say(*self._said_last)

    def on_unmount(self) -> None:
        if self.export is not None:
            self.export.stop()

    def action_choose(self, step: int) -> None:
        self._chosen = (self._chosen + step) % len(self._choices)
        self._show()

    def action_form(self) -> None:
        """The other form; a proposed name takes its ending."""
        proposed = self._free()
        self._format = Format.LAMBDA_EVENT if self._format is Format.NDJSON else Format.NDJSON
        if self._file.value == proposed:
            self._file.value = self._free()
        self._show()

    def action_leave(self) -> None:
        if self.export is not None:
            self.export.stop()
        self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is being written is not changed any more."""
        return action == "leave" or self.export is None

    @on(Input.Submitted)
    def _write(self) -> None:
        """In a thread; the count is told until it ends."""
        name = self._file.value.strip()
        if self.export is not None:
            return
        if not name:
            self._say("a file needs a name", Role.ATTENTION)
            return
        try:
            path = Path(name).expanduser()
        except RuntimeError as error:  # no such user
            self._say(str(error), Role.ATTENTION)
            return
        self._file.disabled = True
        self.export = Export(self._open_reader, self._choices[self._chosen].selection, path, self._format)

    def look(self) -> None:
        """Tell how many match by now; once something is written, how far it is, and leave when it is done."""
        export = self.export
        if export is None:
            self._show_choices()
            return
        if not self.is_active:
            return
        done, wanted = export.done, export.selection.size
        if export.is_running:
            read = f"{count(done.seen)} of {count(wanted)} read, {count(done.records)} written, {size(done.size_bytes)}"
            self._say(f"{read}   {names_at(self)('export.leave')} gives up")
        elif export.error is None:
            self.export = None
            self.app.notify(outcome(done, export.selection), markup=False)
            self.dismiss(None)
        else:
            self._fail(export.error)

    def _fail(self, error: Exception) -> None:
        """Say it and let the user name another file. A bug is raised as one."""
        if not isinstance(error, DdbtopError):
            raise error
        self.export = None
        self._file.disabled = False
        self._file.focus()
        self._say(f"{error.message}; {error.hint}" if error.hint else error.message, Role.ATTENTION)

    def _free(self) -> str:
        return str(free_name(Path(self._name_of(self._format))))

    def _show_choices(self) -> None:
        for number, (line, choice) in enumerate(zip(self._lines, self._choices, strict=True)):
            line.show([_choice_line(choice, chosen=number == self._chosen)])

    def _show(self) -> None:
        self._show_choices()
        marks = {format: "(•)" if format is self._format else "( )" for format in _FORMS}
        forms: list[Line] = [[(f"{marks[format]} {words}", Role.TEXT)] for format, words in _FORMS.items()]
        in_one = join(forms, ("    ", Role.TEXT))
        lines = [in_one] if width_of(in_one) <= self._cells - _LABEL_CELLS else forms
        labels = ["  as", *[""] * (len(lines) - 1)]
        shown = [[(fit(label, _LABEL_CELLS), Role.DIM), *line] for label, line in zip(labels, lines, strict=True)]
        self._tell(self._form, shown)

    def _say(self, words: str, role: Role = Role.DIM) -> None:
        self._said_last = (words, role)
        self._tell(self._state, [[(f"  {line}", role)] for line in wrapped(visible(words), self._cells - 2)])

    def _tell(self, widget: Lines, lines: Sequence[Line]) -> None:
        widget.styles.height = len(lines)
        widget.show(lines)


def _choice_line(choice: Choice, *, chosen: bool) -> Line:
    name = fit(choice.name, _NAME_CELLS)
    return [
        ("▌ " if chosen else "  ", Role.ACCENT),
        (name, Role.FOCUS if chosen else Role.TEXT),
        (visible(choice.about), Role.DIM),
    ]


def _folder() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return "a folder that is gone"
