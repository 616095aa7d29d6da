"""The line in which a filter is typed, above the records that it lets through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from ddbtop.tui.look import Line, Role
from ddbtop.tui.widgets.entry import Entry
from ddbtop.tui.widgets.painted import Lines

HISTORY = 50
"""Filters that are remembered while the program runs."""
SETTLED_S = 0.2
"""A search begins once typing pauses for so long: each one reads the whole history."""


class _Typed(Entry):
    async def action_submit(self) -> None:
        """At once, where the input itself would send a message after which it takes more keys."""
        self.query_ancestor(FilterLine).keep()


class FilterLine(Vertical):
    """Says what is to be looked for; the screen looks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", tooltip="Show every record again", id="filter.leave", show=False),
        Binding("up", "older", "older", tooltip="The filter before this one", id="filter.older", show=False),
        Binding("down", "newer", "newer", tooltip="The filter after this one", id="filter.newer", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another filter, or none if the text is empty."""

        text: str

    def __init__(self, records: Widget, *, id: str) -> None:
        """`records` gets the focus once typing ends, at once: keys that are typed already belong to it."""
        super().__init__(id=id)
        self._records = records
        self._history: list[str] = []
        self._place = 0
        self._said = ""

    def compose(self) -> ComposeResult:
        with Horizontal(id="filter-entry"):
            yield Lines(id="filter-prompt")
            yield _Typed(placeholder="words, event:MODIFY key:order# changed:status size>1kB !ttl", compact=True)
        yield Lines(id="filter-error")

    def on_mount(self) -> None:
        self.query_one("#filter-prompt", Lines).show([[(" / ", Role.ACCENT)]])

    @property
    def text(self) -> str:
        return self.query_one(Input).value if self.is_mounted else ""

    def open(self) -> None:
        self.display = True
        self._place = len(self._history)
        self.screen.set_focus(self.query_one(Input))  # at once: keys that are typed already belong to it

    def close(self) -> None:
        self.query_one(Input).value = ""
        self.complain("")
        self.display = False

    def complain(self, message: str) -> None:
        """What is wrong with the text, in the line below it."""
        error = self.query_one("#filter-error", Lines)
        line: Line = [(f"  {message}", Role.ATTENTION)]
        error.display = bool(message)
        error.show([line])

    def action_older(self) -> None:
        self._recall(self._place - 1)

    def action_newer(self) -> None:
        self._recall(self._place + 1)

    def _recall(self, place: int) -> None:
        if 0 <= place <= len(self._history):
            self._place = place
            self.query_one(Input).value = self._history[place] if place < len(self._history) else ""

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.set_timer(SETTLED_S, self._settle)

    def _settle(self) -> None:
        if self.text != self._said:
            self._said = self.text
            self.post_message(self.Changed(self.text))

    def keep(self) -> None:
        """Typing has ended; an empty line goes away."""
        self._settle()
        if self.text and self.text not in self._history[-1:]:
            self._history = [*self._history, self.text][-HISTORY:]
        self.screen.set_focus(self._records)
        if not self.text:
            self.close()

    def action_leave(self) -> None:
        self.query_one(Input).value = ""
        self.keep()
