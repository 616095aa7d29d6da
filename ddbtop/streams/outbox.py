"""What the pump hands over: everything that was read since the last time, to be kept or shown as one step."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ddbtop.streams.model import Gap
from ddbtop.streams.wire import Page


@dataclass(frozen=True, slots=True)
class ShardPage:
    """A page with at least one record, in the order in which pages of one shard were read."""

    shard_id: str
    page: Page


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one shard is read, once the pages beside it are kept."""

    shard_id: str
    parent_id: str
    last_sequence: str
    """Empty where nothing was read yet."""
    drained: bool
    """Read to its end: nothing will follow."""
    iterator: str = ""
    iterator_at: float = 0.0
    """When it was granted, epoch seconds."""
    stands_at: float = 0.0
    """Where nothing was read yet: what was created before this moment does not belong to the session, epoch seconds.
    0 where only the shard's oldest record is known to be early enough."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An answer that could not be read, as it came."""

    shard_id: str
    body: bytes
    reason: str
    received_at: float


@dataclass(slots=True)
class Batch:
    """One hand-over."""

    pages: list[ShardPage] = field(default_factory=list)
    progress: dict[str, Progress] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.pages or self.progress or self.gaps or self.evidence)


class Sink(Protocol):
    """Takes batches, from the pump's thread only."""

    def commit(self, batch: Batch) -> None:
        """Keep all of it or none; blocking slows reading down, which is meant."""
        ...
