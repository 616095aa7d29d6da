"""Whether a record fits: a search for elements of its arrays in which all conditions hold together."""

from __future__ import annotations

from dataclasses import dataclass

from ddbtop.replay.patterns.conditions import Conditions, Leaf, prefixes
from ddbtop.replay.patterns.fields import NO_ELEMENTS, Elements, Fields


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """One condition and what is asked after it; the end has nothing after it."""

    leaf: Leaf | None = None
    then: tuple[Step, ...] = ()
    """One of these: what follows a leaf, or the branches of a choice."""
    arrays_ahead: frozenset[str] = frozenset()
    """Paths at which an array matters to this step or a later one: which element was chosen in others is forgotten."""


END = Step()


def first_step(conditions: Conditions, then: Step = END) -> Step:
    """All conditions in a row that ends in `then`: absences last, when the elements they look at are chosen."""
    ordered = sorted(conditions.leaves, key=lambda leaf: leaf.path)
    for leaf in reversed([leaf for leaf in ordered if leaf.accepts_absence]):
        then = _before(leaf, then)
    for choice in reversed(conditions.choices):
        branches = tuple(first_step(branch, then) for branch in choice.branches)
        then = Step(None, branches, frozenset().union(*(branch.arrays_ahead for branch in branches)))
    for leaf in reversed([leaf for leaf in ordered if not leaf.accepts_absence]):
        then = _before(leaf, then)
    return then


def fits(first: Step, fields: Fields) -> bool:
    """Visits each step once for each choice of elements that still matters to it, so the effort stays in bounds."""
    seen: set[tuple[Step, Elements]] = set()
    waiting = [(first, NO_ELEMENTS)]
    while waiting:
        step, chosen = waiting.pop()
        if step is END:
            return True
        state = (step, _still_of_matter(step, chosen))
        if state in seen:
            continue
        seen.add(state)
        ways = {state[1]} if step.leaf is None else fields.ways(step.leaf, state[1])
        waiting.extend((then, way) for then in reversed(step.then) for way in ways)
    return False


def _before(leaf: Leaf, then: Step) -> Step:
    return Step(leaf, (then,), then.arrays_ahead | frozenset(prefixes(leaf.path)))


def _still_of_matter(step: Step, chosen: Elements) -> Elements:
    return frozenset(each for each in chosen if each[0][0] in step.arrays_ahead) if chosen else chosen
