"""Which lanes have to be looked at, which may be invoked, and which wait for time or for records."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from ddbtop.replay.mapping.lanes import Lane
from ddbtop.replay.mapping.shards import ShardRun

NEVER = float("inf")


class Place(NamedTuple):
    """A lane and the shard that it is of."""

    run: ShardRun
    lane: Lane


class Agenda:
    """A lane is in one of these, unless an invocation of it is under way or it is done."""

    def __init__(self) -> None:
        self.fresh: deque[Place] = deque()
        """Something happened to them: they have to be looked at."""
        self.ready: deque[Place] = deque()
        """Their next invocation may begin."""
        self.wake_at = NEVER
        """When those that wait are looked at again, in ticks."""
        self._later: dict[Lane, Place] = {}
        self._due: dict[Lane, float] = {}
        """When the next invocation of one that waits is due, where that is known."""
        self._queued_at: dict[Lane, float] = {}
        """Since when ready ones wait for a worker."""

    @property
    def is_empty(self) -> bool:
        return not (self.fresh or self.ready or self._later)

    @property
    def has_later(self) -> bool:
        return bool(self._later)

    @property
    def wants_records(self) -> bool:
        """Whether one that waits, waits for records."""
        return any(run.wants_records for run, _ in self._later.values())

    @property
    def next_due(self) -> float | None:
        """When the first of those that wait for time is due; None where none is known to be."""
        return min((self._due[lane] for lane in self._later if lane in self._due), default=None)

    def put_off(self, place: Place, until: float, due: float | None = None) -> None:
        """Look at it again in a while; `due`: its next invocation, where that is known."""
        self.wake_at = min(self.wake_at, until)
        self._later[place.lane] = place
        self._due.pop(place.lane, None)
        if due is not None:
            self._due[place.lane] = due

    def recall(self, lanes: Iterable[Lane]) -> None:
        """Look at these now, where they wait."""
        self.fresh.extend(self._later.pop(lane) for lane in lanes if lane in self._later)

    def recall_all(self) -> None:
        self.wake_at = NEVER
        self.recall(list(self._later))

    def queue_up(self, now: float) -> None:
        """No worker is free for those that are ready."""
        for place in self.ready:
            self._queued_at.setdefault(place.lane, now)

    def leave_queue(self) -> None:
        """A pause is no wait for a worker."""
        self._queued_at.clear()

    def waited_s(self, lane: Lane, now: float) -> float:
        """How long a lane whose turn has come waited for a worker."""
        return now - self._queued_at.pop(lane, now)
