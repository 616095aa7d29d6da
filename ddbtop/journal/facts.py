"""The facts of a journal beside its records: the stream it was read from, positions, gaps and evidence."""

from __future__ import annotations

import sqlite3
import time

import msgspec

from ddbtop.journal.block import decompress
from ddbtop.streams.model import Gap, KeyAttribute, StreamInfo
from ddbtop.streams.outbox import Evidence, Progress


def write_meta(connection: sqlite3.Connection) -> None:
    facts = {"created_at": repr(time.time()), "ddbtop": _version()}
    connection.executemany("INSERT INTO meta VALUES(?, ?)", facts.items())


def write_session(connection: sqlite3.Connection, first: int) -> None:
    """Mark that the file was opened for writing, and which record would be the next."""
    connection.execute(
        "INSERT INTO session(first, started_at, ddbtop) VALUES(?, ?, ?)", (first, time.time(), _version())
    )


def write_stream(connection: sqlite3.Connection, stream: StreamInfo) -> None:
    schema = msgspec.json.encode([(key.name, key.is_partition_key) for key in stream.key_schema]).decode()
    connection.execute(
        "INSERT OR REPLACE INTO stream VALUES(1, ?, ?, ?, ?, ?, ?, ?)",
        (stream.arn, stream.table, stream.label, stream.status, stream.view_type, stream.created_at, schema),
    )


def read_stream(connection: sqlite3.Connection) -> StreamInfo:
    row = connection.execute(
        "SELECT arn, name, label, status, view_type, created_at, key_schema FROM stream"
    ).fetchone()
    if row is None:
        return StreamInfo("")
    arn, table, label, status, view_type, created_at, schema = row
    keys = msgspec.json.decode(schema, type=list[tuple[str, bool]])
    return StreamInfo(arn, table, label, status, view_type, created_at, tuple(KeyAttribute(*key) for key in keys))


def read_progress(connection: sqlite3.Connection) -> dict[str, Progress]:
    rows = connection.execute(
        "SELECT name, parent, last_sequence, drained, iterator, iterator_at"
        " FROM progress JOIN shard ON shard.id = progress.shard ORDER BY shard.id"
    ).fetchall()
    return {
        name: Progress(name, parent, last, bool(drained), iterator, granted)
        for name, parent, last, drained, iterator, granted in rows
    }


def read_gaps(connection: sqlite3.Connection) -> list[Gap]:
    rows = connection.execute(
        "SELECT name, after_sequence, before_sequence, from_at, to_at, reason, noticed_at"
        " FROM gap JOIN shard ON shard.id = gap.shard ORDER BY gap.id"
    ).fetchall()
    return [Gap(*row) for row in rows]


def read_evidence(connection: sqlite3.Connection) -> list[Evidence]:
    rows = connection.execute(
        "SELECT name, codec, data, wire, reason, received_at"
        " FROM evidence JOIN shard ON shard.id = evidence.shard ORDER BY evidence.id"
    ).fetchall()
    return [
        Evidence(name, decompress(codec, data, wire), reason, received)
        for name, codec, data, wire, reason, received in rows
    ]


def _version() -> str:
    from importlib.metadata import version  # slow to import, and needed only here

    return version("ddbtop")
