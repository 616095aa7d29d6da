"""Blocks out of their compression: the rows in them, and the few that are kept at hand."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

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
        return next(page for page in self.pages if page.first <= number < page.first + page.count)

    def rows(self, first: int, end: int) -> list[Row]:
        """The records [first, end), as far as they lie in this block."""
        rows = []
        for page in self.pages:
            skip, stop = max(0, first - page.first), min(page.count, end - page.first)
            if skip < stop:
                records = page.records(self.body)
                rows += [Row(page.first + i, page.shard_id, records[i], page.read_at) for i in range(skip, stop)]
        return rows


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
