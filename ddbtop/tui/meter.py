"""How fast a session reads: records and calls a second, from the totals of its statuses."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.tui.catchup import CatchUp, furthest_behind_s

CELL_S = 2.5
"""Seconds of one bar of the header's sparkline."""
MINUTE_CELLS = 24
"""Bars of a minute at that pace."""
SHARD_CELLS = 8
"""Bars of a shard's sparkline: a minute as well, in coarser steps."""
RATE_CELLS = 4
"""The rate in figures is the mean over so many whole bars: steady enough to be read, quick enough to be now."""
ENOUGH_S = 1.0
"""A rate over less than this is chance."""
GROWS_S = 0.5
"""The first bar is shown growing, in such steps."""


@dataclass(slots=True)
class _Series:
    """Records of the bars of the last minute, the last one still growing."""

    total: int = 0
    bars: deque[int] = field(default_factory=lambda: deque([0] * (MINUTE_CELLS + 1), maxlen=MINUTE_CELLS + 1))

    def add(self, total: int) -> None:
        self.bars[-1] += max(0, total - self.total)
        self.total = total


def whole(rates: Mapping[str, float]) -> dict[str, int]:
    """Whole numbers that add up to the rounded sum: those with the largest fractions are the ones rounded up."""
    found = {name: int(rate) for name, rate in rates.items()}
    missing = round(sum(rates.values())) - sum(found.values())
    for name in sorted(rates, key=lambda name: found[name] - rates[name])[:missing]:
        found[name] += 1
    return found


