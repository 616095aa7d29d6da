"""Which element of an old list became which of a new one, so that one insertion is one addition and not a cascade."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from ddbtop.streams.attributes import Kind, kind_of

Pair = tuple[int | None, int | None]
"""Index in the old list and in the new one; None where there is no counterpart."""

_CELLS = 2500
"""Size of the table that is searched for the best alignment, about two milliseconds; larger lists go by index."""

_EQUAL = 2.0
"""Worth of a pair of equal elements: more than that of any two that are only alike."""


def aligned(old: list[Any], new: list[Any], canonical: Callable[[Any], Hashable]) -> list[Pair]:
    """Pairs in ascending order on both sides that hold every index but those of the equal ends.

    1. Equal elements at both ends belong together.
    2. Of what is left, equal elements and maps that share members are paired for the greatest total likeness.
    3. What is then left between two pairs goes by position where both sides have as many, else it was removed or added.
    """
    head = _equal_ends(old, new, range(min(len(old), len(new))))
    tail = _equal_ends(old, new, range(-1, head - min(len(old), len(new)) - 1, -1))
    middle = _middle(old[head : len(old) - tail], new[head : len(new) - tail], canonical)
    return [(_shift(i, head), _shift(j, head)) for i, j in middle]


def _equal_ends(old: list[Any], new: list[Any], indices: range) -> int:
    return next((count for count, at in enumerate(indices) if old[at] != new[at]), len(indices))


def _shift(index: int | None, by: int) -> int | None:
    return None if index is None else index + by


def _middle(old: list[Any], new: list[Any], canonical: Callable[[Any], Hashable]) -> list[Pair]:
    if not old or not new:
        return [*((i, None) for i in range(len(old))), *((None, j) for j in range(len(new)))]
    if len(old) * len(new) > _CELLS:
        return _by_index(len(old), len(new))
    pairs: list[Pair] = []
    i = j = 0
    for next_i, next_j in [*_anchors([canonical(v) for v in old], [canonical(v) for v in new]), (len(old), len(new))]:
        pairs += _gap(old, new, (i, next_i), (j, next_j))
        if next_i < len(old):
            pairs.append((next_i, next_j))
        i, j = next_i + 1, next_j + 1
    return pairs


def _by_index(old: int, new: int) -> list[Pair]:
    both = min(old, new)
    rest: list[Pair] = [(i, None) for i in range(both, old)]
    return [*((i, i) for i in range(both)), *rest, *((None, j) for j in range(both, new))]


def _anchors(old: list[Hashable], new: list[Hashable]) -> list[tuple[int, int]]:
    """The common subsequence of the greatest total likeness."""
    likeness = [[_likeness(a, b) for b in new] for a in old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            paired = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    anchors = []
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            anchors.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return anchors


def _likeness(old: Hashable, new: Hashable) -> float:
    """2 for equal values, for maps the share of equal members, else 0; both are canonical values."""
    if old == new:
        return _EQUAL
    (kind, members), (other, others) = _parts(old), _parts(new)
    if kind is not Kind.M or other is not Kind.M:
        return 0.0
    return len(members & others) / max(len(members), len(others), 1)


def _parts(value: Any) -> tuple[Kind, frozenset[Any]]:
    kind, content = value
    return kind, content if kind is Kind.M else frozenset()


def _gap(old: list[Any], new: list[Any], of_old: tuple[int, int], of_new: tuple[int, int]) -> list[Pair]:
    left, right = range(*of_old), range(*of_new)
    if len(left) == len(right) and all(_comparable(old[i], new[j]) for i, j in zip(left, right, strict=True)):
        return list(zip(left, right, strict=True))
    return [*((i, None) for i in left), *((None, j) for j in right)]


def _comparable(old: Any, new: Any) -> bool:
    """Whether one could have become the other: a map of several members that shares none is another map."""
    kinds = (kind_of(old), kind_of(new))
    if kinds == (Kind.M, Kind.M):
        return len(old["M"]) <= 1 and len(new["M"]) <= 1
    return Kind.M not in kinds
