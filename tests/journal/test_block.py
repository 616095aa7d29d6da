"""Blocks: packed, unpacked, and never more than they say."""

from __future__ import annotations

import zlib
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddbtop.errors import CannotDo
from ddbtop.journal.block import (
    BLOCK_BYTES,
    PIECE_BYTES,
    Block,
    Codec,
    Event,
    compress,
    decompress,
    decompress_into,
    event_of,
    packed_times,
    unpacked_times,
)
from ddbtop.journal.journal import Journal
from ddbtop.journal.opened import BlockCache, OpenBlock, OpenPage
from tests.journal.pages import BASE, SHARD, batch, numbered, page, record

SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES + 7]


@pytest.mark.parametrize("size", SIZES)
def test_what_goes_in_comes_out_by_every_codec(size: int) -> None:
    raw = bytes(range(256)) * (size // 256) + bytes(size % 256)
    for codec, data in ((Codec.RAW, raw), (Codec.ZLIB, zlib.compress(raw)), compress(raw)):
        assert decompress(codec, data, size) == raw


@given(st.binary(max_size=200))
def test_packing_never_makes_a_block_larger(raw: bytes) -> None:
    codec, data = compress(raw)
    assert len(data) <= len(raw)
    assert decompress(codec, data, len(raw)) == raw


def test_a_buffer_is_used_again_for_blocks_of_other_sizes() -> None:
    buffer = bytearray()
    for size in (5 * PIECE_BYTES, 10, 0, 2 * PIECE_BYTES):
        raw = b"x" * size
        decompress_into(buffer, *compress(raw), size)
        assert buffer == raw


@pytest.mark.parametrize("codec", [Codec.ZLIB, Codec.ZSTD])
def test_a_block_never_becomes_larger_than_it_claims(codec: Codec) -> None:
    bomb = bytes(200 * PIECE_BYTES)
    data = zlib.compress(bomb) if codec is Codec.ZLIB else compress(bomb)[1]
    buffer = bytearray()
    with pytest.raises(CannotDo, match="damaged"):
        decompress_into(buffer, codec, data, 10)
    assert len(buffer) <= PIECE_BYTES


@pytest.mark.parametrize("codec", [Codec.RAW, Codec.ZLIB, Codec.ZSTD, 9])
def test_a_damaged_block_is_said(codec: int) -> None:
    for data in (b"", b"garbage", compress(b"x" * 1000)[1][:-1], zlib.compress(b"x" * 1000)[:-3]):
        with pytest.raises(CannotDo, match="damaged"):
            decompress(codec, data, 1000)


def test_events_are_told_apart() -> None:
    expired = record(4, event="REMOVE") | {"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}}
    other = record(5, event="REMOVE") | {"userIdentity": {"type": "Service", "principalId": "somebody.else"}}
    odd = record(6) | {"eventName": "UPSERT"}
    records = page([record(1, event="INSERT"), record(2), record(3, event="REMOVE"), expired, other, odd])
    expected = [Event.INSERT, Event.MODIFY, Event.REMOVE, Event.EXPIRED, Event.REMOVE, Event.OTHER]
    assert [event_of(one) for one in records.records] == expected
    block = Block(0)
    block.add(records, SHARD, 0.0)
    assert block.counts() == (1, 1, 3)


def test_times_survive_packing() -> None:
    times = array("d", [0.0, 1_774_017_127.0, 1.5, 1e300])
    assert unpacked_times(packed_times(times)) == times
    assert packed_times(array("d", [1.0])) == b"\0\0\0\0\0\0\xf0\x3f"


def test_a_large_batch_becomes_several_blocks(journal: Journal) -> None:
    journal.commit(batch(*(numbered(*range(first, first + 1000)) for first in range(0, 6000, 1000))))
    with journal.reader() as reader:
        heads = reader.heads(0, 100)
        assert len(heads) > 1
        for head in heads:
            block = reader.open_block(head.first, bytearray())
            assert block is not None
            assert len(block.body) < 2 * BLOCK_BYTES
        rows = reader.window(0, 6000)
        assert [int(row.record.sequence_number) - BASE for row in rows] == list(range(6000))


def test_opened_blocks_stay_within_their_bytes() -> None:
    def opened(first: int, count: int = 1) -> OpenBlock:
        return OpenBlock(first, b"x" * 1000, (OpenPage(first, count, "shard", 0, 1000, 0.0),))

    cache = BlockCache(3 * opened(0).weight)
    for first in range(3):
        cache.put(opened(first))
    assert cache.get(0, 1) is not None
    cache.put(opened(3))
    assert [cache.get(first, first + 1) is not None for first in range(4)] == [True, False, True, True]
    assert cache.get(3, 5) is None, "it has grown since"
    cache.put(opened(3, count=10_000))
    assert cache.get(3, 5) is not None, "one block is always kept, however large"
    assert cache.get(0, 1) is None
