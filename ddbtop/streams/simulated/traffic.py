"""The demo's traffic: when the shop's changes happen, and a believable past of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import cos, inf, pi, sin

from ddbtop.streams.simulated.shop import Shop
from ddbtop.streams.simulated.turnover import Turnover
from ddbtop.streams.simulated.world import World

HISTORY_H = 23.75
"""Hours of past that a backfill writes: a little less than the service keeps, so that nothing is trimmed at once."""

HISTORY_RECORDS = 12_000
"""About how many records that past has: enough to be worth reading, few enough to be written in half a second."""

BUSIEST_HOUR = 19
"""The shop sells most at this hour, UTC, and least twelve hours away."""

_WAVES_S = (47.0, 13.0)
"""The rate swings a little with these periods, in seconds, as real traffic does."""


class Traffic:
    """Changes at random moments, `rate` a second on average. The same seed and times give the same records."""

    def __init__(self, world: World, seed: int = 1, rate: float = 50.0, turnover: Turnover | None = None) -> None:
        """`rate` counts seconds of the world's clock. `turnover` ends shards in between; without it they stay."""
        if rate < 0:
            raise ValueError(f"a rate is not negative: {rate}")
        self._world, self._turnover, self._rate = world, turnover, rate
        self._shop = Shop(world, seed)
        self._random = random.Random(seed)
        self._next_at = 0.0
        self._plan(world.clock.now(), self._live_rate)

    def step(self, until: float, most: float = inf) -> int:
        """Write what is due up to a moment, but no more than `most` records; returns how many."""
        return self._run(until, self._live_rate, lambda written: written >= most)

    def skip_to(self, at: float) -> None:
        """Leave out what would have happened before `at`."""
        if self._next_at < at:
            self._plan(at, self._live_rate)

    def backfill(
        self,
        hours: float = HISTORY_H,
        records: int = HISTORY_RECORDS,
        stop: Callable[[], bool] = lambda: False,
    ) -> int:
        """Write the past up to now, about `records` records in the rhythm of days; returns how many.

        `stop` is asked before each record.
        The world's first shards should have been there: `World(roots_at=…)`.
        """
        now = self._world.clock.now()
        mean = records / (hours * 3600)

        def rate(at: float) -> float:
            return mean * _daily(at)

        self._plan(now - hours * 3600, rate)
        written = self._run(now, rate, lambda _: stop())
        self._plan(now, self._live_rate)
        return written

    def _run(self, until: float, rate: Callable[[float], float], stop: Callable[[int], bool]) -> int:
        written = 0
        while self._world.disabled_at is None and not stop(written):
            ends = inf if self._turnover is None else self._turnover.due
            if min(ends, self._next_at) > until:
                break
            if ends <= self._next_at and self._turnover is not None:
                self._turnover.act()
                continue
            self._shop.act(self._next_at)
            self._plan(self._next_at, rate)
            written += 1
        return written

    def _plan(self, at: float, rate: Callable[[float], float]) -> None:
        now = rate(at)
        self._next_at = at + self._random.expovariate(now) if now > 0 else inf

    def _live_rate(self, at: float) -> float:
        slow, quick = (sin(2 * pi * at / period) for period in _WAVES_S)
        return self._rate * (1 + 0.3 * slow + 0.15 * quick)


def _daily(at: float) -> float:
    """The share of the mean rate at a time of day."""
    return 1 + 0.8 * cos(2 * pi * (at / 3600 - BUSIEST_HOUR) / 24)
