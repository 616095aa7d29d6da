"""A reader that does nothing clever: it asks until a shard ends or stays silent."""

from __future__ import annotations

from collections.abc import Iterator

from ddbtop.streams.model import TRIM_HORIZON, Position, Shard
from ddbtop.streams.simulated import SimulatedSource
from ddbtop.streams.wire import Page

PATIENCE = 6
"""Empty pages in a row after which nothing more is expected: one more than the simulation ever puts in between."""


def pages(
    source: SimulatedSource, shard_id: str, position: Position = TRIM_HORIZON, limit: int = 1000
) -> Iterator[Page]:
    """The answers from a position on, the last one without a next iterator if the shard has ended."""
    iterator: str | None = source.open_iterator(shard_id, position)
    silent = 0
    while iterator is not None and silent < PATIENCE:
        page = source.get_records(iterator, limit)
        silent = 0 if page.records else silent + 1
        iterator = page.next_iterator
        yield page


def numbers(source: SimulatedSource, shard_id: str, position: Position = TRIM_HORIZON, limit: int = 1000) -> list[str]:
    """Sequence numbers from a position on."""
    return [record.sequence_number for page in pages(source, shard_id, position, limit) for record in page.records]


def all_shards(source: SimulatedSource) -> list[Shard]:
    """Every listed shard, page by page."""
    shards: list[Shard] = []
    after = ""
    while True:
        description = source.describe(after)
        shards += description.shards
        after = description.last_shard_id
        if not after:
            return shards
