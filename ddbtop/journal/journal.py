"""The journal's one writer: every batch is one transaction, so what is stored and how far was read never disagree."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Self

from ddbtop.errors import CannotDo
from ddbtop.journal import facts
from ddbtop.journal.append import Appender, State
from ddbtop.journal.lock import FileLock
from ddbtop.journal.opened import OpenBlock
from ddbtop.journal.reader import JournalReader
from ddbtop.journal.retention import drop_oldest
from ddbtop.journal.schema import connect_for_writing, lay_out, sqlite_errors
from ddbtop.streams.model import StreamInfo
from ddbtop.streams.outbox import Batch, Progress

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite may leave beside a file."""


class Journal:
    """Records of one stream in the order in which they were read, numbered from 0.

    Written to by one thread; `start` and `end` are plain attributes that any thread may read as often as it likes.
    """

    def __init__(self, path: Path, lock: FileLock, *, temporary: bool, limit_bytes: int | None) -> None:
        self.path = path
        self._lock = lock
        self._temporary = temporary
        self._limit_bytes = limit_bytes
        self._start = self._end = 0
        self._newest: OpenBlock | None = None
        self._closed = False
        self._state: State | None = None
        self._connection = connect_for_writing(path, durable=not temporary)
        try:
            with self._transaction() as state:
                facts.write_session(self._connection, state.end)
        except BaseException:
            self._connection.close()
            raise

    @classmethod
    def create(
        cls, path: Path, stream: StreamInfo, *, temporary: bool = False, limit_bytes: int | None = None
    ) -> Journal:
        """A new journal. A temporary one is readable by its user alone and goes away when it is closed; one with a
        limit drops its oldest records to stay at about that size (the write-ahead log's few MB come on top)."""
        lock = FileLock.acquire(path)
        created = False
        try:
            _create_empty(path, 0o600 if temporary else 0o666)
            created = True
            with sqlite_errors(path):
                lay_out(path, partial(facts.write_first, stream=stream), durable=not temporary)
                return cls(path, lock, temporary=temporary, limit_bytes=limit_bytes)
        except BaseException:
            if created:
                remove_files(path)
            lock.release()
            raise

    @classmethod
    def open(cls, path: Path, *, limit_bytes: int | None = None) -> Journal:
        """Go on with a journal. Raises `CannotDo` for any other file, and while somebody else writes to it."""
        lock = FileLock.acquire(path)
        try:
            with sqlite_errors(path):
                return cls(path, lock, temporary=False, limit_bytes=limit_bytes)
        except BaseException:
            lock.release()
            raise

    @property
    def end(self) -> int:
        """Number of the next record."""
        return self._end

    @property
    def start(self) -> int:
        """Number of the first record that is still kept."""
        return self._start

    def commit(self, batch: Batch) -> None:
        """Keep all of it or none; records that are stored already are left out."""
        if not batch:
            return
        with sqlite_errors(self.path), self._transaction() as state:
            Appender(self._connection, state, time.time()).append(batch)
            if self._limit_bytes is not None:
                drop_oldest(self._connection, state, self._limit_bytes)

    def set_stream(self, stream: StreamInfo) -> None:
        """Keep what DescribeStream says now. A journal holds one stream: another one's ARN is refused."""
        with sqlite_errors(self.path), self._transaction():
            known = facts.read_stream(self._connection).arn
            if known and known != stream.arn:
                raise CannotDo(f"{self.path} holds another stream: {known}", "give a file of its own to each stream")
            facts.write_stream(self._connection, stream)

    def progress(self) -> dict[str, Progress]:
        """How far each shard was read, to go on from there."""
        with sqlite_errors(self.path):
            return facts.read_progress(self._connection)

    def reader(self) -> JournalReader:
        """A connection of its own, for one other thread."""
        return JournalReader.open(self.path, lambda: self._newest)

    def close(self) -> None:
        """A temporary journal leaves nothing behind, another one a single plain file."""
        if self._closed:
            return
        self._closed = True
        try:
            if not self._temporary:
                self._become_one_file()
        finally:
            self._connection.close()
            if self._temporary:
                remove_files(self.path)
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _become_one_file(self) -> None:
        """A file with a write-ahead log does not open in a read-only folder. While readers are connected SQLite keeps
        the log; the file is as whole with it, and the next writer to close tries again."""
        with suppress(sqlite3.OperationalError):
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._connection.execute("PRAGMA journal_mode = DELETE").fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[State]:
        """A transaction and what is known inside it; other threads learn of it only once it is committed.

        After any failure the file is what counts: whatever was noted in memory is read again.
        """
        state = self._known()
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield state
            self._connection.execute("COMMIT")
        except BaseException:
            self._state = None
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise
        self._newest, self._start, self._end = state.newest, state.start, state.end

    def _known(self) -> State:
        if self._state is None:
            self._state = State.load(self._connection)
        return self._state


def remove_files(path: Path) -> None:
    """The journal and what SQLite keeps beside it."""
    for suffix in ("", *COMPANIONS):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _create_empty(path: Path, mode: int) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    except FileExistsError as error:
        raise CannotDo(f"{path} exists already") from error
    except OSError as error:
        raise CannotDo(f"{path} cannot be created: {error.strerror}") from error
