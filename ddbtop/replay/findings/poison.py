"""What sets a record that fails apart from those that were delivered: facts about attributes, no guess at a cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import msgspec

from ddbtop.errors import Unreadable
from ddbtop.replay.model import ReplayRecord
from ddbtop.streams.attributes import Kind, kind_of, name_text, shown
from ddbtop.streams.wire import decode_value
from ddbtop.text import count

EVENT_NAMES = ("INSERT", "MODIFY", "REMOVE")
"""Kinds of change; whatever else an odd file has is compared with all records only."""
_ODD = ""

LEAST_OTHERS = 5
"""Delivered records that must have an attribute before it says something that one differs: fewer are a coincidence."""

MOST_SAID = 3
"""Of the differences, the most telling; a record of another entity differs in nearly everything."""

VALUE_CHARACTERS = 60
_LEVELS = 6
"""Of maps and lists that are looked into: what handlers read lies near the top."""
_MOST_PATHS = 400
"""Of one record."""


class Telling(IntEnum):
    """Kinds of differences, the most telling first."""

    TYPE = 1
    EMPTY = 2
    SIGN = 3
    MISSING = 4
    EXTRA = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute in which a record differs from all the others that were looked at."""

    telling: Telling
    path: str
    own: str
    """What the record has, `{"S": "12,90"}`; empty where it has nothing."""
    others: str
    """What the others have, `{"N": …}`; empty where they have nothing."""
    count: int
    """Of the others."""
    among: int
    """Delivered records that were looked at, with the attribute or without."""
    event_name: str = ""
    """They are those of this kind of change alone, `INSERT`; empty for all."""


