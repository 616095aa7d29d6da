"""The statuses of all readers, made again only for those that something happened to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ddbtop.streams.lineage import Lineage
from ddbtop.streams.reader import Reader
from ddbtop.streams.status import ReaderState, ReaderStatus


class Standings:
    """Looks at a lineage and its readers, which others change; `touch` tells it that they did."""

    def __init__(self, lineage: Lineage, readers: Mapping[str, Reader]) -> None:
        self.version = 0
        """Grows with every touch."""
        self.throttled = self.gaps = 0
        """Sums over the session, shards that are gone included."""
        self._lineage = lineage
        self._readers = readers
        self._statuses: dict[str, ReaderStatus] = {}
        self._dirty: dict[str, None] = {}

    def touch(self, shard_ids: Iterable[str]) -> None:
        self._dirty.update(dict.fromkeys(shard_ids))
        self.version += 1

    def renewed(self) -> dict[str, ReaderStatus]:
        """By shard id; a copy."""
        for shard_id in self._dirty:
            before, after = self._statuses.get(shard_id), self._status_of(shard_id)
            self._statuses[shard_id] = after
            self.gaps += after.gaps - (before.gaps if before else 0)
            self.throttled += after.throttled - (before.throttled if before else 0)
        self._dirty.clear()
        return dict(self._statuses)

    def come_back(self, shard_id: str) -> None:
        """Listed again: what it counted is part of the sums already."""
        self._statuses[shard_id] = self._status_of(shard_id)

    def forget(self, shard_ids: Iterable[str]) -> None:
        """Call `renewed` before what is forgotten here is forgotten by others, too."""
        for shard_id in shard_ids:
            self._statuses.pop(shard_id, None)
            self._dirty.pop(shard_id, None)

    def _status_of(self, shard_id: str) -> ReaderStatus:
        shard, lineage = self._lineage[shard_id], self._lineage
        closed, generation = lineage.is_closed(shard_id), lineage.generation(shard_id)
        children = lineage.children(shard_id)
        reader = self._readers.get(shard_id)
        if reader is None:
            return ReaderStatus(shard, ReaderState.WAITS, closed, generation, children)
        return ReaderStatus(
            shard=shard,
            state=reader.state,
            closed=closed or reader.closed,
            generation=generation,
            children=children,
            position=reader.position,
            exact=reader.exact,
            iterator_at=reader.iterator_at if reader.iterator else None,
            records=reader.records,
            size_bytes=reader.size_bytes,
            calls=reader.calls,
            first_at=reader.first_at,
            last_at=reader.last_at,
            last_sequence=reader.last_sequence,
            answered_at=reader.answered_at,
            interval_s=reader.pace.interval,
            latency_s=reader.latency_s,
            throttled=reader.throttled,
            faults=reader.faults,
            gaps=reader.losses.count,
            gap_after=reader.losses.after,
            gap_reason=reader.losses.reason,
            trouble=reader.trouble,
        )
