"""The filter line: words and conditions that a record must meet, all of them. Needs no journal."""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ddbtop.errors import WrongUsage
from ddbtop.journal.attributeterms import AttributeCompares, AttributeContains, AttributeIs, Changed
from ddbtop.journal.extent import Extent
from ddbtop.journal.haystack import lacks
from ddbtop.journal.paths import Path
from ddbtop.journal.subject import Subject, SubjectDecoder
from ddbtop.journal.terms import Created, EventIs, Expired, KeyContains, KeyIs, Not, ShardContains, Size, Term, Word
from ddbtop.journal.values import number_of
from ddbtop.streams.startpoints import parse_time
from ddbtop.streams.wire import decode_records
from ddbtop.text import visible

EVENTS = ("INSERT", "MODIFY", "REMOVE")

_UNITS = {"b": 1, "kb": 1000, "k": 1000, "mb": 1000**2, "m": 1000**2, "kib": 1024, "mib": 1024**2}

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TERM = re.compile(rf'(!?)((?:{_QUOTED}|[^\s"])*)(?=\s|$)')
_CONDITION = re.compile(rf"({_QUOTED}|[^\s\":=<>/\d{{\[][^\s\":=<>/]*)(<=|>=|[:=<>])(.*)", re.DOTALL)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.IGNORECASE)
_SPAN = re.compile(r"(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m(?:in)?)?(?:\d+s)?", re.IGNORECASE)


class QueryError(WrongUsage):
    """A filter line that cannot be meant."""

    def __init__(self, message: str, position: int, hint: str = "") -> None:
        super().__init__(f"{visible(message)} (at character {position + 1})", visible(hint))
        self.position = position
        """Index of the offending term in the text."""


@dataclass(frozen=True)
class Query:
    """A parsed filter line; an empty one lets everything through."""

    text: str
    terms: tuple[Term, ...] = ()

    @classmethod
    def parse(cls, text: str, now: float | None = None) -> Query:
        """`now`, epoch seconds, is what spans and times of day count from. Raises `QueryError`."""
        at = time.time() if now is None else now
        return cls(text, tuple(_terms(text, at)))

    def matches(self, shard_id: str, record: Subject) -> bool:
        for matches in self._matchers:  # noqa: SIM110  (a generator costs as much as the questions themselves)
            if not matches(shard_id, record):
                return False
        return True

    @property
    def matcher(self) -> Callable[[str, Subject], bool]:
        """`matches` for whoever asks it a million times over: a single term is asked directly."""
        return self._matchers[0] if len(self._matchers) == 1 else self.matches

    def excludes(self, extent: Extent) -> bool:
        """Whether no record of such a block can match, told without opening it."""
        return any(term.excludes(extent) for term in self.terms)

    def excludes_shard(self, shard_id: str) -> bool:
        """Whether no record of the shard can match."""
        return any(term.excludes_shard(shard_id) for term in self.terms)

    def misses(self, raw: bytes | bytearray) -> bool:
        """Whether no record in a block's JSON can match, told without decoding it."""
        return any(lacks(raw, needle) for needle in self._needles)

    def decode(self, raw: bytes) -> Sequence[Subject]:
        """The records of a page's JSON, as far as `matches` looks at them."""
        return decode_records(raw) if self._decoder is None else self._decoder.decode(raw)

    @cached_property
    def _matchers(self) -> tuple[Callable[[str, Subject], bool], ...]:
        return tuple(term.matches for term in self.terms)

    @cached_property
    def _needles(self) -> frozenset[bytes]:
        return frozenset(needle for term in self.terms for needle in term.needles)

    @cached_property
    def _decoder(self) -> SubjectDecoder | None:
        names = [term.attributes for term in self.terms]
        if None in names:
            return None
        return SubjectDecoder(name for some in names if some is not None for name in some)


def _terms(text: str, now: float) -> Iterator[Term]:
    position = 0
    while (position := _skip_space(text, position)) < len(text):
        found = _TERM.match(text, position)
        if found is None:
            raise QueryError("a quotation mark is not closed", position)
        negated, words = found.groups()
        if not words:
            raise QueryError("nothing follows the !", position)
        term = _positive(words, found.start(2), now)
        yield Not(term) if negated else term
        position = found.end()


