"""Records of a journal in the order of their creation, each line found without all of them being sorted.

What is kept is how many records each second has. The lines on a screen fall into a few seconds, and only the blocks
that reach into these are looked at. Times of different shards come from different clocks, so the order across shards
is approximate.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

from ddbtop.journal.reader import JournalReader

REMEMBERED_SECONDS = 512
"""Seconds whose records are kept in order: scrolling sorts them once."""

UNKNOWN = -1
"""Stands for the number of a record that was dropped meanwhile."""

_DROPPED = (float("-inf"), UNKNOWN)


class TimeOrder:
    """The records that there were in a journal when this was made, or some of them; later ones are left out."""

    def __init__(self, first: int, end: int, among: Sequence[int] | None = None) -> None:
        """Records [first, end), or those `among` them, ascending. `count` makes it ready."""
        self.first, self.end = first, end
        self._among = among
        self._counts: Counter[int] = Counter()
        self._seconds: list[int] = []
        self._ends: list[int] = []
        self._sorted: dict[int, list[tuple[float, int]]] = {}

    def count(self, reader: JournalReader) -> None:
        """Count what each second has; may be done in a thread, a screen's worth of time at a million records."""
        position = self.first
        while position < self.end and (blocks := reader.created(position)):
            for first, times in blocks:
                within = self._wanted(max(position, first), min(first + len(times), self.end))
                self._counts.update([int(times[number - first]) for number in within])
            position = first + len(times)
        self._seconds = sorted(self._counts)
        self._ends = list(accumulate(self._counts[second] for second in self._seconds))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def numbers(self, reader: JournalReader, first: int, count: int) -> list[int]:
        """The records on the lines [first, first + count), `UNKNOWN` for those that were dropped."""
        first, end = max(0, first), min(first + count, len(self))
        if first >= end:
            return []
        start, stop = bisect_right(self._ends, first), bisect_left(self._ends, end) + 1
        self._sort(reader, self._seconds[start:stop])
        found = [number for second in self._seconds[start:stop] for _, number in self._sorted[second]]
        begins = self._ends[start] - self._counts[self._seconds[start]]
        return found[first - begins : end - begins]

    def line(self, reader: JournalReader, number: int) -> int:
        """The line of a record, or of the next one that is among those shown."""
        at = reader.created_at(number)
        if at is None:
            return max(0, len(self) - 1)
        place = bisect_left(self._seconds, int(at))
        begins = self._ends[place - 1] if place else 0
        if place == len(self._seconds) or self._seconds[place] != int(at):
            return begins
        self._sort(reader, [int(at)])
        return begins + bisect_left(self._sorted[int(at)], (at, number))

    def _sort(self, reader: JournalReader, seconds: Sequence[int]) -> None:
        missing = [second for second in seconds if second not in self._sorted]
        if not missing:
            return
        if len(self._sorted) + len(missing) > REMEMBERED_SECONDS:
            self._sorted = {second: self._sorted[second] for second in seconds if second in self._sorted}
        found: dict[int, list[tuple[float, int]]] = {second: [] for second in missing}
        for at, number in self._created_within(reader, missing[0], missing[-1] + 1):
            if int(at) in found:
                found[int(at)].append((at, number))
        for second, records in found.items():
            dropped = self._counts[second] - len(records)
            self._sorted[second] = [_DROPPED] * dropped + sorted(records)

    def _created_within(self, reader: JournalReader, since: int, until: int) -> Iterator[tuple[float, int]]:
        for first, times in reader.created_between(since, until):
            for number in self._wanted(max(first, self.first), min(first + len(times), self.end)):
                if since <= (at := times[number - first]) < until:
                    yield at, number

    def _wanted(self, first: int, end: int) -> Sequence[int]:
        if self._among is None:
            return range(first, end)
        return self._among[bisect_left(self._among, first) : bisect_left(self._among, end)]
