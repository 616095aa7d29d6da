"""What became of each record of a shard, and up to where all of them are done."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence


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

    def poll(self, sequence_numbers: Sequence[str]) -> int:
        """More records; returns the number of the first."""
        first = self.polled
        self._waiting.extend(sequence_numbers)
        self.polled += len(sequence_numbers)
        return first

    def filter(self, numbers: Sequence[int]) -> None:
        self.filtered += len(numbers)
        self._settle(numbers)

    def deliver(self, numbers: Sequence[int]) -> None:
        self.delivered += len(numbers)
        self._settle(numbers)

    def discard(self, numbers: Sequence[int]) -> None:
        self.discarded += len(numbers)
        self._settle(numbers)

    def leave(self, records: int) -> None:
        """So many more are known to be there and will not be polled in this run."""
        self.polled += records

    def _settle(self, numbers: Sequence[int]) -> None:
        for number in numbers:
            if number == self._first:
                self._pass()
            else:
                self._done.add(number)
        while self._first in self._done:
            self._done.remove(self._first)
            self._pass()

    def _pass(self) -> None:
        self.checkpoint = self._waiting.popleft()
        self._first += 1
