"""The text of a record's images, piece by piece, and the values at a path: what a query looks at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ddbtop.errors import Unreadable
from ddbtop.streams.wire import Record, decode_value

_SCALARS = frozenset({"S", "N", "B"})
_SETS = frozenset({"SS", "NS", "BS"})
_LITERALS = frozenset({"BOOL", "NULL"})
_ASKABLE = re.compile(r'[^\x00-\x1f"\\\ud800-\udfff]+')
_STEP = re.compile(r"[^.\[\]]+|\[\d+\]")


def images_of(record: Record) -> Iterator[bytes]:
    """Key, new and old image, as far as the record has them."""
    change = record.dynamodb
    yield bytes(change.keys)
    for image in (change.new_image, change.old_image):
        if isinstance(image, Raw):
            yield bytes(image)


def decoded(raw: bytes | Raw) -> Any:
    """A JSON value; its bare text where it is nested too deeply for anybody to look into."""
    try:
        return decode_value(raw)
    except (RecursionError, Unreadable):
        return bytes(raw).decode(errors="replace")


def texts_of_image(raw: bytes) -> Iterator[str]:
    """Names and values of an image, as they are read: no escapes, no type tags; binary values in base64."""
    image = decoded(raw)
    if not isinstance(image, dict):
        yield from _texts_of_json(image)
        return
    for name, value in image.items():
        yield name
        yield from texts_of_value(value)


def texts_of_value(value: Any) -> Iterator[str]:
    """Names and values inside one attribute value. A stack of its own, since others choose how deep it is nested."""
    waiting = [value]
    while waiting:
        match _tag_and_content(waiting.pop()):
            case "M", dict() as members:
                yield from members
                waiting.extend(members.values())
            case "L", list() as elements:
                waiting.extend(elements)
            case _, content:
                yield from _texts_of_json(content)


def _tag_and_content(value: Any) -> tuple[str, Any]:
    """`{"S": "x"}` as ("S", "x"); whatever is no attribute value, with an empty tag."""
    if isinstance(value, dict) and len(value) == 1:
        ((tag, content),) = value.items()
        if tag == "NULL":
            return tag, None
        if tag in _SCALARS | _SETS | _LITERALS | {"M", "L"}:
            return tag, content
    return "", value


def _texts_of_json(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                yield text
            case dict() as members:
                yield from members
                waiting.extend(members.values())
            case list() as elements:
                waiting.extend(elements)
            case literal:
                yield json.dumps(literal)


@dataclass(frozen=True, slots=True)
class Path:
    """An attribute by name, or a value inside one: `address.city`, `items[1].qty`."""

    text: str
    name: str
    """Of the attribute; it may contain dots itself, so `text` is tried as a name first."""
    steps: tuple[str | int, ...]
    """From the attribute inwards: names of map members, indexes of list elements."""
    decoder: msgspec.json.Decoder[Any] | None
    """Decodes the attributes in question and skips the rest; None for a name that msgspec cannot ask for."""

    @classmethod
    def parse(cls, text: str) -> Path:
        name, *inner = _STEP.findall(text) or [text]
        steps = tuple(int(step[1:-1]) if step.startswith("[") else step for step in inner)
        fields = {"inner": name, "whole": text} if steps else {"whole": text}
        return cls(text, name, steps, _decoder_of(fields) if _ASKABLE.fullmatch(text) else None)

    def attributes(self, image: bytes) -> list[tuple[Any, tuple[str | int, ...]]]:
        """Attribute values that the path can mean, still JSON where possible, each with the steps left to go."""
        if self.decoder is None:
            return self._attributes_of(decoded(image))
        try:
            found = self.decoder.decode(image)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._attributes_of(decoded(image))
        inner = getattr(found, "inner", UNSET)
        return [(raw, steps) for raw, steps in ((found.whole, ()), (inner, self.steps)) if raw is not UNSET]

    def values(self, image: bytes) -> Iterator[Any]:
        """The attribute values at the path; at most two, where a name with dots and a path look the same."""
        for attribute, steps in self.attributes(image):
            value = decoded(attribute) if isinstance(attribute, Raw) else attribute
            for step in steps:
                value = _member(value, step)
            if value is not None:
                yield value

    def _attributes_of(self, image: Any) -> list[tuple[Any, tuple[str | int, ...]]]:
        members = image if isinstance(image, dict) else {}
        ways = [(self.text, ()), (self.name, self.steps)] if self.steps else [(self.text, ())]
        return [(members[name], steps) for name, steps in ways if name in members]


def _decoder_of(fields: dict[str, str]) -> msgspec.json.Decoder[Any]:
    members = [(field, Raw | UnsetType, msgspec.field(name=name, default=UNSET)) for field, name in fields.items()]
    return msgspec.json.Decoder(msgspec.defstruct("Attributes", members))


def _member(value: Any, step: str | int) -> Any:
    """The value one step inside a map or a list, or None."""
    match _tag_and_content(value), step:
        case ("M", dict() as members), str():
            return members.get(step)
        case ("L", list() as elements), int() if step < len(elements):
            return elements[step]
    return None


def same_value(one: Any, other: Any) -> bool:
    """Whether two attribute values are equal; sets have no order."""
    if one == other:
        return True
    match _tag_and_content(one), _tag_and_content(other):
        case (tag, list() as ours), (other_tag, list() as theirs) if tag in _SETS and tag == other_tag:
            return sorted(map(str, ours)) == sorted(map(str, theirs))
    return False
