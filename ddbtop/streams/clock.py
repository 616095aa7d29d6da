"""Time: a clock that never goes back for waiting, and the service's clock for everything that is said about records."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on two clocks."""

    ticks: float
    """Seconds on a clock that never goes back; means nothing outside this process."""
    epoch: float
    """Epoch seconds by the service's clock, as well as it is known."""


class Clock(Protocol):
    """Where a pump gets its time from."""

    def ticks(self) -> float: ...

    def epoch(self) -> float:
        """Epoch seconds by this machine's clock."""
        ...


class SystemClock:
    def ticks(self) -> float:
        return time.monotonic()

    def epoch(self) -> float:
        return time.time()


class ServiceTime:
    """How far the service's clock is from ours, told by the `Date` header of its answers.

    The header has whole seconds and an answer takes a while, so one answer only says that the offset lies in an
    interval; where that interval holds the value known so far, nothing changes.
    """

    def __init__(self) -> None:
        self.offset = 0.0
        """The service's clock minus ours, seconds."""

    def observe(self, server_time: float, sent: float, received: float) -> None:
        """One answer: its `Date` header (0 for none), and when the call was sent and answered by our clock."""
        if not server_time:
            return
        earliest, latest = server_time - received, server_time + 1.0 - sent
        self.offset = min(max(self.offset, earliest), latest)


def certainly_before(created_at: float, moment: float, precision_s: float) -> bool:
    """Whether a record was created before `moment`, its creation time being rounded down to `precision_s`.

    The service rounds ApproximateCreationDateTime down to whole seconds, so a record of the same second as `moment`
    may be younger than it: what is dropped by time must be older for certain. A record without a time never is.
    """
    return 0 < created_at <= moment - precision_s