@dataclass(slots=True)
class _Seen:
    """One path over all delivered records."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    records: int = 0
    empty: int = 0
    negative: int = 0


class Profile:
    """What delivered records look like: all of them, and those of each kind of change.

    A handler that looks at insertions alone takes any value in the modifications, even in those of the item it failed
    on; only among the insertions does the one stand out.
    """

    def __init__(self) -> None:
        self._by_name = {name: _Group(name) for name in (*EVENT_NAMES, _ODD)}

    def add(self, record: ReplayRecord) -> None:
        """A record that was delivered."""
        name, image = _change(record)
        self._by_name.get(name, self._by_name[_ODD]).add(_by_path(image))

    def apart(self, record: ReplayRecord) -> list[Difference]:
        """In what a record differs from every delivered one, or from every one of its kind of change.

        Nothing where nothing can be told. Of one attribute the more telling is said, and what holds for all first.
        """
        name, image = _change(record)
        own = _by_path(image)
        found: dict[str, Difference] = {}
        everything = _Group()
        for group in self._by_name.values():
            everything.take_in(group)
        for group in (everything, self._by_name[name]) if name in EVENT_NAMES else (everything,):
            for difference in group.apart(own):
                known = found.setdefault(difference.path, difference)
                if difference.telling < known.telling:
                    found[difference.path] = difference
        return sorted(found.values(), key=lambda each: (each.telling, -each.count, each.path))[:MOST_SAID]


class _Group:
    """Delivered records that are looked at together."""

    def __init__(self, event_name: str = "") -> None:
        self._event_name = event_name
        self._records = 0
        self._paths: dict[str, _Seen] = {}

    def add(self, own: dict[str, list[Any]]) -> None:
        self._records += 1
        for path, values in own.items():
            seen = self._paths.setdefault(path, _Seen())
            seen.records += 1
            seen.kinds.update({kind_of(value) for value in values})
            seen.empty += any(_is_empty(value) for value in values)
            seen.negative += any(_is_negative(value) for value in values)

    def take_in(self, other: _Group) -> None:
        self._records += other._records
        for path, more in other._paths.items():
            seen = self._paths.setdefault(path, _Seen())
            seen.records += more.records
            seen.kinds.update(more.kinds)
            seen.empty += more.empty
            seen.negative += more.negative

    def apart(self, own: dict[str, list[Any]]) -> Iterator[Difference]:
        for path, values in own.items():
            if (difference := self._at(path, values)) is not None:
                yield difference
        yield from self._missing(own)

    def _at(self, path: str, values: list[Any]) -> Difference | None:
        seen = self._paths.get(path)
        if seen is None:
            is_part = _parent(path) in self._paths or not _parent(path)
            told = self._records >= LEAST_OTHERS and is_part
            return self._differs(Telling.EXTRA, path, _own(values[0]), "", self._records) if told else None
        if seen.records < LEAST_OTHERS:
            return None
        odd = next((value for value in values if kind_of(value) not in seen.kinds), None)
        if odd is not None:
            return self._differs(Telling.TYPE, path, _own(odd), _kinds(seen), seen.records)
        if not seen.empty and any(map(_is_empty, values)):
            return self._differs(Telling.EMPTY, path, "empty", "something", seen.records)
        if not seen.negative and (negative := next(filter(_is_negative, values), None)) is not None:
            return self._differs(Telling.SIGN, path, _own(negative), "no negative number", seen.records)
        return None

    def _missing(self, own: dict[str, list[Any]]) -> Iterator[Difference]:
        if self._records < LEAST_OTHERS:
            return
        for path, seen in self._paths.items():
            if seen.records == self._records and path not in own and (not _parent(path) or _parent(path) in own):
                yield self._differs(Telling.MISSING, path, "", _kinds(seen), seen.records)

    def _differs(self, telling: Telling, path: str, own: str, others: str, count: int) -> Difference:
        return Difference(telling, path, own, others, count, self._records, self._event_name)


def words(difference: Difference) -> str:
    """`price is {"S": "12,90"}; every INSERT delivered in this run has {"N": …}`.

    Of others that failed as well nothing is said: they may be like this one.
    """
    path, one, some = difference.path, "record", ""
    if difference.event_name:
        one, some = difference.event_name, f" {difference.event_name}s"
    others = f"every {one} delivered in this run has"
    if difference.count != difference.among:
        others = f"all {count(difference.count)}{some} delivered in this run with {path} have"
    match difference.telling:
        case Telling.MISSING:
            return f"{path} is missing; {others} {difference.others}"
        case Telling.EXTRA:
            return f"{path} is {difference.own}; no {one} delivered in this run has it"
        case _:
            return f"{path} is {difference.own}; {others} {difference.others}"


def _by_path(image: dict[str, Any]) -> dict[str, list[Any]]:
    """The values of an image that a handler would look at, by path; elements of a list share one, `lines[].price`."""
    found: dict[str, list[Any]] = {}
    todo = [("", name, value, 0) for name, value in image.items()]
    while todo and len(found) < _MOST_PATHS:
        prefix, name, value, level = todo.pop()
        path = f"{prefix}{name}"
        found.setdefault(path, []).append(value)
        kind = kind_of(value)
        if level == _LEVELS:
            continue
        if kind is Kind.M:
            todo += [(f"{path}.", name_text(key), member, level + 1) for key, member in value["M"].items()]
        elif kind is Kind.L:
            todo += [(path, "[]", element, level + 1) for element in value["L"]]
    return found


def _change(record: ReplayRecord) -> tuple[str, dict[str, Any]]:
    """The kind of change, and the new image, else the old one, else nothing: keys alone say nothing about a value."""
    try:
        event = decode_value(record.event)
        change = event["dynamodb"]
        image = change.get("NewImage") or change.get("OldImage") or {}
        return str(event.get("eventName", "")), {name_text(name): value for name, value in image.items()}
    except (Unreadable, msgspec.MsgspecError, KeyError, TypeError, AttributeError, RecursionError):
        return "", {}


def _parent(path: str) -> str:
    if path.endswith("[]"):
        return path[:-2]
    return path.rpartition(".")[0]


def _own(value: Any) -> str:
    """`{"S": "12,90"}`."""
    kind = kind_of(value)
    if kind in (Kind.M, Kind.L):
        return f'{{"{kind.value}": …}}'
    return f'{{"{kind.value}": {shown(value, VALUE_CHARACTERS, quoted=kind is not Kind.N)}}}'


def _kinds(seen: _Seen) -> str:
    return " or ".join(f'{{"{kind.value}": …}}' for kind, _ in seen.kinds.most_common(3))


def _is_empty(value: Any) -> bool:
    kind = kind_of(value)
    return kind in (Kind.S, Kind.B, Kind.M, Kind.L) and not value[kind.value]


def _is_negative(value: Any) -> bool:
    return kind_of(value) is Kind.N and value["N"].startswith("-")
