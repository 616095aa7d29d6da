"""Attribute values in the compact notation of the screens, cut where they take too much room."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable
from typing import Any

from ddbtop.streams.attributes.kinds import SETS, Kind, kind_of
from ddbtop.text import count, counted, visible
from ddbtop.text.cells import ELLIPSIS

SHOWN_CHARACTERS = 200
"""Of one value, unless asked for more: a line and a half of the widest terminal in use."""

_SHOWN_LEVELS = 40
"""DynamoDB nests to 32; what is deeper comes from elsewhere and is not followed."""

_SHOWN_BYTES = 4
"""Of a binary value: enough to recognise a format by."""

_NAME_CHARACTERS = 120
"""Of one attribute's name, which may have 64 KB."""

_HEAD_CHARACTERS = 8
"""Base64 that holds the bytes shown."""

_CANONICAL_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""As DynamoDB writes numbers; a string with leading zeros cannot be mistaken for one."""

_BARE = re.compile(r'[^\s"{\[][^\s"]*')
_BARE_INSIDE = re.compile(r'[^\s",{}\[\]]*[^\s",{}\[\]:]')
_BARE_NAME = re.compile(r'[^\s",{}\[\].]*[^\s",{}\[\].:]')
_WORDS = frozenset({"true", "false", "null", ELLIPSIS})
_QUOTED = re.compile(r"(?!)")
"""Matches nothing: no string is bare."""


def shown(value: Any, limit: int = SHOWN_CHARACTERS, *, terse: bool = False, quoted: bool = False) -> str:
    """One line that stands for `value`: `SHIPPED`, `"leave at door"`, `{carrier: DHL, code: 00340434161094}`.

    Takes about `limit` characters of it and says how much more there is. `terse` leaves out the colons of maps;
    `quoted` puts a string into quotes that could do without, to match one beside it.
    """
    writer = _Writer(limit, terse)
    writer.top(value, quoted)
    return "".join(writer.parts)


def needs_quotes(value: Any, limit: int = SHOWN_CHARACTERS) -> bool:
    """Whether `shown` puts `value` into quotes by itself."""
    return kind_of(value) is Kind.S and not _is_bare(value["S"][:limit], _BARE)


def name_text(name: str) -> str:
    """An attribute's name as part of a path; in quotes where it would read as more than one part."""
    text = visible(name, _NAME_CHARACTERS)
    return text if _BARE_NAME.fullmatch(text) else in_quotes(text)


def in_quotes(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


class _Writer:
    """Writes a value until its room is used up; every level takes some, so that hostile depth ends too."""

    def __init__(self, room: int, terse: bool) -> None:
        self.parts: list[str] = []
        self.room = max(1, room)
        self.colon = " " if terse else ": "

    def top(self, value: Any, quoted: bool) -> None:
        kind = kind_of(value)
        if kind is Kind.S:
            self.string(value["S"], _QUOTED if quoted else _BARE)
        elif kind is Kind.B:
            self.put(_binary_text(value["B"], "  "))
        else:
            self.value(value, kind, 0)

    def value(self, value: Any, kind: Kind, level: int) -> None:
        if level > _SHOWN_LEVELS:
            self.put(ELLIPSIS)
        elif kind is Kind.MALFORMED:
            self.json(value, level)
        else:
            self.content(kind, value[kind.value], level)

    def content(self, kind: Kind, content: Any, level: int) -> None:
        if kind is Kind.M:
            self.members("{", content.items(), len(content), "}", lambda item: self.member(item, level))
        elif kind is Kind.L:
            self.members("[", content, len(content), "]", lambda item: self.value(item, kind_of(item), level + 1))
        elif kind in SETS:
            element = Kind(kind.value[0])
            self.members("{", content, len(content), "}", lambda item: self.scalar(element, item))
        else:
            self.scalar(kind, content)

    def scalar(self, kind: Kind, content: Any) -> None:
        if kind is Kind.S:
            self.string(content, _BARE_INSIDE)
        elif kind is Kind.B:
            self.put(_binary_text(content, " "))
        elif kind is Kind.N:
            self.put(content)
        else:
            self.put("null" if kind is Kind.NULL else _word(content))

    def member(self, item: tuple[str, Any], level: int) -> None:
        name, value = item
        self.put(name_text(name) + self.colon)
        self.value(value, kind_of(value), level + 1)

    def members(self, left: str, items: Iterable[Any], size: int, right: str, write: Callable[[Any], None]) -> None:
        self.put(left)
        for index, item in enumerate(items):
            self.put(", " if index else "")
            if self.room <= 0:
                self.put(f"{ELLIPSIS} {count(size - index)} more")
                break
            write(item)
        self.put(right)

    def string(self, text: str, bare: re.Pattern[str]) -> None:
        head = text[: max(1, self.room)]
        body = visible(head) if _is_bare(head, bare) else in_quotes(visible(head))
        rest = len(text) - len(head)
        self.put(f"{body}{ELLIPSIS} {count(rest)} more" if rest else body)

    def json(self, value: Any, level: int) -> None:
        if level > _SHOWN_LEVELS:
            self.put(ELLIPSIS)
        elif isinstance(value, dict):
            self.members("{", value.items(), len(value), "}", lambda item: self.json_member(item, level))
        elif isinstance(value, list):
            self.members("[", value, len(value), "]", lambda item: self.json(item, level + 1))
        elif isinstance(value, str):
            self.string(value, _QUOTED)
        else:
            self.put(_word(value))

    def json_member(self, item: tuple[Any, Any], level: int) -> None:
        name, value = item
        self.string(str(name), _QUOTED)
        self.put(": ")
        self.json(value, level + 1)

    def put(self, text: str) -> None:
        self.parts.append(text)
        self.room -= len(text)


def _is_bare(text: str, bare: re.Pattern[str]) -> bool:
    return bare.fullmatch(text) is not None and text not in _WORDS and _CANONICAL_NUMBER.fullmatch(text) is None


def _word(value: Any) -> str:
    """A JSON scalar that is no string."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return visible(repr(value), SHOWN_CHARACTERS)


def _binary_text(content: str, gap: str) -> str:
    """Length and first bytes of base64 text, without decoding the rest."""
    length = len(content) // 4 * 3 - content[-2:].count("=")
    if not length:
        return "0 bytes"
    head = binascii.a2b_base64(content[:_HEAD_CHARACTERS])[:_SHOWN_BYTES].hex(" ")
    more = f" {ELLIPSIS}" if length > _SHOWN_BYTES else ""
    return f"{counted(length, 'byte')}{gap}{head}{more}"
