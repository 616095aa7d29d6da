"""The conditions that a filter line can set, each a question about one record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from msgspec import UNSET

from ddbtop.journal.extent import Extent
from ddbtop.journal.haystack import is_shown, lacks, may_hide, needles_of
from ddbtop.journal.subject import Subject, images_of
from ddbtop.journal.values import decoded, texts_of_image, texts_of_value
from ddbtop.streams.changes.record import expired_by_ttl
from ddbtop.streams.wire import Record


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

    def warnings(self, view_type: str) -> Iterable[str]:
        """What of it is probably not meant; `view_type` is the stream's, empty where it is not known."""
        return ()

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

    def warnings(self, view_type: str) -> Iterable[str]:
        return self.term.warnings(view_type)

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
        return contains(value, self.text.lower())


@dataclass(frozen=True)
class KeyIs(KeyContains):
    """A value of the key is the text."""

    def _accepts(self, value: Any) -> bool:
        return self.text in texts_of_value(value)


@dataclass(frozen=True)
class Size(Term):
    """The record's size as the service counts it, bytes."""

    compare: Callable[[Any, Any], bool]
    size: float

    def matches(self, shard_id: str, record: Subject) -> bool:
        return self.compare(record.dynamodb.size_bytes, self.size)


@dataclass(frozen=True)
class SizeWithin(Term):
    """Of this many bytes at least and at most."""

    first: float
    last: float

    def matches(self, shard_id: str, record: Subject) -> bool:
        return self.first <= record.dynamodb.size_bytes <= self.last


@dataclass(frozen=True)
class Created(Term):
    """Created at or after `first` and before `last`, epoch seconds."""

    first: float = float("-inf")
    last: float = float("inf")

    def matches(self, shard_id: str, record: Subject) -> bool:
        return self.first <= record.dynamodb.created_at < self.last

    def excludes(self, extent: Extent) -> bool:
        return extent.last_at < self.first or extent.first_at >= self.last


def contains(value: Any, lower: str) -> bool:
    """Whether a name or a value inside an attribute value contains the text, given in lower case."""
    return any(lower in text.lower() for text in texts_of_value(value))
