"""Records of a lane become batches: by number, by time, by size, by the end of the shard or of a tumbling window.

It says how many records the next batch has and from when on it is complete, on whichever clock the times are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.mapping.undocumented import EVENT_LIMIT_BYTES, Rule
from ddbtop.replay.model import ReplayRecord
from ddbtop.streams.model import MAX_RECORDS_A_PAGE

ALWAYS = float("-inf")
"""When a record arrived that was there from the beginning."""


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """A record that waits for a batch. There is one for each record of a replay, so it is of the cheapest kind."""

    number: int
    """Of the shard's records as they were polled."""
    at: float
    """Never less than of the record before."""
    record: ReplayRecord


@dataclass(frozen=True, slots=True)
class Closing:
    """The next batch."""

    records: int
    at: float
    """From when on it is complete; may lie ahead."""
    rule: Rule | None = None
    """What AWS does not document and decided this."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a lane knows when it asks for its next batch."""

    free_at: float
    """Since when nothing is under way."""
    invoked_before: bool
    """A batching window begins where the previous invocation ended, and the first one with the first record."""
    is_quiet: bool
    """What is there is taken for all there is for now, rather than waiting to know what else arrived."""
    ended_at: float | None
    """When it became known that nothing follows; None while something may."""
    envelope: int
    """Bytes of the event besides the records."""
    window_end: float
    """Of the tumbling window that the batch is of: a record of a later one is of another batch."""


class Gathering:
    """The queue of a lane."""

    def __init__(self, settings: Settings) -> None:
        self._window_s = settings.batching_window_s
        self._size = settings.batch_size
        self._is_page = not self._window_s and self._size > MAX_RECORDS_A_PAGE
        if self._is_page:
            self._size = MAX_RECORDS_A_PAGE
        self._queue: deque[Arrived] = deque()
        self._known: tuple[Moment, Closing | None] | None = None
        """What was last said of this queue."""

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def first(self) -> Arrived | None:
        return self._queue[0] if self._queue else None

    @property
    def has_a_batch(self) -> bool:
        return len(self._queue) >= self._size

    def add(self, arrived: Iterable[Arrived]) -> None:
        self._known = None
        self._queue.extend(arrived)

    def take(self, records: int) -> list[Arrived]:
        self._known = None
        return [self._queue.popleft() for _ in range(records)]

    def closing(self, moment: Moment) -> Closing | None:
        """The batch that the waiting records make; None where there are none, or where more have to be known first."""
        if self._known is None or self._known[0] != moment:
            self._known = (moment, self._find(moment) if self._queue else None)
        return self._known[1]

    def _find(self, moment: Moment) -> Closing | None:
        deadline, window_end = self._deadline(moment), moment.window_end
        count, size, last, limit = 0, moment.envelope - 1, ALWAYS, self._size
        for arrived in self._queue:
            size += 1 + len(arrived.record.event)
            if count == limit:
                return self._closed(moment, count, last, Rule.PAGE if self._is_page else None)
            if arrived.at > deadline:
                return self._closed(moment, count, deadline)
            if count and size > EVENT_LIMIT_BYTES:
                return self._closed(moment, count, arrived.at, Rule.PAYLOAD_LIMIT)
            if arrived.record.created_at >= window_end:
                return self._closed(moment, count, arrived.at)
            count, last = count + 1, arrived.at
        return self._of_all(moment, count, last, deadline)

    def _of_all(self, moment: Moment, count: int, last: float, deadline: float) -> Closing | None:
        if count == self._size:
            return self._closed(moment, count, last)
        if moment.ended_at is not None:
            at = min(deadline, max(last, moment.ended_at))
            return self._closed(moment, count, at, Rule.FLUSH_AT_END if self._window_s and at < deadline else None)
        return self._closed(moment, count, deadline) if moment.is_quiet else None

    def _deadline(self, moment: Moment) -> float:
        """When the batching window ends."""
        first_at = max(moment.free_at, self._queue[0].at)
        if moment.invoked_before and first_at <= moment.free_at + self._window_s:
            return moment.free_at + self._window_s
        return first_at + self._window_s

    def _closed(self, moment: Moment, count: int, at: float, rule: Rule | None = None) -> Closing:
        return Closing(count, max(at, moment.free_at), rule)
