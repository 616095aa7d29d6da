"""The line of keys at the bottom, made from the bindings that are in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import ActiveBinding, Binding

from ddbtop.tui.look import Line, Role, fit, join, width_of
from ddbtop.tui.widgets.painted import Lines

_KEYS = {"slash": "/", "question_mark": "?", "ctrl+p": "^p", "space": "space", "escape": "escape"}


def key_name(key: str) -> str:
    """A key as people write it: `^p`, `/`, `g`."""
    if key in _KEYS:
        return _KEYS[key]
    return "^" + key.removeprefix("ctrl+") if key.startswith("ctrl+") else key


def key_line(left: Iterable[Binding], right: Iterable[Binding], width: int) -> Line:
    """As many keys of the left side as fit beside those of the right."""
    gap = "   " if width >= 100 else "  "
    ending = [*join([_entry(binding) for binding in right], (gap, Role.TEXT)), (" ", Role.TEXT)]
    line: Line = []
    for binding in left:
        longer: Line = [*line, (gap if line else " ", Role.TEXT), *_entry(binding)]
        if width_of(longer) + width_of(ending) + 2 > width:
            break
        line = longer
    return fit(line, width, right=ending)


def _entry(binding: Binding) -> Line:
    return [(key_name(binding.key), Role.ACCENT), (f" {binding.description}", Role.DIM)]


def one_a_binding(active: Mapping[str, ActiveBinding], namespace: object) -> list[Binding]:
    """The bindings of one namespace that are to be shown, each by its shortest key."""
    found: dict[str, Binding] = {}
    for key, entry in active.items():
        if entry.node is namespace and entry.binding.show and entry.enabled:
            known = found.get(entry.binding.action)
            if known is None or len(key_name(key)) < len(key_name(known.key)):
                found[entry.binding.action] = entry.binding.with_key(key)
    return list(found.values())


class KeyBar(Lines):
    """Keys of the screen at the left, those of the whole program at the right."""

    def made(self, width: int) -> list[Line]:
        active = self.screen.active_bindings
        left, right = one_a_binding(active, self.screen), one_a_binding(active, self.app)
        return [key_line(left, right, width)]
