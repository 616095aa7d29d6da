"""One shard of a simulated stream and the records it still holds."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate

from ddbtop.streams.model import Shard

HASH_SPACE = 1 << 32
"""Partition keys are spread over so many hash values; every open shard covers a range of them."""

MAX_PAGE_BYTES = 1 << 20
"""GetRecords answers with at most 1 MB, counted in `SizeBytes` (API model); one record always fits."""


@dataclass(slots=True, eq=False)
class SimulatedShard:
    """Records in order of their sequence numbers, in parallel lists so that a page is four slices."""

    shard_id: str
    parent_id: str
    low: int
    high: int
    """The hash values [low, high) whose items are written here."""
    first_sequence: int
    created_at: float
    last_sequence: int = 0
    """The ending sequence number; 0 while open."""
    closed_at: float = 0.0
    shows_end: bool = True
    """Whether a description tells the ending sequence number."""
    children: list[str] = field(default_factory=list)
    trimmed_to: int = 0
    """Everything up to this sequence number is gone; just below the first one while nothing is."""
    sequences: list[int] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    wires: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.trimmed_to = self.first_sequence - 1

    @property
    def is_open(self) -> bool:
        return not self.last_sequence

    def append(self, sequence: int, second: int, size: int, wire: bytes) -> None:
        self.sequences.append(sequence)
        self.times.append(second)
        self.sizes.append(size)
        self.wires.append(wire)

    def close(self, sequence: int, now: float) -> None:
        self.last_sequence = sequence
        self.closed_at = now

    def index_at(self, sequence: int) -> int:
        """Where the first record with this sequence number or a later one stands."""
        return bisect_left(self.sequences, sequence)

    def sequence_at_time(self, timestamp: float) -> int:
        """The position of the first record created at `timestamp` or later; the tip where there is none."""
        index = bisect_left(self.times, timestamp)
        return self.sequences[index] if index < len(self.sequences) else self.tip

    @property
    def tip(self) -> int:
        """The position behind the newest record."""
        return self.sequences[-1] + 1 if self.sequences else self.trimmed_to + 1

    def page_end(self, start: int, limit: int) -> int:
        """Where a page that begins at the index `start` has to end."""
        total = accumulate(self.sizes[start : start + limit])
        fitting = sum(1 for size in total if size <= MAX_PAGE_BYTES)
        return min(start + max(fitting, 1), len(self.sequences))

    def drop(self, count: int) -> int:
        """Forget the oldest records; returns the bytes that they took."""
        if count <= 0:
            return 0
        freed = sum(map(len, self.wires[:count]))
        self.trimmed_to = self.sequences[:count][-1]
        for column in (self.sequences, self.times, self.sizes, self.wires):
            del column[:count]
        return freed

    def described(self) -> Shard:
        """The entry of DescribeStream."""
        end = str(self.last_sequence) if self.last_sequence and self.shows_end else ""
        return Shard(self.shard_id, self.parent_id, str(self.first_sequence), end)
