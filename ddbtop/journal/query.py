"""The filter line: words and conditions that a record must meet, all of them. Needs no journal."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ddbtop.journal.attributeterms import AttributeCompares, AttributeContains, AttributeIs
from ddbtop.journal.extent import Extent
from ddbtop.journal.haystack import lacks
from ddbtop.journal.paths import Path
from ddbtop.journal.reserved import COMPARE, Place, QueryError, reserved_term
from ddbtop.journal.subject import Subject, SubjectDecoder
from ddbtop.journal.terms import Expired, Not, Term, Word
from ddbtop.journal.values import number_of
from ddbtop.streams.wire import decode_records

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TERM = re.compile(rf'(!?)((?:{_QUOTED}|[^\s"])*)(?=\s|$)')
_OPERATORS = ("and", "or", "not")
"""What other search lines have; without quotation marks, who types one probably means it."""

_CONDITION = re.compile(rf"({_QUOTED}|[^\s\":=<>/\d{{\[][^\s\":=<>/]*)(<=|>=|[:=<>])(.*)", re.DOTALL)


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

    def warnings(self, view_type: str = "") -> list[str]:
        """What is probably not meant; `view_type` is the stream's, empty where it is not known."""
        found = [warning for term in self.terms for warning in term.warnings(view_type)]
        operators = [word for word in re.sub(_QUOTED, "", self.text).split() if word.lower() in _OPERATORS]
        found += [f"{word} is looked for as a word; every word must fit, and ! is not" for word in operators]
        return list(dict.fromkeys(found))

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
    plain = _unquoted(value)
    reserved = reserved_term(name, sign, plain, Place(words, position, now))
    if reserved is not None:
        return reserved
    return _attribute(Path.parse(_unquoted(name)), sign, plain) or Word(_unquoted(words))


def _attribute(path: Path, sign: str, value: str) -> Term | None:
    """A condition on an attribute; None for a comparison with what is no number, such as the arrow in `a->b`."""
    if sign == ":":
        return AttributeContains(path, value)
    if sign == "=":
        return AttributeIs(path, value)
    number = number_of(value)
    return None if number is None else AttributeCompares(path, COMPARE[sign], number)


def _unquoted(words: str) -> str:
    """The words without quotation marks; inside them a backslash stands before a quotation mark or a backslash."""
    pieces = re.split(f"({_QUOTED})", words)
    return "".join(re.sub(r"\\(.)", r"\1", piece[1:-1]) if index % 2 else piece for index, piece in enumerate(pieces))
