"""DynamoDB attribute values as a query sees them: as text piece by piece, as members, as equals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from msgspec import Raw

from ddbtop.errors import Unreadable
from ddbtop.streams.wire import decode_value

_SETS = frozenset({"SS", "NS", "BS"})
_TAGS = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L"}) | _SETS


def decoded(raw: bytes | Raw) -> Any:
    """A JSON value; its bare text where it is nested too deeply for anybody to look into."""
    try:
        return decode_value(raw)
    except (RecursionError, Unreadable):
        return bytes(raw).decode(errors="replace")


def texts_of_image(raw: bytes | Raw) -> Iterator[str]:
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
        match tag_and_content(waiting.pop()):
            case "M", dict() as members:
                yield from members
                waiting.extend(members.values())
            case "L", list() as elements:
                waiting.extend(elements)
            case _, content:
                yield from _texts_of_json(content)


def tag_and_content(value: Any) -> tuple[str, Any]:
    """`{"S": "x"}` as ("S", "x"); whatever is no attribute value, with an empty tag."""
    if isinstance(value, dict) and len(value) == 1:
        ((tag, content),) = value.items()
        if tag in _TAGS:
            return tag, None if tag == "NULL" else content
    return "", value


def members_of(value: Any) -> Iterator[Any]:
    """The members of a set or the elements of a list, each as an attribute value; anything else as it is."""
    match tag_and_content(value):
        case "L", list() as elements:
            yield from elements
        case "SS" | "NS" | "BS" as tag, list() as members:
            yield from ({tag[0]: member} for member in members)
        case _:
            yield value


def member(value: Any, step: str | int) -> Any:
    """The attribute value one step inside a map or a list, or None."""
    match tag_and_content(value), step:
        case ("M", dict() as members), str():
            return members.get(step)
        case ("L", list() as elements), int() if step < len(elements):
            return elements[step]
    return None


def same_value(one: Any, other: Any) -> bool:
    """Whether two attribute values are equal; sets have no order."""
    if one == other:
        return True
    match tag_and_content(one), tag_and_content(other):
        case (tag, list() as ours), (other_tag, list() as theirs) if tag in _SETS and tag == other_tag:
            return sorted(map(str, ours)) == sorted(map(str, theirs))
    return False


def number_of(text: Any) -> Decimal | None:
    """A number of DynamoDB's, exactly; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


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