class Meter:
    """Fed with a status now and then, by the clock of the screen.

    Rates are those of open shards whose tip was reached once: what they still had to give before, or what a closed one
    has, says how fast we read, not how fast the table changes. So the rates on the screen add up, whichever ancestors
    are folded, and reading a day in a second is no peak. They are means over the time since that tip: one that counted
    the bars before it would call a busy shard quiet.
    """

    def __init__(self) -> None:
        self._began: float | None = None
        self._cell = 0
        self._now = 0.0
        """When totals were last taken in."""
        self._calls = _Series()
        self._totals: dict[str, int] = {}
        """Records read of each open shard whose tip was reached once."""
        self._since: dict[str, tuple[int, float]] = {}
        """In which bar that was and when, of the same shards."""
        self._shards: dict[str, _Series] = {}
        """Of those of them that had a change since."""
        self._rates: dict[str, int] = {}
        """As shown, of those whose tip was reached long enough ago."""
        self._all = _Series()
        self._read = _Series()
        """Of every shard."""
        self._catch_up = CatchUp()
        self._lineage_version = -1

    def sample(self, now: float, status: SessionStatus, *, at_once: bool = False) -> bool:
        """Take in the totals of a status; `now` in seconds of any steady clock. Says whether figures became others.

        Thousands of shards are gone through when a bar ends, not at every look; only the first bar is shown growing.
        Whoever shows a figure tells all of them anew then: between two of these moments they stay what they are.
        `at_once` lets that one grow whenever it is asked.
        """
        is_first = self._began is None
        self._began = began = now if self._began is None else self._began
        cell = int((now - began) / CELL_S)
        finished = min(cell - self._cell, MINUTE_CELLS + 1)
        grew = is_first or (self._cell == 0 and (at_once or now - self._now >= GROWS_S))
        is_due = finished > 0 or grew
        forgot = (is_due or self._lineage_version != status.lineage_version) and self._forget_closed(status)
        self._lineage_version = status.lineage_version
        if not is_due:
            return forgot
        self._now = now
        self._take(status, cell)
        self._catch_up.tell(now, furthest_behind_s(status, time.time() + status.clock_offset))
        self._cell = max(cell, self._cell)
        for _ in range(finished):
            self._next_bar()
        known = [(shard_id, series) for shard_id, series in self._shards.items() if self.knows(shard_id)]
        self._rates = whole({shard_id: self._rate(series, *self._since[shard_id]) for shard_id, series in known})
        return True

    def _forget_closed(self, status: SessionStatus) -> bool:
        """Shards that closed count no more, at once: they may have no line any more. Says whether there were any."""
        gone = [s for s in self._totals if s not in status.readers or status.readers[s].closed]
        for shard_id in gone:
            for known in (self._totals, self._since, self._shards, self._rates):
                known.pop(shard_id, None)
        return bool(gone)

    def _take(self, status: SessionStatus, cell: int) -> None:
        self._calls.add(status.calls)
        read = 0
        for shard_id, reader in status.readers.items():
            read += reader.records
            if reader.closed:
                continue
            if shard_id in self._totals:
                self._add(shard_id, reader.records)
            elif reader.state is ReaderState.TIP:
                self._totals[shard_id] = reader.records
                self._since[shard_id] = (cell, self._now)
        self._read.add(read)

    def _add(self, shard_id: str, records: int) -> None:
        new = records - self._totals[shard_id]
        if new > 0:
            self._totals[shard_id] = records
            self._shards.setdefault(shard_id, _Series()).bars[-1] += new
            self._all.bars[-1] += new

    def _next_bar(self) -> None:
        for series in (self._calls, self._all, self._read, *self._shards.values()):
            series.bars.append(0)

    def _rate(self, series: _Series, since: int = 0, began: float | None = None) -> float:
        """The mean of the last whole bars, of those from the bar `since` on, which may have begun before `began`."""
        if self._cell == 0:
            return series.bars[-1] / (CELL_S if began is None else max(ENOUGH_S, self._now - began))
        bars = min(self._cell - since, RATE_CELLS)
        span = bars * CELL_S if began is None else min(bars * CELL_S, self._now - began)
        return sum(list(series.bars)[-1 - bars : -1]) / span if bars else 0.0

    def shard_rate(self, shard_id: str) -> int:
        """Records a second, as a whole number so that what is shown adds up."""
        return self._rates.get(shard_id, 0)

    def knows(self, shard_id: str) -> bool:
        """Whether a rate of 0 means that nothing changes there."""
        return shard_id in self._since and self._now - self._since[shard_id][1] >= ENOUGH_S

    def rate(self) -> int | None:
        """Records a second of all open shards: the sum of their rates as shown; None before any is known."""
        return sum(self._rates.values()) if any(map(self.knows, self._since)) else None

    def call_rate(self) -> float:
        return self._rate(self._calls)

    def reading_rate(self) -> int:
        """Records a second of all shards: how fast we read, whatever the table does."""
        return round(self._rate(self._read))

    def left_s(self) -> float | None:
        """Seconds until nothing is behind any more, if the pace holds; None where that cannot be told."""
        return self._catch_up.left_s()

    def minute(self) -> list[int]:
        """Records of all shards in the whole bars of the last minute, oldest first; fewer in the minute after a tip."""
        whole_bars = self._cell - min((cell for cell, _ in self._since.values()), default=self._cell)
        return list(self._all.bars)[:-1][-whole_bars:] if whole_bars else []

    def shard_minute(self, shard_id: str) -> list[int]:
        """The last minute of one shard in fewer bars, or since its tip; empty where nothing was read in it."""
        series = self._shards.get(shard_id)
        if series is None or not any(series.bars):
            return []
        bars = list(series.bars)[:-1]
        step = MINUTE_CELLS // SHARD_CELLS
        unknown = max(0, MINUTE_CELLS - (self._cell - self._since[shard_id][0])) // step * step
        return [sum(bars[start : start + step]) for start in range(unknown, MINUTE_CELLS, step)]

    def reset(self) -> None:
        """Another session counts from nothing."""
        self._began = None
        self._cell = 0
        self._lineage_version = -1
        self._calls, self._all, self._read = _Series(), _Series(), _Series()
        self._catch_up.reset()
        self._totals.clear()
        self._since.clear()
        self._rates.clear()
        self._shards.clear()
