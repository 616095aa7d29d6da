"""A pane: a rule with its name and state, and what stands below it."""

from __future__ import annotations

from textual.containers import Vertical
from textual.widget import Widget

from ddbtop.tui.look import Line
from ddbtop.tui.widgets.rule import Rule


class Pane(Vertical):
    """Shows by the colour of its name whether the focus is inside."""

    def __init__(self, name: str, *children: Widget, id: str) -> None:
        self._rule = Rule(name)
        super().__init__(self._rule, *children, id=id)

    def say(self, state: Line, *, name: str | None = None) -> None:
        """What stands at the right of the rule, and another name where that changes."""
        self._rule.say(state, name=name)

    def on_mount(self) -> None:
        """What has the focus and is removed is never told that it lost it: the screen knows."""
        self.watch(self.screen, "focused", self._show_focus)

    def _show_focus(self, focused: Widget | None) -> None:
        self._rule.focus_name(focused is not None and self in focused.ancestors)
