"""A record's images as plain values of bounded depth."""

from __future__ import annotations

from typing import Any

from msgspec import Raw

from ddbtop.errors import Unreadable
from ddbtop.streams.wire import decode_value

_JSON_LEVELS = 100
"""DynamoDB nests attribute values 32 deep, which is 66 levels of JSON; comparing takes a frame or two for each."""


class UncomparableImage(Exception):
    """Says in one line why."""


def read(raw: Raw | bytes) -> dict[str, Any]:
    """The attributes of an image. Raises `UncomparableImage`."""
    data = bytes(raw)
    try:
        value = decode_value(data)
    except Unreadable as error:
        raise UncomparableImage(error.message) from error
    except RecursionError as error:
        raise UncomparableImage(_TOO_DEEP) from error
    if not isinstance(value, dict):
        raise UncomparableImage("an image of this record is no JSON object")
    if data.count(b"{") + data.count(b"[") > _JSON_LEVELS and _deeper_than(value, _JSON_LEVELS):
        raise UncomparableImage(_TOO_DEEP)
    return value


_TOO_DEEP = "an image of this record is nested deeper than DynamoDB allows"


def _deeper_than(value: Any, levels: int) -> bool:
    level = [value]
    for _ in range(levels):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    return [child for child in value if isinstance(child, dict | list)] if isinstance(value, list) else []
