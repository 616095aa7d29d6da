"""The key of an item as one text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Raw

from ddbtop.errors import Unreadable
from ddbtop.streams.attributes.kinds import Kind, binary, kind_of
from ddbtop.streams.attributes.notation import in_quotes, shown
from ddbtop.streams.model import KeyAttribute
from ddbtop.streams.wire import decode_value
from ddbtop.text import visible
from ddbtop.text.cells import ELLIPSIS

_KEY_CHARACTERS = 120
"""Of one key attribute; a sort key may have 1,024 bytes."""

_KEY_BYTES = 16
"""Of one binary key attribute: enough to tell random ones apart."""


def key_text(keys: Raw | bytes | Mapping[str, Any], key_schema: tuple[KeyAttribute, ...] = ()) -> str:
    """`ORDER#10482 · HEAD`: the key in the order of the schema, whichever order the record has."""
    values = _members(keys)
    names = [attribute.name for attribute in sorted(key_schema, key=lambda a: not a.is_partition_key)]
    ordered = [name for name in names if name in values]
    ordered += [name for name in values if name not in names]
    return " · ".join(_key_part(values[name]) for name in ordered)


def _key_part(value: Any) -> str:
    kind = kind_of(value)
    if kind is Kind.B:
        data = binary(value["B"]) or b""
        return f"0x{data[:_KEY_BYTES].hex()}{ELLIPSIS if len(data) > _KEY_BYTES else ''}"
    if kind is not Kind.S:
        return shown(value, _KEY_CHARACTERS)
    text = value["S"]
    return visible(text, _KEY_CHARACTERS) if text == text.strip() else in_quotes(visible(text, _KEY_CHARACTERS))


def _members(keys: Raw | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(keys, Mapping):
        return keys
    try:
        values = decode_value(keys)
    except (Unreadable, RecursionError):
        values = None
    return values if isinstance(values, dict) else {"?": {"S": bytes(keys).decode(errors="backslashreplace")}}
