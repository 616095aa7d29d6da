"""The rule above a pane: its name at the left, its state at the right."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message

from ddbtop.tui.look import Line, Role, clip, width_of
from ddbtop.tui.widgets.painted import Lines


def rule(name: Line, state: Line, width: int) -> Line:
    """`─ Shards ──────── 4 open · 15 closed ─`; the name is cut before the state is. Without either, a mere rule."""
    tail: Line = [*([(" ", Role.DIM)] if state else []), *state, (" ─" if state else "─", Role.DIM)]
    head: Line = [("─ ", Role.DIM), *clip(name, max(1, width - width_of(tail) - 6)), (" ", Role.DIM)]
    if not width_of(name):
        head = []
    dashes = max(1, width - width_of(head) - width_of(tail))
    return clip([*head, ("─" * dashes, Role.DIM), *tail], width)


class Rule(Lines):
    """Its name takes the accent while its pane is focused; nothing else moves."""

    @dataclass
    class Clicked(Message):
        """A word of the rule was clicked; a pane may have something under it."""

        word: str

    def __init__(self, name: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = name
        self._state: Line = []
        self._focused = False

    def say(self, state: Line, *, name: str | None = None) -> None:
        """What stands at the right, and another name where that changes."""
        self._state = state
        self._title = self._title if name is None else name
        self.again()

    def focus_name(self, focused: bool) -> None:
        self._focused = focused
        self.again()

    def on_click(self, event: events.Click) -> None:
        word = self.piece_at(event.x, event.y)
        if any(text == word for text, _ in self._state):
            event.stop()
            self.post_message(self.Clicked(word))

    def made(self, width: int) -> list[Line]:
        name = (self._title, Role.FOCUS if self._focused else Role.STRONG)
        return [rule([name], self._state, width)]
