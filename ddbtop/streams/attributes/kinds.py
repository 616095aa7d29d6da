"""What an attribute value is, told from its one member and what that holds, and the exact content of two kinds."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Any

_NUMBER_CHARACTERS = 200
"""A number of 38 digits between 1E-130 and 9.9E+125 takes fewer, even written out."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Kind(StrEnum):
    """The service's names for what an attribute value is."""

    S = "S"
    N = "N"
    B = "B"
    SS = "SS"
    NS = "NS"
    BS = "BS"
    M = "M"
    L = "L"
    BOOL = "BOOL"
    NULL = "NULL"
    MALFORMED = "?"


SETS = frozenset({Kind.SS, Kind.NS, Kind.BS})


def kind_of(value: Any) -> Kind:
    """The kind of `value`, which is `MALFORMED` unless its one member is what the kind asks for."""
    if type(value) is not dict or len(value) != 1:
        return Kind.MALFORMED
    ((tag, content),) = value.items()
    kind, check = _KINDS.get(tag, _NO_KIND)
    return kind if check(content) else Kind.MALFORMED


def number(content: Any) -> Decimal | None:
    """The exact value of the content of an N; None for what is no number."""
    return Decimal(content) if _is_number(content) else None


def binary(content: Any) -> bytes | None:
    """The bytes of the content of a B; None for what is no base64."""
    return binascii.a2b_base64(content) if _is_binary(content) else None


def _is_list_of(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda content: type(content) is list and all(check(element) for element in content)


def _is_text(content: Any) -> bool:
    return type(content) is str


def _is_number(content: Any) -> bool:
    return type(content) is str and len(content) <= _NUMBER_CHARACTERS and _NUMBER.fullmatch(content) is not None


def _is_binary(content: Any) -> bool:
    """Base64 as it should be; four times as fast as decoding it, which counts for 400 KB on screen."""
    if type(content) is not str or len(content) % 4 or not content.isascii():
        return False
    rest = content.encode().translate(None, _BASE64)
    return rest in (b"", b"=", b"==") and content.endswith(rest.decode())


_NO_KIND: tuple[Kind, Callable[[Any], bool]] = (Kind.MALFORMED, lambda _: True)

_KINDS: dict[Any, tuple[Kind, Callable[[Any], bool]]] = {
    "S": (Kind.S, _is_text),
    "N": (Kind.N, _is_number),
    "B": (Kind.B, _is_binary),
    "SS": (Kind.SS, _is_list_of(_is_text)),
    "NS": (Kind.NS, _is_list_of(_is_number)),
    "BS": (Kind.BS, _is_list_of(_is_binary)),
    "M": (Kind.M, lambda content: type(content) is dict),
    "L": (Kind.L, lambda content: type(content) is list),
    "BOOL": (Kind.BOOL, lambda content: type(content) is bool),
    "NULL": (Kind.NULL, lambda content: content is True),
}
