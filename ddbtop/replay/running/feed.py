"""Polls of a replay's source: which shards have something, and how much waits where nothing is delivered any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ddbtop.replay.model import Poll, RecordSource, ReplayShard
from ddbtop.streams.model import MAX_RECORDS_A_PAGE

POLL_S = 0.25
"""A shard that has nothing new is asked again after so long: Lambda polls four times a second."""

MOST_COUNTED = 100_000
"""So many records behind a shard that stands still are counted; there may be more."""


class Feed:
    def __init__(self, source: RecordSource, is_stopping: Callable[[], bool]) -> None:
        self._source = source
        self._is_stopping = is_stopping
        self._empty: set[str] = set()
        """Shards that had nothing new when they were last asked."""

    @property
    def shards(self) -> Sequence[ReplayShard]:
        return self._source.shards

    @property
    def is_complete(self) -> bool:
        return self._source.is_complete

    def has_more(self, shard_id: str) -> bool:
        """Whether asking now may bring something."""
        return shard_id not in self._empty

    def poll(self, shard_id: str) -> Poll:
        poll = self._source.poll(shard_id, MAX_RECORDS_A_PAGE)
        if not (poll.records or poll.is_end):
            self._empty.add(shard_id)
        return poll

    def ask_again(self) -> None:
        """Time went by: every shard may have something."""
        self._empty.clear()

    def ask_shard_again(self, shard_id: str) -> None:
        """An invocation of it ended, which took a while."""
        self._empty.discard(shard_id)

    def wait(self) -> None:
        self._source.wait(POLL_S)

    def first(self, shard_id: str) -> Poll:
        """What a shard begins with, waited for."""
        poll = self.poll(shard_id)
        while not (poll.records or poll.is_end or self._is_stopping()):
            self.wait()
            poll = self.poll(shard_id)
        self.ask_again()
        return poll

    def count_rest(self, shard_id: str) -> tuple[int, bool]:
        """How many records are there that were not polled, and whether there may be more."""
        count = 0
        while count < MOST_COUNTED and not self._is_stopping():
            poll = self.poll(shard_id)
            count += len(poll.records)
            if poll.is_end:
                return count, False
            if not poll.records:
                break
        return count, True
