"""Lambda's rules written down once more, as plainly as they can be: what a replay is held against.

Lanes know nothing of each other on the recorded clock, so each is told by itself, from its first record to its last.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from ddbtop.replay.event import event_json
from ddbtop.replay.mapping.lanes import BLOCKED_AFTER
from ddbtop.replay.mapping.settings import FOR_EVER, Settings
from ddbtop.replay.mapping.undocumented import QUIET_S, lane_of, retry_delay_s, window_start
from ddbtop.replay.model import ReplayBatch, ReplayRecord, ReplayShard, Stopped, TumblingWindow
from ddbtop.replay.options import Arrival, Backoff
from tests.replay.behaviour import Behaviour
from tests.replay.inmemory import STREAM_ARN

DAY_S = 86_400.0


@dataclass(frozen=True)
class World:
    """All that decides what happens."""

    shards: Sequence[ReplayShard]
    records: dict[str, list[ReplayRecord]]
    """By shard id."""
    settings: Settings
    behaviour: Behaviour
    arrival: Arrival = Arrival.BACKLOG
    backoff: Backoff = Backoff.NONE
    max_invocations: int = 0
    passes: Callable[[ReplayRecord], bool] = lambda _: True
    event_limit: float = inf
    state_limit: float = inf


@dataclass(frozen=True)
class Invocation:
    at: float
    ended_at: float
    sequences: list[str]
    attempt: int
    outcome: str
    window: tuple[float, Any, bool, bool] | None
    """Its start and state, whether it is the final call, whether it ends early."""


@dataclass(frozen=True)
class Loss:
    at: float
    sequences: list[str]
    condition: str
    count: int
    """`approximateInvokeCount`."""
    function_error: str | None = "absent"


def by_the_rules(world: World) -> dict[str, list[Lane]]:
    """The lanes of each shard that is begun."""
    parents = {shard.shard_id: shard.parent_id for shard in world.shards}
    lanes: dict[str, list[Lane]] = {}

    def is_first(shard_id: str) -> bool:
        parent = parents[shard_id]
        return parent not in parents or (not world.records[parent] and is_first(parent))

    def run(shard_id: str) -> list[Lane]:
        if shard_id not in lanes:
            before = run(parents[shard_id]) if parents[shard_id] in parents else []
            starts = [began] if parents[shard_id] not in parents else [lane.now for lane in before]
            is_held = not starts or any(lane.stopped for lane in before)
            lanes[shard_id] = [] if is_held else _run_shard(world, shard_id, max(starts))
        return lanes[shard_id]

    firsts = [each for each in parents if is_first(each) and world.records[each]]
    began = min((world.records[each][0].created_at for each in firsts), default=0.0)
    return {shard_id: run(shard_id) for shard_id in parents}


def _run_shard(world: World, shard_id: str, start: float) -> list[Lane]:
    arrived_at = start
    count = world.settings.parallelization_factor
    shares: list[list[tuple[float, ReplayRecord]]] = [[] for _ in range(count)]
    for record in world.records[shard_id]:
        if world.arrival is Arrival.RECORDED:
            arrived_at = max(arrived_at, record.created_at)
        if world.passes(record):
            shares[lane_of(record.item, count)].append((arrived_at, record))
    lanes = [Lane(world, shard_id, share, arrived_at, start) for share in shares]
    for lane in lanes:
        lane.run()
    return lanes


@dataclass
class Lane:
    world: World
    shard_id: str
    waiting: list[tuple[float, ReplayRecord]]
    """With when they are there."""
    ended_at: float
    now: float
    told: list[Invocation | Loss] = field(default_factory=list)
    delivered: int = 0
    stopped: Stopped | None = None
    window: TumblingWindow | None = None
    standing: int = 0
    invocations: int = 0

    def run(self) -> None:
        while (self.waiting or self.window) and not self.stopped:
            if (at := self.end_of_window()) is not None:
                self.now = at
                self.deliver([])
                continue
            work = [self.gather()]
            while work and not self.stopped:
                work = self.deliver(work.pop(0)) + work
        self.now = max(self.now, self.ended_at)

    def end_of_window(self) -> float | None:
        """When the open tumbling window has its final call; None while it goes on."""
        if self.window is None:
            return None
        if self.window.is_early:
            return self.now
        by_clock = max(self.now, self.window.end + QUIET_S)
        if not self.waiting:
            return min(by_clock, max(self.now, self.ended_at))
        arrived_at, record = self.waiting[0]
        if arrived_at > by_clock:
            return by_clock
        return max(self.now, arrived_at) if record.created_at >= self.window.end else None

    def gather(self) -> list[ReplayRecord]:
        """The next batch; afterwards it is the moment at which it is complete."""
        settings, first_at = self.world.settings, max(self.now, self.waiting[0][0])
        if settings.tumbling_window_s and self.window is None:
            start = window_start(self.waiting[0][1].created_at, settings.tumbling_window_s)
            self.window = TumblingWindow(start, start + settings.tumbling_window_s)
        deadline = first_at + settings.batching_window_s
        if self.invocations and first_at <= self.now + settings.batching_window_s:
            deadline = self.now + settings.batching_window_s
        batch: list[ReplayRecord] = []
        at = first_at
        while len(batch) < settings.batch_size:
            if not self.waiting:
                at = min(deadline, max(at, self.ended_at))
                break
            arrived_at, record = self.waiting[0]
            if arrived_at > deadline:
                at = deadline
                break
            at = max(at, arrived_at)
            if batch and (
                self.is_too_large([*batch, record]) or (self.window and record.created_at >= self.window.end)
            ):
                break
            batch.append(self.waiting.pop(0)[1])
        self.now = at
        return batch

    def is_too_large(self, records: list[ReplayRecord]) -> bool:
        event = event_json(ReplayBatch(0, self.shard_id, tuple(records), window=self.window), STREAM_ARN)
        return len(event) > self.world.event_limit

    def deliver(self, batch: list[ReplayRecord]) -> list[list[ReplayRecord]]:
        """Until it is done, given up or in halves; returns the halves. No records: the end of a window."""
        settings, is_final = self.world.settings, not batch
        failures = invoked = retries = 0
        while batch or is_final:
            if self.world.max_invocations and self.invocations >= self.world.max_invocations:
                self.stopped = Stopped.MAX_INVOCATIONS
                break
            batch = self.young(batch, invoked)
            if not batch and not is_final:
                break
            outcome, done = self.invoke(batch, failures + 1)
            invoked += 1
            if outcome == "success" and is_final:
                self.window = None
            if outcome == "success" or done:
                self.delivered += done
                self.standing = failures = invoked = retries = 0
                batch, is_final = batch[done:], False
                continue
            if outcome != "throttled" and settings.bisect and len(batch) > 1:
                self.standing, middle = 0, -(-len(batch) // 2)
                return [batch[:middle], batch[middle:]]
            failures += outcome != "throttled"
            has_end = settings.max_retries != FOR_EVER and outcome != "throttled" and not is_final
            if has_end and failures > settings.max_retries:
                error = "Unhandled" if outcome in ("error", "timeout") else None
                self.lose(batch, "RetryAttemptsExhausted", invoked, error)
                break
            retries += 1
            self.standing += not has_end
            if self.standing == BLOCKED_AFTER:
                self.stopped = Stopped.BLOCKED
                break
            self.now += retry_delay_s(retries) if self.world.backoff is Backoff.DOUBLING else 0.0
        return []

    def young(self, batch: list[ReplayRecord], invoked: int) -> list[ReplayRecord]:
        limit = self.world.settings.max_record_age_s
        limit_s = DAY_S if limit == FOR_EVER else min(limit, DAY_S)
        old = [record for record in batch if self.now - record.created_at >= limit_s]
        if old:
            self.lose(old, "RecordAgeExceeded", max(1, invoked))
        return [record for record in batch if record not in old]

    def lose(self, batch: list[ReplayRecord], condition: str, invoked: int, error: str | None = "absent") -> None:
        sequences = [record.sequence_number for record in batch]
        self.told.append(Loss(self.now, sequences, condition, invoked, error))
        self.standing = 0

    def invoke(self, batch: list[ReplayRecord], attempt: int) -> tuple[str, int]:
        """How it ends, and how many records at its front are done."""
        sequences = [record.sequence_number for record in batch]
        kind, reported = self.world.behaviour.outcome(sequences, self.shard_id)
        outcome, done = self.judged(kind, sequences, reported)
        at, self.now = self.now, self.now + self.world.behaviour.duration_s
        window = None
        if self.window:
            state = json.loads(self.window.state)
            window = (self.window.start, state, not batch, not batch and self.window.is_early)
            if outcome == "success" or done:
                self.keep(self.world.behaviour.state(state, sequences))
        self.invocations += 1
        self.told.append(Invocation(at, self.now, sequences, attempt, outcome, window))
        return outcome, done

    def judged(self, kind: str, sequences: list[str], reported: list[str]) -> tuple[str, int]:
        reports = self.world.settings.report_batch_item_failures
        if kind == "report" and reports:
            return "partial", min(map(sequences.index, reported))
        if kind in ("ok", "report") or (kind == "malformed" and not reports and not self.window):
            return "success", len(sequences)
        return {"raise": "error", "throttle": "throttled"}.get(kind, kind), 0

    def keep(self, state: Any) -> None:
        assert self.window
        kept = json.dumps(state, separators=(",", ":")).encode()
        self.window = replace(self.window, state=kept, is_early=len(kept) > self.world.state_limit)
