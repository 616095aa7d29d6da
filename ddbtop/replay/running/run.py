"""One run of a handler over the records of a source, as a mapping would do it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from typing import Any

from ddbtop.replay.mapping.machine import Mapping
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.mapping.terms import Addresses, Terms
from ddbtop.replay.mapping.timing import Timing
from ddbtop.replay.model import Discarded, Event, Handler, RecordSource, ReplayBatch, Summary
from ddbtop.replay.options import Options
from ddbtop.replay.running.clocks import timing_of
from ddbtop.replay.running.controls import RunState
from ddbtop.replay.running.driver import Driver

Deliver = Callable[[dict[str, Any], ReplayBatch], tuple[str, str]]
"""Sends an on-failure message; returns where it went and, where that failed, why."""

FUNCTION = "ddbtop-replay"
"""The name of the function that there is not, in what a handler and messages are told."""

STOP_AGAIN_S = 0.1
"""While a run that was stopped goes on, an invocation may have begun at that very moment: it is ended as well."""


class Replay:
    """Driven by a thread of its own; all else here may be called from any. Source and handler stay open at its end."""

    def __init__(
        self,
        source: RecordSource,
        settings: Settings,
        handler: Handler,
        options: Options | None = None,
        *,
        deliver: Deliver | None = None,
        on_event: Callable[[Event], None] | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.settings = settings
        self.options = options or Options()
        self.events: list[Event] = []
        """Grows only; safe to read by index while the replay goes on."""
        self.error: Exception | None = None
        """Why the run had to end: a source that cannot be read, a handler that cannot run, or a defect."""
        self._handler = handler
        self._deliver = deliver
        self._on_event = on_event
        self._timing = timing or timing_of(self.options)
        self._lock = threading.Lock()
        addresses = Addresses(source.stream_arn, self.options.function_arn or _function_arn(source.stream_arn))
        self._mapping = Mapping(Terms(settings, self.options, addresses))
        self._driver = Driver(source, handler, self._mapping, self._timing, self._lock, self._publish)
        self._controls = self._driver.controls
        self._thread = threading.Thread(target=self._run, name="replay", daemon=True)

    @property
    def state(self) -> RunState:
        return self._controls.state

    @property
    def waiting(self) -> tuple[ReplayBatch, ...]:
        """While paused, the batches that would be invoked next."""
        return self._driver.waiting

    @property
    def waits_until(self) -> float | None:
        """On the wall clock, when the next invocation is due while none is under way or ready."""
        return self._driver.waits_until

    @property
    def is_stepping(self) -> bool:
        """A step was asked for that has not begun."""
        return self._controls.is_stepping

    def start(self, paused: bool = False) -> None:
        self._controls.set(RunState.PAUSED if paused else RunState.RUNNING)
        self._thread.start()

    def run(self) -> Summary:
        """The whole run, in the caller's thread. Raises what ended it before its time."""
        self._controls.set(RunState.RUNNING)
        self._run()
        if self.error:
            raise self.error
        return self.summary()

    def pause(self) -> None:
        """What is under way ends; nothing further begins."""
        self._controls.set(RunState.PAUSED)

    def resume(self) -> None:
        self._controls.set(RunState.RUNNING)

    def step(self) -> None:
        """One more invocation, and a pause."""
        self._controls.set(RunState.PAUSED, steps=1)

    def run_to_failure(self) -> None:
        """Until an invocation does not succeed; others under way may still end."""
        self._controls.set(RunState.RUNNING, to_failure=True)

    def stop(self) -> None:
        """Invocations under way are ended; their records stay pending."""
        self._controls.stop()
        self._handler.interrupt()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the run has ended."""
        ends_at = inf if timeout is None else time.monotonic() + timeout
        while self._thread.is_alive() and (left := ends_at - time.monotonic()) > 0:
            self._thread.join(min(left, STOP_AGAIN_S))
            if self._controls.is_stopping:
                self._handler.interrupt()

    def summary(self) -> Summary:
        """How it stands. At any moment, polled = filtered + delivered + discarded + pending."""
        with self._lock:
            return self._mapping.summary(self._timing.now())

    def _run(self) -> None:
        try:
            self._driver.run()
        except Exception as error:  # noqa: BLE001 -- kept for the main thread, which raises or shows it
            self.error = error
        self._controls.set(RunState.ENDED)

    def _publish(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Discarded):
                event = self._delivered(event)
            with self._lock:
                self._mapping.tally.note(event)
            if self.options.keep_events:
                self.events.append(event)
            if self._on_event:
                self._on_event(event)

    def _delivered(self, event: Discarded) -> Discarded:
        if self._deliver is None:
            return event
        destination, trouble = self._deliver(event.message, event.batch)
        return replace(event, destination=destination, trouble=trouble)


def _function_arn(stream_arn: str) -> str:
    """In the stream's own region and account."""
    parts = stream_arn.split(":")
    partition, region, account = (parts[1], *parts[3:5]) if len(parts) > 5 else ("aws", "us-east-1", "000000000000")
    return f"arn:{partition}:lambda:{region}:{account}:function:{FUNCTION}"
