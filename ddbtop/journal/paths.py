"""Where a value lies in an image: `status`, `address.city`, `items[1].qty`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from ddbtop.journal.subject import attributes_type, field_of, is_askable
from ddbtop.journal.values import decoded, member

Steps = tuple[str | int, ...]
"""From an attribute inwards: names of map members, indexes of list elements."""

_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")


@dataclass(frozen=True, slots=True)
class Path:
    """An attribute by name, or a value inside one. A name may look like a path, so each text is read both ways."""

    text: str
    names: tuple[str, ...]
    """Attributes that the text can begin with: itself, then the part before its first step."""
    ways: tuple[tuple[str, Steps], ...]
    """How to go: under which field an attribute of `names` is decoded, and the steps from there."""
    decoder: msgspec.json.Decoder[Any] | None
    """Decodes these attributes and skips the rest; None for names that msgspec cannot look for."""

    @classmethod
    def parse(cls, text: str) -> Path:
        first, *inner = _STEP.findall(text) or [text]
        steps = tuple(int(step[1:-1]) if step.startswith("[") else step for step in inner)
        starts: list[tuple[str, Steps]] = [(text, ()), (first, steps)] if steps else [(text, ())]
        names = tuple(name for name, _ in starts)
        if not is_askable(text):
            return cls(text, names, tuple(starts), None)
        ways = tuple((field_of(name), steps) for name, steps in starts)
        return cls(text, names, ways, msgspec.json.Decoder(attributes_type(names)))

    def attributes(self, image: Any) -> Sequence[tuple[Any, Steps]]:
        """The attributes that the path can begin with, as raw JSON where possible, and the steps left to go."""
        if type(image) is Raw:
            image = self._attributes_of(image)
        if type(image) is dict:
            starts = zip(self.names, self.ways, strict=True)
            return [(image[name], steps) for name, (_, steps) in starts if name in image]
        if len(self.ways) == 1:  # nearly always; asked for each of a million records
            field, steps = self.ways[0]
            attribute = getattr(image, field, UNSET)
            return () if attribute is UNSET else ((attribute, steps),)
        found = ((getattr(image, field, UNSET), steps) for field, steps in self.ways)
        return [(attribute, steps) for attribute, steps in found if attribute is not UNSET]

    def values(self, image: Any) -> Iterator[Any]:
        """The attribute values at the path: two at most."""
        for attribute, steps in self.attributes(image):
            value = value_at(attribute, steps)
            if value is not None:
                yield value

    def _attributes_of(self, image: Raw) -> Any:
        if self.decoder is not None:
            try:
                return self.decoder.decode(image)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                pass  # the slow way says what it is
        members = decoded(image)
        return members if isinstance(members, dict) else {}


def value_at(attribute: Any, steps: Steps) -> Any:
    """The attribute value some steps inside an attribute, or None."""
    value = decoded(attribute) if isinstance(attribute, Raw) else attribute
    for step in steps:
        value = member(value, step)
    return value
