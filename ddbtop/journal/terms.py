"""The conditions that a filter line can set, each a question about one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, cast

from msgspec import UNSET, Raw

from ddbtop.journal.haystack import is_shown, lacks, may_hide, needles_of
from ddbtop.journal.paths import Path, Steps, value_at
from ddbtop.journal.subject import Subject, images_of
from ddbtop.journal.values import decoded, members_of, number_of, same_value, texts_of_image, texts_of_value
from ddbtop.streams.changes.record import expired_by_ttl
from ddbtop.streams.wire import Record

REMEMBERED_VALUES = 4096
"""Verdicts that a condition remembers: statuses and the like come again and again."""

REMEMBERED_BYTES = 128
"""Of JSON: longer values seldom come twice."""


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

    def matches(self, shard_id: str, record: Subject) -> bool:
        raise NotImplementedError

    def excludes(self, extent: Extent) -> bool:
        """Whether no record of such a block can match."""
        return False

    def excludes_shard(self, shard_id: str) -> bool:
        """Whether no record of the shard can match."""
        return False

    @property
    def needles(self) -> tuple[bytes, ...]:
        """What the JSON of every matching record contains, as `haystack.lacks` looks for it."""
        return ()

    @property
    def attributes(self) -> tuple[str, ...] | None:
        """The attributes of images that have to be decoded; None for all of an image."""
        return ()


@dataclass(frozen=True)
class Not(Term):
    term: Term

    def matches(self, shard_id: str, record: Subject) -> bool:
        return not self.term.matches(shard_id, record)

    @property
    def attributes(self) -> tuple[str, ...] | None:
        return self.term.attributes


@dataclass(frozen=True)
class Word(Term):
    """A name or a value contains the text, whatever its letter case."""

    text: str

    def matches(self, shard_id: str, record: Subject) -> bool:
        return any(self._in_image(bytes(image)) for image in images_of(record))

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        return needles_of(self.text)

    @property
    def attributes(self) -> None:
        return None

    @cached_property
    def _lower(self) -> str:
        return self.text.lower()

    @cached_property
    def _is_shown(self) -> bool:
        return is_shown(self.text)

    def _in_image(self, image: bytes) -> bool:
        for needle in self.needles:
            if needle not in image.lower():
                if not may_hide(image, needle):
                    return False
            elif self._is_shown and b"\\" not in image:
                return True
        return any(self._lower in text.lower() for text in texts_of_image(image))


@dataclass(frozen=True)
class EventIs(Term):
    name: str

    def matches(self, shard_id: str, record: Subject) -> bool:
        return record.event_name == self.name

    def excludes(self, extent: Extent) -> bool:
        count = {"INSERT": extent.inserts, "MODIFY": extent.modifies, "REMOVE": extent.removes}
        return not count[self.name]


@dataclass(frozen=True)
class Expired(Term):
    """Deleted by TTL."""

    def matches(self, shard_id: str, record: Subject) -> bool:
        return record.user_identity is not UNSET and expired_by_ttl(cast(Record, record))

    def excludes(self, extent: Extent) -> bool:
        return not extent.removes


@dataclass(frozen=True)
class ShardContains(Term):
    text: str

    def matches(self, shard_id: str, record: Subject) -> bool:
        return not self.excludes_shard(shard_id)

    def excludes_shard(self, shard_id: str) -> bool:
        return self.text.lower() not in shard_id.lower()


@dataclass(frozen=True)
class KeyContains(Term):
    """A value of the key contains the text."""

    text: str

    def matches(self, shard_id: str, record: Subject) -> bool:
        keys = bytes(record.dynamodb.keys)
        if any(lacks(keys, needle) for needle in self.needles):
            return False
        attributes = decoded(keys)
        return isinstance(attributes, dict) and any(map(self._accepts, attributes.values()))

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        return needles_of(self.text)

    def _accepts(self, value: Any) -> bool:
        return _contains(value, self.text.lower())


@dataclass(frozen=True)
class KeyIs(KeyContains):
    """A value of the key is the text."""

    def _accepts(self, value: Any) -> bool:
        return self.text in texts_of_value(value)


@dataclass(frozen=True)
class Attribute(Term):
    """An attribute has a value that is accepted, in the new image or the old one."""

    path: Path

    def accepts(self, value: Any) -> bool:
        raise NotImplementedError

    def matches(self, shard_id: str, record: Subject) -> bool:
        for image in images_of(record):
            for attribute, steps in self.path.attributes(image):
                if self._accepts_at(attribute, steps):
                    return True
        return False

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        return needles_of(self.path.names[-1], *self._texts())

    @property
    def attributes(self) -> tuple[str, ...] | None:
        return None if self.path.decoder is None else self.path.names

    def _texts(self) -> tuple[str, ...]:
        """What the JSON of an accepted value shows."""
        return ()

    def _accepts_at(self, attribute: Any, steps: Steps) -> bool:
        if isinstance(attribute, Raw) and len(raw := bytes(attribute)) <= REMEMBERED_BYTES:
            return self._verdict(raw, steps)
        value = value_at(attribute, steps)
        return value is not None and self.accepts(value)

    @cached_property
    def _verdict(self) -> Callable[[bytes, Steps], bool]:
        def verdict(raw: bytes, steps: Steps) -> bool:
            value = value_at(Raw(raw), steps)
            return value is not None and self.accepts(value)

        return lru_cache(REMEMBERED_VALUES)(verdict)


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
        return any(map(self._equals, members_of(value)))

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

    def matches(self, shard_id: str, record: Subject) -> bool:
        new, old = record.dynamodb.new_image, record.dynamodb.old_image
        if new is not UNSET and old is not UNSET:
            return self._differs(new, old)
        only = old if new is UNSET else new
        return record.event_name != "MODIFY" and only is not UNSET and any(True for _ in self.path.values(only))

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        return needles_of(self.path.names[-1])

    @property
    def attributes(self) -> tuple[str, ...] | None:
        return None if self.path.decoder is None else self.path.names

    def _differs(self, new: Any, old: Any) -> bool:
        now, then = self.path.attributes(new), self.path.attributes(old)
        if now == then:
            return False
        values, values_then = ([value_at(*attribute) for attribute in found] for found in (now, then))
        return len(values) != len(values_then) or not all(map(same_value, values, values_then))


@dataclass(frozen=True)
class Size(Term):
    """The record's size as the service counts it, bytes."""

    compare: Callable[[Any, Any], bool]
    size: float

    def matches(self, shard_id: str, record: Subject) -> bool:
        return self.compare(record.dynamodb.size_bytes, self.size)


@dataclass(frozen=True)
class Created(Term):
    """Created at or after `first` and before `last`, epoch seconds."""

    first: float = float("-inf")
    last: float = float("inf")

    def matches(self, shard_id: str, record: Subject) -> bool:
        return self.first <= record.dynamodb.created_at < self.last

    def excludes(self, extent: Extent) -> bool:
        return extent.last_at < self.first or extent.first_at >= self.last


def _contains(value: Any, lower: str) -> bool:
    return any(lower in text.lower() for text in texts_of_value(value))
