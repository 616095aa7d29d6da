"""Records of a file or a pipe, shard by shard in the order of the file.

The whole file is looked at before the first record is handed over, so that a broken line is told before anything runs;
what was read waits in a file of its own, not in memory.
"""

from __future__ import annotations

import tempfile
import time
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from platformdirs import user_cache_path

from ddbtop.errors import CannotDo, Unreadable
from ddbtop.journal.ranges import is_sequence_number
from ddbtop.replay.model import Poll, ReplayRecord, ReplayShard
from ddbtop.replay.moments import LATEST
from ddbtop.replay.sources.recordfile import FiledRecord
from ddbtop.replay.sources.wire import replay_record
from ddbtop.streams.wire import Record, decode_records
from ddbtop.text import counted

IN_MEMORY_BYTES = 8 << 20
"""A file up to this size is kept in memory; of a larger one only where its records lie."""

ONE_SHARD = "file"
"""The name of the shard that records belong to which tell neither a shard nor a stream."""


class FileSource:
    """Grouped by `shardId`, else by `eventSourceARN`, else as one shard."""

    def __init__(self, records: Iterable[FiledRecord], shard_id: str = "") -> None:
        """`shard_id`: of records that do not tell one. Raises `CannotDo` for the first that cannot be replayed."""
        self.stream_arn = ""
        self.view_type = ""
        self.is_complete = True
        self._spool = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES, dir=_folder())  # noqa: SIM115 -- closed by `close`
        self._index: dict[str, _Index] = {}
        self._untimed = 0
        try:
            for record in records:
                self._keep(record, shard_id or _shard_of(record.record))
        except BaseException:
            self._spool.close()
            raise
        self.shards = tuple(ReplayShard(name) for name in self._index)

    @property
    def count(self) -> int:
        return sum(len(index.at) for index in self._index.values())

    @property
    def remarks(self) -> list[str]:
        """What of the file is not as a stream would have it."""
        said = [] if self._index else ["there are no records to replay"]
        if self._untimed:
            said.append(
                f"without ApproximateCreationDateTime: {counted(self._untimed, 'record')}. Each counts as created with"
                " the one before it, the first of a shard as created now"
            )
        unordered = [name for name, index in self._index.items() if not index.ascends]
        if unordered:
            said.append(
                f"sequence numbers do not ascend in {', '.join(unordered)}: records go out in the order of the file"
            )
        return said

    def poll(self, shard_id: str, limit: int) -> Poll:
        index = self._index[shard_id]
        first, last = index.next, min(index.next + limit, len(index.at))
        index.next = last
        return Poll(tuple(self._read(shard_id, index, first, last)), is_end=last == len(index.at))

    def wait(self, seconds: float) -> None:
        """Nothing is awaited."""

    def rewind(self) -> None:
        """From the first record again, for another run."""
        for index in self._index.values():
            index.next = 0

    def close(self) -> None:
        self._spool.close()

    def _keep(self, filed: FiledRecord, shard_id: str) -> None:
        event = filed.event
        record = _checked(filed, event)
        self.stream_arn = self.stream_arn or _text(filed.record.get("eventSourceARN"))
        self.view_type = self.view_type or filed.view_type
        index = self._index.setdefault(filed.shard_id or shard_id, _Index())
        self._untimed += not record.created_at
        index.add(self._spool.tell(), len(event), record.created_at, int(record.sequence_number))
        self._spool.write(event)

    def _read(self, shard_id: str, index: _Index, first: int, last: int) -> Iterator[ReplayRecord]:
        for number in range(first, last):
            self._spool.seek(index.at[number])
            event = self._spool.read(index.length[number])
            (record,) = decode_records(b"[" + event + b"]")
            yield replace(replay_record(shard_id, record, event), created_at=index.created_at[number])


class _Index:
    """Where the records of one shard lie."""

    def __init__(self) -> None:
        self.at, self.length, self.created_at = array("Q"), array("L"), array("d")
        self.next = 0
        self.ascends = True
        self._last_number = -1

    def add(self, at: int, length: int, created_at: float, number: int) -> None:
        self.at.append(at)
        self.length.append(length)
        before = self.created_at[-1] if self.created_at else time.time()
        self.created_at.append(created_at or before)
        self.ascends &= number > self._last_number
        self._last_number = number


def _checked(filed: FiledRecord, event: bytes) -> Record:
    change = filed.record["dynamodb"]
    if not is_sequence_number(_text(change.get("SequenceNumber"))):
        raise _unfit(filed, "has no dynamodb.SequenceNumber of up to 40 digits, by which Lambda tells records apart")
    if not isinstance(change.get("Keys"), dict) or not change["Keys"]:
        raise _unfit(filed, "has no dynamodb.Keys, by which Lambda keeps the order of an item")
    created = change.get("ApproximateCreationDateTime", 0)
    if isinstance(created, bool) or not isinstance(created, int | float):
        raise _unfit(filed, f"has an ApproximateCreationDateTime that is no number of seconds: {created!r}")
    if not 0 <= created <= LATEST:  # which is how NaN is refused, too
        raise _unfit(filed, f"has an ApproximateCreationDateTime that is no time in seconds since 1970: {created!r}")
    try:
        (record,) = decode_records(b"[" + event + b"]")
    except Unreadable as error:
        raise CannotDo(f"{filed.place}: {error.message}", "give records as Lambda hands them to a function") from None
    return record


def _unfit(filed: FiledRecord, why: str) -> CannotDo:
    return CannotDo(f"{filed.place}: the record {why}", "`ddbtop tail --json` prints records that can be replayed")


def _shard_of(record: dict[str, Any]) -> str:
    return _text(record.get("eventSourceARN")) or ONE_SHARD


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _folder() -> str:
    """Readable by its user alone, and no memory in disguise as the system's folder for temporary files often is."""
    folder = user_cache_path("ddbtop")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotDo(f"the cache folder {folder} cannot be used: {error.strerror}") from error
    return str(folder)
