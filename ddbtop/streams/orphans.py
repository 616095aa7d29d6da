"""Shards whose parent is not listed: how long that is waited for, and whether something is lost with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ddbtop.streams.clock import Instant

ORPHAN_S = 30.0
"""So long may the parent of a shard that appeared while reading stay unlisted before it is taken for trimmed.

Listings are eventually consistent (other clients report it); AWS does not say by how much.
"""


class Orphans:
    def __init__(self, resumed: Collection[str]) -> None:
        """`resumed`: the shards that an earlier session knew."""
        self._resumed = frozenset(resumed)
        self._seen = set(resumed)
        """Every shard that was ever listed, also those that are gone."""
        self._first: frozenset[str] = frozenset()
        """The shards of the first whole listing."""
        self._noticed: dict[str, float] = {}
        """When it was noticed, in ticks."""

    def listed(self, shard_ids: Iterable[str]) -> None:
        self._seen.update(shard_ids)

    def listed_first(self, shard_ids: Iterable[str]) -> None:
        """The first whole listing is there."""
        self._first = frozenset(shard_ids)

    def decided_by(self, shard_id: str, now: Instant) -> float:
        """A whole listing asked for at this moment or later, in ticks, decides that the parent is trimmed."""
        patience_s = 0.0 if shard_id in self._first else ORPHAN_S
        return self._noticed.setdefault(shard_id, now.ticks) + patience_s

    def is_loss(self, shard_id: str, parent_id: str) -> bool:
        """Whether the parent came and went while nobody looked."""
        came_since = shard_id not in self._first or (bool(self._resumed) and shard_id not in self._resumed)
        return parent_id not in self._seen and came_since
