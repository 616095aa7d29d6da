"""The conditions that a filter line can set, each a question about one record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from msgspec import UNSET, Raw

from ddbtop.journal.haystack import Haystack, is_shown, needle_of
from ddbtop.journal.images import Path, decoded, images_of, same_value, texts_of_image, texts_of_value
from ddbtop.streams.changes.record import expired_by_ttl
from ddbtop.streams.wire import Record


@dataclass(frozen=True, slots=True)
class Extent:
    """What is known of a block of records before it is opened."""

    inserts: int
    modifies: int
    removes: int
    first_at: float
    last_at: float
    """The earliest and the latest creation time."""


@dataclass(frozen=True)
class Term:
    """One condition."""

    def matches(self, shard_id: str, record: Record) -> bool:
        raise NotImplementedError

    def excludes(self, extent: Extent) -> bool:
        """Whether no record of such a block can match."""
        return False

    def excludes_shard(self, shard_id: str) -> bool:
        """Whether no record of the shard can match."""
        return False

    @property
    def needles(self) -> tuple[bytes, ...]:
        """What the JSON of every matching record contains, unless something hides it (`Haystack.lacks`)."""
        return ()


@dataclass(frozen=True)
class Not(Term):
    term: Term

    def matches(self, shard_id: str, record: Record) -> bool:
        return not self.term.matches(shard_id, record)


@dataclass(frozen=True)
class Word(Term):
    """A name or a value contains the text, whatever its letter case."""

    text: str

    def matches(self, shard_id: str, record: Record) -> bool:
        return any(self._in_image(image) for image in images_of(record))

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        return tuple(filter(None, (needle_of(self.text),)))

    @cached_property
    def _lower(self) -> str:
        return self.text.lower()

    @cached_property
    def _is_shown(self) -> bool:
        return bool(self.needles) and is_shown(self.text)

    def _in_image(self, image: bytes) -> bool:
        if self.needles:
            haystack = Haystack(image)
            if haystack.lacks(self.needles[0]):
                return False
            if self._is_shown and haystack.shows(self.needles[0]):
                return True
        return any(self._lower in text.lower() for text in texts_of_image(image))


@dataclass(frozen=True)
class EventIs(Term):
    name: str

    def matches(self, shard_id: str, record: Record) -> bool:
        return record.event_name == self.name

    def excludes(self, extent: Extent) -> bool:
        count = {"INSERT": extent.inserts, "MODIFY": extent.modifies, "REMOVE": extent.removes}
        return not count[self.name]


@dataclass(frozen=True)
class Expired(Term):
    """Deleted by TTL."""

    def matches(self, shard_id: str, record: Record) -> bool:
        return record.user_identity is not UNSET and expired_by_ttl(record)

    def excludes(self, extent: Extent) -> bool:
        return not extent.removes


@dataclass(frozen=True)
class ShardContains(Term):
    text: str

    def matches(self, shard_id: str, record: Record) -> bool:
        return not self.excludes_shard(shard_id)

    def excludes_shard(self, shard_id: str) -> bool:
        return self.text.lower() not in shard_id.lower()


@dataclass(frozen=True)
class KeyContains(Term):
    """A value of the key contains the text."""

    text: str

    def matches(self, shard_id: str, record: Record) -> bool:
        keys = bytes(record.dynamodb.keys)
        haystack = Haystack(keys)
        return not any(map(haystack.lacks, self.needles)) and any(map(self._accepts, _values_of(keys)))

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        return tuple(filter(None, (needle_of(self.text),)))

    def _accepts(self, value: Any) -> bool:
        return _contains(value, self.text.lower())


@dataclass(frozen=True)
class KeyIs(KeyContains):
    """A value of the key is the text."""

    def _accepts(self, value: Any) -> bool:
        return self.text in texts_of_value(value)


@dataclass(frozen=True)
class Attribute(Term):
    """An attribute has a value that is accepted, in the key, the new image or the old one."""

    path: Path

    def matches(self, shard_id: str, record: Record) -> bool:
        return any(self._in_image(image) for image in images_of(record))

    def accepts(self, value: Any) -> bool:
        raise NotImplementedError

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        return tuple(filter(None, (needle_of(self.path.name), *map(needle_of, self._texts()))))

    def _texts(self) -> tuple[str, ...]:
        """What the JSON of an accepted value shows."""
        return ()

    def _in_image(self, image: bytes) -> bool:
        haystack = Haystack(image)
        return not any(map(haystack.lacks, self.needles)) and any(map(self.accepts, self.path.values(image)))


@dataclass(frozen=True)
class AttributeContains(Attribute):
    text: str

    def accepts(self, value: Any) -> bool:
        return _contains(value, self.text.lower())

    def _texts(self) -> tuple[str, ...]:
        return (self.text,)


@dataclass(frozen=True)
class AttributeIs(Attribute):
    """The value, or one member of a set or a list, is the text; numbers are equal however they are written."""

    text: str

    def accepts(self, value: Any) -> bool:
        return any(self._equals(member) for member in _members_of(value))

    def _texts(self) -> tuple[str, ...]:
        return () if number_of(self.text) is not None else (self.text,)

    def _equals(self, value: Any) -> bool:
        if isinstance(value, dict) and "N" in value:
            number = number_of(value["N"])
            return number is not None and number == number_of(self.text)
        return [self.text] == list(texts_of_value(value))


@dataclass(frozen=True)
class AttributeCompares(Attribute):
    """The value is a number on one side of another."""

    compare: Callable[[Any, Any], bool]
    number: Decimal

    def accepts(self, value: Any) -> bool:
        number = number_of(value.get("N")) if isinstance(value, dict) else None
        return number is not None and self.compare(number, self.number)


@dataclass(frozen=True)
class Changed(Term):
    """The value differs between the images, or is there in the only image that an insert or a removal has.

    What a MODIFY changed cannot be known where the stream carries only one image; such a record does not match.
    """

    path: Path

    def matches(self, shard_id: str, record: Record) -> bool:
        new, old = record.dynamodb.new_image, record.dynamodb.old_image
        if isinstance(new, Raw) and isinstance(old, Raw):
            return self._differs(bytes(new), bytes(old))
        only = new if isinstance(new, Raw) else old
        return record.event_name != "MODIFY" and isinstance(only, Raw) and any(self.path.values(bytes(only)))

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        return tuple(filter(None, (needle_of(self.path.name),)))

    def _differs(self, new: bytes, old: bytes) -> bool:
        if self.path.attributes(new) == self.path.attributes(old):
            return False
        now, then = list(self.path.values(new)), list(self.path.values(old))
        return len(now) != len(then) or not all(map(same_value, now, then))


@dataclass(frozen=True)
class Size(Term):
    """The record's size as the service counts it, bytes."""

    compare: Callable[[Any, Any], bool]
    size: float

    def matches(self, shard_id: str, record: Record) -> bool:
        return self.compare(record.dynamodb.size_bytes, self.size)


@dataclass(frozen=True)
class Created(Term):
    """Created at or after `first` and before `last`, epoch seconds."""

    first: float = float("-inf")
    last: float = float("inf")

    def matches(self, shard_id: str, record: Record) -> bool:
        return self.first <= record.dynamodb.created_at < self.last

    def excludes(self, extent: Extent) -> bool:
        return extent.last_at < self.first or extent.first_at >= self.last


def number_of(text: Any) -> Decimal | None:
    """A number of DynamoDB's, exactly; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _contains(value: Any, lower: str) -> bool:
    return any(lower in text.lower() for text in texts_of_value(value))


def _values_of(image: bytes) -> Iterator[Any]:
    attributes = decoded(image)
    yield from attributes.values() if isinstance(attributes, dict) else ()


def _members_of(value: Any) -> Iterator[Any]:
    """The value itself, or the members of a set or a list, each as a value of its own."""
    match value:
        case {"L": list() as elements}:
            yield from elements
        case {"SS": list() as members} | {"NS": list() as members} | {"BS": list() as members}:
            tag = next(iter(value))[0]
            yield from ({tag: member} for member in members)
        case _:
            yield value
