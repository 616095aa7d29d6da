"""Looking for text in JSON without decoding it, as far as that cannot lie.

A needle is ASCII in lower case and free of what JSON escapes; it is looked for whatever the letter case.
"""

from __future__ import annotations

import re

MIN_NEEDLE = 2
"""A single letter is in every record: looking for it first would cost and tell nothing."""

PIECE_BYTES = 1 << 16
"""Larger JSON is brought into lower case so many bytes at a time, which stay in the processor's cache."""

_HIDDEN = re.compile(rb"\\u(?:00[2-7]|0130|212[aA])")
"""Escapes that can stand for a character of a needle: ASCII ones, and the two others whose lower case is ASCII."""

_LOWERED_TO_ASCII = {ord("i"): "\u0130".encode(), ord("k"): "\u212a".encode()}
"""The only characters beyond ASCII whose lower case contains ASCII: dotted capital I and the Kelvin sign."""

_UNESCAPED = re.compile(r"[ !#-.0-\[\]-~]+")
"""Runs of characters that JSON leaves as they are; a slash may be escaped and often is not."""

_STRUCTURE = frozenset("{}[]:,")

_NOT_SHOWN = ("s", "n", "b", "ss", "ns", "bs", "m", "l", "bool", "null", "true", "false")
"""What stands in a record's JSON without being one of its names or values: type tags and literals."""


def needle_of(text: str) -> bytes:
    """The longest part of the text, in lower case, that stands in JSON as it is; empty where none is worth it."""
    longest = max(_UNESCAPED.findall(text.lower()), key=len, default="")
    return longest.encode() if len(longest) >= MIN_NEEDLE else b""


def needles_of(*texts: str) -> tuple[bytes, ...]:
    return tuple(needle for text in texts if (needle := needle_of(text)))


def is_shown(text: str) -> bool:
    """Whether finding the text's needle in JSON without a backslash means finding the text in a name or value."""
    lower = text.lower()
    whole = _UNESCAPED.fullmatch(lower) is not None and lower == lower.strip() and not _STRUCTURE & set(lower)
    return whole and len(lower) >= MIN_NEEDLE and not any(lower in word for word in _NOT_SHOWN)


def lacks(raw: bytes | bytearray, needle: bytes) -> bool:
    """Whether no name or value in the JSON can contain the needle. False is no promise of the contrary."""
    return not _contains(raw, needle) and not may_hide(raw, needle)


def may_hide(raw: bytes | bytearray, needle: bytes) -> bool:
    """Whether something in the JSON may read as a character of the needle without being written as one."""
    if b"\\" in raw and b"\\u" in raw and _HIDDEN.search(raw):  # each costs a fraction of the next
        return True
    if raw.isascii():
        return False
    return any(letter in needle and char in raw for letter, char in _LOWERED_TO_ASCII.items())


def _contains(raw: bytes | bytearray, needle: bytes) -> bool:
    overlap = len(needle) - 1
    return any(needle in raw[at : at + PIECE_BYTES + overlap].lower() for at in range(0, len(raw), PIECE_BYTES))
