"""Blocks out of their compression: the rows in them, and the few that are kept at hand."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass, field
from operator import attrgetter

from msgspec import UNSET
from msgspec.structs import replace

from ddbtop.streams.wire import Record, decode_records

CACHE_BYTES = 8 << 20
"""What opened blocks may take, two or three full ones: a screen scrolls in memory, and memory stays bounded."""

RECORD_BYTES = 900
"""What one decoded record takes besides its JSON, roughly."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record as the journal keeps it."""

    number: int
    shard_id: str
    record: Record
    read_at: float
    """When it was read, epoch seconds of this machine's clock."""


@dataclass(slots=True)
class OpenPage:
    """One page of an opened block; decoded when somebody first looks."""

    first: int
    count: int
    shard_id: str
    offset: int
    length: int
    read_at: float
    _records: list[Record] = field(default_factory=list)

    def records(self, body: bytes | bytearray) -> list[Record]:
        if not self._records:
            self._records = decode_records(self.raw(body))
        return self._records

    def raw(self, body: bytes | bytearray) -> bytes:
        return bytes(memoryview(body)[self.offset : self.offset + self.length])


@dataclass(frozen=True, slots=True)
class OpenBlock:
    """A block out of its compression, as it was when it was opened; the last one may have grown since."""

    first: int
    body: bytes | bytearray
    pages: tuple[OpenPage, ...]

    @property
    def end(self) -> int:
        return self.pages[-1].first + self.pages[-1].count

    @property
    def weight(self) -> int:
        """Bytes in memory once all of it is decoded."""
        return 2 * len(self.body) + RECORD_BYTES * (self.end - self.first)

    def page_of(self, number: int) -> OpenPage:
        return self.pages[bisect_right(self.pages, number, key=attrgetter("first")) - 1]

    def row(self, number: int) -> Row:
        """One record, which keeps nothing else of the block in memory."""
        page = self.page_of(number)
        return Row(number, page.shard_id, _alone(page.records(self.body)[number - page.first]), page.read_at)

    def rows(self, first: int, end: int) -> list[Row]:
        """The records [first, end), as far as they lie in this block."""
        rows = []
        for page in self.pages:
            skip, stop = max(0, first - page.first), min(page.count, end - page.first)
            if skip < stop:
                records = page.records(self.body)
                rows += [Row(page.first + i, page.shard_id, records[i], page.read_at) for i in range(skip, stop)]
        return rows


def _alone(record: Record) -> Record:
    """The same record beside whose images nothing of its page stays in memory."""
    change = record.dynamodb
    images = {"new_image": change.new_image, "old_image": change.old_image}
    copies = {name: image.copy() for name, image in images.items() if image is not UNSET}
    identity = record.user_identity
    return replace(
        record,
        dynamodb=replace(change, keys=change.keys.copy(), **copies),
        user_identity=UNSET if identity is UNSET else identity.copy(),
    )


class RowCache:
    """Single rows from far apart, bounded in bytes: scrolling through them opens each block once."""

    def __init__(self, limit_bytes: int = CACHE_BYTES // 2) -> None:
        self._limit_bytes = limit_bytes
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._bytes = 0

    def get(self, number: int) -> Row | None:
        return self._rows.get(number)

    def put(self, row: Row) -> None:
        self._rows[row.number] = row
        self._bytes += _weight(row)
        while self._bytes > self._limit_bytes and len(self._rows) > 1:
            self._bytes -= _weight(self._rows.popitem(last=False)[1])

    def clear(self) -> None:
        self._rows.clear()
        self._bytes = 0


def _weight(row: Row) -> int:
    images = (row.record.dynamodb.new_image, row.record.dynamodb.old_image)
    return RECORD_BYTES + sum(len(memoryview(image)) for image in images if image is not UNSET)


class BlockCache:
    """The blocks that were looked at last, bounded in bytes."""

    def __init__(self, limit_bytes: int = CACHE_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._blocks: OrderedDict[int, OpenBlock] = OrderedDict()
        self._bytes = 0

    def get(self, first: int, end: int) -> OpenBlock | None:
        """The block that begins at `first`, if it is here and reaches up to `end`."""
        block = self._blocks.get(first)
        if block is None or block.end < end:
            return None
        self._blocks.move_to_end(first)
        return block

    def put(self, block: OpenBlock) -> None:
        before = self._blocks.pop(block.first, None)
        self._bytes += block.weight - (before.weight if before else 0)
        self._blocks[block.first] = block
        while self._bytes > self._limit_bytes and len(self._blocks) > 1:
            self._bytes -= self._blocks.popitem(last=False)[1].weight

    def clear(self) -> None:
        self._blocks.clear()
        self._bytes = 0
