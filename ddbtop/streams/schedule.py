"""Whose call comes next, and whether the budget has room for it. No I/O and no clock in here."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

LIVE = float("inf")
"""In place of how far a shard is behind: not at all."""


@dataclass(slots=True)
class CallQueue:
    """Shards by when their next call is due.

    Of those that are due, shards at their tip go by deadline and shards behind by how far they are behind; the two
    take turns, so that catching up does not starve what is live, nor the reverse.
    """

    _timed: list[tuple[float, str, float]] = field(default_factory=list)
    _live: list[tuple[float, str]] = field(default_factory=list)
    _behind: list[tuple[float, float, str]] = field(default_factory=list)
    _live_turn: bool = True

    def push(self, shard_id: str, due: float, behind: float) -> None:
        """`behind`: creation time of the last record read, 0 for nothing read yet, `LIVE` for a shard at its tip."""
        heapq.heappush(self._timed, (due, shard_id, behind))

    def due(self) -> float:
        """When `pop` has something to give; infinity for never."""
        if self._live or self._behind:
            return float("-inf")
        return self._timed[0][0] if self._timed else float("inf")

    def pop(self, ticks: float) -> tuple[str, float] | None:
        """The shard whose call goes first, and when it was due."""
        while self._timed and self._timed[0][0] <= ticks:
            due, shard_id, behind = heapq.heappop(self._timed)
            if behind == LIVE:
                heapq.heappush(self._live, (due, shard_id))
            else:
                heapq.heappush(self._behind, (behind, due, shard_id))
        self._live_turn = not self._live_turn if self._live and self._behind else bool(self._live)
        if self._live_turn:
            due, shard_id = heapq.heappop(self._live)
            return shard_id, due
        if self._behind:
            _, due, shard_id = heapq.heappop(self._behind)
            return shard_id, due
        return None


class Budget:
    """A bucket of calls that fills at a steady rate."""

    BURST_S = 0.2
    """So much of a second's calls may be made at once."""

    def __init__(self, rate: float, ticks: float) -> None:
        """`rate`: calls a second, 0 for no limit."""
        self.rate = rate
        self._most = max(1.0, rate * self.BURST_S)
        self._left = self._most
        self._at = ticks

    @property
    def ready_at(self) -> float:
        """When a call may be made, in ticks."""
        return self._at + max(0.0, 1.0 - self._left) / self.rate if self.rate else float("-inf")

    def allows(self, ticks: float) -> bool:
        return self.ready_at <= ticks

    def spend(self, ticks: float) -> None:
        self._left = min(self._most, self._left + (ticks - self._at) * self.rate) - 1.0
        self._at = ticks
