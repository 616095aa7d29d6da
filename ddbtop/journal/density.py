"""How many records of each shard were created when, counted from what a journal keeps and without opening a block."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from ddbtop.journal.block import unpacked_times
from ddbtop.journal.schema import text_of

_PAGES = (
    "SELECT cols.id, cols.at, name, page.id, page.n, page.len"
    " FROM page JOIN shard ON shard.id = page.shard"
    " JOIN cols ON cols.id = (SELECT max(id) FROM cols WHERE id <= page.id) ORDER BY page.id"
)


@dataclass(frozen=True, slots=True)
class Density:
    """One shard's records by creation time."""

    size_bytes: int
    """JSON as it came, of all of them."""
    moments: array[float]
    """Distinct creation times, ascending, epoch seconds; the service rounds them down to whole seconds."""
    totals: array[int]
    """Records created before each of the moments, and at the end all of them."""

    @property
    def records(self) -> int:
        return self.totals[-1]

    @property
    def first_at(self) -> float:
        return self.moments[0]

    def between(self, start: float, end: float) -> int:
        """Records created at `start` or later, and before `end`."""
        first, last = bisect_left(self.moments, start), bisect_left(self.moments, end)
        return max(0, self.totals[last] - self.totals[first])


def read_densities(connection: sqlite3.Connection) -> dict[str, Density]:
    """By shard id, of every shard with records. Takes its time over a large journal."""
    counts: dict[str, Counter[float]] = {}
    sizes: Counter[str] = Counter()
    for name, times, size_bytes in _pages(connection):
        counts.setdefault(name, Counter()).update(times)
        sizes[name] += size_bytes
    return {name: _density(sizes[name], counted) for name, counted in counts.items()}


def _pages(connection: sqlite3.Connection) -> Iterator[tuple[str, array[float], int]]:
    """Of every page its shard, its creation times and its size."""
    block, column = -1, array("d")
    for id, packed, name, first, count, size_bytes in connection.execute(_PAGES):
        if id != block:
            block, column = id, unpacked_times(packed)
        yield text_of(name), column[first - id : first - id + count], size_bytes


def _density(size_bytes: int, counted: Counter[float]) -> Density:
    moments = sorted(counted)
    totals = accumulate((counted[moment] for moment in moments), initial=0)
    return Density(size_bytes, array("d", moments), array("q", totals))
