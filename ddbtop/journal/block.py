"""A block: the pages of one transaction, compressed as one, beside a few packed columns of their records."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from msgspec import UNSET

from ddbtop.errors import CannotDo
from ddbtop.journal.keys import key_hash
from ddbtop.journal.opened import OpenBlock, OpenPage
from ddbtop.streams.wire import Page, Record

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BLOCK_BYTES = 1_000_000
"""A block is closed at this much JSON: opening one stays at about 2 ms."""

ZSTD_LEVEL = 1
"""Four times as fast as zlib 1 on change records, and a quarter smaller; level 3 gains nothing on them."""

PIECE_BYTES = 1 << 16
"""Decompressed at a time: stays in the processor's cache."""


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
    if event is Event.REMOVE and record.user_identity is not UNSET:
        return _service_removal(record)
    return event


def _service_removal(record: Record) -> Event:
    from ddbtop.streams.changes.record import expired_by_ttl  # slow to import, and seldom needed

    return Event.EXPIRED if expired_by_ttl(record) else Event.REMOVE


@dataclass(slots=True)
class Block:
    """A block while it is filled."""

    id: int
    """Number of its first record in the journal."""
    raw: bytearray = field(default_factory=bytearray)
    events: bytearray = field(default_factory=bytearray)
    created_at: array[float] = field(default_factory=lambda: array("d"))
    key_hashes: bytearray = field(default_factory=bytearray)
    pages: list[OpenPage] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.events)

    def add(self, page: Page, shard_id: str, read_at: float) -> OpenPage:
        """Append a page; where it lies."""
        added = OpenPage(
            self.id + len(self), len(page.records), shard_id, len(self.raw), len(page.raw), read_at, page.records
        )
        self.pages.append(added)
        self.raw += page.raw
        self.events += bytes(map(event_of, page.records))
        self.created_at.extend([record.dynamodb.created_at for record in page.records])
        self.key_hashes += b"".join([key_hash(record.dynamodb.keys) for record in page.records])
        return added

    def opened(self) -> OpenBlock:
        """What a reader would make of it as it is now, without a look at the file."""
        return OpenBlock(self.id, bytes(self.raw), tuple(self.pages))

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
    """The `length` bytes that went in. Raises `CannotDo` where they do not come out."""
    raw = bytearray()
    decompress_into(raw, codec, data, length)
    return bytes(raw)


def decompress_into(buffer: bytearray, codec: int, data: bytes, length: int) -> None:
    """Make `buffer` the `length` bytes that went in; never more, whatever the file claims.

    A scan uses one buffer again and again: for memory of a block's size the system clears every page anew, which
    takes several times as long as decompressing into it.
    """
    at = 0
    try:
        for piece in _pieces(codec, data):
            buffer[at : at + len(piece)] = piece
            at += len(piece)
            if at > length:
                break
    except (zlib.error, zstd.ZstdError, EOFError) as error:
        raise CannotDo(f"a block of the journal is damaged: {error}") from error
    if at != length:
        raise CannotDo(f"a block of the journal is damaged: {at} bytes instead of {length}")
    del buffer[length:]


def _pieces(codec: int, data: bytes) -> Iterator[bytes]:
    """What comes out, at most `PIECE_BYTES` at a time."""
    match codec:
        case Codec.RAW:
            yield data
        case Codec.ZLIB:
            inflate = zlib.decompressobj()
            yield inflate.decompress(data, PIECE_BYTES)
            while inflate.unconsumed_tail:
                yield inflate.decompress(inflate.unconsumed_tail, PIECE_BYTES)
            yield inflate.flush()
            if not inflate.eof:
                raise EOFError("it ends early")
        case Codec.ZSTD:
            unpack = zstd.ZstdDecompressor()
            yield unpack.decompress(data, PIECE_BYTES)
            while not unpack.eof:
                if unpack.needs_input:
                    raise EOFError("it ends early")
                yield unpack.decompress(b"", PIECE_BYTES)
        case _:
            raise CannotDo(f"a block of the journal is damaged: compressed by an unknown method {codec}")