def _skip_space(text: str, position: int) -> int:
    return len(text) - len(text[position:].lstrip())


def _positive(words: str, position: int, now: float) -> Term:
    condition = _CONDITION.fullmatch(words)
    if condition is None:
        return Expired() if words == "ttl" else Word(_unquoted(words))
    name, sign, value = condition.groups()
    if not value:
        raise QueryError(f"nothing follows {words}", position)
    if (name, sign) in _RESERVED:
        return _RESERVED[name, sign](sign, _unquoted(value), _Place(words, position, now))
    return _attribute(Path.parse(_unquoted(name)), sign, _unquoted(value)) or Word(_unquoted(words))


def _attribute(path: Path, sign: str, value: str) -> Term | None:
    """A condition on an attribute; None for a comparison with what is no number, such as the arrow in `a->b`."""
    if sign == ":":
        return AttributeContains(path, value)
    if sign == "=":
        return AttributeIs(path, value)
    number = number_of(value)
    return None if number is None else AttributeCompares(path, _COMPARE[sign], number)


@dataclass(frozen=True, slots=True)
class _Place:
    """The term that is being read, for what an error says of it."""

    words: str
    position: int
    now: float

    def error(self, message: str) -> QueryError:
        name = re.split("[:=<>]", self.words, maxsplit=1)[0]
        rest = self.words[len(name) :]
        return QueryError(message, self.position, f'an attribute of that name is meant by "{name}"{rest}')


def _event(sign: str, value: str, place: _Place) -> Term:
    if value.upper() not in EVENTS:
        raise place.error(f"{value} is no event; there are {', '.join(EVENTS)}")
    return EventIs(value.upper())


def _size(sign: str, value: str, place: _Place) -> Term:
    found = _SIZE.fullmatch(value)
    unit = _UNITS.get(found.group(2).lower() or "b") if found else None
    if found is None or unit is None:
        raise place.error(f"{value} is no size such as 1kB")
    return Size(_COMPARE[sign], float(found.group(1)) * unit)


def _age(sign: str, value: str, place: _Place) -> Term:
    if not _SPAN.fullmatch(value):
        raise place.error(f"{value} is no age such as 15m")
    moment = _moment(value, place)
    return Created(first=moment) if sign.startswith("<") else Created(last=moment)


def _time(sign: str, value: str, place: _Place) -> Term:
    moment = _moment(value, place)
    return Created(first=moment) if sign.startswith(">") else Created(last=moment)


def _at(sign: str, value: str, place: _Place) -> Term:
    first, dots, last = value.partition("..")
    if not dots or not (first or last):
        raise place.error(f"{value} is no range of times such as 14:00..14:30")
    return Created(_moment(first, place) if first else float("-inf"), _moment(last, place) if last else float("inf"))


def _moment(text: str, place: _Place) -> float:
    try:
        return parse_time(text, place.now)
    except WrongUsage as error:
        raise place.error(f"{text} is no time such as 14:00") from error


def _unquoted(words: str) -> str:
    """The words without quotation marks; inside them a backslash stands before a quotation mark or a backslash."""
    pieces = re.split(f"({_QUOTED})", words)
    return "".join(re.sub(r"\\(.)", r"\1", piece[1:-1]) if index % 2 else piece for index, piece in enumerate(pieces))


_Parse = Callable[[str, str, _Place], Term]

_RESERVED: dict[tuple[str, str], _Parse] = {
    ("event", ":"): _event,
    ("event", "="): _event,
    ("key", ":"): lambda sign, value, place: KeyContains(value),
    ("key", "="): lambda sign, value, place: KeyIs(value),
    ("shard", ":"): lambda sign, value, place: ShardContains(value),
    ("shard", "="): lambda sign, value, place: ShardContains(value),
    ("changed", ":"): lambda sign, value, place: Changed(Path.parse(value)),
    ("changed", "="): lambda sign, value, place: Changed(Path.parse(value)),
    ("at", ":"): _at,
    **{("size", sign): _size for sign in _COMPARE},
    **{("age", sign): _age for sign in _COMPARE},
    **{("time", sign): _time for sign in _COMPARE},
}
"""Conditions that mean something else than an attribute of their name, by name and sign."""
