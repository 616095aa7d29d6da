"""What became of each record of a shard, and up to where all of them are done."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable


class Ledger:
    """Records are numbered 0.. in the order in which they were polled."""

    def __init__(self) -> None:
        self.polled = self.filtered = self.delivered = self.discarded = 0
        self.checkpoint = ""
        """The sequence number of the last record before the first that is not done; empty for none."""
        self._first = 0
        """The first record that is not done."""
        self._waiting: deque[str] = deque()
        """Sequence numbers of the records from `_first` on."""
        self._done: set[int] = set()
        """Records behind `_first` that are done."""

    @property
    def pending(self) -> int:
        return self.polled - self.filtered - self.delivered - self.discarded

    def poll(self, sequence_number: str) -> int:
        """One more record; returns its number."""
        self._waiting.append(sequence_number)
        self.polled += 1
        return self.polled - 1

    def filter(self, number: int) -> None:
        self.filtered += 1
        self._settle([number])

    def deliver(self, numbers: Iterable[int]) -> None:
        self.delivered += self._settle(numbers)

    def discard(self, numbers: Iterable[int]) -> None:
        self.discarded += self._settle(numbers)

    def leave(self, records: int) -> None:
        """So many more are known to be there and will not be polled in this run."""
        self.polled += records

    def _settle(self, numbers: Iterable[int]) -> int:
        before = len(self._done)
        self._done.update(numbers)
        settled = len(self._done) - before
        while self._first in self._done:
            self._done.remove(self._first)
            self.checkpoint = self._waiting.popleft()
            self._first += 1
        return settled
