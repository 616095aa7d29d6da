"""What a session knows about itself at one moment: frozen values that cross from the pump to whoever shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from ddbtop.errors import CallError, DdbtopError
from ddbtop.streams.model import TRIM_HORIZON, Position, Shard, StreamInfo


class ReaderState(StrEnum):
    """Where the reader of one shard stands; the value is the word that is shown."""

    WAITS = "waits"
    """Its parent is not drained yet."""
    OPENING = "opening"
    """An iterator is asked for."""
    BEHIND = "behind"
    """Reads an open shard and has not reached its tip."""
    DRAINING = "draining"
    """Reads a closed shard towards its end."""
    TIP = "tip"
    """Has read everything that the shard held a moment ago."""
    ENDING = "ending"
    """Got no next iterator; a description has to confirm that the shard is closed."""
    DRAINED = "drained"
    """Read to its end."""
    NOT_ASKED = "not asked"
    """Outside the start point; nothing of it is read."""
    TRIMMED = "trimmed"
    """Still listed, but the service has dropped all of its records."""
    STOPPED = "stopped"
    """An answer could not be read, three times over; `ReaderStatus.trouble` says why."""


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """One shard and its reader."""

    shard: Shard
    state: ReaderState
    closed: bool
    """Has an ending sequence number or a child."""
    generation: int = 0
    """0 for a root, else one more than its parent's."""
    children: tuple[str, ...] = ()
    position: Position = TRIM_HORIZON
    """Where an iterator would be asked for now."""
    exact: bool = False
    """Whether `position` names a record; LATEST and times only say roughly where."""
    iterator_at: float | None = None
    """When the iterator in use was granted, epoch seconds; it lives 15 minutes."""
    records: int = 0
    size_bytes: int = 0
    """What was read of this shard in this session, as JSON."""
    calls: int = 0
    first_at: float | None = None
    last_at: float | None = None
    """Creation times of the first and the last record read, epoch seconds."""
    last_sequence: str = ""
    answered_at: float | None = None
    """When the last call that succeeded was answered, epoch seconds."""
    interval_s: float = 0.0
    """Pause between two polls."""
    latency_s: float = 0.0
    """How long the last call took."""
    throttled: int = 0
    faults: int = 0
    gaps: int = 0
    gap_after: str = ""
    """Of the last gap: the record before it; empty where nothing was read before."""
    gap_reason: str = ""
    trouble: CallError | None = None
    """Why the last call failed; None once one succeeded again."""

    def lag(self, now: float) -> float | None:
        """Seconds behind: 0 only at the tip or where nothing is left to read, None for unknown.

        A reader at the tip whose calls fail falls behind from its last answer on.
        """
        if self.state in (ReaderState.DRAINED, ReaderState.NOT_ASKED, ReaderState.TRIMMED):
            return 0.0
        if self.state is ReaderState.TIP:
            return 0.0 if self.trouble is None or self.answered_at is None else max(0.0, now - self.answered_at)
        return None if self.last_at is None else max(0.0, now - self.last_at)


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """The whole session."""

    stream: StreamInfo
    readers: dict[str, ReaderStatus] = field(default_factory=dict)
    """By shard id, in the order of the description. Never changed in place."""
    version: int = 0
    """Grows whenever anything here differs from the status before."""
    lineage_version: int = 0
    """Grows whenever shards came, went, closed or got children."""
    described: bool = False
    """The first complete description is in; before that, shards may be missing."""
    calls: int = 0
    """Every call of the session, DescribeStream included."""
    throttled: int = 0
    gaps: int = 0
    """Gaps noticed; the journal has them."""
    clock_offset: float = 0.0
    """The server's clock minus ours, seconds; 0 where the two cannot be told apart."""
    budget: float = 0.0
    """Calls a second that all readers together may make."""
    reads_forward: bool = False
    """The server cannot start at a time: what is older is read as well, and left out."""
    starts_at_times: bool = False
    """The server gave a page for an iterator that was asked for by time; False may mean not tried yet."""
    trouble: CallError | None = None
    """Why nothing can be read at the moment; None while something can."""
    finished: bool = False
    """Everything that was asked for is read; set only where the session has an end."""
    ended_by: DdbtopError | None = None
    """Why the session cannot go on at all: the stream is gone, or the start point names nothing in it."""
