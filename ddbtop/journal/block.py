"""A block: the pages of one transaction, compressed as one, beside a few packed columns of their records."""

from __future__ import annotations

import sys
import zlib
from array import array
from dataclasses import dataclass, field
from enum import IntEnum

from msgspec import UNSET

from ddbtop.errors import CannotDo
from ddbtop.journal.keys import key_hash
from ddbtop.streams.changes.record import expired_by_ttl
from ddbtop.streams.wire import Page, Record

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BLOCK_BYTES = 1_000_000
"""A block is closed at this much JSON: opening one stays at about 2 ms."""

ZSTD_LEVEL = 1
"""Four times as fast as zlib 1 on change records, and a quarter smaller; level 3 gains nothing on them."""


class Codec(IntEnum):
    RAW = 0
    ZLIB = 1
    ZSTD = 2


class Event(IntEnum):
    """The event column's values."""

    OTHER = 0
    INSERT = 1
    MODIFY = 2
    REMOVE = 3
    EXPIRED = 4
    """A REMOVE by TTL."""


_EVENTS = {"INSERT": Event.INSERT, "MODIFY": Event.MODIFY, "REMOVE": Event.REMOVE}


def event_of(record: Record) -> Event:
    event = _EVENTS.get(record.event_name, Event.OTHER)
    if event is Event.REMOVE and record.user_identity is not UNSET and expired_by_ttl(record):
        return Event.EXPIRED
    return event


@dataclass(slots=True)
class Block:
    """A block while it is filled."""

    id: int
    """Number of its first record in the journal."""
    raw: bytearray = field(default_factory=bytearray)
    events: bytearray = field(default_factory=bytearray)
    created_at: array[float] = field(default_factory=lambda: array("d"))
    key_hashes: bytearray = field(default_factory=bytearray)

    def __len__(self) -> int:
        return len(self.events)

    def add(self, page: Page) -> int:
        """Append a page; the offset of its JSON array."""
        offset = len(self.raw)
        self.raw += page.raw
        self.events += bytes(map(event_of, page.records))
        self.created_at.extend([record.dynamodb.created_at for record in page.records])
        self.key_hashes += b"".join([key_hash(record.dynamodb.keys) for record in page.records])
        return offset

    def counts(self) -> tuple[int, int, int]:
        """Inserts, modifies, removes."""
        count = self.events.count
        return count(Event.INSERT), count(Event.MODIFY), count(Event.REMOVE) + count(Event.EXPIRED)


def packed_times(times: array[float]) -> bytes:
    return _little_endian(times).tobytes()


def unpacked_times(data: bytes) -> array[float]:
    times = array("d")
    times.frombytes(data)
    return _little_endian(times)


def _little_endian(times: array[float]) -> array[float]:
    if sys.byteorder == "little":
        return times
    swapped = array("d", times)
    swapped.byteswap()
    return swapped


def compress(raw: bytes | bytearray) -> tuple[Codec, bytes]:
    packed = zstd.compress(raw, level=ZSTD_LEVEL)
    return (Codec.ZSTD, packed) if len(packed) < len(raw) else (Codec.RAW, bytes(raw))


def decompress(codec: int, data: bytes, length: int) -> bytes:
    """The `length` bytes that went in; never more, whatever the file claims. Raises `CannotDo` where it is damaged."""
    try:
        raw = _decompressed(codec, data, length + 1)
    except (zlib.error, zstd.ZstdError, EOFError) as error:
        raise CannotDo(f"a block of the journal is damaged: {error}") from error
    if len(raw) != length:
        raise CannotDo(f"a block of the journal is damaged: {len(raw)} bytes instead of {length}")
    return raw


def _decompressed(codec: int, data: bytes, limit: int) -> bytes:
    match codec:
        case Codec.RAW:
            return data
        case Codec.ZLIB:
            return zlib.decompressobj().decompress(data, limit)
        case Codec.ZSTD:
            return zstd.ZstdDecompressor().decompress(data, limit)
        case _:
            raise CannotDo(f"a block of the journal is damaged: compressed by an unknown method {codec}")
