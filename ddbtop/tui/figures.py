"""What the session's figures come to at one moment, put together once so that all of the screen says the same."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from ddbtop.streams.model import RETENTION_S, StreamInfo
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from ddbtop.tui.catchup import furthest_behind_s, is_behind, lag_s
from ddbtop.tui.look import Role
from ddbtop.tui.meter import Meter

BEHIND_S = 10.0
"""A reader further behind than this has a colour; below it, a slow page explains it."""

DOLLARS_A_CALL = 0.02 / 100_000
"""The list price of a streams read request in us-east-1; elsewhere it differs a little, hence `≈`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the journal holds of what was read."""

    records: int = 0
    read: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    now: float
    """Epoch seconds of the service's clock."""
    stream: StreamInfo
    open: int
    closed: int
    lag_s: float | None
    """Of the reader furthest behind; None while that is not known."""
    behind: int
    """Open shards whose newest records are not read yet."""
    gaps: int
    throttled: int
    rate: int | None
    """Changes a second; None before any shard was read up to its tip."""
    minute: Sequence[int] = field(default_factory=tuple)
    call_rate: float = 0.0
    kept: Kept = field(default_factory=Kept)
    described: bool = False
    behind_closed: int = 0
    """Closed shards that are not read to their end."""
    reading: int = 0
    """Records a second that are read, whatever the table does."""
    left_s: float | None = None
    """Seconds until nothing is behind any more; None where that cannot be told."""

    @property
    def is_late(self) -> bool:
        """Whether catching up takes long enough to be worth a word."""
        return self.lag_s is not None and self.lag_s > BEHIND_S

    @property
    def dollars_an_hour(self) -> float:
        return self.call_rate * 3600 * DOLLARS_A_CALL


def figures(status: SessionStatus, meter: Meter, kept: Kept) -> Figures:
    now = time.time() + status.clock_offset
    opened = [reader for reader in status.readers.values() if not reader.closed]
    behind = [reader for reader in status.readers.values() if is_behind(reader, now)]
    return Figures(
        now=now,
        stream=status.stream,
        open=len(opened),
        closed=len(status.readers) - len(opened),
        lag_s=furthest_behind_s(status, now),
        behind=sum(1 for reader in behind if not reader.closed),
        behind_closed=sum(1 for reader in behind if reader.closed),
        gaps=status.gaps,
        throttled=status.throttled,
        rate=meter.rate(),
        minute=meter.minute(),
        call_rate=meter.call_rate(),
        kept=kept,
        described=status.described,
        reading=meter.reading_rate(),
        left_s=meter.left_s(),
    )


def lag_role(lag: float | None) -> Role:
    """Colour only for trouble: late, or so late that records may be gone."""
    if lag is None:
        return Role.DIM
    if lag >= RETENTION_S:
        return Role.LOSS
    return Role.ATTENTION if lag > BEHIND_S else Role.TEXT


def reader_word(reader: ReaderStatus, now: float) -> str:
    """Where it stands; one at the tip whose calls have failed for a while may not be there any more."""
    return "retrying" if reader.state is ReaderState.TIP and lag_s(reader, now) else reader.state.value


def reader_role(reader: ReaderStatus, lag: float | None) -> Role:
    match reader.state:
        case ReaderState.DRAINED | ReaderState.NOT_ASKED:
            return Role.DIM
        case ReaderState.TRIMMED | ReaderState.STOPPED:
            return Role.REMOVE
        case ReaderState.WAITS:
            return Role.ATTENTION
    return Role.ATTENTION if reader.trouble is not None or (lag or 0) > BEHIND_S else Role.TEXT
