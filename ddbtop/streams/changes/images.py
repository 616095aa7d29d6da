"""A record's images as plain values."""

from __future__ import annotations

from typing import Any

from msgspec import Raw

from ddbtop.errors import Unreadable
from ddbtop.streams.wire import decode_value

TOO_DEEP = "an image of this record is nested deeper than can be compared"
"""DynamoDB nests 32 deep, which is far from that."""


class UncomparableImage(Exception):
    """Says in one line why."""


def read(raw: Raw | bytes) -> dict[str, Any]:
    """The attributes of an image. Raises `UncomparableImage`."""
    try:
        value = decode_value(raw)
    except Unreadable as error:
        raise UncomparableImage(error.message) from error
    except RecursionError as error:
        raise UncomparableImage(TOO_DEEP) from error
    if not isinstance(value, dict):
        raise UncomparableImage("an image of this record is no JSON object")
    return value
