"""What the parts of the demo's shop share: its table, its chance, and what is to happen later."""

from __future__ import annotations

import random
from collections.abc import Callable
from heapq import heappop, heappush

from ddbtop.streams.simulated.items import Item
from ddbtop.streams.simulated.world import World

Step = Callable[[float], str | None]
"""Changes one item at a time: the record's sequence number, or None where there was nothing to change."""


class Ledger:
    """Access to the table, one source of chance, and a diary."""

    def __init__(self, world: World, seed: int) -> None:
        self.random = random.Random(seed)
        self._world = world
        self._due: list[tuple[float, int, Step]] = []
        self._serial = 0

    def later(self, at: float, step: Step) -> None:
        """Steps of one moment are taken in the order in which they were planned."""
        self._serial += 1
        heappush(self._due, (at, self._serial, step))

    def due(self, at: float) -> Step | None:
        """The next step that should have been taken by now."""
        return heappop(self._due)[2] if self._due and self._due[0][0] <= at else None

    def get(self, key: Item) -> Item | None:
        return self._world.get(key)

    def write(self, item: Item, at: float) -> str | None:
        return self._world.put(item, at=at)

    def remove(self, key: Item, at: float) -> str | None:
        return self._world.delete(key, at=at)

    def expire(self, key: Item, at: float) -> str | None:
        return self._world.delete(key, ttl=True, at=at)
