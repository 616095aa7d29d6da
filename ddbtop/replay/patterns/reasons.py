"""Why a record does not fit, as a path and what is wrong there."""

from __future__ import annotations

from typing import Any

from ddbtop.replay.patterns.conditions import Conditions, Leaf, prefixes
from ddbtop.replay.patterns.descriptors import DESCRIPTORS, is_number_text
from ddbtop.replay.patterns.fields import Fields
from ddbtop.replay.patterns.operators import Exists, Numeric
from ddbtop.replay.patterns.showing import shown
from ddbtop.text import visible

NUMBERS_ARE_TEXT = "numeric never matches, DynamoDB sends numbers as text"

SHOWN_BRANCHES = 3
"""Of an `$or` that no branch fits."""


def reason(conditions: Conditions, fields: Fields) -> str:
    """For a record that does not fit."""
    return _failure(conditions, fields) or _not_together(conditions, fields)


def _failure(conditions: Conditions, fields: Fields) -> str:
    """The first condition that does not hold by itself; empty where each does."""
    for leaf in conditions.leaves:
        if not fields.holds(leaf):
            return f"{visible(leaf.path, 200)}: {_why(leaf, fields)}"
    for choice in conditions.choices:
        failures = [_failure(branch, fields) for branch in choice.branches]
        if all(failures):
            more = len(failures) - SHOWN_BRANCHES
            said = "; ".join(failures[:SHOWN_BRANCHES]) + (f"; and {more} more" if more > 0 else "")
            return f"no branch of $or fits: {said}"
    return ""


def _not_together(conditions: Conditions, fields: Fields) -> str:
    found = (fields.values.get(leaf.path, ()) for leaf in conditions.every_leaf())
    paths = {array[0] for values in found for _, elements in values for array, _ in elements}
    return f"{visible(min(paths, default='$or'), 200)}: the conditions hold, but not all in the same element"


def _why(leaf: Leaf, fields: Fields) -> str:
    values = [value for value, _ in fields.values.get(leaf.path, ())]
    if not values:
        return _why_missing(leaf.path, fields)
    if all(isinstance(alternative, Exists) for alternative in leaf.alternatives):
        return "it is there"
    if all(isinstance(alternative, Numeric) for alternative in leaf.alternatives) and _are_text(values):
        text = f"numeric never matches text such as {shown(values[0])}"
        return NUMBERS_ARE_TEXT if is_number_text(leaf.path) else text
    more = f" and {len(values) - 1} more" if len(values) > 1 else ""
    wanted = ", ".join(map(str, leaf.alternatives))
    return f"{shown(values[0])}{more} {'fits none of' if len(leaf.alternatives) > 1 else 'does not fit'} {wanted}"


def _are_text(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _why_missing(path: str, fields: Fields) -> str:
    if path in fields.objects:
        return "it is an object, and only leaves are looked at"
    *above, _ = prefixes(path)
    last = path.rpartition(".")[2]
    if above and last in DESCRIPTORS and len(members := fields.objects.get(above[-1], {})) == 1:
        return f"the attribute's type is {visible(next(iter(members)), 20)}, not {last}"
    missing = next((part for part in above if part not in fields.objects), path)
    return "there is no such field" if missing == path else f"there is no {visible(missing, 200)}"
