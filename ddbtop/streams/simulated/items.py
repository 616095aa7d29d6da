"""Items in DynamoDB JSON: how large they are, and when two of them are the same.

An item is `{"name": {"S": "text"}, …}`; binary values are base64 text, numbers are decimal text.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

Item = dict[str, dict[str, Any]]

COLLECTION_BYTES = 3
"""What a list or a map costs beside its elements (Developer Guide, item sizes)."""

ELEMENT_BYTES = 1
"""What each element of a list or a map costs beside its own size."""


def size_of_item(item: Item) -> int:
    """Bytes as `SizeBytes` counts them: names and values. Raises ValueError for anything that is no item."""
    return sum(len(name.encode()) + size_of_value(value) for name, value in item.items())


def size_of_value(value: dict[str, Any]) -> int:
    """Bytes of one attribute value without its name."""
    kind, content = _typed(value)
    match kind:
        case "S":
            return len(content) if content.isascii() else len(content.encode())
        case "N":
            return _size_of_number(content)
        case "B":
            return _size_of_binary(content)
        case "BOOL" | "NULL":
            return 1
        case "SS" | "NS" | "BS":
            return sum(size_of_value({kind[0]: member}) for member in content)
        case "L":
            return COLLECTION_BYTES + sum(ELEMENT_BYTES + size_of_value(element) for element in content)
        case "M":
            return COLLECTION_BYTES + ELEMENT_BYTES * len(content) + size_of_item(content)
    raise ValueError(f"no attribute type of DynamoDB: {kind!r}")


def same_item(one: Item, other: Item) -> bool:
    """Whether a write of `other` over `one` changes nothing: sets have no order, numbers no spelling."""
    return one.keys() == other.keys() and all(
        value == other[name] or _comparable(value) == _comparable(other[name]) for name, value in one.items()
    )


def _typed(value: dict[str, Any]) -> tuple[str, Any]:
    try:
        [(kind, content)] = value.items()
    except (AttributeError, ValueError) as error:
        raise ValueError(f"an attribute value has exactly one type: {value!r}") from error
    return kind, content


def _size_of_number(text: str) -> int:
    if text.isascii() and text.isdecimal():
        return (len(text.strip("0")) + 1) // 2 + 1
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"no number: {text!r}") from error
    if not number.is_finite():
        raise ValueError(f"no number that DynamoDB keeps: {text!r}")
    significant = "".join(map(str, number.as_tuple().digits)).strip("0")
    return (len(significant) + 1) // 2 + 1 + number.is_signed()


def _size_of_binary(text: str) -> int:
    return len(text) * 3 // 4 - text[-2:].count("=")


def _comparable(value: dict[str, Any]) -> tuple[str, Any]:
    kind, content = _typed(value)
    match kind:
        case "N":
            return kind, Decimal(content)
        case "NS":
            return kind, frozenset(map(Decimal, content))
        case "SS" | "BS":
            return kind, frozenset(content)
        case "L":
            return kind, [_comparable(element) for element in content]
        case "M":
            return kind, {name: _comparable(member) for name, member in content.items()}
    return kind, content


def key_of(item: Item, names: Iterable[str]) -> Item:
    """The key attributes of an item, in the order of the key schema."""
    try:
        return {name: item[name] for name in names}
    except KeyError as error:
        raise ValueError(f"the item lacks the key attribute {error.args[0]!r}") from error
