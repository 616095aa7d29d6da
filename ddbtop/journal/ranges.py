"""Which records are already stored: sequence numbers as ordered bytes, and the ranges of a shard that they fall into.

A page is a contiguous range of its shard, so a record is a duplicate exactly if its number lies in a stored range.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_right
from collections.abc import Sequence

from ddbtop.streams.wire import MAX_SEQUENCE_DIGITS, Record

SEQUENCE_BYTES = 17
"""Holds any number of 40 digits, the longest that wire.py lets through."""

Range = tuple[bytes, bytes]
"""First and last sequence number, both inside."""

_STORED = """
SELECT first_seq, last_seq FROM {table} WHERE shard = :shard AND first_seq <= :last AND last_seq >= :first
AND first_seq >= coalesce((SELECT max(first_seq) FROM {table} WHERE shard = :shard AND first_seq <= :first), x'')
"""
"""Ranges of one table are disjoint, so the last one that begins at or before `first` is the only one that can reach
over it; everything earlier need not be looked at."""

_NEWEST = "SELECT last_seq FROM {table} WHERE shard = ? ORDER BY first_seq DESC LIMIT 1"


def is_sequence_number(text: str) -> bool:
    """Whether it is one that `encode` takes."""
    return text.isascii() and text.isdigit() and len(text) <= MAX_SEQUENCE_DIGITS


def encode(sequence_number: str) -> bytes:
    """Bytes that compare as the number does."""
    return int(sequence_number).to_bytes(SEQUENCE_BYTES, "big")


def newest(connection: sqlite3.Connection, shard: int) -> bytes:
    """The greatest number that was ever stored of a shard; empty for none."""
    rows = [row for table in ("page", "dropped") for row in connection.execute(_NEWEST.format(table=table), (shard,))]
    return max((row[0] for row in rows), default=b"")


def stored_ranges(connection: sqlite3.Connection, shard: int, first: bytes, last: bytes) -> list[Range]:
    """Every stored range that shares a number with [first, last], ascending."""
    bounds = {"shard": shard, "first": first, "last": last}
    found = [
        (row[0], row[1])
        for table in ("page", "dropped")
        for row in connection.execute(_STORED.format(table=table), bounds).fetchall()
    ]
    return sorted(found)


def new_runs(records: Sequence[Record], stored: Sequence[Range]) -> list[tuple[int, int]]:
    """The runs [start, stop) of records that lie in no stored range.

    A run ends wherever a stored range lies between two records, even one that shares no record with the page: a stored
    page never spans another.
    """
    firsts = [first for first, _ in stored]
    runs: list[tuple[int, int]] = []
    previous = -1  # how many stored ranges begin at or before the last new record
    for index, record in enumerate(records):
        number = encode(record.sequence_number)
        before = bisect_right(firsts, number)
        if before and number <= stored[before - 1][1]:
            continue
        if runs and runs[-1][1] == index and previous == before:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
        previous = before
    return runs
