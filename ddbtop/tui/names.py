"""Short names of shards: the last eight characters of an id, widened for all until they are unique."""

from __future__ import annotations

from collections.abc import Iterable

from ddbtop.text import visible

SHORTEST = 8
"""Cells of a short name: the hex digits at the end of an AWS shard id."""
WIDEST = 24
"""More cells than this would push the columns beside the name off the screen; the card has the whole id."""


class ShardNames:
    """Names for the shards known so far; a name may get longer when a shard arrives that would share it."""

    def __init__(self) -> None:
        self._width = SHORTEST
        self._names: dict[str, str] = {}
        self._tails: dict[str, str] = {}

    @property
    def width(self) -> int:
        return self._width

    def update(self, shard_ids: Iterable[str]) -> None:
        """Take in shards that are not known yet."""
        new = [shard_id for shard_id in shard_ids if shard_id not in self._names]
        for shard_id in new:
            while self._width < WIDEST and self._is_taken(shard_id):
                self._widen()
            self._tails[shard_id[-self._width :]] = shard_id
            self._names[shard_id] = visible(shard_id[-self._width :], self._width)

    def _is_taken(self, shard_id: str) -> bool:
        return self._tails.get(shard_id[-self._width :], shard_id) != shard_id

    def _widen(self) -> None:
        self._width += 1
        self._tails = {shard_id[-self._width :]: shard_id for shard_id in self._names}
        self._names = {shard_id: visible(shard_id[-self._width :], self._width) for shard_id in self._names}

    def __getitem__(self, shard_id: str) -> str:
        return self._names.get(shard_id) or visible(shard_id[-self._width :], self._width)
