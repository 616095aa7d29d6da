"""When shards end: each lives about four hours, then rolls over or splits."""

from __future__ import annotations

import random
from heapq import heapify, heappop, heappush

from ddbtop.streams.simulated.shapes import SHARD_LIFE_S
from ddbtop.streams.simulated.world import World

LIFE_SPREAD = (0.95, 1.25)
"""Shards live between these multiples of the usual life, so that they do not all end at once."""

SPLIT_CHANCE = 0.6
"""How often a shard splits while fewer are open than wanted, else it rolls over."""

HEAT_CHANCE = 0.02
"""How often one splits although enough are open, up to twice as many as wanted: there are no merges."""


class Turnover:
    """Ends open shards of a world when their time has come. One seed, one lineage."""

    def __init__(self, world: World, seed: int = 1, *, open_shards: int = 4, life_s: float = SHARD_LIFE_S) -> None:
        """`open_shards`: how many there should be in the long run; a world with fewer roots splits up to it."""
        self._world = world
        self._random = random.Random(seed)
        self._wanted = open_shards
        self._life_s = life_s
        self._ends: list[tuple[float, str]] = []
        with world.lock:
            for shard_id in world.open_shards():
                shard = world.shard(shard_id)
                if shard is not None:
                    self._ends.append((shard.created_at + self._life(), shard_id))
        heapify(self._ends)

    @property
    def due(self) -> float:
        """When the next shard ends."""
        return self._ends[0][0]

    def act(self) -> None:
        """End the shard that is due."""
        at, shard_id = heappop(self._ends)
        with self._world.lock:
            children = (
                [*self._world.split(shard_id, at=at)] if self._splits() else [self._world.roll_over(shard_id, at=at)]
            )
        for child in children:
            heappush(self._ends, (at + self._life(), child))

    def _splits(self) -> bool:
        still_open = len(self._world.open_shards())
        chance = SPLIT_CHANCE if still_open < self._wanted else HEAT_CHANCE
        return still_open < 2 * self._wanted and self._random.random() < chance

    def _life(self) -> float:
        return self._life_s * self._random.uniform(*LIFE_SPREAD)
