"""Records of a journal as a file: one JSON record a line, or one Lambda event. Neither grows with what is exported."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ddbtop.errors import CannotDo
from ddbtop.journal.newfile import NewFile, new_file
from ddbtop.journal.query import Query
from ddbtop.journal.reader import JournalReader, OpenBlock
from ddbtop.streams.lambda_form import lambda_record, safe_json
from ddbtop.streams.wire import record_slices

HEADS_A_STEP = 64
"""Blocks gone through between two looks at what was dropped meanwhile."""


class Format(StrEnum):
    """What a file holds; the value is the ending of its name."""

    NDJSON = "ndjson"
    """Lambda's form with `shardId`, one record a line."""
    LAMBDA_EVENT = "json"
    """`{"Records": [...]}`, as Lambda hands it to a function."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The records [first, end) that a query lets through, or some of them by number."""

    first: int
    end: int
    query: Query | None = None
    numbers: Sequence[int] | None = None
    """Ascending, all in [first, end); None stands for every number."""

    @classmethod
    def of(cls, numbers: Sequence[int]) -> Selection:
        """Records by their numbers, ascending."""
        return cls(numbers[0], numbers[-1] + 1, numbers=numbers) if numbers else cls(0, 0)

    @property
    def size(self) -> int:
        """Records to look at."""
        return self.end - self.first if self.numbers is None else len(self.numbers)

    def within(self, first: int, end: int) -> Sequence[int]:
        """Which of the numbers [first, end) to look at."""
        if self.numbers is None:
            return range(max(first, self.first), min(end, self.end))
        return self.numbers[bisect_left(self.numbers, first) : bisect_left(self.numbers, end)]


@dataclass(frozen=True, slots=True)
class Exported:
    """How far an export is, or how it ended."""

    path: Path
    """Where it goes: the name that was asked for, or the next one that was free."""
    records: int = 0
    size_bytes: int = 0
    seen: int = 0
    """Records looked at; the rest up to the selection's size was dropped from the journal, once it is done."""


def export(
    reader: JournalReader,
    selection: Selection,
    path: Path,
    format: Format = Format.NDJSON,
    *,
    progress: Callable[[Exported], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Exported | None:
    """Write a new file that only its user can read, under its name once it is complete; None, and no file, where
    `stop` was set before the end.

    `progress` is called after every page, in this thread. Raises `CannotDo`, and leaves no file, where the file cannot
    be written or the journal cannot be read, and where no record is left to write.
    """
    with new_file(path) as file:
        writer = _Writer(file, reader.stream.arn, format)
        done = Exported(file.path)
        for found, seen in _pages(reader, selection):
            if stop is not None and stop.is_set():
                return None
            writer.write(found)
            done = Exported(file.path, writer.records, writer.size_bytes, done.seen + seen)
            progress(done)
        if not writer.records:
            raise CannotDo("there is nothing to export: no record that was asked for is kept")
        writer.finish()
        return Exported(file.keep(), writer.records, writer.size_bytes, done.seen)


class _Writer:
    """Puts the records of one file into its form."""

    def __init__(self, file: NewFile, arn: str, format: Format) -> None:
        self.records = 0
        self.size_bytes = 0
        self._file = file
        self._arn = arn
        self._format = format

    def write(self, records: Sequence[tuple[str, bytes]]) -> None:
        """Records with the shard that each came from."""
        for shard_id, raw in records:
            if self._format is Format.NDJSON:
                self._put(safe_json(lambda_record(raw, self._arn, shard_id)) + b"\n")
            else:
                self._put((b",\n" if self.records else b'{"Records":[\n') + safe_json(lambda_record(raw, self._arn)))
            self.records += 1

    def finish(self) -> None:
        if self._format is Format.LAMBDA_EVENT:
            self._put(b"\n]}\n")

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self.size_bytes += len(data)


def _pages(reader: JournalReader, selection: Selection) -> Iterator[tuple[list[tuple[str, bytes]], int]]:
    """What is to be written, a page at a time, and how many records were looked at for it."""
    buffer = bytearray()
    position = selection.first
    while position < selection.end:
        heads = reader.heads(position, HEADS_A_STEP)
        for head in heads:
            if head.first >= selection.end:
                return
            wanted = selection.within(max(position, head.first), head.end)
            excluded = selection.query is not None and selection.query.excludes(head.extent)
            block = None if excluded or not wanted else reader.open_block(head.first, buffer)
            if block is not None:
                yield from _in_block(block, selection, position)
            elif excluded:
                yield [], len(wanted)
            position = (block or head).end
        if not heads:
            return


def _in_block(block: OpenBlock, selection: Selection, first: int) -> Iterator[tuple[list[tuple[str, bytes]], int]]:
    for page in block.pages:
        wanted = selection.within(max(first, page.first), page.first + page.count)
        if not wanted:
            continue
        raw = page.raw(block.body)
        slices = record_slices(raw)
        matching = wanted
        if selection.query is not None:
            subjects = selection.query.decode(raw)
            matches = selection.query.matcher
            matching = [number for number in wanted if matches(page.shard_id, subjects[number - page.first])]
        yield [(page.shard_id, bytes(slices[number - page.first])) for number in matching], len(wanted)
