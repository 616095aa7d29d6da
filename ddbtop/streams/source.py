"""The calls that reading a stream needs, and nothing of how they are made."""

from __future__ import annotations

from typing import Protocol

from ddbtop.streams.model import MAX_RECORDS_A_PAGE, Description, Position
from ddbtop.streams.wire import Page


class Source(Protocol):
    """A stream that can be read. Safe to call from several threads; every method raises `errors.CallError`."""

    @property
    def arn(self) -> str: ...

    @property
    def at_timestamp(self) -> bool:
        """Whether an iterator may be asked for by time. True is a hope that a server can still disappoint."""
        ...

    @property
    def shard_filter(self) -> bool:
        """Whether DescribeStream may be asked for the children of a shard. True is a hope, as above."""
        ...

    def describe(self, after: str = "", children_of: str = "") -> Description:
        """One page of DescribeStream: shards after the id `after`, or the children of a closed shard."""
        ...

    def open_iterator(self, shard_id: str, position: Position) -> str:
        """GetShardIterator."""
        ...

    def get_records(self, iterator: str, limit: int = MAX_RECORDS_A_PAGE) -> Page:
        """GetRecords: at most `limit` records."""
        ...

    def close(self) -> None:
        """Give up connections; calls that hang are not waited for."""
        ...
