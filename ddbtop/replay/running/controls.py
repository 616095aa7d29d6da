"""What others want of a run: that it goes on, pauses, makes one step, or ends. Safe from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum


class RunState(StrEnum):
    READY = "ready"
    RUNNING = "running"
    PAUSED = "paused"
    """Invocations under way may still end."""
    ENDED = "ended"


class Controls:
    def __init__(self, wake: Callable[[], None]) -> None:
        self.is_stopping = False
        self._wake = wake
        """Tells the driver that something changed."""
        self._lock = threading.Lock()
        self._state = RunState.READY
        self._steps = 0
        self._to_failure = False

    @property
    def state(self) -> RunState:
        return self._state

    @property
    def is_stepping(self) -> bool:
        """A step was asked for that has not begun."""
        return self._steps > 0

    @property
    def may_begin(self) -> bool:
        """Whether another invocation may."""
        return not self.is_stopping and (self._state is RunState.RUNNING or self._steps > 0)

    def set(self, state: RunState, *, steps: int = 0, to_failure: bool = False) -> None:
        with self._lock:
            if self._state is not RunState.ENDED:
                self._state, self._to_failure = state, to_failure
                self._steps = self._steps + steps if steps else 0
        self._wake()

    def stop(self) -> None:
        self.is_stopping = True
        self._wake()

    def began(self) -> None:
        """An invocation did."""
        with self._lock:
            self._steps = max(0, self._steps - 1)

    def failed(self) -> None:
        """An invocation did not succeed."""
        with self._lock:
            if self._to_failure and self._state is RunState.RUNNING:
                self._state, self._to_failure = RunState.PAUSED, False
