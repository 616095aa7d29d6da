"""Every command by name: what can be done on the screen now, each with its key, and the themes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual.await_complete import AwaitComplete
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.screen import Screen
from textual.types import IgnoreReturnCallbackType

from ddbtop.text import cell_width
from ddbtop.tui.keymap import key_name
from ddbtop.tui.themes import ABOUT, THEMES
from ddbtop.tui.widgets.painted import RoleApp

_OF_LISTS = ("list.down", "list.up", "list.page_down", "list.page_up", "list.first", "list.last")

_OF_FORMS = ("settings.down", "settings.up")

BY_HAND = ("commands", "open", "back", "interrupt", "pane.next", "pane.previous", *_OF_LISTS, *_OF_FORMS)
"""The palette itself, and what only makes sense where the cursor is."""

_NAME_CELLS, _KEY_CELLS = 21, 9
"""Columns of the names and of the keys, with what separates them from the next."""

_PAGES = ("page_up", "page_down")

HELP_WEIGHT = 0.5
"""A word found in what a command does counts less than one in its name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One command of the palette."""

    id: str
    """Of its binding, or of the theme."""
    name: str
    key: str
    """Empty where none is bound."""
    about: str
    run: IgnoreReturnCallbackType

    def shown(self, name: Content | None = None) -> Content:
        """In one line: its name, as it is or with what was found in it, its key, and what it does."""
        gap = " " * max(1, _NAME_CELLS - cell_width(self.name))
        key = self.key.ljust(_KEY_CELLS)
        return Content.assemble(name or self.name, gap, (key, "bold"), (self.about, "dim"))


def entries(app: RoleApp[Any], screen: Screen[Any]) -> Iterator[Entry]:
    """What is in force where the focus is, in the order of the bindings; then what has no key."""
    said: set[str] = set()
    for key, entry in screen.active_bindings.items():
        binding = entry.binding
        if binding.id and binding.id not in said and binding.id not in BY_HAND and entry.enabled:
            said.add(binding.id)
            run = partial(app.run_action, binding.action, entry.node)
            yield Entry(binding.id, binding.description, key_name(key), binding.tooltip, run)
    for theme in THEMES.values() if not app.no_color else ():
        if theme.name != app.theme:
            name = f"theme {theme.name}"
            yield Entry(name, name, "", ABOUT[theme.name], partial(setattr, app, "theme", theme.name))


class Commands(Provider):
    """What the palette searches."""

    @property
    def _entries(self) -> Iterator[Entry]:
        app = self.app
        assert isinstance(app, RoleApp)
        return entries(app, self.screen)

    async def discover(self) -> Hits:
        for entry in self._entries:
            yield DiscoveryHit(entry.shown(), entry.run, text=entry.name)

    async def search(self, query: str) -> Hits:
        """By name, by key, and by what a command does."""
        matcher = self.matcher(query)
        for entry in self._entries:
            score = max(matcher.match(entry.name), HELP_WEIGHT * matcher.match(entry.about), float(query == entry.key))
            if score > 0:
                name = entry.shown(matcher.highlight(entry.name))
                yield Hit(score, name, entry.run, text=entry.name)


class Palette(CommandPalette):
    """Textual's own, without three ways in which that one ends the program."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Left once: the second click of a double click beside it is for nobody."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key may come before its list is there, or when that is gone."""
        return bool(self.query(CommandList)) and super().check_action(action, parameters)

    def _action_command_list(self, action: str) -> None:
        """A list without room has no pages to turn."""
        if action not in _PAGES or self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)  # private: what its keys for the list do
