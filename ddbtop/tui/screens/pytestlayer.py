"""The layer that asks whether a test gets the record as it is or a masked one: both are files of real data's form."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from ddbtop.errors import DdbtopError
from ddbtop.replay.findings.pytestfile import Case, write_pytest
from ddbtop.text import cut, size, visible
from ddbtop.tui.look import Line, Role
from ddbtop.tui.screens.layer import Layer
from ddbtop.tui.widgets.painted import Lines, names_at

_WIDTH = 72
"""Of the words in the layer."""


class PytestLayer(Layer[None]):
    """Stays until a test is written or nothing is wanted."""

    CSS = """
    #pytest-box { width: 78; height: auto; }
    #pytest-lines { height: 8; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "write(True)", "masked", tooltip="Values of the same types and lengths", id="pytest.masked"),
        Binding("d", "write(False)", "real data", tooltip="The event as it was", id="pytest.data"),
        Binding("escape", "leave", "back", tooltip="Write nothing", id="pytest.leave"),
    ]

    def __init__(self, case: Case, folder: Path) -> None:
        super().__init__()
        self._case, self._folder = case, folder
        self._lines = Lines(id="pytest-lines")

    def compose(self) -> ComposeResult:
        key = names_at(self)
        with Vertical(id="pytest-box", classes="modal") as box:
            box.border_title = "Write a pytest"
            ways = f"{key('pytest.masked')} masked   {key('pytest.data')} data as it is   {key('pytest.leave')} back"
            box.border_subtitle = Content(ways)
            yield self._lines

    def on_mount(self) -> None:
        self._say("the event is what someone's table holds", Role.ATTENTION)

    def action_write(self, masked: bool) -> None:
        try:
            path = write_pytest(self._case, self._folder, masked=masked)
        except DdbtopError as error:
            self._say(f"{error.message}; {error.hint}" if error.hint else error.message, Role.ATTENTION)
            return
        self.app.notify(f"Wrote {path.name} and its event beside it, in {path.parent}", markup=False)
        self.dismiss(None)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _say(self, words: str, role: Role) -> None:
        about = f"{self._case.title}: {self._case.failure}"
        key = names_at(self)
        masked, data = key("pytest.masked"), key("pytest.data")
        lines: list[Line] = [
            [(cut(visible(about), _WIDTH), Role.TEXT)],
            [(f"event {size(len(self._case.event))}, into {cut(visible(str(self._folder)), _WIDTH - 24)}", Role.DIM)],
            [],
            [(f"{masked}  ", Role.ACCENT), ("masked: the same types and lengths; it may not fail any more", Role.TEXT)],
            [(f"{data}  ", Role.ACCENT), ("the data as it is", Role.TEXT)],
            [],
            [(cut(visible(words), _WIDTH), role)],
        ]
        self._lines.show(lines)
