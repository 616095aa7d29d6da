"""Which records of a shard belong to a session: from where on, and up to where."""

from __future__ import annotations

from dataclasses import dataclass

from ddbtop.streams.clock import certainly_before
from ddbtop.streams.wire import Record


@dataclass(frozen=True, slots=True)
class Bounds:
    """Which records of a shard belong to the session; creation times are epoch seconds rounded down."""

    precision_s: float = 1.0
    """What the server rounds creation times down to."""
    not_before: float = 0.0
    """Records created before this for certain are left out; 0 for none."""
    not_after: float = 0.0
    """A record created after this ends the shard and is left out: where a read without follow stops; 0 for no end."""
    until_time: float = 0.0
    """A record created at or after this ends the shard and is left out; 0 for no end."""
    until_sequence: int = 0
    """A record with this number or a higher one ends the shard and is left out; 0 for no end."""

    def is_early(self, record: Record) -> bool:
        return bool(self.not_before) and certainly_before(record.created_at, self.not_before, self.precision_s)

    def is_beyond(self, record: Record) -> bool:
        return (
            (bool(self.not_after) and record.created_at > self.not_after)
            or (bool(self.until_time) and record.created_at >= self.until_time)
            or (bool(self.until_sequence) and int(record.sequence_number) >= self.until_sequence)
        )

    def is_last(self, record: Record) -> bool:
        """Nothing that belongs to the session can follow."""
        return bool(self.until_sequence) and int(record.sequence_number) + 1 == self.until_sequence

    @property
    def end_time(self) -> float:
        """The moment after which a shard at its tip has nothing more that is asked for; 0 for none."""
        return self.not_after or self.until_time
