"""The help: what can be done where the cursor is, every other key, and what the signs mean."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from ddbtop.text import fit
from ddbtop.tui.keymap import commands, key_name
from ddbtop.tui.legend import LEGEND
from ddbtop.tui.look import Line, Role, wrapped
from ddbtop.tui.screens.layer import Layer
from ddbtop.tui.widgets.painted import names_at
from ddbtop.tui.widgets.scrolled import Scrolled

_KEY_CELLS = 14
_NAME_CELLS = 16
_LEAST_CELLS = 20
"""Of what a command does; a narrower screen cuts it."""


Section = tuple[str, Iterable[BindingType]]
"""A heading and the bindings below it."""


def help_lines(sections: Iterable[Section], width: int, idle: Collection[str | None] = ()) -> list[Line]:
    """Every command with all of its keys and what it does; `idle` ones have nothing to work on now."""
    lines: list[Line] = []
    for name, bindings in sections:
        lines += [*([[]] if lines else []), [(f" {name}", Role.STRONG)]]
        for binding, keys in commands(bindings):
            shown = " ".join(map(key_name, keys))
            roles = (Role.DIM, Role.DIM) if binding.id in idle else (Role.ACCENT, Role.TEXT)
            head: Line = [(f"  {fit(shown, _KEY_CELLS)} ", roles[0]), (fit(binding.description, _NAME_CELLS), roles[1])]
            lines += _entry(head, _KEY_CELLS + _NAME_CELLS + 3, binding.tooltip, width)
    return lines


def legend_lines(width: int) -> list[Line]:
    lines: list[Line] = [[], [(" Signs", Role.STRONG)]]
    for sign, role, words in LEGEND:
        head: Line = [("  ", Role.TEXT), (sign, role), (" " * (_KEY_CELLS + 1 - len(sign)), Role.TEXT)]
        lines += _entry(head, _KEY_CELLS + 3, words, width)
    return lines


def _entry(head: Line, cells: int, words: str, width: int) -> list[Line]:
    """One line, or more where the words need them."""
    parts = wrapped(words, max(_LEAST_CELLS, width - cells)) or [""]
    first: Line = [*head, (parts[0], Role.DIM)]
    return [first, *([(" " * cells, Role.TEXT), (part, Role.DIM)] for part in parts[1:])]


class HelpText(Scrolled):
    """Longer than most screens; its lines are made for their width."""

    def __init__(self, sections: Sequence[Section], advice: Sequence[Line], idle: Collection[str | None]) -> None:
        super().__init__(id="help-text")
        self._sections = sections
        self._advice = advice
        self._idle = idle
        self._lines: list[Line] = []

    @property
    def end(self) -> int:
        return len(self._lines)

    def line(self, index: int, width: int) -> Line:
        return self._lines[index]

    def on_resize(self) -> None:
        width = self.size.width
        advice = [*self._advice, []] if self._advice else []
        self._lines = [*advice, *help_lines(self._sections, width, self._idle), *legend_lines(width)]
        self.top = self._bounded(self.top)
        self.refresh()


class HelpScreen(Layer[None]):
    """Scrolls with the keys of every list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,question_mark,q", "leave", "close", tooltip="Back to the screen", id="help.close"),
    ]

    def __init__(
        self, sections: Sequence[Section], advice: Sequence[Line] = (), idle: Collection[str | None] = ()
    ) -> None:
        """`advice`: what helps where nothing is shown or nothing can be read; it stands above everything."""
        super().__init__()
        self._text = HelpText(sections, advice, idle)

    def compose(self) -> ComposeResult:
        key = names_at(self, HelpText)
        with Vertical(id="help-box", classes="modal") as box:
            box.border_title = "Keys"
            box.border_subtitle = Content(f"{key('list.up')} {key('list.down')} scroll   {key('help.close')} back")
            yield self._text

    def on_mount(self) -> None:
        self._text.focus()

    def action_leave(self) -> None:
        self.dismiss(None)
