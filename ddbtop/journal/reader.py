"""Reading a journal: windows of records, counts, gaps and single records, each from a few short statements."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Self

from ddbtop.journal import facts
from ddbtop.journal.block import decompress, decompress_into, unpacked_times
from ddbtop.journal.density import Density, read_densities
from ddbtop.journal.extent import Extent
from ddbtop.journal.items import ALL, COLUMNS_A_STEP, Span, hash_matches, lies_in, pages_between
from ddbtop.journal.keys import canonical_key, key_hash
from ddbtop.journal.opened import BlockCache, OpenBlock, OpenPage, Row, RowCache
from ddbtop.journal.ranges import encode, is_sequence_number
from ddbtop.journal.schema import bindable, connect_for_reading, sqlite_errors, text_of
from ddbtop.journal.shardpages import StoredPage, find_page, is_drained, was_dropped
from ddbtop.streams.model import Gap, StreamInfo
from ddbtop.streams.outbox import Evidence, Progress
from ddbtop.streams.wire import Page

__all__ = ["Counts", "Head", "JournalReader", "OpenBlock", "Row"]

_HEAD = "SELECT id, n, ins, mod, rem, min_at, max_at FROM block"
_HEADS_FROM = (
    f"{_HEAD} WHERE id + n > ?1 AND id >= coalesce((SELECT max(id) FROM block WHERE id <= ?1), 0) ORDER BY id LIMIT ?2"
)
_HEADS_BEFORE = f"{_HEAD} WHERE id < ?1 ORDER BY id DESC LIMIT ?2"
_TIMES_FROM = (
    "SELECT id, at FROM cols WHERE id >= coalesce((SELECT max(id) FROM cols WHERE id <= :number), 0)"
    " ORDER BY id LIMIT :limit"
)
_TIMES_BETWEEN = (
    "SELECT cols.id, at FROM block JOIN cols USING(id)"
    " WHERE block.id > :after AND max_at >= :since AND min_at < :until ORDER BY block.id LIMIT :limit"
)
_BLOCK_OF = "SELECT id, id + n FROM block WHERE id <= ? ORDER BY id DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over everything that is kept."""

    records: int
    inserts: int
    modifies: int
    removes: int
    wire_bytes: int
    """JSON as it came."""
    disk_bytes: int
    """The file and its write-ahead log."""


@dataclass(frozen=True, slots=True)
class Head:
    """A block that is not opened."""

    first: int
    count: int
    extent: Extent

    @property
    def end(self) -> int:
        return self.first + self.count


