"""One shard's iterator as an explicit state machine: it says which call it wants and is told the answer.

No I/O and no clock in here. The rules of correct reading that concern one shard live in this file; those between
shards live in `tailer`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ddbtop.errors import (
    CallError,
    CutShort,
    ExpiredIterator,
    NotFound,
    Refused,
    ServerFault,
    Throttled,
    TrimmedData,
    Unreadable,
)
from ddbtop.streams.bounds import Bounds
from ddbtop.streams.clock import Instant, certainly_before
from ddbtop.streams.losses import Losses
from ddbtop.streams.model import MAX_RECORDS_A_PAGE, RETENTION_S, TRIM_HORIZON, Gap, IteratorType, Position
from ddbtop.streams.outbox import Evidence, Progress
from ddbtop.streams.pace import Pace, backoff
from ddbtop.streams.status import ReaderState
from ddbtop.streams.wire import Page

STALE_S = 3.0
"""A page whose newest record is older than this, its rounding aside, shows that more is waiting: pages end early."""

FULL_PAGE_BYTES = 900_000
"""A page of this size was ended by the 1 MB limit: more is waiting."""

LATE_S = 1.0
"""A shard whose turn comes so long after the session began is not asked for LATEST but for the session's beginning:
what came in between belongs to the session."""

UNREADABLE_TRIES = 3
"""So often is a complete answer that cannot be read asked for again before the shard stops visibly."""

TIME_REFUSED_FAULTS = 2
"""A server that grants an iterator by time and then fails so often on it cannot do AT_TIMESTAMP (moto's way)."""

SETTLED_S = 1.0
"""A shard is asked once more so long after an end in time: a change takes a moment to get into the stream."""

OVER_READ_S = 2.0
"""A place known by time only is reopened so much earlier: clocks are compared by a header of whole seconds."""

_NEXT_ITERATOR = re.compile(rb'"NextShardIterator"\s*:\s*"([^"\\]{1,2048})"')


@dataclass(frozen=True, slots=True)
class OpenIterator:
    """The call GetShardIterator."""

    shard_id: str
    position: Position


@dataclass(frozen=True, slots=True)
class GetPage:
    """The call GetRecords."""

    shard_id: str
    iterator: str
    limit: int


class Reader:
    """The reader of one shard. Told of each answer, in order; at most one call is under way at a time."""

    def __init__(self, shard_id: str, position: Position, bounds: Bounds, began: Instant) -> None:
        self.shard_id = shard_id
        self.position = position
        """Where an iterator would be asked for now."""
        self.bounds = bounds
        self.state = ReaderState.WAITS
        self.due = began.ticks
        """When the next call may be made, in ticks."""
        self.in_flight = False
        self.iterator = ""
        self.iterator_at = 0.0
        self.pace = Pace()
        self.losses = Losses()
        self.last_sequence = ""
        self.first_at: float | None = None
        self.last_at: float | None = None
        self.answered_at: float | None = None
        self.read_up_to = 0.0
        """When the last page that came was asked for, epoch seconds."""
        self.records = self.size_bytes = self.calls = self.throttled = self.faults = 0
        self.latency_s = 0.0
        self.trouble: CallError | None = None
        self.ending_since = 0.0
        """In ticks; a description asked for after this decides whether the shard is at its end."""
        self.lost_shard = False
        """While ENDING: the service knows no such shard any more, rather than no further iterator."""
        self.over_since = began.ticks
        """In ticks, once `is_over`."""
        self.reached_end = False
        """A record beyond the bounds was met: nothing more of this shard is asked for."""
        self.closed = False
        """As far as descriptions have told."""
        self._began_at = began.epoch
        self._failures = 0
        self._time_faults = 0
        """Since the iterator in use was granted."""
        self._unreadable = 0
        self._limit = MAX_RECORDS_A_PAGE
        self._stepping = False
        self.asked_by_time = False
        """The iterator in use was asked for by time, and has not given a page yet."""

    @property
    def exact(self) -> bool:
        """Whether `position` names a record."""
        return bool(self.position.sequence_number)

    @property
    def is_reading(self) -> bool:
        return self.state in _READING

    @property
    def is_over(self) -> bool:
        return self.state in _OVER

    def resume(self, known: Progress) -> None:
        """Go on where an earlier session ended."""
        if known.drained:
            self.state = ReaderState.DRAINED
        self.last_sequence = known.last_sequence
        if known.last_sequence:
            self.position = Position.after(known.last_sequence)
        else:
            self.position = Position.at_time(known.stands_at) if known.stands_at else TRIM_HORIZON
            self.answered_at = known.iterator_at or None
            self._note_unseen(self._began_at)

    def start(self, now: Instant) -> None:
        """The parent is drained, or there is none: go."""
        if self.state is ReaderState.WAITS:
            self.state = ReaderState.OPENING
            self.due = now.ticks

    def call(self, by_time: bool, now: Instant) -> OpenIterator | GetPage | None:
        """What to ask now; `by_time`: the server can do AT_TIMESTAMP. None where there is nothing to ask."""
        if not self.is_reading:
            return None
        if self.iterator:
            return GetPage(self.shard_id, self.iterator, self._limit)
        position = self.position
        if position.type is IteratorType.LATEST and by_time and now.epoch > self._began_at + LATE_S:
            position = Position.at_time(self._began_at)
        if position.type is IteratorType.AT_TIMESTAMP and not by_time:
            position = TRIM_HORIZON  # the same by reading forward: what is older is left out
        self.asked_by_time = position.type is IteratorType.AT_TIMESTAMP
        return OpenIterator(self.shard_id, position)

    def opened(self, iterator: str, asked: Instant, now: Instant) -> None:
        """GetShardIterator answered; `asked` is when the call was sent. What failed is mended only by a page."""
        self._answered(asked, now)
        self._time_faults = 0
        self.iterator, self.iterator_at = iterator, now.epoch
        self.state = ReaderState.DRAINING if self.closed else ReaderState.BEHIND
        self.due = now.ticks
        if self.position.type is IteratorType.LATEST:
            self._stands_at(self._began_at if self.asked_by_time else asked.epoch)

    def read(self, page: Page, asked: Instant, now: Instant) -> Page:
        """GetRecords answered; returns what of it belongs to the session and is new."""
        self._answered(asked, now)
        self._unreadable = self._failures = 0
        self.asked_by_time = False
        delivered = self._wanted(page)
        if page.records:
            self._advance(page)
        self.read_up_to = asked.epoch
        self.records += len(delivered.records)
        self.size_bytes += len(delivered.raw) if delivered.records else 0
        self._set_pace(page, now)
        if self._is_relative and self.state is ReaderState.TIP:
            self._stands_at(asked.epoch)  # before the tip an empty page proves nothing
        if self.reached_end:
            self._over(ReaderState.DRAINED, now)
        elif page.next_iterator is None:
            self._end(now, lost=False)
        else:
            self.iterator, self.iterator_at = page.next_iterator, now.epoch
        return delivered

    def failed(self, error: CallError, now: Instant, jitter: float) -> Evidence | None:
        """A call failed; `jitter` in [0, 1) spreads the next try. Other shards do not notice."""
        self.trouble = error
        self._failures += 1
        self.due = now.ticks + backoff(self._failures, jitter)
        match error:
            case ExpiredIterator():
                self._note_unseen(now.epoch)
                self._reopen(now)
            case TrimmedData():
                self._trimmed()
                self._reopen(now)
            case NotFound():
                self._end(now, lost=True)
            case Unreadable():
                return self._refuse(error, now)
            case Refused() if self.asked_by_time and not self.iterator:
                self.due = now.ticks
            case Refused() if self.iterator:
                self.forget_iterator()  # one that the server does not accept is no better than an expired one
            case Refused():
                self.state = ReaderState.STOPPED
            case Throttled():
                self.throttled += 1
            case ServerFault() | CutShort():
                self.faults += 1
                self._time_faults += 1
        return None

    def doubts_time(self, error: CallError) -> bool:
        """Whether this error says that the server cannot do AT_TIMESTAMP at all."""
        if not self.asked_by_time:
            return False
        if not self.iterator:
            return isinstance(error, Refused)
        return isinstance(error, ServerFault) and self._time_faults >= TIME_REFUSED_FAULTS

    def forget_iterator(self) -> None:
        """Ask for a new one at `position`, when the next call is due."""
        self.iterator = ""
        self.state = ReaderState.OPENING

    def confirm_end(self, now: Instant) -> None:
        """A description says that the shard is closed, or gone."""
        self._over(ReaderState.TRIMMED if self.lost_shard else ReaderState.DRAINED, now)
        if self.lost_shard and self.position.sequence_number:
            self._trimmed()
        self.trouble = None

    def close(self, now: Instant) -> None:
        """A description says that nothing more is written to the shard."""
        self.closed = True
        if self.state in (ReaderState.TIP, ReaderState.BEHIND):
            self.state, self.due = ReaderState.DRAINING, now.ticks

    def deny_end(self, now: Instant, jitter: float) -> None:
        """A description says that the shard is open: the missing iterator was no end (LocalStack's way)."""
        self._failures += 1
        self.due = now.ticks + backoff(self._failures, jitter)
        self.state = ReaderState.OPENING

    def step_over(self, now: Instant) -> None:
        """Go on behind what stopped the shard.

        An answer that cannot be read is asked for in smaller and smaller pages, so that a single record is left out;
        a position that the service refuses is given up for the oldest record that it has.
        """
        if self.state is ReaderState.STOPPED and not self.iterator:
            self._note_gap("stepped over a position that the service refused")
            self.position, self.state = TRIM_HORIZON, ReaderState.OPENING
            self.trouble, self.due = None, now.ticks
        elif self.state is ReaderState.STOPPED:
            self._stepping, self._limit, self._unreadable = True, MAX_RECORDS_A_PAGE // 2, 0
            self.state = ReaderState.DRAINING if self.closed else ReaderState.BEHIND
            self.trouble, self.due = None, now.ticks

    def is_read_up_to(self, epoch: float) -> bool:
        """Whether it was asked for what was created before this moment, and what it got is all."""
        return self.read_up_to >= epoch + SETTLED_S

    def take_gap(self, now: Instant, final: bool = False) -> Gap | None:
        """A gap whose far side is known by now: a record, the tip, or the end of the shard. `final`: or not at all."""
        is_settled = self.is_over or self.state is ReaderState.TIP
        return self.losses.take(self.shard_id, now.epoch, even_open=is_settled or final)

    @property
    def _is_relative(self) -> bool:
        return self.position.type in (IteratorType.LATEST, IteratorType.AT_TIMESTAMP)

    def _answered(self, asked: Instant, now: Instant) -> None:
        self.calls += 1
        self.latency_s = now.ticks - asked.ticks
        self.answered_at = now.epoch
        self.trouble = None

    def _stands_at(self, epoch: float) -> None:
        """Nothing was there at this moment: a place to come back to, early rather than late."""
        moment = epoch - OVER_READ_S
        if self.position.type is IteratorType.AT_TIMESTAMP:
            moment = max(moment, self.position.timestamp)
        self.position = Position.at_time(moment)

    def _wanted(self, page: Page) -> Page:
        last = int(self.last_sequence or -1)
        kept = []
        for place, record in enumerate(page.records):
            if self.bounds.is_beyond(record):
                self.reached_end = True
                break
            if int(record.sequence_number) > last and not self.bounds.is_early(record):
                kept.append(place)
            if self.bounds.is_last(record):
                self.reached_end = True
                break
        return page if len(kept) == len(page.records) else page.only(kept)

    def _advance(self, page: Page) -> None:
        first, last = page.records[0], page.records[-1]
        self.losses.reached(first)
        if int(last.sequence_number) > int(self.last_sequence or -1):
            self.last_sequence, self.last_at = last.sequence_number, last.created_at
            self.position = Position.after(last.sequence_number)
        if self.first_at is None:
            self.first_at = first.created_at

    def _set_pace(self, page: Page, now: Instant) -> None:
        """When to ask again, and whether this is the tip."""
        if not page.records:
            self._set_pace_without_records(now)
            return
        self.pace.records_came()
        newest = page.records[-1].created_at
        full = len(page.records) >= self._limit or len(page.raw) >= FULL_PAGE_BYTES
        stale = certainly_before(newest, now.epoch - STALE_S, self.bounds.precision_s)
        if full or stale or self.state is not ReaderState.TIP:
            self._at_tip(self._is_new(newest) and not full and not stale)
        self.due = now.ticks + (self.pace.interval if self.state is ReaderState.TIP else 0.0)

    def _set_pace_without_records(self, now: Instant) -> None:
        self.pace.nothing_came(now)
        if self.pace.is_quiet(now):
            self._at_tip(True)
        if self.state is ReaderState.TIP:
            self.due = self.pace.next_at_tip(now)
        else:
            self.due = now.ticks if self.closed else self.pace.next_before_tip(now)

    def _is_new(self, created_at: float) -> bool:
        """Whether a record came after the read began; where minutes are all that a server tells, it may have."""
        is_coarse = self.bounds.precision_s > 1.0
        return created_at + (self.bounds.precision_s if is_coarse else 0.0) > self._began_at

    def _at_tip(self, reached: bool) -> None:
        if self.closed:
            self.state = ReaderState.DRAINING
        else:
            self.state = ReaderState.TIP if reached else ReaderState.BEHIND

    def _end(self, now: Instant, *, lost: bool) -> None:
        self.iterator = ""
        self.state = ReaderState.ENDING
        self.ending_since = now.ticks
        self.lost_shard = lost

    def _over(self, state: ReaderState, now: Instant) -> None:
        self.iterator = ""
        self.state, self.over_since = state, now.ticks

    def _reopen(self, now: Instant) -> None:
        """At once; later and later where new iterators do not help."""
        self.forget_iterator()
        if self._failures == 1:
            self.due = now.ticks

    def _trimmed(self) -> None:
        self._note_gap("records were older than 24 hours and trimmed before they were read")
        self.position = TRIM_HORIZON

    def _note_unseen(self, epoch: float) -> None:
        """A place that no record names cannot be found trimmed: after a day of silence nobody knows what it missed."""
        silent_s = epoch - self.answered_at if self.answered_at is not None else 0.0
        if not self.exact and silent_s > RETENTION_S - OVER_READ_S:
            self._note_gap("nothing was read for more than 24 hours: what came and went meanwhile is unknown")

    def note_lost_parent(self, parent_id: str) -> None:
        """The shard appeared with a parent that was never listed: it came and went while nobody looked."""
        self._note_gap(f"its parent {parent_id} was never listed, so it is taken for trimmed: what it held is unknown")

    def _note_gap(self, reason: str) -> None:
        after = self.last_sequence or self.position.sequence_number
        self.losses.note(after, self.last_at or self.answered_at or 0.0, reason)

    def _refuse(self, error: Unreadable, now: Instant) -> Evidence | None:
        """A complete answer that nothing can decode: asked again, then stopped with the bytes kept."""
        if self._stepping:
            return self._narrow(error, now)
        self._unreadable += 1
        if self._unreadable < UNREADABLE_TRIES:
            return None
        self.state = ReaderState.STOPPED
        return Evidence(self.shard_id, error.body, error.message, now.epoch)

    def _narrow(self, error: Unreadable, now: Instant) -> Evidence | None:
        self.due = now.ticks
        if self._limit > 1:
            self._limit //= 2
            return None
        self._stepping, self._limit = False, MAX_RECORDS_A_PAGE
        found = _NEXT_ITERATOR.search(error.body)
        if found is None:
            self.state = ReaderState.STOPPED
            self.trouble = Unreadable(
                "the record cannot be stepped over: the answer's next iterator is unreadable too", error.body
            )
        else:
            self._note_gap("stepped over a record that could not be read")
            self.iterator, self.iterator_at = found[1].decode(), now.epoch
            self.trouble = None
        return Evidence(self.shard_id, error.body, error.message, now.epoch)


_READING = frozenset({ReaderState.OPENING, ReaderState.BEHIND, ReaderState.DRAINING, ReaderState.TIP})
_OVER = frozenset({ReaderState.DRAINED, ReaderState.TRIMMED, ReaderState.NOT_ASKED})
