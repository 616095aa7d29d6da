"""What may be exported from where the user stands, what its file is called, and the thread that writes it."""

from __future__ import annotations

import re
import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ddbtop.journal.export import Exported, Format, Selection, export
from ddbtop.journal.reader import JournalReader, Row
from ddbtop.journal.search import Search
from ddbtop.streams.attributes import key_text
from ddbtop.text import count, counted, size, visible
from ddbtop.tui.session import Session

_NO_PLAIN_NAME = re.compile(r"[^A-Za-z0-9_.-]+")
"""A table's name has none of these; an emulator may send anything."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that can be exported."""

    name: str
    words: str
    selection: Selection
    search: Search | None = None
    """What finds the records meanwhile, so that they can be counted."""

    @property
    def about(self) -> str:
        """What it is, with as many records as are known by now."""
        if self.search is None:
            return self.words
        end = self.selection.end
        is_counted = self.search.reached >= end or self.search.error is not None
        return f"{count(bisect_left(self.search.hits, end))}{'' if is_counted else ' so far'}, {self.words}"


def choices(session: Session, row: Row | None, search: Search | None) -> list[Choice]:
    """The record under the cursor, what matches the filter, everything; what the user most likely means comes first.

    What arrives from now on is left out of all of them.
    """
    first, end = session.reader.bounds()
    everything = Choice("everything kept", f"{count(end - first)} records", Selection(first, end))
    found = [] if row is None else [_of_record(session, row)]
    if search is not None:
        found.insert(0, Choice("what matches", search.query.text, Selection(first, end, search.query), search))
    return [*found, everything]


def _of_record(session: Session, row: Row) -> Choice:
    key = key_text(row.record.dynamodb.keys, session.status.stream.key_schema)
    clock = time.strftime("%H:%M:%S", time.localtime(row.record.created_at))
    return Choice("this record", f"{key}, {clock}", Selection.of([row.number]))


def proposed_name(table: str, now: float, format: Format) -> str:
    """`orders-20260320-143207.ndjson`."""
    plain = _NO_PLAIN_NAME.sub("_", table).strip(".") or "records"
    return f"{plain[:100]}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(now))}.{format}"


def outcome(done: Exported, selection: Selection) -> str:
    """What became of it, in one sentence."""
    records = counted(done.records, "record")
    words = f"{records}, {size(done.size_bytes)}, in {visible(str(done.path))}"
    lost = selection.size - done.seen
    return f"{words}; {count(lost)} were dropped before, to keep to the limit of the history" if lost else words


class Export:
    """One file being written, with a reader of its own. The process does not end before a stopped one is tidied up."""

    def __init__(
        self, open_reader: Callable[[], JournalReader], selection: Selection, path: Path, format: Format
    ) -> None:
        self.selection = selection
        self.done = Exported(path)
        """How far it is; at the end, what is in the file."""
        self.error: Exception | None = None
        self._open_reader = open_reader
        self._format = format
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(path,), name="export")
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """Give up within a page; nothing is left of the file."""
        self._stop.set()

    def join(self) -> None:
        self._thread.join()

    def _run(self, path: Path) -> None:
        try:
            with self._open_reader() as reader:
                done = export(reader, self.selection, path, self._format, progress=self._tell, stop=self._stop)
            self.done = done or self.done
        except Exception as error:  # noqa: BLE001 -- shown, or raised as the bug it is, on the screen's thread
            self.error = error

    def _tell(self, done: Exported) -> None:
        self.done = done
