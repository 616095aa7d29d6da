"""The values of a record at the paths that a pattern names, as if the record were flat.

Arrays leave no trace in a path, so each value carries which elements it was found in.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ddbtop.replay.mapping.undocumented import is_absent, joined
from ddbtop.replay.patterns.conditions import Leaf

ArrayId: TypeAlias = tuple[str, int]
"""An array of a record: its path, and a number that tells arrays of one path apart."""

Elements: TypeAlias = frozenset[tuple[ArrayId, int]]
"""Which element of which array; never two of one."""

NO_ELEMENTS: Elements = frozenset()

_Value: TypeAlias = tuple[Any, Elements]


@dataclass(slots=True)
class Fields:
    """What one record holds at the paths of a pattern."""

    values: dict[str, list[_Value]] = field(default_factory=dict)
    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The first object at a path."""
    arrays: int = 0
    _indexes: dict[str, _Index] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Any, paths: Collection[str]) -> Fields:
        """`paths`: those of leaves, and all on the way to them."""
        fields = cls()
        waiting: deque[tuple[str, Any, Elements]] = deque()
        if isinstance(record, dict):
            waiting.extend((name, value, NO_ELEMENTS) for name, value in record.items() if name in paths)
        while waiting:
            path, value, elements = waiting.popleft()
            if isinstance(value, dict):
                fields.objects.setdefault(path, value)
                inner = ((joined(path, name), member) for name, member in value.items())
                waiting.extend((below, member, elements) for below, member in inner if below in paths)
            elif isinstance(value, list):
                array = (path, fields.arrays)
                fields.arrays += 1
                waiting.extend((path, part, elements | {(array, place)}) for place, part in enumerate(value))
            else:
                fields.values.setdefault(path, []).append((value, elements))
        return fields

    def holds(self, leaf: Leaf) -> bool:
        """Whether the leaf holds by itself, in whichever elements."""
        found = self.values.get(leaf.path, ())
        return (leaf.accepts_absence and not found) or any(leaf.accepts(value) for value, _ in found)

    def ways(self, leaf: Leaf, chosen: Elements) -> set[Elements]:
        """In which elements the leaf can hold where `chosen` are those that other leaves hold in."""
        found = self._near(leaf.path, chosen)
        reachable = [(value, together) for value, own in found if (together := _together(chosen, own)) is not None]
        ways = {together for value, together in reachable if leaf.accepts(value)}
        return ways | {chosen} if leaf.accepts_absence and is_absent(reachable) else ways

    def _near(self, path: str, chosen: Elements) -> list[_Value]:
        """The values that can go together with `chosen`, and perhaps some that cannot."""
        found = self.values.get(path, [])
        if not chosen:
            return found
        index = self._indexes.get(path) or self._indexes.setdefault(path, _Index.of(found))
        near = (index.values.get(element, []) for element in chosen if element[0] in index.arrays)
        return min(near, key=len, default=found)


@dataclass(frozen=True, slots=True)
class _Index:
    """The values of one path by element: lists of thousands of maps are ordinary."""

    values: dict[tuple[ArrayId, int], list[_Value]]
    arrays: frozenset[ArrayId]
    """Those that every value lies in."""

    @classmethod
    def of(cls, found: list[_Value]) -> _Index:
        values: dict[tuple[ArrayId, int], list[_Value]] = {}
        for value in found:
            for element in value[1]:
                values.setdefault(element, []).append(value)
        arrays = [frozenset(array for array, _ in elements) for _, elements in found]
        return cls(values, frozenset.intersection(*arrays) if arrays else frozenset())


def _together(some: Elements, others: Elements) -> Elements | None:
    """None where that would be two elements of one array."""
    if not others or not some:
        return some or others
    together = some | others
    return together if len({array for array, _ in together}) == len(together) else None
