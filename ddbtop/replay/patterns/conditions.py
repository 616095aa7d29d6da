"""What a pattern says once it is read: leaves that must all hold, and choices of which one branch must."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ddbtop.replay.patterns.operators import Operator


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value at the path fits one of the alternatives."""

    path: str
    """Names joined by dots, as if the record were flat: a name with a dot in it is the same as two names."""
    alternatives: tuple[Operator, ...]

    @property
    def accepts_absence(self) -> bool:
        return any(alternative.accepts_absence for alternative in self.alternatives)

    def accepts(self, value: object) -> bool:
        return any(alternative.accepts(value) for alternative in self.alternatives)


@dataclass(frozen=True, slots=True)
class Choice:
    """One `$or`."""

    branches: tuple[Conditions, ...]


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of these, in the pattern's order."""

    leaves: tuple[Leaf, ...] = ()
    choices: tuple[Choice, ...] = ()

    def every_leaf(self) -> Iterator[Leaf]:
        """Those of branches, too."""
        yield from self.leaves
        for choice in self.choices:
            for branch in choice.branches:
                yield from branch.every_leaf()


def prefixes(path: str) -> Iterator[str]:
    """`a`, `a.b` and `a.b.c` of `a.b.c`."""
    dot = path.find(".")
    while dot >= 0:
        yield path[:dot]
        dot = path.find(".", dot + 1)
    yield path
