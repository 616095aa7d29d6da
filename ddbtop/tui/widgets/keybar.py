"""The line of keys at the bottom, made from the bindings that are in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from textual import events
from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode

from ddbtop.tui.keymap import key_name
from ddbtop.tui.look import Line, Role, fit, join, width_of
from ddbtop.tui.widgets.painted import Lines


def key_line(
    left: Iterable[ActiveBinding], right: Iterable[ActiveBinding], width: int, *, keeps_places: bool = True
) -> Line:
    """As many keys of the left side as fit beside those of the right: the last go first.

    Without `keeps_places`, what cannot be used now goes before any other.
    """
    gap = "   " if width >= 100 else "  "
    ending = [*join([_entry(active) for active in right], (gap, Role.TEXT)), (" ", Role.TEXT)]
    shown, room = list(left), width - width_of(ending) - 2
    while shown and width_of(_side(shown, gap)) > room:
        idle = [active for active in shown if not (keeps_places or active.enabled)]
        shown.remove((idle or shown)[-1])
    return fit(_side(shown, gap), width, right=ending)


def _side(entries: Iterable[ActiveBinding], gap: str) -> Line:
    return [(" ", Role.TEXT), *join([_entry(active) for active in entries], (gap, Role.TEXT))]


def _entry(active: ActiveBinding) -> Line:
    """A key that has nothing to work on yet keeps its place without its colour, so that no other moves."""
    key, description = key_name(active.binding.key), active.binding.description
    return [(key, Role.ACCENT if active.enabled else Role.DIM), (f" {description}", Role.DIM)]


def one_a_binding(active: Mapping[str, ActiveBinding], namespace: DOMNode) -> list[ActiveBinding]:
    """The bindings of one namespace that are to be shown, in its own order, each by its shortest key."""
    found: dict[str, ActiveBinding] = {}
    for key, entry in active.items():
        if entry.node is namespace and entry.binding.show:
            known = found.get(entry.binding.action)
            if known is None or len(key_name(key)) < len(key_name(known.binding.key)):
                found[entry.binding.action] = entry._replace(binding=entry.binding.with_key(key))
    own = [binding.id for binding in namespace.BINDINGS if isinstance(binding, Binding)]
    return sorted(found.values(), key=lambda entry: own.index(entry.binding.id) if entry.binding.id in own else -1)


class KeyBar(Lines):
    """Keys of the screen at the left, those of the whole program at the right."""

    def __init__(self, *, keeps_places: bool = True, id: str) -> None:
        """`keeps_places`: no key moves when others can be used or no longer."""
        super().__init__(id=id)
        self._keeps_places = keeps_places

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.again())

    def made(self, width: int) -> list[Line]:
        return [key_line(*self._sides(), width, keeps_places=self._keeps_places)]

    async def on_click(self, event: events.Click) -> None:
        """A key or its word does what the key does."""
        word = self.piece_at(event.x, event.y)
        for active in chain(*self._sides()):
            if word and active.enabled and word in (key_name(active.binding.key), active.binding.description):
                event.stop()
                await self.app.run_action(active.binding.action, active.node)
                return

    def _sides(self) -> tuple[list[ActiveBinding], list[ActiveBinding]]:
        active = self.screen.active_bindings
        return one_a_binding(active, self.screen), one_a_binding(active, self.app)
