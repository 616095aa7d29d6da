"""A query over what a journal keeps, as a result set that grows while it is looked at."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable

from ddbtop.errors import DdbtopError
from ddbtop.journal.query import Query
from ddbtop.journal.reader import Head, JournalReader, OpenBlock

HEADS_A_STEP = 64
"""Blocks decided on between two looks at what has arrived or gone."""

LOOKS_IN_VAIN = 16
"""After so many blocks that had to be decoded all the same, only one in `SELDOM` is looked at first."""

SELDOM = 8

POLL_S = 0.1
"""How soon a search that has caught up looks for new records: well before somebody wonders where they are."""


class Search:
    """One background thread with a reader of its own.

    Oldest first it goes on with records that arrive later, so `hits` ascend and grow at the end. Newest first it
    covers what was there when it began, and `hits` descend.
    """

    def __init__(
        self, reader_factory: Callable[[], JournalReader], query: Query, *, newest_first: bool = False
    ) -> None:
        self.query = query
        self.hits = array("Q")
        """Numbers of matching records; some may have been dropped since. Only the thread appends: read its length
        and single elements, but never hold a view of its memory, which would keep it from growing."""
        self.scanned = 0
        """Records decided on."""
        self.reached = 0
        """Oldest first, every record before this number has been decided on."""
        self.total = 0
        """Records there are to decide on."""
        self.done = False
        """Whether everything that is kept has been decided on; with new records it is false again for a moment."""
        self.error: DdbtopError | None = None
        """Why the search ended early."""
        self._reader_factory = reader_factory
        self._newest_first = newest_first
        self._buffer = bytearray()
        self._in_vain = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="search", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop within a block."""
        self._stop.set()
        self._thread.join()

    def join(self) -> None:
        """Wait for the end; one that goes on with new records has none unless it is closed."""
        self._thread.join()

    def _run(self) -> None:
        try:
            with self._reader_factory() as reader:
                if self._newest_first:
                    self._scan_backwards(reader)
                else:
                    self._scan_and_follow(reader)
        except DdbtopError as error:
            self.error = error
            self.done = True

    def _scan_and_follow(self, reader: JournalReader) -> None:
        self.reached = reader.bounds()[0]
        while not self._stop.is_set():
            start, end = reader.bounds()
            self.total = self.scanned + end - max(self.reached, start)
            heads = reader.heads(self.reached, HEADS_A_STEP)
            self.done = not heads
            if not heads:
                self._stop.wait(POLL_S)
            for head in heads:
                if self._stop.is_set():
                    return
                self.reached = self._scan(reader, head, self.reached, None)

    def _scan_backwards(self, reader: JournalReader) -> None:
        start, end = reader.bounds()
        self.total = end - start
        while heads := reader.heads(end, HEADS_A_STEP, newest_first=True):
            for head in heads:
                if self._stop.is_set():
                    return
                self._scan(reader, head, head.first, end)
                end = head.first
        self.done = True

    def _scan(self, reader: JournalReader, head: Head, first: int, end: int | None) -> int:
        """Decide on the block's records [first, end); where the scan stands then."""
        block = None if self.query.excludes(head.extent) else reader.open_block(head.first, self._buffer)
        stop = (block or head).end if end is None else min(end, head.end)
        if block is not None and not self._misses(block.body):
            found = self._matches(block, first, stop)
            self.hits.extend(reversed(found) if self._newest_first else found)
        self.scanned += stop - max(first, head.first)
        return stop

    def _misses(self, raw: bytes | bytearray) -> bool:
        """The query's look at a block before it is decoded, seldom taken where it has not paid for a while."""
        if self._in_vain >= LOOKS_IN_VAIN and self._in_vain % SELDOM:
            self._in_vain += 1
            return False
        missed = self.query.misses(raw)
        self._in_vain = 0 if missed else self._in_vain + 1
        return missed

    def _matches(self, block: OpenBlock, first: int, end: int) -> list[int]:
        matches, found = self.query.matcher, []
        for page in block.pages:
            if page.first + page.count <= first or page.first >= end or self.query.excludes_shard(page.shard_id):
                continue
            for number, record in enumerate(self.query.decode(page.raw(block.body)), page.first):
                if first <= number < end and matches(page.shard_id, record):
                    found.append(number)
        return found
