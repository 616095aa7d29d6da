"""The values of DynamoDB Streams: streams, shards, positions in a shard, and where reading starts.

Times are epoch seconds of the service's clock. Sequence numbers are decimal text of 21 to 40 digits that compares as
integers, never as text (API model of DescribeStream and GetRecords).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

RETENTION_S = 24 * 3600.0
"""A record can be trimmed at any moment after this age (Developer Guide, Change data capture)."""

ITERATOR_LIFE_S = 15 * 60.0
"""A shard iterator expires this long after it was granted (API model of GetShardIterator)."""

MAX_RECORDS_A_PAGE = 1000
"""GetRecords answers with at most so many records, or 1 MB, whichever comes first (API model)."""


class ViewType(StrEnum):
    KEYS_ONLY = "KEYS_ONLY"
    NEW_IMAGE = "NEW_IMAGE"
    OLD_IMAGE = "OLD_IMAGE"
    NEW_AND_OLD_IMAGES = "NEW_AND_OLD_IMAGES"


class StreamStatus(StrEnum):
    ENABLING = "ENABLING"
    ENABLED = "ENABLED"
    DISABLING = "DISABLING"
    DISABLED = "DISABLED"


class IteratorType(StrEnum):
    """The service's names for where in a shard an iterator stands."""

    TRIM_HORIZON = "TRIM_HORIZON"
    LATEST = "LATEST"
    AT_SEQUENCE_NUMBER = "AT_SEQUENCE_NUMBER"
    AFTER_SEQUENCE_NUMBER = "AFTER_SEQUENCE_NUMBER"
    AT_TIMESTAMP = "AT_TIMESTAMP"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a shard, in the terms of GetShardIterator."""

    type: IteratorType
    sequence_number: str = ""
    """For AT_ and AFTER_SEQUENCE_NUMBER."""
    timestamp: float = 0.0
    """For AT_TIMESTAMP: epoch seconds, milliseconds kept."""

    @classmethod
    def at(cls, sequence_number: str) -> Position:
        return cls(IteratorType.AT_SEQUENCE_NUMBER, sequence_number=sequence_number)

    @classmethod
    def after(cls, sequence_number: str) -> Position:
        return cls(IteratorType.AFTER_SEQUENCE_NUMBER, sequence_number=sequence_number)

    @classmethod
    def at_time(cls, timestamp: float) -> Position:
        return cls(IteratorType.AT_TIMESTAMP, timestamp=timestamp)


TRIM_HORIZON = Position(IteratorType.TRIM_HORIZON)
"""The oldest record that is still kept."""

LATEST = Position(IteratorType.LATEST)
"""Just after the newest record at the time of the call."""


@dataclass(frozen=True, slots=True)
class StartPoint:
    """Where a session begins to read: one position, for the whole stream or for one shard."""

    position: Position
    shard_id: str = ""
    """Empty: the whole stream."""
    descendants: bool = True
    """With `shard_id`: go on with the shards that came out of it."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One entry of DescribeStream's `Shards`."""

    shard_id: str
    parent_id: str = ""
    """Empty for a shard without a parent; the parent itself may be trimmed and not listed any more."""
    first_sequence: str = ""
    last_sequence: str = ""
    """Empty while the shard is still written to."""


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    name: str
    is_partition_key: bool


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What DescribeStream says of a stream besides its shards."""

    arn: str
    table: str = ""
    label: str = ""
    status: str = ""
    """A `StreamStatus`, or whatever a server of another kind says."""
    view_type: str = ""
    """A `ViewType`, or whatever a server of another kind says."""
    created_at: float = 0.0
    key_schema: tuple[KeyAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """One page of DescribeStream."""

    stream: StreamInfo
    shards: tuple[Shard, ...]
    last_shard_id: str = ""
    """`LastEvaluatedShardId`: empty proves that this was the last page; the reverse proves nothing."""
    server_time: float = 0.0
    """The answer's `Date` header, whole seconds; 0 where the server sent none."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Records of a shard that were lost to this reader, or may have been."""

    shard_id: str
    after_sequence: str
    """The last record read before the gap; empty where nothing was."""
    before_sequence: str
    """The first record read behind the gap; empty where nothing was."""
    from_time: float
    to_time: float
    """Creation times on both sides, epoch seconds; 0 where unknown."""
    reason: str
    noticed_at: float
