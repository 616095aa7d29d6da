"""Finding one item's records by the hashes of their keys, a few blocks' columns at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from ddbtop.journal.keys import aligned

COLUMNS_A_STEP = 64
"""Blocks whose key hashes one statement brings: half a megabyte, and no cursor stays open."""

_KEY_HASHES = "SELECT id, kh FROM cols WHERE id < ? ORDER BY id DESC LIMIT ?"


def hash_matches(connection: sqlite3.Connection, wanted: bytes, before: int) -> Iterator[int]:
    """Numbers below `before` of the records whose key has this hash, newest first."""
    while rows := connection.execute(_KEY_HASHES, (before, COLUMNS_A_STEP)).fetchall():
        for first, hashes in rows:
            yield from (first + index for index in reversed(aligned(hashes, wanted)) if first + index < before)
        before = rows[-1][0]
