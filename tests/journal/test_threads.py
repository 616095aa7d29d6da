"""A writer and readers at the same time."""

from __future__ import annotations

import threading
from pathlib import Path

from ddbtop.journal.journal import Journal
from tests.journal.pages import BASE, STREAM, batch, numbered

BATCHES = 300
A_BATCH = 20


class Watcher(threading.Thread):
    """Looks at the newest records again and again until the writer is through."""

    def __init__(self, journal: Journal, written: threading.Event) -> None:
        super().__init__()
        self._journal = journal
        self._written = written
        self.wrong: list[object] = []
        self.looks = 0

    def run(self) -> None:
        with self._journal.reader() as reader:
            while not self._written.is_set() or not self.looks:
                end = self._journal.end
                rows = reader.window(end - 60, 60)
                numbers = [row.number for row in rows]
                sequences = [int(row.record.sequence_number) - BASE for row in rows]
                if sequences != numbers or (numbers and numbers[-1] != end - 1):
                    self.wrong.append((end, numbers, sequences))
                counts = reader.counts()
                if counts.records > BATCHES * A_BATCH:
                    self.wrong.append(counts)
                self.looks += 1


def test_readers_see_whole_batches_while_the_journal_grows_and_drops(path: Path) -> None:
    with Journal.create(path, STREAM, temporary=True, limit_bytes=300_000) as journal:
        written = threading.Event()
        watchers = [Watcher(journal, written) for _ in range(2)]
        for watcher in watchers:
            watcher.start()
        try:
            for first in range(0, BATCHES * A_BATCH, A_BATCH):
                journal.commit(batch(numbered(*range(first, first + A_BATCH))))
        finally:
            written.set()
            for watcher in watchers:
                watcher.join()
        assert [watcher.wrong for watcher in watchers] == [[], []]
        assert journal.start > 0
        with journal.reader() as reader:
            start, end = reader.bounds()
            counts = reader.counts()
            assert (start, end) == (journal.start, journal.end)
            assert counts.records == end - start == counts.modifies
