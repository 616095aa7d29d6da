"""The readers of a session, and where each one begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ddbtop.streams.clock import Instant
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import TRIM_HORIZON, Position
from ddbtop.streams.outbox import Progress
from ddbtop.streams.reader import Reader
from ddbtop.streams.seek import Seek
from ddbtop.streams.status import ReaderState


class Roster:
    def __init__(self, lineage: Lineage, seek: Seek, resume: Mapping[str, Progress], began: Instant) -> None:
        """`resume`: where an earlier session ended, by shard id."""
        self.readers: dict[str, Reader] = {}
        """By shard id, those of shards that are listed."""
        self.began = began
        self._lineage = lineage
        self._seek = seek
        self._resume = dict(resume)
        self._gone: dict[str, Reader] = {}
        """Readers of shards that are listed no more: some come back, since listings are not consistent."""

    def comes_back(self, shard_id: str) -> bool:
        """Whether the shard had a reader before it was listed no more; it has it again."""
        if shard_id not in self._gone:
            return False
        self.readers[shard_id] = self._gone.pop(shard_id)
        return True

    def add(self, shard_id: str, later: bool) -> None:
        """A reader for a listed shard; `later`: it appeared after the first whole listing."""
        known = self._resume.get(shard_id)
        position = self._start_of(shard_id, later)
        bounds = self._seek.bounds(shard_id, bool(self._resume))
        reader = self.readers[shard_id] = Reader(shard_id, position or TRIM_HORIZON, bounds, self.began)
        if known:
            reader.resume(known)
        elif position is None:
            reader.state = ReaderState.NOT_ASKED

    def dismiss(self, shard_ids: Iterable[str]) -> None:
        """These shards are listed no more."""
        self._gone.update({shard_id: self.readers.pop(shard_id) for shard_id in shard_ids})

    def _start_of(self, shard_id: str, later: bool) -> Position | None:
        """Where to begin; None: the shard is not asked for."""
        if later:
            return self._seek.later(shard_id, self._lineage, self._is_asked)
        if self._resume and not self._was_left_out(shard_id):
            return self._seek.missed(shard_id, self._lineage)
        return self._seek.first(shard_id, self._lineage)

    def _was_left_out(self, shard_id: str) -> bool:
        """Whether the earlier session knew it and did not ask for it: it read what came out of it."""
        return shard_id not in self._resume and any(s in self._resume for s in self._lineage.descendants(shard_id))

    def _is_asked(self, shard_id: str) -> bool:
        reader = self.readers.get(shard_id)
        return reader is not None and reader.state is not ReaderState.NOT_ASKED and not reader.reached_end
