"""DynamoDB attribute values in the compact notation of the screens, whatever an odd server puts into them.

A value is what `wire.decode_value` makes of one: `{"S": "text"}`, `{"M": {"a": {"N": "1"}}}`. Numbers stay text or
become `Decimal`, never floats: they have up to 38 digits. Whatever is no attribute value is of kind `?` and shown as
the JSON that it is.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Raw

from ddbtop.errors import Unreadable
from ddbtop.streams.model import KeyAttribute
from ddbtop.streams.wire import decode_value
from ddbtop.text import count, visible
from ddbtop.text.cells import ELLIPSIS

SHOWN_CHARACTERS = 200
"""Of one value, unless asked for more: a line and a half of the widest terminal in use."""

_SHOWN_LEVELS = 40
"""DynamoDB nests to 32; what is deeper comes from elsewhere and is not followed."""

_SHOWN_BYTES = 4
"""Of a binary value: enough to recognise a format by."""

_KEY_CHARACTERS = 120
"""Of one key attribute; a sort key may have 1,024 bytes."""

_KEY_BYTES = 16
"""Of one binary key attribute: enough to tell random ones apart."""

_NUMBER_CHARACTERS = 200
"""A number of 38 digits between 1E-130 and 9.9E+125 takes fewer, even written out."""

_SECONDS_OF_TIMES = (978_307_200, 4_102_444_800)
"""2001 to 2100: numbers in between, or a thousand times as large, read as times."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_CANONICAL_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
"""As DynamoDB writes numbers; a string with leading zeros cannot be mistaken for one."""

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_HEAD_CHARACTERS = 8
"""Base64 that holds the bytes shown."""

_BARE = re.compile(r'[^\s"{\[][^\s"]*')
_BARE_INSIDE = re.compile(r'[^\s",{}\[\]]*[^\s",{}\[\]:]')
_BARE_NAME = re.compile(r'[^\s",{}\[\].]*[^\s",{}\[\].:]')
_WORDS = frozenset({"true", "false", "null", ELLIPSIS})


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
    text = visible(name, _KEY_CHARACTERS)
    return text if _BARE_NAME.fullmatch(text) else _quote(text)


def key_text(keys: Raw | bytes | Mapping[str, Any], key_schema: tuple[KeyAttribute, ...] = ()) -> str:
    """`ORDER#10482 · HEAD`: the key in the order of the schema, whichever order the record has."""
    values = _members(keys)
    names = [attribute.name for attribute in sorted(key_schema, key=lambda a: not a.is_partition_key)]
    ordered = [name for name in names if name in values]
    ordered += [name for name in values if name not in names]
    return " · ".join(_key_part(values[name]) for name in ordered)


def reads_as_time(content: Any, near: float = 0.0) -> str | None:
    """`reads as 14:32:07 UTC` for the content of an N that could be epoch seconds or milliseconds.

    With the date unless it is the UTC day of `near`, epoch seconds. None for any other content.
    """
    seconds = epoch_seconds(content)
    if seconds is None:
        return None
    moment = datetime.fromtimestamp(int(seconds), UTC)
    same_day = near > 0 and moment.date() == datetime.fromtimestamp(near, UTC).date()
    return f"reads as {moment:%H:%M:%S} UTC" if same_day else f"reads as {moment:%Y-%m-%d %H:%M:%S} UTC"


def epoch_seconds(content: Any) -> float | None:
    """The content of an N read as a time, in seconds; None where it is none between 2001 and 2100."""
    value = number(content)
    if value is None:
        return None
    first, last = _SECONDS_OF_TIMES
    if first <= value < last:
        return float(value)
    return float(value / 1000) if first <= value / 1000 < last else None


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
        body = visible(head) if _is_bare(head, bare) else _quote(visible(head))
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


_QUOTED = re.compile(r"(?!)")
"""Matches nothing: no string is bare."""


def _is_bare(text: str, bare: re.Pattern[str]) -> bool:
    return bare.fullmatch(text) is not None and text not in _WORDS and _CANONICAL_NUMBER.fullmatch(text) is None


def _quote(text: str) -> str:
    return '"' + text.replace('"', '\\"') + '"'


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
    return f"{count(length)} {'byte' if length == 1 else 'bytes'}{gap}{head}{more}"


def _key_part(value: Any) -> str:
    kind = kind_of(value)
    if kind is Kind.B:
        data = binary(value["B"]) or b""
        return f"0x{data[:_KEY_BYTES].hex()}{ELLIPSIS if len(data) > _KEY_BYTES else ''}"
    if kind is not Kind.S:
        return shown(value, _KEY_CHARACTERS)
    text = value["S"]
    return visible(text, _KEY_CHARACTERS) if text == text.strip() else _quote(visible(text, _KEY_CHARACTERS))


def _members(keys: Raw | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(keys, Mapping):
        return keys
    try:
        values = decode_value(keys)
    except (Unreadable, RecursionError):
        values = None
    return values if isinstance(values, dict) else {"?": {"S": bytes(keys).decode(errors="backslashreplace")}}


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
