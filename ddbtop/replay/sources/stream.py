"""A stream, or a range of it, read through a pump into a temporary journal and replayed from there.

What was read once is not asked of AWS again: any number of sources can be made over one reading, one after the other.
"""

from __future__ import annotations

import threading

from ddbtop.journal.journal import Journal
from ddbtop.journal.temporary import temporary_journal
from ddbtop.replay.model import Poll, ReplayShard
from ddbtop.replay.sources.journal import ShardRecords
from ddbtop.streams.model import StartPoint, StreamInfo
from ddbtop.streams.outbox import Batch
from ddbtop.streams.pump import Pump
from ddbtop.streams.source import Source
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from ddbtop.streams.tailer import Options


class StreamReading:
    """Reads from the moment it is made. Close it when no source is in use any more."""

    def __init__(self, source: Source, start: StartPoint, options: Options, *, limit_bytes: int | None = None) -> None:
        """`limit_bytes`: for a reading without an end. What a replay had no time for before it had to go is told to
        it as an error, never passed over."""
        self.arn = source.arn
        self._news = threading.Event()
        self._journal = temporary_journal(StreamInfo(source.arn), limit_bytes=limit_bytes)
        self._pump = Pump(source, start, _Announcing(self._journal, self._news), options, on_stream=self._learn)
        self._pump.start()
        threading.Thread(target=self._announce_end, name="end of reading", daemon=True).start()

    @property
    def status(self) -> SessionStatus:
        return self._pump.status

    @property
    def is_over(self) -> bool:
        """Everything that was asked for is in the journal, or nothing more ever will be."""
        return not self._pump.is_running

    @property
    def journal(self) -> Journal:
        return self._journal

    def check(self) -> None:
        """Raises what ended the reading, if it was an error."""
        error = self._pump.error or self._pump.status.ended_by
        if error is not None:
            raise error

    def wait(self, seconds: float) -> None:
        """Until something was read, or the reading is over."""
        if not self.is_over:
            self._news.wait(seconds)
            self._news.clear()

    def source(self) -> StreamSource:
        """The records from the first one on."""
        return StreamSource(self)

    def close(self) -> None:
        self._pump.stop()
        self._journal.close()

    def _learn(self, stream: StreamInfo) -> None:
        self._journal.set_stream(stream)

    def _announce_end(self) -> None:
        self._pump.join()
        self._news.set()


class StreamSource:
    """One replay's way through a reading."""

    def __init__(self, reading: StreamReading) -> None:
        self._reading = reading
        self._reader = reading.journal.reader()
        self._records = self._fresh()
        self._seen: SessionStatus | None = None
        self._shards: tuple[ReplayShard, ...] = ()

    @property
    def stream_arn(self) -> str:
        return self._reading.arn

    @property
    def view_type(self) -> str:
        return self._reading.status.stream.view_type

    @property
    def is_complete(self) -> bool:
        return self._reading.is_over

    @property
    def shards(self) -> tuple[ReplayShard, ...]:
        """Those that the reading asks for, parents before their children: a shard whose parent may still be listed
        comes with it, or once it is known that there is none, and until then nothing that descends from it comes."""
        status = self._reading.status
        if status is self._seen:
            return self._shards
        self._seen, readers = status, status.readers
        asked = {shard_id for shard_id, reader in readers.items() if _is_asked(reader)}
        known = {shard.shard_id for shard in self._shards}
        while new := [s for s in readers if s in asked and s not in known and _may_come(readers[s], asked, known)]:
            self._shards += tuple(_shard(readers[shard_id], asked) for shard_id in new)
            known.update(new)
        return self._shards

    def poll(self, shard_id: str, limit: int) -> Poll:
        is_over = self._reading.is_over  # asked first: what is kept in between is there the next time
        is_end = is_over or self._reader.is_drained(shard_id)
        records = self._records.take(shard_id, limit)
        if is_over and not records:
            self._reading.check()
        return Poll(records, is_end=is_end and not records)

    def wait(self, seconds: float) -> None:
        self._reading.wait(seconds)

    def rewind(self) -> None:
        self._records = self._fresh()

    def close(self) -> None:
        """The reading stays, for another run."""
        self._reader.close()

    def _fresh(self) -> ShardRecords:
        return ShardRecords(self._reader, self._reading.arn, is_whole=True)


class _Announcing:
    """A sink that says when something was kept."""

    def __init__(self, journal: Journal, news: threading.Event) -> None:
        self._journal = journal
        self._news = news

    def commit(self, batch: Batch) -> None:
        self._journal.commit(batch)
        self._news.set()


def _is_asked(reader: ReaderStatus) -> bool:
    return reader.state is not ReaderState.NOT_ASKED


def _may_come(reader: ReaderStatus, asked: set[str], known: set[str]) -> bool:
    parent_id = reader.shard.parent_id
    if parent_id in asked:
        return parent_id in known
    return not parent_id or reader.state is not ReaderState.WAITS


def _shard(reader: ReaderStatus, asked: set[str]) -> ReplayShard:
    parent_id = reader.shard.parent_id
    return ReplayShard(reader.shard.shard_id, parent_id if parent_id in asked else "")
