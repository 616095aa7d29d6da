"""What a pattern says that Lambda takes and that is probably not meant: conditions that no record can meet."""

from __future__ import annotations

from collections.abc import Iterator

from ddbtop.replay.mapping.undocumented import UNDOCUMENTED_OPERATORS, is_record_member
from ddbtop.replay.patterns.conditions import Conditions, Leaf
from ddbtop.replay.patterns.descriptors import IMAGES, has_descriptors, is_in_image, is_number_text
from ddbtop.replay.patterns.operators import (
    AnythingBut,
    Cidr,
    Equals,
    Numeric,
    Operator,
    Prefix,
    Suffix,
    Wildcard,
)
from ddbtop.replay.patterns.reasons import NUMBERS_ARE_TEXT
from ddbtop.text import visible

_VIEWS_WITHOUT = {"NewImage": ("KEYS_ONLY", "OLD_IMAGE"), "OldImage": ("KEYS_ONLY", "NEW_IMAGE")}
_EVENTS_WITHOUT = {"NewImage": "REMOVE", "OldImage": "INSERT"}


def doubts(conditions: Conditions, view_type: str) -> list[str]:
    """One line each, none twice."""
    return list(dict.fromkeys(_of_conditions(conditions, view_type, "")))


def _of_conditions(conditions: Conditions, view_type: str, event: str) -> Iterator[str]:
    """`event`: the only one that the conditions around these let through, if it is one."""
    event = _only_event(conditions) or event
    for leaf in conditions.leaves:
        for doubt in (*_of_path(leaf), *_of_image(leaf, view_type, event), *_of_alternatives(leaf)):
            yield f"{visible(leaf.path, 200)}: {doubt}"
    for choice in conditions.choices:
        for branch in choice.branches:
            yield from _of_conditions(branch, view_type, event)


def _only_event(conditions: Conditions) -> str:
    for leaf in conditions.leaves:
        match leaf.path, leaf.alternatives:
            case "eventName", (Equals(str(name)),):
                return name
    return ""


def _of_path(leaf: Leaf) -> Iterator[str]:
    top = leaf.path.partition(".")[0]
    if not is_record_member(top):
        yield f"a record has no member {visible(top, 60)}{_meant(top)}"
    elif is_in_image(leaf.path) and not has_descriptors(leaf.path):
        yield f"there is nothing without an attribute's type descriptor, such as {visible(leaf.path, 200)}.S"


def _meant(top: str) -> str:
    if top in (*IMAGES, "Keys"):
        return f"; it lies in dynamodb.{top}"
    return "; names are case-sensitive: dynamodb" if top.lower() == "dynamodb" else ""


def _of_image(leaf: Leaf, view_type: str, event: str) -> Iterator[str]:
    for image in IMAGES:
        if leaf.accepts_absence or not f"{leaf.path}.".startswith(f"dynamodb.{image}."):
            continue
        if view_type in _VIEWS_WITHOUT[image]:
            yield f"never matches, a stream of the view type {view_type} has no {image}"
        if event == _EVENTS_WITHOUT[image]:
            yield f"never matches, {event} has no {image}"


def _of_alternatives(leaf: Leaf) -> Iterator[str]:
    for alternative in leaf.alternatives:
        if isinstance(alternative, Numeric) and is_number_text(leaf.path):
            yield f"{NUMBERS_ARE_TEXT}; exact text, prefix and anything-but do"
        if alternative == Equals(None) and is_in_image(leaf.path) and leaf.path.endswith(".NULL"):
            yield "null never matches, the attribute NULL is sent as true"
        if name := _undocumented(alternative):
            yield f"{name} is not documented for Lambda, it may be refused there"


def _undocumented(alternative: Operator) -> str:
    """Under which name EventBridge knows what Lambda's guide does not."""
    match alternative:
        case Wildcard() | Cidr():
            name = type(alternative).__name__.lower()
            return name if name in UNDOCUMENTED_OPERATORS else ""
        case Prefix(ignores_case=True) | Suffix(ignores_case=True):
            return f"{type(alternative).__name__.lower()} with equals-ignore-case"
        case AnythingBut(unwanted) if not all(isinstance(each, Equals) for each in unwanted):
            return "an operator inside anything-but"
    return ""
