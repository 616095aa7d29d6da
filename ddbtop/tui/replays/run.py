"""One run of a handler as the screen sees it: its events, taken over little by little, and what they add up to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol

from ddbtop.replay.findings.fates import Fate, Fates, record_id
from ddbtop.replay.findings.poison import Profile, words
from ddbtop.replay.findings.since import Comparison, compare
from ddbtop.replay.model import (
    Event,
    Given,
    Invoked,
    ReplayBatch,
    ReplayRecord,
    ReplayShard,
    Summary,
    descendants,
)
from ddbtop.replay.running.controls import RunState
from ddbtop.tui.replays.plan import Plan
from ddbtop.tui.replays.tree import ReplayTree

TAKEN_S = 0.02
"""So long one tick takes over events: less than anyone sees as a delay, and some thousands of them."""

_TAKEN_AT_ONCE = 200
"""Events between two looks at the clock."""

CLOSING_S = 2.0
"""So long leaving waits for a handler's processes to be ended; they die with ddbtop at the latest."""


class Running(Protocol):
    """What the screen needs of a replay."""

    events: list[Event]
    error: Exception | None

    @property
    def state(self) -> RunState: ...

    @property
    def waiting(self) -> tuple[ReplayBatch, ...]: ...

    @property
    def waits_until(self) -> float | None: ...

    @property
    def is_stepping(self) -> bool: ...

    def start(self, paused: bool = False) -> None: ...

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def step(self) -> None: ...

    def run_to_failure(self) -> None: ...

    def stop(self) -> None: ...

    def join(self, timeout: float | None = None) -> None: ...

    def summary(self) -> Summary: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A replay that has not begun."""

    replay: Running
    given: Given
    shards: Sequence[ReplayShard]
    """All that are replayed."""
    close: Callable[[], object]
    """Ends the handler's processes and closes the source, after the replay ended."""


OpenRun = Callable[[Plan], Opened]
"""Raises `DdbtopError` for a plan that cannot be carried out."""


class Run:
    """For the screen's thread."""

    def __init__(self, number: int, plan: Plan, opened: Opened) -> None:
        self.number = number
        """1.. since the screen was opened."""
        self.plan = plan
        self.given = opened.given
        self.replay = opened.replay
        self.shards = opened.shards
        self.tree = ReplayTree()
        self.fates = Fates()
        self.version = ""
        """Of the code that answered last."""
        self.apart = Apart(self.replay.events)
        self._close = opened.close
        self._taken = 0
        self._is_over = False
        self._behind: dict[int, tuple[int, int]] = {}
        """By record: after how many events it was counted, and the count."""
        self._since = Comparison()
        self._compared: tuple[int, int, RunState] | None = None
        self._ending: threading.Thread | None = None

    @property
    def state(self) -> RunState:
        """Ended only once every event was taken over."""
        state = self.replay.state
        return RunState.RUNNING if state is RunState.ENDED and self.is_behind else state

    @property
    def waits_s(self) -> int:
        """Whole seconds, begun ones as well, until the next invocation is due; 0 where nothing waits for that."""
        until = self.replay.waits_until
        is_wanted = self.state is RunState.RUNNING or self.replay.is_stepping
        return max(0, ceil(until - time.time())) if until is not None and is_wanted else 0

    @property
    def is_behind(self) -> bool:
        return self._taken < len(self.replay.events)

    def take(self) -> bool:
        """Take over what happened since; says whether anything did."""
        began, before = time.monotonic(), self._taken
        events = self.replay.events
        while self.is_behind and time.monotonic() - began < TAKEN_S:
            end = min(len(events), self._taken + _TAKEN_AT_ONCE)
            for event in events[self._taken : end]:
                self._add(event)
            self._taken = end
        for batch in self.replay.waiting:
            self.tree.expect(batch)
        if not self._is_over and self.state is RunState.ENDED:
            self._is_over = True
            self.tree.end()
        return self._taken > before

    def _add(self, event: Event) -> None:
        self.tree.add(event)
        self.fates.add(event)
        if isinstance(event, Invoked) and event.answer.version not in ("", self.version):
            self.version = event.answer.version

    def behind(self, record: ReplayRecord) -> int | None:
        """Records of the run that come after one, in its shard or in what begins after it; counted once it stands."""
        if self.state is RunState.RUNNING or not record.sequence_number:
            return None
        known = self._behind.get(id(record))
        if known is None or known[0] != self._taken:
            own = int(record.sequence_number)
            seen = self.fates.ended.keys() | self.fates.deliveries.keys()
            below = {*descendants(self.shards, record.shard_id)}
            behind = sum(
                shard_id in below or (shard_id == record.shard_id and int(number or 0) > own)
                for shard_id, number in seen
            )
            known = self._behind[id(record)] = self._taken, behind
        return known[1]

    def since(self, before: Run) -> Comparison:
        """What is different from the run before; counted anew once the run stands."""
        state = self.state
        if state is not RunState.RUNNING and self._compared != (before.number, self._taken, state):
            self._compared = before.number, self._taken, state
            self._since = compare(before.fates, self.fates, is_over=state is RunState.ENDED)
        return self._since

    def begin(self, *, paused: bool) -> None:
        self.replay.start(paused)

    def step(self) -> None:
        """One invocation, the first one as well."""
        self._begin_paused()
        self.replay.step()

    def run_to_failure(self) -> None:
        self._begin_paused()
        self.replay.run_to_failure()

    def _begin_paused(self) -> None:
        if self.state is RunState.READY:
            self.begin(paused=True)

    def end(self) -> threading.Thread:
        """Stop, and end the handler's processes, in a thread: a handler that hangs must not hold up the screen."""
        if self._ending is None:
            self._ending = threading.Thread(target=self._end, name="end of replay", daemon=True)
            self._ending.start()
        return self._ending

    def _end(self) -> None:
        self.apart.close()
        if self.replay.state is not RunState.READY:
            self.replay.stop()
            self.replay.join()
        self._close()


