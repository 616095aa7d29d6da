"""Rules that AWS does not document for Lambda, each in the most plausible reading, so that one can change alone.

For filters the reading is, where nothing else is said, that of EventBridge and its published engine, event-ruler. For
mappings a `Rule` says in words what was assumed wherever an assumption decided something in a run.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from enum import StrEnum
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


class Rule(StrEnum):
    """What decided something in a run although AWS does not document it, each in one line."""

    BISECT_ORDER = "bisect order: left half first (one public recording)"
    BISECT_UNEVEN = "bisect of an odd number: the left half is the larger one (a figure of AWS's)"
    BISECT_FIRST_REPORTED = "bisect when the first record is reported: halves (one public recording)"
    BISECT_MALFORMED = "bisect of a malformed report: halves, like any failure"
    BISECT_MESSAGES = "on-failure messages after a bisect: one for each part; Lambda may join several"
    RETRY_AT_ONCE = "retry delay: none here; Lambda waits, by an unpublished schedule"
    RETRY_DOUBLING = "retry delay: doubled from 0.5 s to 60 s; Lambda's schedule is unpublished"
    PARTIAL_WITHOUT_RETRIES = "partial result without retries: the rest gets one attempt of its own"
    RESPONSE_SHAPE = (
        "a response of a shape that AWS does not list: an object without batchItemFailures is success, else failure"
    )
    MIXED_REPORT = "a report with good and bad elements: the whole batch failed"
    AGE = "record age: from the whole second of creation; given up as soon as the limit is reached"
    RETENTION = "a record that reaches 24 hours: given up with RecordAgeExceeded"
    PAYLOAD_LIMIT = "6 MB: 6,291,456 bytes of the whole event"
    PAGE = "without a batching window a batch is what one read may bring, 1,000 records"
    FIRST_WINDOW = "first batching window, and one after a pause as long: begins with the first record read"
    FLUSH_AT_END = "end of a shard: the last batch does not wait for its window"
    LANES = "lanes: a checksum of the item's key; Lambda's way is unpublished"
    LANE_CHECKPOINT = "checkpoint with lanes: the lowest record that is not done"
    TUMBLING_ALIGNMENT = "tumbling windows: begin at multiples of their length since 1970, [start, end)"
    TUMBLING_CHECKPOINT = "checkpoint inside a tumbling window: moves with each batch, before the final call"
    TUMBLING_FINAL = "end of a tumbling window: a call of its own without records, repeated until it succeeds"
    TUMBLING_QUIET = "a tumbling window without further records: ends by the clock, a second late"
    TUMBLING_GATHERING = "a tumbling window that ends while a batch is gathered: its batching window is waited for"
    TUMBLING_LATE = "a record older than its tumbling window: counts for the window that is open"
    TUMBLING_EARLY = "state above 1,048,576 bytes: the final call gets it, later records begin anew with {}"
    TUMBLING_PARTIAL = "state of a partial result: kept"
    TUMBLING_DISCARDED = "state after a batch that was given up: as before that batch"


EVENT_LIMIT_BYTES = 6 * 1024 * 1024
"""Of an event, everything around its records included."""

STATE_LIMIT_BYTES = 1024 * 1024
"""Of a tumbling window's state; more ends the window early."""

QUIET_S = 1.0
"""A tumbling window is ended by the clock so long after its end: creation times are whole seconds."""

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 60.0


def left_half(records: int) -> int:
    """How many of a bisected batch's records are in its left half, which is done with before the right one begins."""
    return (records + 1) // 2


def retry_delay_s(failures: int) -> float:
    """Before the next attempt, after so many failed ones in a row: about the 8 attempts in a minute that were seen."""
    return float(min(FIRST_DELAY_S * 2 ** min(failures - 1, 16), LONGEST_DELAY_S))


def is_too_old(age_s: float, limit_s: float) -> bool:
    return age_s >= limit_s


def lane_of(item: bytes, lanes: int) -> int:
    """Which of a shard's concurrent batches an item's records go to: the same one in every run."""
    return zlib.crc32(item) % lanes


def window_start(created_at: float, length_s: int) -> float:
    """Of the tumbling window that a record belongs to."""
    return created_at // length_s * length_s
