"""One lane of a shard: one batch at a time, in order, until each of its records is done or given up.

It says when its next invocation is due and is told the answer. No I/O and no clock in here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from math import inf

from ddbtop.replay.event import envelope_bytes
from ddbtop.replay.mapping.batching import Closing, Gathering, Moment
from ddbtop.replay.mapping.failures import on_failure_message
from ddbtop.replay.mapping.ledger import Ledger
from ddbtop.replay.mapping.settings import FOR_EVER
from ddbtop.replay.mapping.terms import Terms
from ddbtop.replay.mapping.undocumented import Rule
from ddbtop.replay.mapping.verdict import Verdict, judge
from ddbtop.replay.mapping.windows import Ending, Windows
from ddbtop.replay.mapping.work import Work, bisected, expired, rest, whole
from ddbtop.replay.model import (
    Answer,
    Blocked,
    Condition,
    Discarded,
    Event,
    Invoked,
    Invoking,
    Outcome,
    ReplayBatch,
    TumblingWindow,
)

BLOCKED_AFTER = 20
"""Failures in a row, without progress and without an end that the settings would bring: the shard stands still."""


class Lane:
    """Told of records, of the end of its shard and of each answer, in order."""

    def __init__(self, terms: Terms, shard_id: str, number: int, ledger: Ledger, outliving: set[int]) -> None:
        self.number = number
        self.queue = Gathering(terms.settings)
        self.ended_at: float | None = None
        """When it became known that no record follows."""
        self.free_at = 0.0
        """When the shard was begun, then when the last invocation ended."""
        self.under_way: Invoking | None = None
        self._terms = terms
        self._shard_id = shard_id
        self._ledger = ledger
        self._outliving = outliving
        """Numbers of records that the stream's retention does not end."""
        self._windows = Windows(terms.settings)
        self._work: deque[Work] = deque()
        """Batches that are made, the next one first: a batch, or what is left of it."""
        self._due_at = 0.0
        """When the first of them is due."""
        self._invoked_before = False
        self._standing = 0
        """Failures in a row without progress."""

    @property
    def is_done(self) -> bool:
        """Nothing is left and nothing follows."""
        is_empty = not (self._work or self.queue or self.under_way or self._windows.open)
        return is_empty and self.ended_at is not None

    @property
    def waiting(self) -> ReplayBatch | None:
        """The batch that would be invoked next, if it is made already."""
        return self._work[0].batch if self._work and not self.under_way else None

    def due(self, is_quiet: bool) -> float | None:
        """When the next invocation is due; None where there is none, or where records have to be known first.

        `is_quiet`: what is there is taken for all there is for now.
        """
        if self.under_way:
            return None
        if self._work:
            return self._due_at
        if ending := self._ending(is_quiet):
            return max(ending.at, self.free_at)
        closing = self._closing(is_quiet)
        return None if closing is None else closing.at

    @property
    def needs_records(self) -> bool:
        """Whether more of them could change what is due: no batch is made, or waits to be."""
        return not (self.under_way or self._work or self.queue.has_a_batch)

    def prepare(self, is_quiet: bool) -> None:
        """Make the batch that is due."""
        if self._work:
            return
        if ending := self._ending(is_quiet):
            self._due_at = max(ending.at, self.free_at)
            self._make_final(ending)
        elif closing := self._closing(is_quiet):
            self._due_at = closing.at
            self._make_batch(closing)

    def begin(self, at: float, worker_wait_s: float = 0.0) -> list[Event]:
        """What is due begins; first goes what is too old by now, and where nothing else is left, nothing begins."""
        events = self._give_up_expired(at)
        if not self._work:
            self.free_at = max(self.free_at, at)
            return events
        work = self._work[0]
        if self._windows.open is not None and not work.is_final:
            work.batch = replace(work.batch, window=replace(self._windows.open, is_early=False))
        number, attempt = next(self._terms.invocations), work.failures + 1
        self.under_way = Invoking(at, number, work.batch, attempt, work.request_id, worker_wait_s)
        return [*events, self.under_way]

    def answered(self, answer: Answer, at: float) -> list[Event]:
        """The invocation under way ended."""
        assert self.under_way
        work, invoking = self._work[0], self.under_way
        self.under_way, self.free_at, self._invoked_before = None, at, True
        work.invoked += 1
        work.is_function_error = answer.error is not None
        verdict = judge(answer, work.batch, self._terms.settings)
        self._terms.note(verdict.rule)
        parts = self._advance(work, verdict) if verdict.is_progress else self._bisect(work, verdict)
        invoked = Invoked(at, invoking, verdict.outcome, answer, verdict.reason, self._ledger.checkpoint, parts)
        if parts or verdict.is_success:
            self._standing, self._due_at = 0, at
            return [invoked]
        return [invoked, *self._fail(work, verdict, at)]

    def _ending(self, is_quiet: bool) -> Ending | None:
        return self._windows.ending(self.queue.first, is_quiet, self.ended_at, self.free_at)

    def _closing(self, is_quiet: bool) -> Closing | None:
        first = self.queue.first
        if first is None:
            return None
        window = self._windows.of(first.record)
        moment = Moment(
            self.free_at,
            self._invoked_before,
            is_quiet,
            self.ended_at,
            self._envelope_bytes(window),
            window.end if window else inf,
        )
        return self.queue.closing(moment)

    def _envelope_bytes(self, window: TumblingWindow | None) -> int:
        batch = ReplayBatch(0, self._shard_id, (), window=window)
        return envelope_bytes(batch, self._terms.addresses.stream_arn)

    def _make_batch(self, closing: Closing) -> None:
        terms = self._terms
        taken = self.queue.take(closing.records)
        window = self._windows.enter(taken[0].record)
        if any(self._windows.is_late(arrived.record) for arrived in taken):
            terms.note(Rule.TUMBLING_LATE)
        if window and terms.settings.batching_window_s and closing.at > max(self.free_at, window.end):
            terms.note(Rule.TUMBLING_GATHERING)
        terms.note(closing.rule, *((Rule.TUMBLING_ALIGNMENT, Rule.TUMBLING_CHECKPOINT) if window else ()))
        if terms.settings.batching_window_s and not self._invoked_before:
            terms.note(Rule.FIRST_WINDOW)
        self._work.append(whole(terms, self._shard_id, self.number, taken, window))

    def _make_final(self, ending: Ending) -> None:
        window = self._windows.open
        assert window
        self._terms.note(Rule.TUMBLING_FINAL, ending.rule)
        self._work.append(whole(self._terms, self._shard_id, self.number, (), replace(window, is_final=True)))

    def _give_up_expired(self, at: float) -> list[Event]:
        """What is too old goes from the batch that is next, until one is left that has something else."""
        events: list[Event] = []
        while self._work and (old := self._take_expired(self._work[0], at)):
            events.append(self._give_up(old, Condition.AGE, at))
            self._standing = 0
        return events

    def _take_expired(self, work: Work, at: float) -> Work | None:
        expiry = self._terms.expiry
        if expiry.has_none(work.batch.records, at):
            return None
        outlives = [number in self._outliving for number in work.numbers]
        records = enumerate(work.batch.records)
        places = [place for place, record in records if expiry.has_expired(record, outlives[place], at)]
        if not places:
            return None
        old, young = expired(self._terms, work, places)
        self._replace(*([young] if young else []))
        return old

    def _advance(self, work: Work, verdict: Verdict) -> tuple[ReplayBatch, ...]:
        """All of a batch is done, or what lies before the first record that was reported."""
        if verdict.state:
            self._windows.keep(verdict.state)
        if verdict.is_success:
            self._ledger.deliver(work.numbers)
            self._replace()
            if work.is_final:
                self._windows.close()
            return ()
        self._ledger.deliver(work.numbers[: verdict.first_failed])
        left = rest(self._terms, work, verdict.first_failed)
        self._replace(left)
        self._terms.note(
            Rule.PARTIAL_WITHOUT_RETRIES if self._terms.settings.max_retries == 0 else None,
            Rule.TUMBLING_PARTIAL if verdict.state else None,
        )
        return (left.batch,)

    def _bisect(self, work: Work, verdict: Verdict) -> tuple[ReplayBatch, ...]:
        """The halves of a batch that failed, where it is halved."""
        if not self._terms.settings.bisect or len(work) < 2 or verdict.outcome is Outcome.THROTTLED:
            return ()
        halves = bisected(self._terms, work)
        self._replace(*halves)
        by_outcome = {Outcome.PARTIAL: Rule.BISECT_FIRST_REPORTED, Outcome.MALFORMED: Rule.BISECT_MALFORMED}
        uneven = Rule.BISECT_UNEVEN if len(work) % 2 else None
        self._terms.note(Rule.BISECT_ORDER, uneven, by_outcome.get(verdict.outcome))
        return tuple(half.batch for half in halves)

    def _fail(self, work: Work, verdict: Verdict, at: float) -> list[Event]:
        """The same batch again, unless its attempts are used."""
        is_throttled = verdict.outcome is Outcome.THROTTLED
        work.retries += 1
        work.failures += not is_throttled
        counts = not is_throttled and not work.is_final
        if counts and self._terms.are_attempts_used(work.failures):
            self._replace()
            self._standing, self._due_at = 0, at
            return [self._give_up(work, Condition.ATTEMPTS, at)]
        self._due_at = at + self._terms.delay_s(work.retries)
        self._standing += not counts or self._terms.settings.max_retries == FOR_EVER
        return [self._blocked(work.batch, at)] if self._standing == BLOCKED_AFTER else []

    def _give_up(self, work: Work, condition: Condition, at: float) -> Discarded:
        self._ledger.discard(work.numbers)
        if self._windows.open is not None:
            self._terms.note(Rule.TUMBLING_DISCARDED)
        if work.is_of_a_bisect:
            self._terms.note(Rule.BISECT_MESSAGES)
        by_retention = self._by_retention(work) if condition is Condition.AGE else 0
        message = on_failure_message(self._terms.addresses, work, condition, at)
        return Discarded(
            at, work.batch, condition, message, checkpoint=self._ledger.checkpoint, by_retention=by_retention
        )

    def _by_retention(self, work: Work) -> int:
        """How many expired records the stream ended, rather than the mapping's limit."""
        ended = sum(self._terms.expiry.is_by_retention(number in self._outliving) for number in work.numbers)
        self._terms.note(Rule.RETENTION if ended else Rule.AGE)
        return ended

    def _blocked(self, batch: ReplayBatch, at: float) -> Blocked:
        limit_s = self._terms.expiry.limit_s()
        since = batch.records[0].created_at if batch.records else batch.window.end if batch.window else at
        waiting = self._ledger.pending - len(batch.records)
        goes_on = self._terms.options.no_stop
        return Blocked(at, self._shard_id, batch, self._standing, since + limit_s, waiting, goes_on=goes_on)

    def _replace(self, *parts: Work) -> None:
        """The first batch's place is taken by these."""
        self._work.popleft()
        self._work.extendleft(reversed(parts))
