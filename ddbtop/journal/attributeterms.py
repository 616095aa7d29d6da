"""The conditions that a filter line can set on an attribute."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from msgspec import UNSET, Raw

from ddbtop.journal.haystack import needles_of
from ddbtop.journal.paths import Path, Steps, value_at
from ddbtop.journal.subject import Subject, images_of
from ddbtop.journal.terms import Term, contains
from ddbtop.journal.values import members_of, number_of, same_value, texts_of_value
from ddbtop.streams.model import ViewType

REMEMBERED_VALUES = 4096
"""Verdicts that a condition remembers: statuses and the like come again and again."""

REMEMBERED_BYTES = 128
"""Of JSON: longer values seldom come twice."""

_WITHOUT_TWO_IMAGES = (ViewType.KEYS_ONLY, ViewType.NEW_IMAGE, ViewType.OLD_IMAGE)


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
        if type(attribute) is Raw and len(raw := bytes(attribute)) <= REMEMBERED_BYTES:
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
        return contains(value, self.text.lower())

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
    """The value differs between the two images, or is in one of them only.

    A new or deleted item has one image: it came or went as a whole, and none of its attributes changed. What a MODIFY
    changed cannot be known where the stream carries one image only; such a record does not match, as `warnings` says.
    """

    path: Path

    def matches(self, shard_id: str, record: Subject) -> bool:
        new, old = record.dynamodb.new_image, record.dynamodb.old_image
        return new is not UNSET and old is not UNSET and self._differs(new, old)

    def warnings(self, view_type: str) -> Iterable[str]:
        if view_type in _WITHOUT_TWO_IMAGES:
            yield f"changed: never matches, a stream of the view type {view_type} has no two images to compare"

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
