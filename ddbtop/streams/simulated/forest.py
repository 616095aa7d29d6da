"""The shards of a simulated stream: births, ends and removals, and which of them takes a key."""

from __future__ import annotations

import random
from bisect import bisect_right, insort
from collections.abc import Callable
from math import inf

from ddbtop.streams.simulated.shards import HASH_SPACE, SimulatedShard


class Forest:
    """Every listed shard. Not safe to use from several threads: its world locks."""

    def __init__(
        self, rng: random.Random, next_sequence: Callable[[], int], *, retention_s: float, linger_s: float
    ) -> None:
        self._random = rng
        self._next_sequence = next_sequence
        self._retention_s, self._linger_s = retention_s, linger_s
        self._shards: dict[str, SimulatedShard] = {}
        self._ids: list[str] = []
        self._open: list[SimulatedShard] = []
        self._last_birth_ms = 0
        self._trim_due = inf

    def get(self, shard_id: str) -> SimulatedShard | None:
        return self._shards.get(shard_id)

    def listed(self) -> list[SimulatedShard]:
        """In the order of their ids."""
        return [self._shards[shard_id] for shard_id in self._ids]

    def ids_after(self, shard_id: str, count: int) -> list[str]:
        """Up to `count` ids that sort behind `shard_id`, which need not be listed any more."""
        start = bisect_right(self._ids, shard_id)
        return self._ids[start : start + count]

    def open(self) -> list[SimulatedShard]:
        """In the order of their hash ranges."""
        return list(self._open)

    def home(self, partition: int) -> SimulatedShard:
        """The open shard that takes changes of items with this hash."""
        return self._open[bisect_right(self._open, partition, key=lambda shard: shard.low) - 1]

    def plant(self, count: int, at: float, *, orphans: bool) -> None:
        """The first shards, each with an equal share of the keys. Orphans name parents that are not listed."""
        if not 1 <= count <= HASH_SPACE:
            raise ValueError(f"a stream has at least one shard: {count}")
        parents = self._new_ids(count, at - self._retention_s) if orphans else [""] * count
        self._open_ranges(0, HASH_SPACE, parents, at)

    def end(self, shard_id: str, at: float, children: int) -> list[str]:
        """Close a shard; ids of its new children, each with an equal share of its keys."""
        shard = self._shards.get(shard_id)
        if shard is None or not shard.is_open:
            raise ValueError(f"no open shard: {shard_id}")
        if shard.high - shard.low < children:
            raise ValueError(f"the shard has too few keys to be divided: {shard_id}")
        self._open.remove(shard)
        shard.close(self._next_sequence(), at)
        self.expect(self._removal_due(shard))
        shard.children = self._open_ranges(shard.low, shard.high, [shard_id] * children, at)
        return shard.children

    def expect(self, due: float) -> None:
        """Something is to be trimmed at this time, if not earlier."""
        self._trim_due = min(self._trim_due, due)

    def is_gone(self, shard: SimulatedShard, now: float) -> bool:
        """Whether a shard is only listed: closed so long ago that no record of it can be left."""
        return not shard.is_open and now >= shard.closed_at + self._retention_s

    def trim(self, now: float) -> int:
        """Drop what is past retention: records first, then shards; returns the bytes that records took."""
        if now < self._trim_due:
            return 0
        freed = 0
        for shard in self.listed():
            freed += shard.drop(bisect_right(shard.times, now - self._retention_s))
            if self._removal_due(shard) <= now:
                self._ids.remove(shard.shard_id)
                del self._shards[shard.shard_id]
        self._trim_due = min(map(self._due, self._shards.values()), default=inf)
        return freed

    def drop_oldest(self) -> int:
        """Drop the oldest eighth of the shard with the oldest record; returns the bytes that it took."""
        oldest = min((shard for shard in self.listed() if shard.times), key=lambda shard: shard.times[0])
        return oldest.drop(max(1, len(oldest.times) // 8))

    def _due(self, shard: SimulatedShard) -> float:
        record_due = shard.times[0] + self._retention_s if shard.times else inf
        return min(record_due, self._removal_due(shard))

    def _removal_due(self, shard: SimulatedShard) -> float:
        return inf if shard.is_open else shard.closed_at + self._retention_s + self._linger_s

    def _open_ranges(self, low: int, high: int, parents: list[str], at: float) -> list[str]:
        """One open shard for each parent, in the order of their ids."""
        count = len(parents)
        if not count:
            return []
        bounds = [low + (high - low) * index // count for index in range(count + 1)]
        ids = self._new_ids(count, at)
        for index, (shard_id, parent_id) in enumerate(zip(ids, parents, strict=True)):
            shard = SimulatedShard(shard_id, parent_id, bounds[index], bounds[index + 1], self._next_sequence(), at)
            self._shards[shard_id] = shard
            insort(self._ids, shard_id)
            insort(self._open, shard, key=lambda other: other.low)
        return ids

    def _new_ids(self, count: int, at: float) -> list[str]:
        """Ids of the service's form for shards born together; they sort behind all that were given before."""
        self._last_birth_ms = max(int(at * 1000), self._last_birth_ms + 1)
        suffixes = sorted(self._random.sample(range(1 << 32), count))
        return [f"shardId-{self._last_birth_ms:020d}-{suffix:08x}" for suffix in suffixes]
