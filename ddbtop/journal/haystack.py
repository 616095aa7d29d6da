"""Looking for text in JSON without decoding it, as far as that cannot lie."""

from __future__ import annotations

import re
from functools import cached_property

MIN_NEEDLE = 2
"""A single letter is in every record: looking for it first would cost and tell nothing."""

_HIDDEN = re.compile(rb"\\u(?:00[2-7]|0130|212[aA])")
"""Escapes that can stand for a character of a needle: ASCII ones, and the two others whose lower case is ASCII."""

_LOWERED_TO_ASCII = {ord("i"): "\u0130".encode(), ord("k"): "\u212a".encode()}
"""The only characters beyond ASCII whose lower case contains ASCII: dotted capital I and the Kelvin sign."""

_UNESCAPED = re.compile(r"[ !#-.0-\[\]-~]+")
"""Runs of characters that JSON leaves as they are; a slash may be escaped and often is not."""

_STRUCTURE = frozenset("{}[]:,")

_NOT_SHOWN = ("s", "n", "b", "ss", "ns", "bs", "m", "l", "bool", "null", "true", "false")
"""What stands in a record's JSON without being one of its names or values: type tags and literals."""


class Haystack:
    """A piece of JSON: a block of records, or one image."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    @cached_property
    def _lower(self) -> bytes:
        return self.raw.lower()

    @cached_property
    def _hides(self) -> bool:
        return b"\\u" in self.raw and _HIDDEN.search(self.raw) is not None

    def lacks(self, needle: bytes) -> bool:
        """Whether no name or value in it can contain the needle. False is no promise of the contrary."""
        return needle not in self._lower and not self._hides and not self._lowers_to(needle)

    def shows(self, needle: bytes) -> bool:
        """Whether a name or value certainly contains a needle that `is_shown`. False is no promise of the contrary."""
        return needle in self._lower and b"\\" not in self.raw

    def _lowers_to(self, needle: bytes) -> bool:
        return any(letter in needle and char in self.raw for letter, char in _LOWERED_TO_ASCII.items())


def needle_of(text: str) -> bytes:
    """The longest part of the text, in lower case, that stands in JSON as it is; empty where none is worth it."""
    longest = max(_UNESCAPED.findall(text.lower()), key=len, default="")
    return longest.encode() if len(longest) >= MIN_NEEDLE else b""


def is_shown(text: str) -> bool:
    """Whether finding the text's needle in JSON without escapes means finding the text in a name or value."""
    lower = text.lower()
    whole = _UNESCAPED.fullmatch(lower) is not None and lower == lower.strip() and not _STRUCTURE & set(lower)
    return whole and not any(lower in word for word in _NOT_SHOWN)
