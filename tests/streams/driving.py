"""Drives a tailer on a simulated stream and a virtual clock: a day passes in milliseconds, the same way every time."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from ddbtop.errors import CallError
from ddbtop.streams.clock import Instant
from ddbtop.streams.describer import DescribePage
from ddbtop.streams.model import TRIM_HORIZON, Description, Gap, Position, StartPoint
from ddbtop.streams.outbox import Evidence, Progress
from ddbtop.streams.reader import OpenIterator
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.world import World
from ddbtop.streams.source import Source
from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.streams.tailer import Call, Options, Tailer
from ddbtop.streams.wire import Page, Record

CALL_S = 0.02
"""What a call takes on the virtual clock."""


class Driven:
    """One session; what it delivered lies in `delivered`, `gaps` and `evidence`."""

    def __init__(
        self,
        source: Source,
        clock: ManualClock,
        start: StartPoint | Position = TRIM_HORIZON,
        options: Options | None = None,
        *,
        resume: Mapping[str, Progress] | None = None,
        seed: int = 1,
    ) -> None:
        self.source = source
        self.clock = clock
        self.delivered: list[tuple[str, Record]] = []
        self.gaps: list[Gap] = []
        self.evidence: list[Evidence] = []
        self.progress: dict[str, Progress] = {}
        self.calls: list[Call] = []
        self.rng = random.Random(seed)
        start = start if isinstance(start, StartPoint) else StartPoint(start)
        options = options or Options(budget=0)
        self.tailer = Tailer(source.arn, start, options, source, self.now(), resume=resume, rng=self.rng)

    def now(self) -> Instant:
        return Instant(self.clock.now(), self.clock.now())

    @property
    def status(self) -> SessionStatus:
        return self.tailer.status(self.now())

    @property
    def numbers(self) -> list[str]:
        """The sequence numbers delivered, in order."""
        return [record.sequence_number for _, record in self.delivered]

    def numbers_of(self, shard_id: str) -> list[str]:
        return [record.sequence_number for shard, record in self.delivered if shard == shard_id]

    def state(self, shard_id: str) -> ReaderState:
        return self.status.readers[shard_id].state

    def run(self, seconds: float) -> Driven:
        """Let so much virtual time pass."""
        end = self.clock.now() + seconds
        self.run_until(lambda: self.clock.now() >= end, within=seconds, strict=False)
        if self.clock.now() < end:
            self.clock.advance(end - self.clock.now())
        return self

    def run_until(self, done: Callable[[], bool], within: float = 600.0, strict: bool = True) -> Driven:
        """Go on until `done`; an AssertionError where it is not within so many virtual seconds."""
        end = self.clock.now() + within
        while not done():
            if self.clock.now() >= end:
                assert not strict, f"not done within {within} s: {self.summary()}"
                return self
            calls = self.tailer.calls(self.now(), 8)
            if not calls:
                self.take()
                wake_at = min(self.tailer.wake_at(), end)
                if self.tailer.finished(self.now()) or self.status.ended_by:
                    wake_at = end
                self.clock.advance(max(wake_at - self.clock.now(), 0.001))
            self._make(calls)
        self.take()
        return self

    def run_to_tip(self, within: float = 600.0) -> Driven:
        return self.run_until(self._all_at_tip, within)

    def run_to_end(self, within: float = 600.0) -> Driven:
        return self.run_until(lambda: self.tailer.finished(self.now()), within)

    def take(self) -> None:
        batch = self.tailer.take(self.now())
        self.delivered += [(entry.shard_id, record) for entry in batch.pages for record in entry.page.records]
        self.gaps += batch.gaps
        self.evidence += batch.evidence
        self.progress |= batch.progress

    def summary(self) -> str:
        status = self.status
        states = [f"{shard_id[-8:]} {reader.state} {reader.trouble}" for shard_id, reader in status.readers.items()]
        return f"{status.trouble=} {status.ended_by=} {status.described=} " + "; ".join(states)

    def _make(self, calls: list[Call]) -> None:
        asked = self.now()
        answers = [(call, self._execute(call)) for call in calls]
        self.calls += calls
        self.rng.shuffle(answers)
        for call, answer in answers:
            self.clock.advance(CALL_S / len(answers))
            if isinstance(answer, CallError):
                self.tailer.failed(call, answer, self.now())
            else:
                self.tailer.answered(call, answer, asked, self.now())

    def _execute(self, call: Call) -> Description | str | Page | CallError:
        try:
            if isinstance(call, DescribePage):
                return self.source.describe(call.after, call.children_of)
            if isinstance(call, OpenIterator):
                return self.source.open_iterator(call.shard_id, call.position)
            return self.source.get_records(call.iterator, call.limit)
        except CallError as error:
            return error

    def _all_at_tip(self) -> bool:
        readers = self.status.readers.values()
        quiet = (ReaderState.TIP, ReaderState.DRAINED, ReaderState.NOT_ASKED, ReaderState.TRIMMED)
        return self.status.described and bool(readers) and all(reader.state in quiet for reader in readers)


def drive(
    world: World,
    start: StartPoint | Position = TRIM_HORIZON,
    options: Options | None = None,
    *,
    service: Service | None = None,
    resume: Mapping[str, Progress] | None = None,
    seed: int = 1,
) -> Driven:
    """A session over a world on a `ManualClock`."""
    assert isinstance(world.clock, ManualClock)
    source = SimulatedSource(service or Service([world]), world.stream_arn)
    return Driven(source, world.clock, start, options, resume=resume, seed=seed)
