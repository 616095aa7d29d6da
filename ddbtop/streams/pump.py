"""The thread that drives a tailer: it makes the calls through a fixed pool and hands what was read to one sink.

The pump's thread is the only one that touches the tailer and the sink; others see frozen statuses and post commands.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from typing import TypeAlias

from ddbtop.errors import CallError
from ddbtop.streams.clock import Clock, Instant, ServiceTime, SystemClock
from ddbtop.streams.describer import DescribePage
from ddbtop.streams.model import Description, StartPoint, StreamInfo
from ddbtop.streams.outbox import Progress, Sink
from ddbtop.streams.reader import OpenIterator
from ddbtop.streams.source import Source
from ddbtop.streams.status import SessionStatus
from ddbtop.streams.tailer import Call, Options, Tailer
from ddbtop.streams.wire import Page

WORKERS = 8
"""Calls in flight at a time. More threads make botocore slower, not faster (they wait for one interpreter)."""

HAND_OVER_S = 0.05
HAND_OVER_BYTES = 1_000_000
"""What was read is handed over at the latest after so long, or as soon as it is so much."""

STATUS_S = 0.05
"""A new status is published at most so often: nothing looks more often than the screen."""

SINK_PATIENCE_S = 0.4
"""So long does stopping wait for a sink that blocks, such as a pipe that nobody reads."""

_Answer: TypeAlias = Description | str | Page | CallError | Exception
_Command: TypeAlias = Callable[[Instant], None]


class Pump:
    """Reads a stream from `start` into `sink` until stopped, or until everything asked for is read."""

    def __init__(
        self,
        source: Source,
        start: StartPoint,
        sink: Sink,
        options: Options | None = None,
        *,
        resume: Mapping[str, Progress] | None = None,
        on_stream: Callable[[StreamInfo], None] = lambda stream: None,
        clock: Clock | None = None,
        workers: int = WORKERS,
    ) -> None:
        """`on_stream` is called from the pump's thread with what DescribeStream says of the stream, when it changes."""
        self._source = source
        self._sink = sink
        self._on_stream = on_stream
        self._clock = clock or SystemClock()
        self._time = ServiceTime()
        self._workers = workers
        self._work: queue.SimpleQueue[tuple[Call, Instant] | None] = queue.SimpleQueue()
        self._inbox: queue.SimpleQueue[tuple[Call, Instant, float, _Answer] | _Command] = queue.SimpleQueue()
        self._stopping = threading.Event()
        began = self._now()
        options = options or Options()
        self._tailer = Tailer(source.arn, start, options, source, began, resume=resume)
        self._in_flight, self._handed_at, self._shown_at = 0, began.ticks, began.ticks - STATUS_S
        self._thread = threading.Thread(target=self._run, name="pump", daemon=True)
        self.status = SessionStatus(StreamInfo(source.arn))
        """The session as it last was; replaced, never changed."""
        self.error: Exception | None = None
        """Why the pump had to stop: the sink could not keep what was read, or a defect. For others to raise."""

    def start(self) -> None:
        for number in range(self._workers):
            threading.Thread(target=self._call, name=f"call-{number}", daemon=True).start()
        self._thread.start()

    def stop(self) -> None:
        """Hand over what was read and end. Calls that hang are not waited for: their answers reach nobody."""
        self._stopping.set()
        self._inbox.put(lambda now: None)
        self.join(SINK_PATIENCE_S)
        for _ in range(self._workers):
            self._work.put(None)
        self._source.close()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the pump has ended."""
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def select(self, shard_id: str) -> None:
        """Keep this shard's polls quick."""
        self._inbox.put(lambda now: self._tailer.select(shard_id, now))

    def set_budget(self, calls_a_second: float) -> None:
        self._inbox.put(lambda now: self._tailer.set_budget(calls_a_second, now))

    def step_over(self, shard_id: str) -> None:
        """Leave out what stopped this shard; a gap records it."""
        self._inbox.put(lambda now: self._tailer.step_over(shard_id, now))

    def retry_now(self) -> None:
        """Do not wait for any back-off to pass."""
        self._inbox.put(lambda now: self._tailer.retry_now(now))

    def _now(self) -> Instant:
        return Instant(self._clock.ticks(), self._clock.epoch() + self._time.offset)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._turn()
            self._hand_over(self._now(), final=True)
        except Exception as error:  # noqa: BLE001 -- kept for the main thread, which raises it
            self.error = error
        self._publish(self._now())

    def _turn(self) -> None:
        now = self._now()
        for call in self._tailer.calls(now, self._workers - self._in_flight):
            self._in_flight += 1
            self._work.put((call, now))
        self._hand_over(now)
        self._publish(now, self._shown_at + STATUS_S)
        if not self._in_flight and (self._tailer.finished(now) or self.status.ended_by):
            self._stopping.set()
            return
        self._take(self._wait_s(now))

    def _wait_s(self, now: Instant) -> float | None:
        """How long nothing needs to be done unless an answer comes; None for ever."""
        wake_at = self._tailer.wake_at() if self._in_flight < self._workers else float("inf")
        if self._tailer.waiting_bytes:
            wake_at = min(wake_at, self._handed_at + HAND_OVER_S)
        if self._tailer.version != self.status.version:
            wake_at = min(wake_at, self._shown_at + STATUS_S)
        return None if wake_at == float("inf") else max(0.0, wake_at - now.ticks)

    def _take(self, wait_s: float | None) -> None:
        """Everything that arrived, waiting for the first of it."""
        try:
            arrived = self._inbox.get(timeout=wait_s) if wait_s != 0.0 else self._inbox.get_nowait()
            while True:
                if isinstance(arrived, tuple):
                    self._answered(*arrived)
                else:
                    arrived(self._now())
                arrived = self._inbox.get_nowait()
        except queue.Empty:
            pass

    def _answered(self, call: Call, asked: Instant, received: float, answer: _Answer) -> None:
        self._in_flight -= 1
        if isinstance(answer, Description | Page):
            sent = asked.epoch - self._time.offset
            self._time.observe(answer.server_time, sent, received)
            self._tailer.set_offset(self._time.offset)
        if isinstance(answer, CallError):
            self._tailer.failed(call, answer, self._now())
        elif isinstance(answer, Exception):
            raise answer
        else:
            self._tailer.answered(call, answer, asked, self._now())
        if isinstance(answer, Description):
            self._on_stream(answer.stream)

    def _hand_over(self, now: Instant, final: bool = False) -> None:
        waiting = self._tailer.waiting_bytes
        if not (final or waiting >= HAND_OVER_BYTES or now.ticks >= self._handed_at + HAND_OVER_S):
            return
        batch = self._tailer.take(now, final)
        self._handed_at = now.ticks
        if batch:
            self._sink.commit(batch)

    def _publish(self, now: Instant, not_before: float = 0.0) -> None:
        if now.ticks >= not_before:
            if self._tailer.version != self.status.version or self._tailer.finished(now) != self.status.finished:
                self.status = self._tailer.status(now)
            self._shown_at = now.ticks

    def _call(self) -> None:
        """A thread of the pool: executes calls and nothing else."""
        while work := self._work.get():
            call, asked = work
            answer: _Answer
            try:
                answer = self._execute(call)
            except Exception as error:  # noqa: BLE001 -- the pump's thread raises what is not a CallError
                answer = error
            self._inbox.put((call, asked, self._clock.epoch(), answer))

    def _execute(self, call: Call) -> Description | str | Page:
        if isinstance(call, DescribePage):
            return self._source.describe(call.after, call.children_of)
        if isinstance(call, OpenIterator):
            return self._source.open_iterator(call.shard_id, call.position)
        return self._source.get_records(call.iterator, call.limit)
