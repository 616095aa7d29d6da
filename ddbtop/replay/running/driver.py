"""The loop of a replay: polls the source, has what is due invoked and tells the mapping what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue
from threading import Lock

from ddbtop.replay.event import event_json
from ddbtop.replay.mapping.agenda import Agenda, Place
from ddbtop.replay.mapping.machine import Mapping
from ddbtop.replay.mapping.shards import ShardRun
from ddbtop.replay.mapping.timing import Timing
from ddbtop.replay.model import (
    Answer,
    Blocked,
    Call,
    Event,
    Handler,
    Invoked,
    Invoking,
    Outcome,
    Poll,
    RecordSource,
    ReplayBatch,
    Stopped,
    descendants,
)
from ddbtop.replay.running.controls import Controls
from ddbtop.replay.running.feed import POLL_S, Feed
from ddbtop.replay.running.pool import Pool

Publish = Callable[[Sequence[Event]], None]


class Driver:
    """Runs in one thread. The lock is held while the mapping changes, never while anything is waited for."""

    def __init__(
        self, source: RecordSource, handler: Handler, mapping: Mapping, timing: Timing, lock: Lock, publish: Publish
    ) -> None:
        self.controls = Controls(lambda: self._inbox.put(None))
        self.waiting: tuple[ReplayBatch, ...] = ()
        """While nothing may begin, the batches that would be invoked next."""
        self.waits_until: float | None = None
        """On a clock that waits, when the next invocation is due while none is under way."""
        self._feed = Feed(source, lambda: self.controls.is_stopping)
        self._mapping = mapping
        self._timing = timing
        self._lock = lock
        self._publish = publish
        self._inbox: SimpleQueue[tuple[Place, Answer | Exception] | None] = SimpleQueue()
        self._pool: Pool[Place] = Pool(handler, self._inbox)
        self._agenda = Agenda()

    def run(self) -> None:
        try:
            self._start_roots()
            while not self._is_finished():
                if self.controls.is_stopping:
                    self._mapping.is_interrupted = True
                    break
                self._turn()
        finally:
            self._pool.close()
            self.waiting, self.waits_until = (), None

    def _is_finished(self) -> bool:
        """Whether nothing is left to do, after beginning shards that appeared meanwhile."""
        if self._pool.under_way or not self._agenda.is_empty:
            return False
        is_complete = self._feed.is_complete  # asked first: a shard that appears afterwards is among those begun
        self._start_new()
        return self._agenda.is_empty and (is_complete or any(run.stopped for run in self._mapping.runs))

    def _turn(self) -> None:
        self._look()
        self._begin()
        self._take()
        if self._timing.ticks() >= self._agenda.wake_at:
            self._look_again()

    def _start_roots(self) -> None:
        """The recorded clock begins with the first record, so every shard is asked for its own that nothing comes
        before: those without a parent, and children of those that turn out to be empty."""
        polls = self._first_polls()
        created = [poll.records[0].created_at for poll in polls.values() if poll.records]
        with self._lock:
            self._mapping.began_at = self._timing.begin(min((at for at in created if at > 0), default=0.0))
        for shard_id, poll in polls.items():
            self._polled(self._start(shard_id, self._mapping.began_at), poll)

    def _first_polls(self) -> dict[str, Poll]:
        """What the shards begin with that have something; empty ones are done already."""
        polls: dict[str, Poll] = {}
        while not self.controls.is_stopping:
            is_complete = self._timing.waits or self._feed.is_complete  # asked first, as below
            new = [each for each, _ in self._mapping.startable(self._feed.shards) if each not in polls]
            for shard_id in new:
                poll = Poll() if self._timing.waits else self._feed.first(shard_id)
                if poll.is_end and not poll.records:
                    self._polled(self._start(shard_id, 0.0), poll)
                else:
                    polls[shard_id] = poll
            if not new and (polls or is_complete):
                break
            if not new:
                self._feed.wait()
        return polls

    def _start_new(self) -> None:
        """Shards that appeared, and children of those that are done."""
        for shard_id, at in list(self._mapping.startable(self._feed.shards)):
            self._start(shard_id, at)

    def _start(self, shard_id: str, at: float) -> ShardRun:
        with self._lock:
            run = self._mapping.start(shard_id, at)
        self._agenda.fresh.extend(Place(run, lane) for lane in run.lanes)
        return run

    def _look(self) -> None:
        """Lanes that something happened to: what is due is ready, the others wait."""
        while self._agenda.fresh:
            place = self._agenda.fresh.popleft()
            if place.run.stopped:
                continue
            due = self._due(place)
            if due is not None and not (self._timing.waits and due > self._timing.now()):
                self._agenda.ready.append(place)
            elif not place.lane.is_done:
                wait_s = POLL_S if due is None else min(POLL_S, due - self._timing.now())
                self._agenda.put_off(place, self._timing.ticks() + wait_s, due)
            elif place.run.is_done:
                self._start_new()

    def _due(self, place: Place) -> float | None:
        """When the lane's next invocation is due, after polling what it needs."""
        run, lane = place
        due = run.due(lane, self._timing)
        while (due is None or self._timing.waits) and lane.needs_records and self._may_poll(run):
            self._polled(run, self._feed.poll(run.shard_id))
            due = run.due(lane, self._timing)
            if self._timing.waits:
                break  # without a batching window, what one poll brought goes out
        return due

    def _may_poll(self, run: ShardRun) -> bool:
        return run.wants_records and self._feed.has_more(run.shard_id) and not self.controls.is_stopping

    def _polled(self, run: ShardRun, poll: Poll) -> None:
        with self._lock:
            run.polled(poll, self._timing)
        if poll.records or poll.is_end:
            self._agenda.recall(run.lanes)

    def _look_again(self) -> None:
        self._feed.ask_again()
        self._agenda.recall_all()
        self._start_new()

    def _begin(self) -> None:
        """As much of what is ready as may begin and as there are workers for."""
        self.waiting = ()
        while self._agenda.ready:
            if not self.controls.may_begin:
                self._show_waiting()
                return
            if not self._pool.is_free:
                self._agenda.queue_up(time.monotonic())
                return
            self._invoke(self._agenda.ready.popleft())

    def _show_waiting(self) -> None:
        self._agenda.leave_queue()
        with self._lock:
            for run, lane in self._agenda.ready:
                run.prepare(lane, self._timing)
        self.waiting = tuple(batch for _, lane in self._agenda.ready if (batch := lane.waiting))

    def _invoke(self, place: Place) -> None:
        run, lane = place
        wait_s = self._agenda.waited_s(lane, time.monotonic())
        if run.stopped:
            return
        with self._lock:
            events = run.begin(lane, self._timing, wait_s)
        if lane.under_way:
            self.controls.began()
        self._publish(events)
        if invoking := lane.under_way:
            self.waits_until = None
            self._pool.submit(place, self._call(invoking), is_alone=self._is_alone)
        elif run.stopped:
            self._leave_rest(run)
        else:
            self._agenda.fresh.append(place)

    @property
    def _is_alone(self) -> bool:
        """Nothing else can become due before the invocation that begins has ended."""
        return self._agenda.is_empty and not self._pool.under_way and self._feed.is_complete

    def _call(self, invoking: Invoking) -> Call:
        terms = self._mapping.terms
        event = event_json(invoking.batch, terms.addresses.stream_arn)
        return Call(event, invoking.request_id, terms.options.timeout_s, terms.addresses.function_arn)

    def _take(self) -> None:
        """What arrived, waiting for the first of it where nothing else is to be done."""
        seconds = self._wait_s()
        is_idle = self._timing.waits and not (self._pool.under_way or self._agenda.ready)
        self.waits_until = self._agenda.next_due if is_idle else None
        if seconds and not self._timing.waits and self._awaits_source:
            self._feed.wait()
            self._agenda.wake_at, seconds = 0.0, 0.0
        try:
            arrived = self._timing.take(self._inbox, seconds, self._pool.under_way > 0)
            while True:
                if arrived is not None:
                    self._answered(*arrived)
                arrived = self._inbox.get_nowait()
        except Empty:
            pass

    @property
    def _awaits_source(self) -> bool:
        """Nothing but the source can bring this further: no answer is to come, and somebody needs records or shards."""
        if self._pool.under_way:
            return False
        return self._agenda.wants_records or not self._agenda.has_later

    def _wait_s(self) -> float | None:
        """How long nothing needs to be done unless an answer or a command comes; None for ever."""
        agenda = self._agenda
        if agenda.fresh or (agenda.ready and self._pool.is_free and self.controls.may_begin):
            return 0.0
        if agenda.has_later:
            return max(0.0, agenda.wake_at - self._timing.ticks())
        if agenda.ready or self._pool.under_way:
            return None
        return 0.0 if self._feed.is_complete else POLL_S

    def _answered(self, place: Place, answer: Answer | Exception) -> None:
        if self.controls.is_stopping:
            return  # it was ended: its records stay pending
        self._pool.returned()
        if isinstance(answer, Exception):
            raise answer
        with self._lock:
            events = place.run.answered(place.lane, answer, self._timing)
        if place.run.stopped is Stopped.BLOCKED:
            events = self._with_rest(place.run, events)
        if any(isinstance(event, Invoked) and event.outcome is not Outcome.SUCCESS for event in events):
            self.controls.failed()
        self._feed.ask_shard_again(place.run.shard_id)
        self._agenda.fresh.append(place)
        self._publish(events)

    def _with_rest(self, run: ShardRun, events: list[Event]) -> list[Event]:
        """With what waits behind where a shard stands still."""
        if not any(isinstance(event, Blocked) for event in events):
            return events
        waiting, more = self._leave_rest(run)
        return [
            replace(event, waiting=event.waiting + waiting, more_wait=more) if isinstance(event, Blocked) else event
            for event in events
        ]

    def _leave_rest(self, run: ShardRun) -> tuple[int, bool]:
        """What of a stopped shard was not polled, and all that begins only after it: pending as well."""
        shards = [] if run.ended else [run.shard_id]
        rests = [self._feed.count_rest(each) for each in (*shards, *descendants(self._feed.shards, run.shard_id))]
        count, more = sum(count for count, _ in rests), any(more for _, more in rests)
        with self._lock:
            run.ledger.leave(count)
            run.ended = run.ended or not rests[0][1]
        return count, more
