"""Items in DynamoDB JSON: how large they are, and when two of them are the same.

An item is `{"name": {"S": "text"}, …}`; binary values are base64 text, numbers are decimal text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

Item = dict[str, dict[str, Any]]

COLLECTION_BYTES = 3
"""What a list or a map costs beside its elements (Developer Guide, item sizes)."""

ELEMENT_BYTES = 1
"""What each element of a list or a map costs beside its own size."""


def size_of_item(item: Item) -> int:
    """Bytes as `SizeBytes` counts them: names and values. Raises ValueError for anything that is no item."""
    return sum([_length(name) + size_of_value(value) for name, value in item.items()])


def size_of_value(value: dict[str, Any]) -> int:
    """Bytes of one attribute value without its name."""
    try:
        [(kind, content)] = value.items()
        return _SIZES[kind](content)
    except (AttributeError, KeyError, InvalidOperation, TypeError, ValueError) as error:
        raise ValueError(f"no attribute value of DynamoDB: {value!r}") from error


def same_item(one: Item, other: Item) -> bool:
    """Whether a write of `other` over `one` changes nothing: sets have no order, numbers no spelling."""
    return one.keys() == other.keys() and all(_same_value(value, other[name]) for name, value in one.items())


def _length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _size_of_number(text: str) -> int:
    if text.isascii() and text.isdigit():
        return (len(text.strip("0")) + 1) // 2 + 1
    number = Decimal(text)
    if not number.is_finite():
        raise ValueError(f"no number that DynamoDB keeps: {text!r}")
    significant = "".join(map(str, number.as_tuple().digits)).strip("0")
    return (len(significant) + 1) // 2 + 1 + number.is_signed()


def _size_of_binary(text: str) -> int:
    return len(text) * 3 // 4 - text[-2:].count("=")


def _size_of_list(elements: list[dict[str, Any]]) -> int:
    return COLLECTION_BYTES + sum([ELEMENT_BYTES + size_of_value(element) for element in elements])


def _size_of_map(members: Item) -> int:
    return COLLECTION_BYTES + ELEMENT_BYTES * len(members) + size_of_item(members)


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": _length,
    "N": _size_of_number,
    "B": _size_of_binary,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda members: sum(map(_length, members)),
    "NS": lambda members: sum(map(_size_of_number, members)),
    "BS": lambda members: sum(map(_size_of_binary, members)),
    "L": _size_of_list,
    "M": _size_of_map,
}


def _same_value(one: dict[str, Any], other: dict[str, Any]) -> bool:
    if one == other:
        return True
    [(kind, content)], [(other_kind, other_content)] = one.items(), other.items()
    if kind != other_kind:
        return False
    match kind:
        case "N":
            return Decimal(content) == Decimal(other_content)
        case "NS":
            return set(map(Decimal, content)) == set(map(Decimal, other_content))
        case "SS" | "BS":
            return set(content) == set(other_content)
        case "L":
            return len(content) == len(other_content) and all(map(_same_value, content, other_content))
        case "M":
            return same_item(content, other_content)
    return False


def key_of(item: Item, names: Iterable[str]) -> Item:
    """The key attributes of an item, in the order of the key schema."""
    try:
        return {name: item[name] for name in names}
    except KeyError as error:
        raise ValueError(f"the item lacks the key attribute {error.args[0]!r}") from error
