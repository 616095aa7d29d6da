"""The facts of a journal beside its records: the stream it was read from, positions, gaps and evidence."""

from __future__ import annotations

import json
import sqlite3
import time

from ddbtop.journal.block import decompress
from ddbtop.journal.schema import bindable, text_of
from ddbtop.streams.model import Gap, KeyAttribute, StreamInfo
from ddbtop.streams.outbox import Evidence, Progress


def write_first(connection: sqlite3.Connection, stream: StreamInfo) -> None:
    """What a new journal says of itself."""
    facts = {"created_at": repr(time.time()), "ddbtop": _version()}
    connection.executemany("INSERT INTO meta VALUES(?, ?)", facts.items())
    write_stream(connection, stream)


def write_session(connection: sqlite3.Connection, first: int) -> None:
    """Mark that the file was opened for writing, and which record would be the next."""
    connection.execute(
        "INSERT INTO session(first, started_at, ddbtop) VALUES(?, ?, ?)", (first, time.time(), _version())
    )


def write_stream(connection: sqlite3.Connection, stream: StreamInfo) -> None:
    schema = json.dumps([(key.name, key.is_partition_key) for key in stream.key_schema])
    facts = (stream.arn, stream.table, stream.label, stream.status, stream.view_type)
    connection.execute(
        "INSERT OR REPLACE INTO stream VALUES(1, ?, ?, ?, ?, ?, ?, ?)",
        (*map(bindable, facts), stream.created_at, schema),
    )


def read_stream(connection: sqlite3.Connection) -> StreamInfo:
    row = connection.execute(
        "SELECT arn, name, label, status, view_type, created_at, key_schema FROM stream"
    ).fetchone()
    if row is None:
        return StreamInfo("")
    arn, table, label, status, view_type = map(text_of, row[:5])
    keys = tuple(KeyAttribute(name, is_partition) for name, is_partition in json.loads(row[6]))
    return StreamInfo(arn, table, label, status, view_type, row[5], keys)


def read_progress(connection: sqlite3.Connection) -> dict[str, Progress]:
    rows = connection.execute(
        "SELECT name, parent, last_sequence, iterator, drained, iterator_at, stands_at"
        " FROM progress JOIN shard ON shard.id = progress.shard ORDER BY shard.id"
    ).fetchall()
    kept = {}
    for *texts, drained, granted, stands_at in rows:
        name, parent, last, iterator = map(text_of, texts)
        kept[name] = Progress(name, parent, last, bool(drained), iterator, granted, stands_at)
    return kept


def read_gaps(connection: sqlite3.Connection) -> list[Gap]:
    rows = connection.execute(
        "SELECT name, after_sequence, before_sequence, reason, from_at, to_at, noticed_at"
        " FROM gap JOIN shard ON shard.id = gap.shard ORDER BY gap.id"
    ).fetchall()
    gaps = []
    for *texts, start, end, noticed in rows:
        name, after, before, reason = map(text_of, texts)
        gaps.append(Gap(name, after, before, start, end, reason, noticed))
    return gaps


def read_evidence(connection: sqlite3.Connection) -> list[Evidence]:
    rows = connection.execute(
        "SELECT name, codec, data, wire, reason, received_at"
        " FROM evidence JOIN shard ON shard.id = evidence.shard ORDER BY evidence.id"
    ).fetchall()
    return [
        Evidence(text_of(name), decompress(codec, data, wire), text_of(reason), received)
        for name, codec, data, wire, reason, received in rows
    ]


def _version() -> str:
    from importlib.metadata import version  # slow to import, and needed only here

    return version("ddbtop")
