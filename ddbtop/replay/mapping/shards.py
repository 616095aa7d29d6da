"""One shard of a mapping: its records go to its lanes, and what becomes of them is kept in one ledger."""

from __future__ import annotations

from ddbtop.replay.mapping.batching import ALWAYS, Arrived
from ddbtop.replay.mapping.expiry import outlives_the_stream
from ddbtop.replay.mapping.lanes import Lane
from ddbtop.replay.mapping.ledger import Ledger
from ddbtop.replay.mapping.terms import Terms
from ddbtop.replay.mapping.timing import Timing
from ddbtop.replay.mapping.undocumented import Rule, lane_of
from ddbtop.replay.model import Answer, Blocked, Event, Poll, ReplayRecord, Stopped
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
        """When the last batch was done, or the end was read where that came later."""
        return max(max(lane.free_at, lane.ended_at or ALWAYS) for lane in self.lanes)

    @property
    def wants_records(self) -> bool:
        return not (self.ended or self.stopped) and sum(len(lane.queue) for lane in self.lanes) < self._read_ahead

    def polled(self, poll: Poll, timing: Timing) -> None:
        first = self.ledger.poll([record.sequence_number for record in poll.records])
        numbered = enumerate(poll.records, first)
        arrived = [Arrived(number, self._arrival(record, timing), record) for number, record in numbered]
        if self._terms.settings.filters.patterns:
            arrived = self._filtered(arrived)
        self._note_outliving(arrived, timing.read_at())
        self._gather(arrived)
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

    def _filtered(self, arrived: list[Arrived]) -> list[Arrived]:
        """Those that a filter lets through; the others are done with."""
        matches = self._terms.settings.filters.matches
        passing = [each for each in arrived if matches(decode_value(each.record.event))]
        passed = {each.number for each in passing}
        self.ledger.filter([each.number for each in arrived if each.number not in passed])
        return passing

    def _note_outliving(self, arrived: list[Arrived], read_at: float) -> None:
        self._outliving.update(each.number for each in arrived if outlives_the_stream(each.record, read_at))

    def _arrival(self, record: ReplayRecord, timing: Timing) -> float:
        """Never before the record before it."""
        self._arrived_at = max(self._arrived_at, timing.arrival(record.created_at))
        return self._arrived_at

    def _gather(self, arrived: list[Arrived]) -> None:
        if len(self.lanes) == 1:
            self.lanes[0].queue.add(arrived)
            return
        shares: list[list[Arrived]] = [[] for _ in self.lanes]
        for each in arrived:
            shares[lane_of(each.record.item, len(shares))].append(each)
        for lane, share in zip(self.lanes, shares, strict=True):
            lane.queue.add(share)
        if arrived:
            self._terms.note(Rule.LANES, Rule.LANE_CHECKPOINT)