class JournalReader:
    """One thread's view of a journal; it sees what is committed and never holds up the writer."""

    def __init__(
        self, path: Path, connection: sqlite3.Connection, newest: Callable[[], OpenBlock | None] = lambda: None
    ) -> None:
        """`newest`: the last block, from who writes it in this process; asked by the thread that reads."""
        self.path = path
        self._connection = connection
        self._newest = newest
        self._cache = BlockCache()
        self._rows = RowCache()

    @classmethod
    def open(cls, path: Path, newest: Callable[[], OpenBlock | None] = lambda: None) -> JournalReader:
        """Raises `CannotDo` for a file that is no journal."""
        with sqlite_errors(path):
            return cls(path, connect_for_reading(path), newest)

    @property
    def stream(self) -> StreamInfo:
        with sqlite_errors(self.path):
            return facts.read_stream(self._connection)

    def bounds(self) -> tuple[int, int]:
        """Number of the first record kept, and of the next one that will come."""
        with sqlite_errors(self.path):
            row = self._connection.execute(
                "SELECT (SELECT min(id) FROM block), (SELECT id + n FROM block ORDER BY id DESC LIMIT 1)"
            ).fetchone()
        return (row[0] or 0, row[1] or 0)

    def window(self, first: int, count: int) -> list[Row]:
        """The records [first, first + count), as far as they are kept."""
        start, end = self.bounds()
        number, end = max(first, start), min(first + count, end)
        rows: list[Row] = []
        while number < end:
            block = self._block_of(number)
            if block is None:  # dropped since
                number = max(number + 1, self.bounds()[0])
                continue
            rows += block.rows(number, end)
            number = block.end
        return rows

    def row(self, number: int) -> Row | None:
        return next(iter(self.window(number, 1)), None)

    def rows(self, numbers: Iterable[int], *, opening_bytes: float = float("inf")) -> list[Row]:
        """These records, as far as they are kept: of neighbours each block is opened once, and not again for the same.

        Once `opening_bytes` are out of their compression no further block is opened, and its records are left out.
        """
        rows: list[Row] = []
        block: OpenBlock | None = None
        opened = 0
        for number in numbers:
            row = self._rows.get(number)
            if row is None:
                if block is None or not block.first <= number < block.end:
                    block = self._block_of(number) if opened < opening_bytes else None
                    opened += len(block.body) if block else 0
                if block is None:
                    continue
                row = block.row(number)
                self._rows.put(row)
            rows.append(row)
        return rows

    def raw(self, number: int) -> bytes:
        """The record's JSON exactly as it is kept; empty where it is not kept (any more)."""
        block = self._block_of(number)
        if block is None:
            return b""
        page = block.page_of(number)
        index = number - page.first
        whole = Page(page.records(block.body), page.raw(block.body))
        return whole.part(index, index + 1).raw[1:-1]

    def counts(self) -> Counts:
        with sqlite_errors(self.path):
            ins, mod, rem, wire = self._connection.execute("SELECT ins, mod, rem, wire FROM total").fetchone()
        start, end = self.bounds()
        return Counts(end - start, ins, mod, rem, wire, self._disk_bytes())

    def gaps(self) -> list[Gap]:
        with sqlite_errors(self.path):
            return facts.read_gaps(self._connection)

    def evidence(self) -> list[Evidence]:
        """Answers that could not be read, as they came."""
        with sqlite_errors(self.path):
            return facts.read_evidence(self._connection)

    def progress(self) -> dict[str, Progress]:
        with sqlite_errors(self.path):
            return facts.read_progress(self._connection)

    def densities(self) -> dict[str, Density]:
        """How many records of each shard were created when: a look at everything, for a thread of its own."""
        with sqlite_errors(self.path):
            return read_densities(self._connection)

    def locate(self, shard_id: str, sequence_number: str) -> int | None:
        """Number of the record, or None where it is not kept."""
        if not is_sequence_number(sequence_number):
            return None
        wanted = encode(sequence_number)
        with sqlite_errors(self.path):
            found = self._connection.execute(
                "SELECT page.id, last_seq FROM page JOIN shard ON shard.id = page.shard"
                " WHERE name = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1",
                (bindable(shard_id), wanted),
            ).fetchall()
        if not found or found[0][1] < wanted or (block := self._block_of(found[0][0])) is None:
            return None
        page = block.page_of(found[0][0])
        numbers = (encode(record.sequence_number) for record in page.records(block.body))
        return next((page.first + index for index, number in enumerate(numbers) if number == wanted), None)

    def shard_page(self, shard_id: str, sequence_number: int) -> StoredPage | None:
        """The page with the shard's first record at or after a number; None where none is kept (yet)."""
        with sqlite_errors(self.path):
            found = find_page(self._connection, shard_id, encode(str(sequence_number)))
        if found is None or (block := self._block_of(found)) is None:
            return None
        return StoredPage(found, block.page_of(found).raw(block.body))

    def was_dropped(self, shard_id: str, sequence_number: int, before: int) -> bool:
        """Whether a record of the shard from one number up to another was kept once and is not any more."""
        with sqlite_errors(self.path):
            return was_dropped(self._connection, shard_id, encode(str(sequence_number)), encode(str(before)))

    def is_drained(self, shard_id: str) -> bool:
        """Whether everything of the shard is kept that ever will be."""
        with sqlite_errors(self.path):
            return is_drained(self._connection, shard_id)

    def versions(self, keys: bytes, limit: int) -> list[int]:
        """Numbers of the newest records of the item with these `Keys`, newest first."""
        return [row.number for row in islice(self._versions(keys, self.bounds()[1]), limit)]

    def hash_matches(self, keys: bytes) -> list[int]:
        """Numbers of the records whose key has the hash of these `Keys`, newest first; one may be another item's."""
        return list(self._hash_matches(keys, self.bounds()[1]))

    def previous_image(self, row: Row) -> Row | None:
        """The record of the same item before this one: its new image is this one's old image.

        One session reads an item's records in order, so it is the last one that came before; but with another session
        that began elsewhere a closer one may have come at any time.
        """
        own, keys = encode(row.record.sequence_number), bytes(row.record.dynamodb.keys)
        best = next((found for found in self._versions(keys, row.number) if _sequence(found) < own), None)
        with sqlite_errors(self.path):
            spans = pages_between(self._connection, _sequence(best) if best else b"", own)
        for found in self._versions(keys, spans[-1][1], spans) if spans else ():
            if _sequence(found) < own and (best is None or _sequence(best) < _sequence(found)):
                best = found
        return best

    def heads(self, number: int, limit: int, *, newest_first: bool = False) -> list[Head]:
        """What is known of blocks without opening them: those with records at or after `number`, or before it."""
        sql = _HEADS_BEFORE if newest_first else _HEADS_FROM
        with sqlite_errors(self.path):
            rows = self._connection.execute(sql, (number, limit)).fetchall()
        return [Head(first, count, Extent(*extent)) for first, count, *extent in rows]

    def created(self, number: int) -> list[tuple[int, array[float]]]:
        """When the records of some blocks were created, beginning with the block that holds the record `number`."""
        return self._times(_TIMES_FROM, {"number": number, "limit": COLUMNS_A_STEP})

    def created_at(self, number: int) -> float | None:
        """When a record was created, epoch seconds; None where it is not kept."""
        for first, times in self._times(_TIMES_FROM, {"number": number, "limit": 1}):
            if first <= number < first + len(times):
                return times[number - first]
        return None

    def created_between(self, since: float, until: float) -> Iterator[tuple[int, array[float]]]:
        """As `created`, of every block that may have a record created at or after `since` and before `until`."""
        after = -1
        bounds = {"since": since, "until": until, "limit": COLUMNS_A_STEP}
        while blocks := self._times(_TIMES_BETWEEN, bounds | {"after": after}):
            yield from blocks
            after = blocks[-1][0]

    def open_block(self, first: int, buffer: bytearray) -> OpenBlock | None:
        """A block for a scan, which looks at each once and must not push out what the screen shows.

        Its body is `buffer`, so it is good until the next one is opened.
        """
        with sqlite_errors(self.path):
            pages, body = self._stored(first)
        if not pages or not body:
            return None
        decompress_into(buffer, *body[0])
        return OpenBlock(first, buffer, pages)

    def close(self) -> None:
        self._cache.clear()
        self._rows.clear()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _versions(self, keys: bytes, before: int, among: Sequence[Span] = ALL) -> Iterator[Row]:
        """The item's records below `before`, newest first. A hash only says where to look."""
        wanted = canonical_key(keys)
        for number in self._hash_matches(keys, before):
            if number < among[0][0]:
                return
            if lies_in(among, number):
                found = self.row(number)
                if found and canonical_key(found.record.dynamodb.keys) == wanted:
                    yield found

    def _hash_matches(self, keys: bytes, before: int) -> Iterator[int]:
        with sqlite_errors(self.path):
            yield from hash_matches(self._connection, key_hash(keys), before)

    def _block_of(self, number: int) -> OpenBlock | None:
        """The block that holds the record, opened; None where it is not kept."""
        with sqlite_errors(self.path):
            found = self._connection.execute(_BLOCK_OF, (number,)).fetchall()
            if not found or not found[0][0] <= number < found[0][1]:
                return None
            first, end = found[0]
            block = self._cache.get(first, end) or self._written(first, end) or self._open(first)
        if block is not None:
            self._cache.put(block)
        return block

    def _written(self, first: int, end: int) -> OpenBlock | None:
        """The block if it was just written: who follows the newest records need not decode them a second time."""
        block = self._newest()
        return block if block is not None and block.first == first and block.end >= end else None

    def _open(self, first: int) -> OpenBlock | None:
        pages, body = self._stored(first)
        return OpenBlock(first, decompress(*body[0]), pages) if pages and body else None

    def _stored(self, first: int) -> tuple[tuple[OpenPage, ...], list[tuple[int, bytes, int]]]:
        """Pages and body in one statement each, the pages first: a block that grows in between has more, never less."""
        pages = self._connection.execute(
            "SELECT page.id, page.n, name, off, len, read_at FROM page JOIN shard ON shard.id = page.shard"
            " WHERE page.id >= :first AND page.id < (SELECT id + n FROM block WHERE id = :first) ORDER BY page.id",
            {"first": first},
        ).fetchall()
        body = self._connection.execute(
            "SELECT codec, data, wire FROM body JOIN block USING(id) WHERE id = ?", (first,)
        ).fetchall()
        return tuple(OpenPage(first, n, text_of(name), *rest) for first, n, name, *rest in pages), body

    def _times(self, sql: str, values: dict[str, float]) -> list[tuple[int, array[float]]]:
        with sqlite_errors(self.path):
            rows = self._connection.execute(sql, values).fetchall()
        return [(first, unpacked_times(data)) for first, data in rows]

    def _disk_bytes(self) -> int:
        files = (self.path, Path(f"{self.path}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())


def _sequence(row: Row) -> bytes:
    return encode(row.record.sequence_number)
