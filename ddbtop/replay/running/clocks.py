"""What time means to a run: recorded, where each lane moves along by itself, or the wall's."""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import SimpleQueue

from ddbtop.replay.mapping.batching import ALWAYS
from ddbtop.replay.mapping.timing import Item, Timing
from ddbtop.replay.options import Arrival, Clock, Options


class RecordedTime:
    """Lanes do not wait for each other, so each has a now of its own; what is due is gone to."""

    is_quiet = False
    waits = False

    def __init__(self, arrival: Arrival) -> None:
        self._is_backlog = arrival is Arrival.BACKLOG
        self._began_at: float | None = None
        self._latest = 0.0

    def now(self) -> float:
        return self._latest

    def ticks(self) -> float:
        return time.monotonic()

    def arrival(self, created_at: float) -> float:
        return ALWAYS if self._is_backlog else created_at

    def read_at(self) -> float:
        return self._latest if self._began_at is None else self._began_at

    def begin(self, due: float) -> float:
        if self._began_at is None:
            self._began_at = due
        self._latest = max(self._latest, due)
        return due

    def end(self, began: float, duration_s: float) -> float:
        return self.begin(began + duration_s)

    def take(self, inbox: SimpleQueue[Item], seconds: float | None, is_busy: bool) -> Item:
        return inbox.get(timeout=seconds)


class WallTime:
    is_quiet = True
    waits = True

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock()

    def ticks(self) -> float:
        return self.now()

    def arrival(self, created_at: float) -> float:
        return self.now()

    def read_at(self) -> float:
        return self.now()

    def begin(self, due: float) -> float:
        return max(due, self.now())

    def end(self, began: float, duration_s: float) -> float:
        return max(began, self.now())

    def take(self, inbox: SimpleQueue[Item], seconds: float | None, is_busy: bool) -> Item:
        return inbox.get(timeout=seconds)


def timing_of(options: Options) -> Timing:
    return WallTime() if options.clock is Clock.WALL else RecordedTime(options.arrival)
