"""What a mapping asks of time; which clock that is, whoever runs it decides."""

from __future__ import annotations

from queue import SimpleQueue
from typing import Protocol, TypeVar

Item = TypeVar("Item")


class Timing(Protocol):
    @property
    def is_quiet(self) -> bool:
        """What is there is taken for all there is for now."""

    @property
    def waits(self) -> bool:
        """What is due later is waited for, rather than gone to."""

    def now(self) -> float: ...

    def ticks(self) -> float:
        """Seconds that really pass, from anywhere."""

    def arrival(self, created_at: float) -> float:
        """When a record is there that was just polled."""

    def read_at(self) -> float:
        """Which moment a record's age is held against to tell whether it was past its retention when it was read."""

    def begin(self, due: float) -> float:
        """When what is due begins."""

    def end(self, began: float, duration_s: float) -> float:
        """When what began and took so long ends, asked when the answer is there."""

    def take(self, inbox: SimpleQueue[Item], seconds: float | None, is_busy: bool) -> Item:
        """The next item, waited for so long. Raises `queue.Empty`. `is_busy`: an invocation is under way."""
