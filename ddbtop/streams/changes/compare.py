"""Two items compared: one change a path, nested maps and lists entered, sets compared as sets.

Takes a few frames a level: `RecursionError` is the answer to depth far beyond what DynamoDB allows.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from typing import Any

from ddbtop.streams.attributes import Kind, kind_of, number
from ddbtop.streams.changes.alignment import aligned
from ddbtop.streams.changes.model import Change, ChangeKind, Path

Item = dict[str, Any]


def compare(old: Item, new: Item) -> Iterator[Change]:
    """Every change that makes `new` of `old`, in the order of `new`, what was removed last."""
    return _members(old, new, (), ())


def same(old: Any, new: Any) -> bool:
    """Whether two attribute values mean the same: order in sets and the spelling of numbers do not count."""
    return bool(old == new) or canonical(old) == canonical(new)


def canonical(value: Any) -> Hashable:
    """Equal and hashable for values that mean the same."""
    kind = kind_of(value)
    if kind is Kind.MALFORMED:
        return kind, json.dumps(value, sort_keys=True, default=repr)
    content = value[kind.value]
    if kind is Kind.M:
        return kind, frozenset((name, canonical(member)) for name, member in content.items())
    if kind is Kind.L:
        return kind, tuple(canonical(element) for element in content)
    if kind is Kind.N:
        return kind, number(content)
    if kind is Kind.NS:
        return kind, frozenset(number(element) for element in content)
    if kind in (Kind.SS, Kind.BS):
        return kind, frozenset(content)
    return kind, content


def _values(old: Any, new: Any, old_path: Path, new_path: Path) -> Iterator[Change]:
    if old == new:
        return
    kinds = (kind_of(old), kind_of(new))
    if kinds == (Kind.M, Kind.M):
        yield from _members(old["M"], new["M"], old_path, new_path)
    elif kinds == (Kind.L, Kind.L):
        yield from _elements(old["L"], new["L"], old_path, new_path)
    elif not same(old, new):
        yield Change(ChangeKind.CHANGED, old_path, new_path, old, new)


def _members(old: Item, new: Item, old_path: Path, new_path: Path) -> Iterator[Change]:
    for name, value in new.items():
        if name in old:
            yield from _values(old[name], value, (*old_path, name), (*new_path, name))
        else:
            yield Change(ChangeKind.ADDED, new_path=(*new_path, name), new=value)
    for name, value in old.items():
        if name not in new:
            yield Change(ChangeKind.REMOVED, old_path=(*old_path, name), old=value)


def _elements(old: list[Any], new: list[Any], old_path: Path, new_path: Path) -> Iterator[Change]:
    pairs = aligned(old, new, canonical)
    moved = _moves(old, new, pairs)
    arrived = set(moved.values())
    for i, j in pairs:
        if i is not None and j is not None:
            yield from _values(old[i], new[j], (*old_path, i), (*new_path, j))
        elif i is not None and i in moved:
            yield Change(ChangeKind.MOVED, (*old_path, i), (*new_path, moved[i]), old[i], new[moved[i]])
        elif i is not None:
            yield Change(ChangeKind.REMOVED, old_path=(*old_path, i), old=old[i])
        elif j is not None and j not in arrived:
            yield Change(ChangeKind.ADDED, new_path=(*new_path, j), new=new[j])


def _moves(old: list[Any], new: list[Any], pairs: list[tuple[int | None, int | None]]) -> dict[int, int]:
    """Old index to new index of what left one place of a list and came at another."""
    came: dict[Hashable, list[int]] = {}
    for i, j in reversed(pairs):
        if i is None and j is not None:
            came.setdefault(canonical(new[j]), []).append(j)
    moves: dict[int, int] = {}
    for i, j in pairs:
        if i is not None and j is None and came and (places := came.get(canonical(old[i]))):
            moves[i] = places.pop()
    return moves
