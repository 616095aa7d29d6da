"""The pages of one shard in the order of their sequence numbers, whatever order they were read in."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from ddbtop.journal.schema import bindable

_HOLDING = """
SELECT page.id FROM page JOIN shard ON shard.id = page.shard
WHERE name = :shard AND first_seq <= :number AND last_seq >= :number ORDER BY first_seq DESC LIMIT 1
"""
_BEHIND = """
SELECT page.id FROM page JOIN shard ON shard.id = page.shard
WHERE name = :shard AND first_seq > :number ORDER BY first_seq LIMIT 1
"""
_DRAINED = "SELECT drained FROM progress JOIN shard ON shard.id = progress.shard WHERE name = ?"


_DROPPED = """
SELECT count(*) FROM dropped JOIN shard ON shard.id = dropped.shard
WHERE name = :shard AND last_seq >= :number AND first_seq < :before
"""


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page of one shard, as it is kept."""

    first: int
    """Number of its first record in the journal."""
    raw: bytes
    """Its records as a JSON array, as they came."""


def find_page(connection: sqlite3.Connection, shard_id: str, number: bytes) -> int | None:
    """Journal number of the page that holds the shard's first record at or after a sequence number."""
    asked = {"shard": bindable(shard_id), "number": number}
    found = connection.execute(_HOLDING, asked).fetchone() or connection.execute(_BEHIND, asked).fetchone()
    return int(found[0]) if found else None


def was_dropped(connection: sqlite3.Connection, shard_id: str, number: bytes, before: bytes) -> bool:
    """Whether a record of the shard in [number, before) was stored once and is not kept any more."""
    asked = {"shard": bindable(shard_id), "number": number, "before": before}
    return bool(connection.execute(_DROPPED, asked).fetchone()[0])


def is_drained(connection: sqlite3.Connection, shard_id: str) -> bool:
    """Whether the shard was read to its end."""
    row = connection.execute(_DRAINED, (bindable(shard_id),)).fetchone()
    return bool(row and row[0])
