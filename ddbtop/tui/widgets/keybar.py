"""The line of keys at the bottom, made from the bindings that are in force."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from textual import events
from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode

from ddbtop.tui.keymap import key_name, key_sign
from ddbtop.tui.look import Line, Role, fit, join, width_of
from ddbtop.tui.widgets.painted import Lines


def key_line(
    left: Iterable[ActiveBinding],
    right: Iterable[ActiveBinding],
    width: int,
    *,
    keeps_places: bool = True,
    tight: Tight | None = None,
) -> Line:
    """As many keys of the left side as fit beside those of the right: the last go first.

    Without `keeps_places`, what cannot be used now goes before any other. With `tight`, the others get its shorter
    words next, then the right side makes room, and what stays is never left out.
    """
    gap = "   " if width >= 100 else "  "
    shown, beside = list(left), list(right)

    def is_too_wide() -> bool:
        return bool(shown) and width_of(_side(shown, gap)) + 2 > width - width_of(_ending(beside, gap))

    def leave_out(some: list[ActiveBinding], going: Iterable[ActiveBinding]) -> None:
        for active in going:
            if is_too_wide() and not (tight and active.binding.id in tight.stays):
                some.remove(active)

    if not keeps_places:
        leave_out(shown, [active for active in reversed(shown) if not active.enabled])
    if tight is not None and is_too_wide():
        shown = [tight.shortened(active) for active in shown]
        leave_out(beside, list(beside))
    leave_out(shown, shown[::-1])
    return fit(_side(shown, gap), width, right=_ending(beside, gap))


@dataclass(frozen=True, slots=True)
class Tight:
    """How a line of keys gets by with little room."""

    words: Mapping[str, str]
    """Shorter ones, by the command's id."""
    stays: frozenset[str]
    """Commands without which nobody finds the others, or the way back."""

    def shortened(self, active: ActiveBinding) -> ActiveBinding:
        words = self.words.get(active.binding.id or "")
        return active._replace(binding=replace(active.binding, description=words)) if words else active


def _ending(entries: Iterable[ActiveBinding], gap: str) -> Line:
    return [*join([_entry(active) for active in entries], (gap, Role.TEXT)), (" ", Role.TEXT)]


def _side(entries: Iterable[ActiveBinding], gap: str) -> Line:
    return [(" ", Role.TEXT), *join([_entry(active) for active in entries], (gap, Role.TEXT))]


def _entry(active: ActiveBinding) -> Line:
    """A key that has nothing to work on yet keeps its place without its colour, so that no other moves."""
    key, description = key_sign(active.binding.key), active.binding.description
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


def named(active: Mapping[str, ActiveBinding], ids: Iterable[str]) -> list[ActiveBinding]:
    """The bindings of some ids, wherever they are from and whether or not they are shown otherwise."""
    found: list[ActiveBinding] = []
    for wanted in ids:
        keys = [key for key, entry in active.items() if entry.binding.id == wanted and entry.enabled]
        if keys:
            key = min(keys, key=lambda key: len(key_sign(key)))
            found.append(active[key]._replace(binding=active[key].binding.with_key(key)))
    return found


class KeyBar(Lines):
    """Keys of the screen at the left, those of the whole program at the right."""

    def __init__(
        self,
        *,
        keeps_places: bool = True,
        tight: Tight | None = None,
        first: Callable[[], Sequence[str]] = lambda: (),
        id: str,
    ) -> None:
        """`keeps_places`: no key moves when others can be used or no longer. `first`: the ids of what leads on, or
        back, from something that is open."""
        super().__init__(id=id)
        self._first = first
        self._keeps_places = keeps_places
        self._tight = tight

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.again())

    def made(self, width: int) -> list[Line]:
        return [key_line(*self._sides(), width, keeps_places=self._keeps_places, tight=self._tight)]

    async def on_click(self, event: events.Click) -> None:
        """A key or its word does what the key does."""
        word = self.piece_at(event.x, event.y)
        for active in chain(*self._sides()):
            short = self._tight.shortened(active) if self._tight else active
            words = (key_sign(active.binding.key), active.binding.description, short.binding.description)
            if word and active.enabled and word in words:
                event.stop()
                await self.app.run_action(active.binding.action, active.node)
                return

    def _sides(self) -> tuple[list[ActiveBinding], list[ActiveBinding]]:
        active = self.screen.active_bindings
        first = named(active, self._first())
        return [*first, *one_a_binding(active, self.screen)], one_a_binding(active, self.app)
