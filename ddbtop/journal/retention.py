"""What a bounded journal lets go of: its oldest blocks, while what was stored once stays known."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ddbtop.journal.append import State

SLACK = 32
"""Once over its limit a journal drops so many times less than the limit in one go, not a little at every commit."""

MAX_DROPPED_RANGES = 256
"""Ranges of a shard that are remembered one by one; beyond that the two lowest become one, because their records are
the first to leave the stream itself."""

BLOCKS_A_STEP = 64
"""Blocks looked at in one statement while deciding what to drop."""


def drop_oldest(connection: sqlite3.Connection, state: State, limit_bytes: int) -> None:
    """Drop blocks until the file's used pages are within the limit again; the last block always stays."""
    excess = _used_bytes(connection) - limit_bytes
    while excess > 0:
        first_kept = _first_kept(connection, excess + limit_bytes // SLACK)
        if first_kept <= state.start:
            return
        _drop_before(connection, first_kept)
        state.start = first_kept
        excess = _used_bytes(connection) - limit_bytes


def _used_bytes(connection: sqlite3.Connection) -> int:
    page_size, pages, free = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count", "freelist_count")
    )
    return int(page_size * (pages - free))


def _first_kept(connection: sqlite3.Connection, to_free: int) -> int:
    """Number of the first record that stays once blocks with `to_free` packed bytes are gone."""
    first, after, freed = 0, -1, 0
    while rows := connection.execute(
        "SELECT id, packed FROM block WHERE id > ? ORDER BY id LIMIT ?", (after, BLOCKS_A_STEP)
    ).fetchall():
        for first, packed in rows:
            if freed >= to_free:
                return int(first)
            freed += packed
        after = first
    return int(first)


def _drop_before(connection: sqlite3.Connection, first_kept: int) -> None:
    connection.execute(
        "UPDATE total SET (ins, mod, rem, wire) = (SELECT total.ins - sum(block.ins), total.mod - sum(block.mod),"
        " total.rem - sum(block.rem), total.wire - sum(block.wire) FROM block WHERE block.id < ?)",
        (first_kept,),
    )
    shards = connection.execute("SELECT DISTINCT shard FROM page WHERE id < ?", (first_kept,)).fetchall()
    connection.execute("INSERT INTO dropped SELECT shard, first_seq, last_seq FROM page WHERE id < ?", (first_kept,))
    for table in ("page", "body", "cols", "block"):
        connection.execute(f"DELETE FROM {table} WHERE id < ?", (first_kept,))
    _merge_ranges(connection, (row[0] for row in shards))


def _merge_ranges(connection: sqlite3.Connection, shards: Iterable[int]) -> None:
    for shard in shards:
        rows = connection.execute(
            "SELECT first_seq, last_seq FROM dropped WHERE shard = ? ORDER BY first_seq", (shard,)
        ).fetchall()
        kept = connection.execute("SELECT min(first_seq) FROM page WHERE shard = ?", (shard,)).fetchone()[0]
        mergeable = [row for row in rows if kept is None or row[0] < kept]
        surplus = min(len(rows) - MAX_DROPPED_RANGES, len(mergeable) - 1)
        if surplus > 0:
            merged = mergeable[: surplus + 1]
            connection.execute("DELETE FROM dropped WHERE shard = ? AND first_seq <= ?", (shard, merged[-1][0]))
            connection.execute("INSERT INTO dropped VALUES(?, ?, ?)", (shard, merged[0][0], merged[-1][1]))
