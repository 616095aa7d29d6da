"""Every key, made from the bindings of everything there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from ddbtop.text import fit
from ddbtop.tui.keymap import commands, key_name
from ddbtop.tui.look import Line, Role
from ddbtop.tui.widgets.listing import Listing

_KEY_CELLS = 18
_NAME_CELLS = 16


Section = tuple[str, Iterable[BindingType]]
"""A heading and the bindings below it."""


def help_lines(sections: Iterable[Section]) -> list[Line]:
    """One line a command: all of its keys, and what it does."""
    lines: list[Line] = []
    for name, bindings in sections:
        lines += [*([[]] if lines else []), [(f" {name}", Role.STRONG)]]
        lines += [
            [
                (f"  {fit(' '.join(map(key_name, keys)), _KEY_CELLS)}", Role.ACCENT),
                (fit(binding.description, _NAME_CELLS), Role.TEXT),
                (binding.tooltip, Role.DIM),
            ]
            for binding, keys in commands(bindings)
        ]
    return lines


class HelpText(Listing):
    """Longer than a small screen, hence a list."""

    def __init__(self, lines: list[Line]) -> None:
        super().__init__(id="help-text")
        self._lines = lines

    @property
    def end(self) -> int:
        return len(self._lines)

    def line(self, index: int, width: int) -> Line:
        return self._lines[index]


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "leave", "close", tooltip="Back to the screen", id="help.close"),
    ]

    def __init__(self, sections: Iterable[Section]) -> None:
        super().__init__()
        self._sections = sections

    def compose(self) -> ComposeResult:
        with Vertical(id="help-box", classes="modal") as box:
            box.border_title = "Keys"
            box.border_subtitle = "escape"
            yield HelpText(help_lines(self._sections))

    def on_mount(self) -> None:
        self.query_one(HelpText).focus()

    def action_leave(self) -> None:
        self.dismiss(None)
