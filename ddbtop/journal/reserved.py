"""Names in a filter line that stand for no attribute: a record's event, key and shard, its size and its time."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ddbtop.errors import WrongUsage
from ddbtop.journal.attributeterms import Changed
from ddbtop.journal.paths import Path
from ddbtop.journal.terms import Created, EventIs, KeyContains, KeyIs, ShardContains, Size, SizeWithin, Term
from ddbtop.streams.startpoints import parse_time
from ddbtop.text import visible

EVENTS = ("INSERT", "MODIFY", "REMOVE")

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_UNITS = {"b": 1, "kb": 1000, "k": 1000, "mb": 1000**2, "m": 1000**2, "kib": 1024, "mib": 1024**2}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)
_SPAN = re.compile(r"(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m(?:in)?)?(?:\d+s)?", re.IGNORECASE)
_RANGE = ".."
_FOREVER = float("inf")


class QueryError(WrongUsage):
    """A filter line that cannot be meant."""

    def __init__(self, message: str, position: int, hint: str = "") -> None:
        super().__init__(f"{visible(message)} (at character {position + 1})", visible(hint))
        self.position = position
        """Index of the offending term in the text."""


@dataclass(frozen=True, slots=True)
class Place:
    """The term that is being read, for what an error says of it."""

    words: str
    position: int
    now: float

    def error(self, message: str) -> QueryError:
        name = re.split("[:=<>]", self.words, maxsplit=1)[0]
        rest = self.words[len(name) :]
        return QueryError(message, self.position, f'an attribute of that name is meant by "{name}"{rest}')


def _event(sign: str, value: str, place: Place) -> Term:
    if value.upper() not in EVENTS:
        raise place.error(f"{value} is no event; there are {', '.join(EVENTS)}")
    return EventIs(value.upper())


def _size(sign: str, value: str, place: Place) -> Term:
    return Size(COMPARE[sign], _bytes(value, place))


def _age(sign: str, value: str, place: Place) -> Term:
    moment = _born(value, place)
    return Created(first=moment) if sign.startswith("<") else Created(last=moment)


def _time(sign: str, value: str, place: Place) -> Term:
    moment = _moment(value, place)
    return Created(first=moment) if sign.startswith(">") else Created(last=moment)


def _size_within(sign: str, value: str, place: Place) -> Term:
    first, last = _ends(value, place, "1kB..4kB")
    least, most = (_bytes(end, place) if end else default for end, default in ((first, 0.0), (last, _FOREVER)))
    return SizeWithin(*_ascending(least, most, value, place))


def _time_within(sign: str, value: str, place: Place) -> Term:
    first, last = _ends(value, place, "14:00..14:30")
    since, until = (_moment(end, place) if end else default for end, default in ((first, -_FOREVER), (last, _FOREVER)))
    return Created(*_ascending(since, until, value, place))


def _age_within(sign: str, value: str, place: Place) -> Term:
    youngest, oldest = _ends(value, place, "5m..15m")
    since, until = (
        _born(end, place) if end else default for end, default in ((oldest, -_FOREVER), (youngest, _FOREVER))
    )
    return Created(*_ascending(since, until, value, place))


def _ends(value: str, place: Place, example: str) -> tuple[str, str]:
    first, dots, last = value.partition(_RANGE)
    if not dots or not (first or last):
        raise place.error(f"{value} is no range such as {example}")
    return first, last


def _ascending(first: float, last: float, value: str, place: Place) -> tuple[float, float]:
    if first > last:
        raise place.error(f"{value} ends before it begins")
    return first, last


def _born(age: str, place: Place) -> float:
    if not _SPAN.fullmatch(age):
        raise place.error(f"{age} is no age such as 15m")
    return _moment(age, place)


def _bytes(text: str, place: Place) -> float:
    found = _SIZE.fullmatch(text)
    unit = _UNITS.get(found.group(2).lower() or "b") if found else None
    if found is None or unit is None:
        raise place.error(f"{text} is no size such as 1kB")
    return float(found.group(1)) * unit


def _moment(text: str, place: Place) -> float:
    try:
        return parse_time(text, place.now)
    except WrongUsage as error:
        raise place.error(f"{text} is no time such as 14:00") from error


_Parse = Callable[[str, str, Place], Term]

_RESERVED: dict[tuple[str, str], _Parse] = {
    ("event", ":"): _event,
    ("event", "="): _event,
    ("key", ":"): lambda sign, value, place: KeyContains(value),
    ("key", "="): lambda sign, value, place: KeyIs(value),
    ("shard", ":"): lambda sign, value, place: ShardContains(value),
    ("shard", "="): lambda sign, value, place: ShardContains(value),
    ("changed", ":"): lambda sign, value, place: Changed(Path.parse(value)),
    ("changed", "="): lambda sign, value, place: Changed(Path.parse(value)),
    ("at", ":"): _time_within,
    **{("size", sign): _size for sign in COMPARE},
    **{("age", sign): _age for sign in COMPARE},
    **{("time", sign): _time for sign in COMPARE},
}
"""Conditions that mean something else than an attribute of their name, by name and sign."""

_RANGES: dict[str, _Parse] = {"size": _size_within, "time": _time_within, "age": _age_within}
"""What a range after a colon means; without the two dots, `size:large` asks for an attribute of that name."""


def reserved_term(name: str, sign: str, value: str, place: Place) -> Term | None:
    """The condition, or None where an attribute is meant. Raises `QueryError`."""
    parse = _RANGES.get(name) if sign == ":" and _RANGE in value else None
    parse = parse or _RESERVED.get((name, sign))
    return None if parse is None else parse(sign, value, place)
