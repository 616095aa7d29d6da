"""Every key, made from the bindings of everything there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from ddbtop.text import fit
from ddbtop.tui.look import Line, Role
from ddbtop.tui.widgets.keybar import key_name
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
                (f"  {fit(' '.join(keys), _KEY_CELLS)}", Role.ACCENT),
                (fit(binding.description, _NAME_CELLS), Role.TEXT),
                (binding.tooltip, Role.DIM),
            ]
            for keys, binding in commands(bindings)
        ]
    return lines


def commands(bindings: Iterable[BindingType]) -> list[tuple[list[str], Binding]]:
    """Every command once, with the names of all of its keys."""
    keys: dict[str, list[str]] = {}
    said: dict[str, Binding] = {}
    for binding in Binding.make_bindings(bindings):
        keys.setdefault(binding.action, []).append(key_name(binding.key))
        said.setdefault(binding.action, binding)
    return [(keys[action], binding) for action, binding in said.items()]


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