class Apart:
    """What sets failing records apart from the delivered ones, found out in a thread of its own.

    Only the last question counts; what the run delivered since the last one is looked at first.
    """

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._taken = 0
        self._fates = Fates()
        self._profile = Profile()
        self._changed = threading.Condition()
        self._wanted: tuple[ReplayRecord, Answer] | None = None
        self._closed = False
        self._is_busy = False
        self._is_ahead = True
        """Nobody wants what was delivered to be looked at before something is asked."""
        self._thread: threading.Thread | None = None

    def ask(self, record: ReplayRecord, answer: Answer) -> None:
        """`answer` is told the words in that thread."""
        with self._changed:
            self._wanted = record, answer
            self._changed.notify_all()
        self._start()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="apart", daemon=True)
            self._thread.start()

    def prepare(self) -> None:
        """Look at what was delivered: whoever asks next need not wait for it."""
        with self._changed:
            self._is_ahead = False
            self._changed.notify_all()
        self._start()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def settle(self) -> None:
        """Wait until what was asked is answered, or given up for something newer."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not (self._wanted or self._is_busy))

    def _run(self) -> None:
        while not self._closed:
            question = self._next()
            if self._look() and question is not None:
                record, answer = question
                answer(record, tuple(map(words, self._profile.apart(record))))
            with self._changed:
                self._is_busy = False
                self._changed.notify_all()

    def _next(self) -> tuple[ReplayRecord, Answer] | None:
        """What was asked; None where only what was delivered is to be looked at, or nothing any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._wanted is not None or not self._is_ahead)
            question, self._wanted, self._is_ahead = self._wanted, None, True
            self._is_busy = True
            return question

    def _look(self) -> bool:
        """Take over what was delivered since; says whether it came to the end."""
        end = len(self._events)
        while self._taken < end and not self._closed:
            event = self._events[self._taken]
            self._taken += 1
            self._fates.add(event)
            if isinstance(event, Invoked):
                for record in event.invoking.batch.records:
                    if self._fates[record_id(record)] is Fate.DELIVERED:
                        self._profile.add(record)
        return not self._closed


Answer = Callable[[ReplayRecord, tuple[str, ...]], object]
