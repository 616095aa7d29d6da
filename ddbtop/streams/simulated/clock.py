"""The clocks a simulated stream can run on."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Tells the service's time. Safe to call from several threads."""

    def now(self) -> float:
        """Epoch seconds; never less than at the call before."""
        ...


class ManualClock:
    """Stands still until it is advanced, so that a test decides when a day has passed."""

    def __init__(self, start: float = 1_774_017_127.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> float:
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError(f"a clock does not go back: {seconds} s")
        with self._lock:
            self._now += seconds


class WallClock:
    """Real time, or `speed` times as fast from the moment it was made."""

    def __init__(self, speed: float = 1.0) -> None:
        if speed <= 0:
            raise ValueError(f"a clock needs a speed above 0: {speed}")
        self.speed = speed
        self._start = time.time()
        self._origin = time.monotonic()

    def now(self) -> float:
        return self._start + (time.monotonic() - self._origin) * self.speed
