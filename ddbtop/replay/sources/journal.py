"""Records of a journal, shard by shard in the order of their sequence numbers; nothing is asked of AWS."""

from __future__ import annotations

import sys
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice

from ddbtop.errors import CannotDo
from ddbtop.journal.reader import JournalReader
from ddbtop.replay.model import Poll, ReplayRecord, ReplayShard
from ddbtop.replay.sources.wire import page_records

OPEN_RECORDS = 20_000
"""Records out of their pages at a time, over all shards; a page that had to go is opened again when its turn comes."""


class ShardRecords:
    """Hands out each record of a journal's shards once, in order. For one thread."""

    def __init__(
        self,
        reader: JournalReader,
        stream_arn: str,
        *,
        starts: Mapping[str, str] | None = None,
        end: int = sys.maxsize,
        is_whole: bool = False,
    ) -> None:
        """`starts`: the first sequence number wanted, by shard. `end`: what the journal numbers so or higher is left
        out. `is_whole`: everything that was ever read is wanted, not only what is still kept now."""
        self._reader = reader
        self._arn = stream_arn
        self._end = end
        self._next = {shard_id: int(number) for shard_id, number in (starts or {}).items()}
        self._is_whole = is_whole
        self._begun: set[str] = set()
        self._open: OrderedDict[str, deque[ReplayRecord]] = OrderedDict()
        self._opened = 0

    def take(self, shard_id: str, limit: int) -> tuple[ReplayRecord, ...]:
        """The next records of a shard; fewer than `limit` only where no more are kept (yet). Raises `CannotDo`."""
        taken: list[ReplayRecord] = []
        while len(taken) < limit and (waiting := self._waiting(shard_id)):
            some = list(islice(waiting, limit - len(taken)))
            for _ in some:
                waiting.popleft()
            self._opened -= len(some)
            self._next[shard_id] = int(some[-1].sequence_number) + 1
            taken += some
        return tuple(taken)

    def _waiting(self, shard_id: str) -> deque[ReplayRecord]:
        """Records of the shard that are out of their page, from the next one on; empty where there is none."""
        if waiting := self._open.get(shard_id):
            self._open.move_to_end(shard_id)
            return waiting
        self._open.pop(shard_id, None)
        found = self._page(shard_id)
        if found:
            self._open[shard_id] = found
            self._opened += len(found)
            self._close_some()
        return found

    def _page(self, shard_id: str) -> deque[ReplayRecord]:
        start = self._next.get(shard_id, 0)
        page = self._reader.shard_page(shard_id, start)
        if page is None:
            return deque()
        whole = enumerate(page_records(shard_id, page.raw, self._arn), page.first)
        found = deque(record for number, record in whole if int(record.sequence_number) >= start and number < self._end)
        if found and (self._is_whole or shard_id in self._begun):
            self._check(shard_id, start, int(found[0].sequence_number))
        self._begun.add(shard_id)
        return found

    def _check(self, shard_id: str, start: int, first: int) -> None:
        if self._reader.was_dropped(shard_id, start, first):
            raise CannotDo(
                f"records of {shard_id} were dropped before they were replayed, to keep to the limit of what is kept",
                "the handler is that far behind: begin later, or with more --workers",
            )

    def _close_some(self) -> None:
        while self._opened > OPEN_RECORDS and len(self._open) > 1:
            self._opened -= len(self._open.popitem(last=False)[1])


class JournalSource:
    """A journal's shards, or some of them, up to where the journal stood: the same records at every run."""

    def __init__(
        self,
        reader: JournalReader,
        shards: Sequence[ReplayShard],
        *,
        starts: Mapping[str, str] | None = None,
        end: int | None = None,
    ) -> None:
        """Takes over the reader. `starts`: the first sequence number wanted, by shard; `end`: the number, in the
        journal, of the first record that is left out."""
        stream = reader.stream
        self.stream_arn = stream.arn
        self.view_type = stream.view_type
        self.shards = tuple(shards)
        self.is_complete = True
        self._reader = reader
        last = reader.bounds()[1] if end is None else end
        self._fresh = partial(ShardRecords, reader, stream.arn, starts=starts, end=last)
        self._records = self._fresh()

    @classmethod
    def everything(cls, reader: JournalReader) -> JournalSource:
        """Every shard that the journal knows."""
        known = reader.progress()
        shards = [ReplayShard(name, told.parent_id if told.parent_id in known else "") for name, told in known.items()]
        return cls(reader, shards)

    def poll(self, shard_id: str, limit: int) -> Poll:
        records = self._records.take(shard_id, limit)
        return Poll(records, is_end=len(records) < limit)

    def wait(self, seconds: float) -> None:
        """Nothing is awaited."""

    def rewind(self) -> None:
        self._records = self._fresh()

    def close(self) -> None:
        self._reader.close()
