"""One transaction's work on an open journal: a batch becomes blocks, page rows, positions, gaps and evidence."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from ddbtop.journal.block import BLOCK_BYTES, Block, compress, packed_times
from ddbtop.journal.opened import OpenBlock
from ddbtop.journal.ranges import encode, new_runs, newest, stored_ranges
from ddbtop.journal.schema import bindable, text_of
from ddbtop.streams.model import Gap
from ddbtop.streams.outbox import Batch, Evidence, Progress, ShardPage

TAIL_BYTES = 64_000
"""A last block with less JSON than this is written again with what follows: one-record blocks compress to half of their
size, and every search pays for each block; a longer tail would write too much again and again."""


@dataclass(slots=True)
class ShardState:
    id: int
    newest: bytes
    """The greatest sequence number ever stored; empty for none."""
    count: int
    """How many records were ever stored."""


@dataclass(slots=True)
class State:
    """What the writer knows without asking: true only while the file agrees, so it is read again after any failure."""

    start: int = 0
    end: int = 0
    shards: dict[str, ShardState] = field(default_factory=dict)
    tail: Block | None = None
    """The last block, where it is short enough to grow."""
    newest: OpenBlock | None = None
    """The last block as it is in the file; None where this process did not write it."""

    @classmethod
    def load(cls, connection: sqlite3.Connection) -> State:
        shards = {
            text_of(name): ShardState(id, newest(connection, id), count)
            for id, name, count in connection.execute("SELECT id, name, n FROM shard").fetchall()
        }
        start = connection.execute("SELECT coalesce(min(id), 0) FROM block").fetchone()[0]
        last = connection.execute("SELECT id + n FROM block ORDER BY id DESC LIMIT 1").fetchone()
        return cls(start, last[0] if last else 0, shards)


class Appender:
    """Writes one batch inside a transaction that somebody else begins and ends."""

    def __init__(self, connection: sqlite3.Connection, state: State, read_at: float) -> None:
        self._connection = connection
        self._state = state
        self._read_at = read_at
        self._block = state.tail or Block(state.end)
        self._unwritten = False

    def append(self, batch: Batch) -> None:
        for shard_page in batch.pages:
            self._append_page(shard_page)
        if self._unwritten:
            self._write_block()
            self._state.newest = self._block.opened()
        self._state.tail = self._block if 0 < len(self._block.raw) < TAIL_BYTES else None
        for progress in batch.progress.values():
            self._keep_progress(progress)
        for gap in batch.gaps:
            self._keep_gap(gap)
        for evidence in batch.evidence:
            self._keep_evidence(evidence)

    def _append_page(self, shard_page: ShardPage) -> None:
        page = shard_page.page
        if not page.records:
            return
        shard = self._shard(shard_page.shard_id)
        first, last = encode(page.records[0].sequence_number), encode(page.records[-1].sequence_number)
        if first > shard.newest:
            self._append_run(shard_page, first, last)
            return
        for start, stop in new_runs(page.records, stored_ranges(self._connection, shard.id, first, last)):
            run = page.part(start, stop)
            first, last = encode(run.records[0].sequence_number), encode(run.records[-1].sequence_number)
            self._append_run(ShardPage(shard_page.shard_id, run), first, last)

    def _append_run(self, run: ShardPage, first: bytes, last: bytes) -> None:
        """Records none of which is stored yet."""
        shard = self._shard(run.shard_id)
        if len(self._block.raw) >= BLOCK_BYTES:
            self._write_block()
            self._block = Block(self._state.end)
        page = self._block.add(run.page, run.shard_id, self._read_at)
        self._connection.execute(
            "INSERT INTO page VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (shard.id, first, last, page.first, page.count, shard.count, page.offset, page.length, page.read_at),
        )
        self._unwritten = True
        self._state.end += page.count
        shard.count += page.count
        shard.newest = max(shard.newest, last)
        self._connection.execute("UPDATE shard SET n = ? WHERE id = ?", (shard.count, shard.id))

    def _write_block(self) -> None:
        """Insert the block, or replace what an earlier transaction wrote of it."""
        block, execute = self._block, self._connection.execute
        codec, data = compress(block.raw)
        columns = (bytes(block.events), packed_times(block.created_at), bytes(block.key_hashes))
        packed = len(data) + sum(map(len, columns))
        counts = block.counts()
        self._add_to_total(counts, len(block.raw))
        execute(
            "INSERT OR REPLACE INTO block VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (block.id, len(block), *counts, min(block.created_at), max(block.created_at), len(block.raw), packed),
        )
        execute("INSERT OR REPLACE INTO cols VALUES(?, ?, ?, ?)", (block.id, *columns))
        execute("INSERT OR REPLACE INTO body VALUES(?, ?, ?)", (block.id, codec, data))
        self._unwritten = False

    def _add_to_total(self, counts: tuple[int, int, int], wire: int) -> None:
        sql = "SELECT ins, mod, rem, wire FROM block WHERE id = ?"
        before = self._connection.execute(sql, (self._block.id,)).fetchone() or (0, 0, 0, 0)
        change = [now - then for now, then in zip((*counts, wire), before, strict=True)]
        self._connection.execute(
            "UPDATE total SET ins = ins + ?, mod = mod + ?, rem = rem + ?, wire = wire + ?", change
        )

    def _keep_progress(self, progress: Progress) -> None:
        shard = self._shard(progress.shard_id)
        if progress.parent_id:
            self._connection.execute(
                "UPDATE shard SET parent = ? WHERE id = ?", (bindable(progress.parent_id), shard.id)
            )
        self._connection.execute(
            "INSERT OR REPLACE INTO progress VALUES(?, ?, ?, ?, ?, ?)",
            (
                shard.id,
                bindable(progress.last_sequence),
                progress.drained,
                bindable(progress.iterator),
                progress.iterator_at,
                progress.stands_at,
            ),
        )

    def _keep_gap(self, gap: Gap) -> None:
        """A gap whose far side was unknown is one with the gap of the same beginning that a later session notices."""
        shard = self._shard(gap.shard_id)
        texts = tuple(map(bindable, (gap.after_sequence, gap.before_sequence, gap.reason)))
        after, before, reason = texts
        known = self._connection.execute(
            "UPDATE gap SET before_sequence = ?, to_at = ?"
            " WHERE shard = ? AND after_sequence = ? AND reason = ? AND before_sequence = ''",
            (before, gap.to_time, shard.id, after, reason),
        )
        if known.rowcount:
            return
        self._connection.execute(
            "INSERT INTO gap(shard, after_sequence, before_sequence, reason, from_at, to_at, noticed_at, first)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
            (shard.id, *texts, gap.from_time, gap.to_time, gap.noticed_at, self._state.end),
        )

    def _keep_evidence(self, evidence: Evidence) -> None:
        shard, (codec, data) = self._shard(evidence.shard_id), compress(evidence.body)
        self._connection.execute(
            "INSERT INTO evidence(shard, codec, wire, data, reason, received_at) VALUES(?, ?, ?, ?, ?, ?)",
            (shard.id, codec, len(evidence.body), data, bindable(evidence.reason), evidence.received_at),
        )

    def _shard(self, name: str) -> ShardState:
        shard = self._state.shards.get(name)
        if shard is None:
            cursor = self._connection.execute("INSERT INTO shard(name, parent, n) VALUES(?, '', 0)", (bindable(name),))
            shard = self._state.shards[name] = ShardState(cursor.lastrowid or 0, b"", 0)
        return shard
