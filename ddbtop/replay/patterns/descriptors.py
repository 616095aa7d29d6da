"""The type descriptors of attribute values, which are part of a path."""

from __future__ import annotations

SCALARS = frozenset({"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS"})
"""Types whose value is a leaf, or an array of leaves."""

DESCRIPTORS = SCALARS | {"M", "L"}

IMAGES = ("NewImage", "OldImage")

_IMAGE_PATHS = tuple(f"dynamodb.{name}." for name in (*IMAGES, "Keys"))


def is_in_image(path: str) -> bool:
    """Whether the path leads to an attribute of a record."""
    return path.startswith(_IMAGE_PATHS)


def is_number_text(path: str) -> bool:
    """Whether a value at this path is a number that DynamoDB writes as text."""
    return is_in_image(path) and path.endswith((".N", ".NS"))


def has_descriptors(path: str) -> bool:
    """Whether a path into an image can end at a leaf of an attribute value.

    A name may contain dots and may be that of a type, so every reading of the path is followed at once.
    """
    states = {_NAME}
    for part in path.split(".")[2:]:
        states = {after for state in states for after in _after(state, part)}
    return _LEAF in states


_NAME, _NAMED, _ELEMENT, _LEAF = "name", "named", "element", "leaf"
"""What has been read: nothing of a name yet, a name or its beginning, `L`, or a whole path."""


def _after(state: str, part: str) -> set[str]:
    if state == _NAME:
        return {_NAMED}
    if state == _LEAF:
        return set()
    typed = {_LEAF} if part in SCALARS else {"M": {_NAME}, "L": {_ELEMENT}}.get(part, set())
    return typed | ({_NAMED} if state == _NAMED else set())
