"""Finding one item's records by the hashes of their keys, a few blocks' columns at a time."""

from __future__ import annotations

import sqlite3
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter

from ddbtop.journal.keys import aligned

COLUMNS_A_STEP = 64
"""Blocks whose key hashes one statement brings: half a megabyte, and no cursor stays open."""

Span = tuple[int, int]
"""Record numbers [first, end)."""

ALL: tuple[Span, ...] = ((0, sys.maxsize),)

_PAGES_BETWEEN = """
SELECT id, id + n FROM page WHERE first_seq < :before AND last_seq > :after
AND (SELECT count(*) FROM session) > 1 ORDER BY id
"""

_KEY_HASHES = "SELECT id, kh FROM cols WHERE id < ? ORDER BY id DESC LIMIT ?"


def hash_matches(connection: sqlite3.Connection, wanted: bytes, before: int) -> Iterator[int]:
    """Numbers below `before` of the records whose key has this hash, newest first."""
    while rows := connection.execute(_KEY_HASHES, (before, COLUMNS_A_STEP)).fetchall():
        for first, hashes in rows:
            yield from (first + index for index in reversed(aligned(hashes, wanted)) if first + index < before)
        before = rows[-1][0]


def pages_between(connection: sqlite3.Connection, after: bytes, before: bytes) -> list[Span]:
    """Pages that may hold sequence numbers between two others, ascending; none where one session read everything."""
    rows = connection.execute(_PAGES_BETWEEN, {"after": after, "before": before}).fetchall()
    return [(first, end) for first, end in rows]


def lies_in(spans: Sequence[Span], number: int) -> bool:
    """Whether one of the spans, ascending, holds the number."""
    index = bisect_right(spans, number, key=itemgetter(0)) - 1
    return index >= 0 and number < spans[index][1]
