"""Rules that AWS does not document for Lambda, each in the most plausible reading, so that one can change alone.

Where nothing else is said the reading is that of EventBridge and its published engine, event-ruler.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

UNDOCUMENTED_OPERATORS = frozenset({"wildcard", "cidr"})
"""EventBridge has them; Lambda's table of operators does not. They are emulated, and said to be unsure."""

MAX_LEVELS = 100
"""Objects inside objects of a pattern; an item of the deepest kind that DynamoDB stores needs fewer than 70."""


def equal_numbers(one: float, other: float) -> bool:
    """300 equals 300.0, as EventBridge was recorded to say; a note in Lambda's guide tells the spellings apart."""
    return one == other


def equal_letters(text: str) -> str:
    """What two texts have in common that differ in letter case alone."""
    return text.lower()


def joined(within: str | None, name: str) -> str:
    """The path of a member: a name with a dot in it is the same as two names, in patterns and in records."""
    return name if within is None else f"{within}.{name}"


def is_absent(reachable: Sequence[Any]) -> bool:
    """Whether `exists: false` holds, given what is at the path in the elements in which the other conditions hold.

    So under an array of objects it asks of the same element, and of every element where nothing else is asked.
    """
    return not reachable


def is_record_member(name: str) -> bool:
    """Whether a filter can find this member at the top of a record.

    Lambda's guide names `dynamodb` alone; the DynamoDB guide filters on `userIdentity`, and filters on `eventName` were
    recorded to work. So every member of a record counts.
    """
    return name in _RECORD_MEMBERS


_RECORD_MEMBERS = frozenset(
    {
        "awsRegion",
        "dynamodb",
        "eventID",
        "eventName",
        "eventSource",
        "eventSourceARN",
        "eventVersion",
        "userIdentity",
    }
)
