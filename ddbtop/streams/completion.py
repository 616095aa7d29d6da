"""Whether a session that has an end has read all that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping

from ddbtop.streams.clock import Instant
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.reader import Reader
from ddbtop.streams.status import ReaderState

CHILDLESS_S = 10.0
"""So long may a closed shard's children stay unlisted before a read that has an end takes them for not there."""


class Completion:
    """Looks at a lineage and its readers, which others change."""

    def __init__(self, lineage: Lineage, readers: Mapping[str, Reader], ends: bool) -> None:
        """`ends`: the session has an end at all."""
        self.is_disabled = False
        """The stream is switched off: no shard will have children."""
        self._lineage = lineage
        self._readers = readers
        self._ends = ends
        self._unfinished = ""
        """A shard that was not done when somebody last asked: with thousands, asking each every time takes long."""

    def is_reached(self, now: Instant) -> bool:
        """Every reader is done; never so where the session has no end."""
        if not self._ends:
            return False
        held_up_by = self._readers.get(self._unfinished)
        if held_up_by and not self.is_done(held_up_by, now):
            return False
        self._unfinished = next((s for s, reader in self._readers.items() if not self.is_done(reader, now)), "")
        return not self._unfinished

    def is_done(self, reader: Reader, now: Instant) -> bool:
        """Nothing more of this shard belongs to a session that has an end."""
        if not self._ends:
            return False
        match reader.state:
            case ReaderState.STOPPED | ReaderState.NOT_ASKED:
                return True
            case ReaderState.DRAINED | ReaderState.TRIMMED:
                return reader.reached_end or not self._awaits_children(reader, now)
            case ReaderState.TIP:
                return reader.is_read_up_to(reader.bounds.end_time)
            case ReaderState.WAITS:
                return any(self._has_stopped(ancestor) for ancestor in self._lineage.ancestors(reader.shard_id))
            case _:
                return False

    def _has_stopped(self, shard_id: str) -> bool:
        return shard_id in self._readers and self._readers[shard_id].state is ReaderState.STOPPED

    def _awaits_children(self, reader: Reader, now: Instant) -> bool:
        if self.is_disabled or self._lineage.children(reader.shard_id):
            return False
        return now.ticks - reader.over_since < CHILDLESS_S
