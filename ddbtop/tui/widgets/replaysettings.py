"""The mapping's parameters, edited where they stand: each beside its values, what is said of it below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input

from ddbtop.errors import DdbtopError
from ddbtop.tui.look import Line, Role, wrapped
from ddbtop.tui.replays.fields import FIELDS, MAPPING_FIELDS, choices_of, name_of, plan_of, takes, texts_of, values_of
from ddbtop.tui.replays.panes import parameter
from ddbtop.tui.replays.plan import WAY_NAMES, Plan
from ddbtop.tui.widgets.entry import Entry
from ddbtop.tui.widgets.painted import Lines
from ddbtop.tui.widgets.rule import Rule

FORM_KEYS = ("settings.up", "settings.down", "settings.take", "settings.leave")
"""The commands that a line of keys names while the form is open."""


class SettingsForm(Vertical):
    """One line a parameter; what is typed is judged as it is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "move(-1)", "up", tooltip="The field before", id="settings.up", priority=True),
        Binding("down,tab", "move(1)", "down", tooltip="The next field", id="settings.down", priority=True),
        Binding(
            "enter",
            "take",
            "for the next run",
            tooltip="Take the settings over for the next run",
            id="settings.take",
            priority=True,
        ),
        Binding("escape", "leave", "as it was", tooltip="Leave the settings as they were", id="settings.leave"),
    ]

    @dataclass
    class Left(Message):
        """Editing ended, with another plan or with none."""

        plan: Plan | None

    def __init__(self, plan: Plan, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._plan = plan
        self._inputs = {field: _entry(field, text) for field, text in texts_of(plan).items()}
        self._said = Lines(id="settings-said")

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="settings-fields", can_focus=False):
            yield from map(self._row, MAPPING_FIELDS)
            yield Rule("Run here")
            yield from map(self._row, WAY_NAMES)
        yield self._said

    def _row(self, field: str) -> Horizontal:
        name = Lines(classes="settings-name")
        name.show([[(f" {parameter(name_of(field)).rstrip()} ", Role.TEXT)]])
        values = Lines(classes="settings-values")
        values.show([[(f" {values_of(field)}", Role.DIM)]])
        row = Horizontal(name, self._inputs[field], values, classes="settings-row")
        return row.set_class(not values_of(field), "-text").set_class(field in WAY_NAMES, "-here")

    def begin(self) -> None:
        """Once it is seen: what has no place on the screen takes no focus."""
        self.screen.set_focus(self._inputs[FIELDS[0]])

    def action_move(self, step: int) -> None:
        """To another field; after the last one comes the first."""
        place = next((place for place, field in enumerate(FIELDS) if self._inputs[field].has_focus), 0)
        self.screen.set_focus(self._inputs[FIELDS[(place + step) % len(FIELDS)]])

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        """Of a field, whatever key the command has."""
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        plan = self._judge()
        if plan is not None:
            self.post_message(self.Left(plan))

    def action_leave(self) -> None:
        self.post_message(self.Left(None))

    def on_descendant_focus(self, _: events.DescendantFocus) -> None:
        self._judge()

    def on_resize(self, _: events.Resize) -> None:
        """What is said has the width of the form, which it has only now."""
        self._judge()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._judge()

    def _judge(self) -> Plan | None:
        """What was typed as a plan; None where something is refused, which is said."""
        try:
            plan = plan_of(self._plan, {field: each.value for field, each in self._inputs.items()})
        except DdbtopError as error:
            self._say(f"{error.message}; {error.hint}" if error.hint else error.message, Role.ATTENTION)
            return None
        field = next((field for field, each in self._inputs.items() if each.has_focus), "")
        self._say(f"{name_of(field)}: {takes(field)}" if field else "", Role.DIM)
        return plan

    def _say(self, words: str, role: Role) -> None:
        lines: list[Line] = [[(f" {line}", role)] for line in wrapped(words, max(20, self.size.width - 2))]
        self._said.show(lines)


class Choice(Entry):
    """Holds one of a few words; the keys that would move in a text or put a blank into it change to another one."""

    def __init__(self, words: Sequence[str], text: str, *, id: str) -> None:
        super().__init__(text, compact=True, select_on_focus=True, id=id)
        self._words = words

    async def on_key(self, event: events.Key) -> None:
        if self.app.focused is self and event.key in ("space", "left", "right"):
            place = self._words.index(self.value) if self.value in self._words else -1
            self.value = self._words[(place + (-1 if event.key == "left" else 1)) % len(self._words)]
            self.action_select_all()
            event.stop()
            event.prevent_default()


def _entry(field: str, text: str) -> Entry:
    id = f"setting-{field.replace('_', '-')}"
    if words := choices_of(field):
        return Choice(words, text, id=id)
    return Entry(text, compact=True, select_on_focus=True, id=id)
