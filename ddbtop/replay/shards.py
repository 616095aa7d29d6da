"""One shard of a mapping: its records go to its lanes, and what becomes of them is kept in one ledger."""

from __future__ import annotations

from ddbtop.replay.batching import ALWAYS, Arrived
from ddbtop.replay.expiry import outlives_the_stream
from ddbtop.replay.lanes import Lane
from ddbtop.replay.ledger import Ledger
from ddbtop.replay.model import Answer, Blocked, Event, Poll, ReplayRecord, Stopped
from ddbtop.replay.terms import Terms
from ddbtop.replay.timing import Timing
from ddbtop.replay.undocumented import Rule, lane_of
from ddbtop.streams.model import MAX_RECORDS_A_PAGE
from ddbtop.streams.wire import decode_value

READ_AHEAD = 10
"""So many batches or pages, whichever is more, may wait in a shard for lanes that are busy."""


class ShardRun:
    """A shard and its lanes, from when it is begun."""

    def __init__(self, terms: Terms, shard_id: str, started_at: float) -> None:
        self.shard_id = shard_id
        self.ledger = Ledger()
        self.stopped: Stopped | None = None
        self.ended = False
        """Everything of it was polled."""
        self.invocations = 0
        self._terms = terms
        self._started_at = started_at
        self._arrived_at = ALWAYS
        self._outliving: set[int] = set()
        count = terms.settings.parallelization_factor
        self.lanes = [Lane(terms, shard_id, number, self.ledger, self._outliving) for number in range(count)]
        for lane in self.lanes:
            lane.free_at = started_at
        self._read_ahead = READ_AHEAD * max(terms.settings.batch_size, MAX_RECORDS_A_PAGE)

    @property
    def is_done(self) -> bool:
        """Children may begin."""
        return self.ended and not self.stopped and all(lane.is_done for lane in self.lanes)

    @property
    def is_over(self) -> bool:
        """Nothing of it is under way or will begin."""
        if self.stopped:
            return not any(lane.under_way for lane in self.lanes)
        return self.is_done

    @property
    def done_at(self) -> float:
        return max(lane.free_at for lane in self.lanes)

    @property
    def wants_records(self) -> bool:
        return not (self.ended or self.stopped) and sum(len(lane.queue) for lane in self.lanes) < self._read_ahead

    def polled(self, poll: Poll, timing: Timing) -> None:
        for record in poll.records:
            number = self.ledger.poll(record.sequence_number)
            if self._is_let_through(record):
                self._gather(number, record, timing)
            else:
                self.ledger.filter(number)
        if poll.is_end and not self.ended:
            self.ended = True
            ended_at = max(self._arrived_at, timing.now()) if timing.waits else self._arrived_at
            for lane in self.lanes:
                lane.ended_at = ended_at

    def due(self, lane: Lane, timing: Timing) -> float | None:
        """When the lane's next invocation is due; None where there is none, or where records have to be polled."""
        return None if self.stopped else lane.due(self._is_quiet(timing))

    def prepare(self, lane: Lane, timing: Timing) -> None:
        """Make the batch that is due, so that it can be seen before it is invoked."""
        lane.prepare(self._is_quiet(timing))

    def begin(self, lane: Lane, timing: Timing, worker_wait_s: float = 0.0) -> list[Event]:
        """What is due begins, if the shard may have another invocation; the last event is an `Invoking`, or nothing
        began since everything was too old."""
        due = self.due(lane, timing)
        assert due is not None
        limit = self._terms.options.max_invocations
        if limit and self.invocations >= limit:
            self.stopped = Stopped.MAX_INVOCATIONS
            return []
        self.prepare(lane, timing)
        events = lane.begin(timing.begin(due), worker_wait_s)
        self.invocations += lane.under_way is not None
        return events

    def answered(self, lane: Lane, answer: Answer, timing: Timing) -> list[Event]:
        assert lane.under_way
        events = lane.answered(answer, timing.end(lane.under_way.at, answer.duration_s))
        if any(isinstance(event, Blocked) and not event.goes_on for event in events):
            self.stopped = Stopped.BLOCKED
        return events

    def _is_quiet(self, timing: Timing) -> bool:
        """Where no more may be read ahead, too, what is there is all there is for now."""
        return timing.is_quiet or not self.wants_records

    def _is_let_through(self, record: ReplayRecord) -> bool:
        filters = self._terms.settings.filters
        return not filters.patterns or filters.matches(decode_value(record.event))

    def _gather(self, number: int, record: ReplayRecord, timing: Timing) -> None:
        if outlives_the_stream(record, timing.read_at(record, self._started_at)):
            self._outliving.add(number)
        self._arrived_at = max(self._arrived_at, timing.arrival(record))
        self._lane_of(record).queue.add(Arrived(number, self._arrived_at, record))

    def _lane_of(self, record: ReplayRecord) -> Lane:
        if len(self.lanes) == 1:
            return self.lanes[0]
        self._terms.note(Rule.LANES, Rule.LANE_CHECKPOINT)
        return self.lanes[lane_of(record.item, len(self.lanes))]
