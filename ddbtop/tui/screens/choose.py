"""One name out of many, narrowed down by typing: a profile, a region."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from ddbtop.tui.look import Line, Role
from ddbtop.tui.screens.layer import Layer
from ddbtop.tui.widgets.entry import Entry
from ddbtop.tui.widgets.listing import Listing
from ddbtop.tui.widgets.painted import names_at


class NameList(Listing, can_focus=False):
    """The names that fit what is typed; it never has the focus: whatever is typed belongs to the field."""

    def __init__(self, names: Sequence[str], current: str) -> None:
        super().__init__(id="name-list")
        self._names = names
        self._current = current
        self._shown = list(names)

    def on_mount(self) -> None:
        if self._current in self._shown:
            self.place(self._shown.index(self._current))

    @property
    def end(self) -> int:
        return len(self._shown)

    @property
    def selected(self) -> str:
        return self._shown[self.cursor] if self.cursor < self.end else ""

    def line(self, index: int, width: int) -> Line:
        name = self._shown[index]
        here: Line = [("  in use", Role.DIM)] if name == self._current else []
        return [("▌" if index == self.cursor else " ", Role.ACCENT), (f" {name}", Role.TEXT), *here]

    def empty(self, width: int) -> list[Line]:
        return [[(f"  none fits; {names_at(self)('choose.leave')} leaves it as it is", Role.DIM)]]

    def filter(self, text: str) -> None:
        words = text.lower().split()
        self._shown = [name for name in self._names if all(word in name.lower() for word in words)]
        self.top = 0
        self.place(0)
        self.refresh()


class Chooser(Layer[str]):
    """Its result is the chosen name, None if it was left."""

    CSS = """
    #choose-box { width: 60; height: 80%; max-height: 24; }
    #choose-box Input { height: 1; border: none; padding: 0 1; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "choose", tooltip="Go over to it", id="choose.go", priority=True),
        Binding("escape", "leave", "back", tooltip="Leave it as it is", id="choose.leave", priority=True),
        Binding("down", "move(1)", "down", tooltip="The next name", id="choose.down", priority=True),
        Binding("up", "move(-1)", "up", tooltip="The name before", id="choose.up", priority=True),
    ]

    def __init__(self, title: str, names: Sequence[str], current: str) -> None:
        super().__init__()
        self._title = title
        self._field = Entry(compact=True)
        self.list = NameList(names, current)

    def compose(self) -> ComposeResult:
        key = names_at(self)
        with Vertical(id="choose-box", classes="modal") as box:
            box.border_title = self._title
            box.border_subtitle = Content(
                f"type to narrow down   {key('choose.go')} choose   {key('choose.leave')} back"
            )
            yield self._field
            yield self.list

    def action_open(self) -> None:
        if self.list.selected:
            self.dismiss(self.list.selected)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_move(self, lines: int) -> None:
        self.list.action_move(lines)

    def on_mount(self) -> None:
        self.watch(self._field, "value", self.list.filter, init=False)  # at once: the next key is for what fits
