"""From SOURCE to the records that are replayed: a stream, a capture, a file of records, or an on-failure message."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from ddbtop.cli.options import Where, say
from ddbtop.cli.sources import STDIN, names_file, open_file
from ddbtop.cli.talk import Talk
from ddbtop.errors import WrongUsage
from ddbtop.replay.model import RewindableSource
from ddbtop.replay.sources.failuremessage import FailureMessage, find_message
from ddbtop.replay.sources.file import FileSource
from ddbtop.replay.sources.recordfile import read_records
from ddbtop.replay.sources.stream import StreamReading
from ddbtop.streams.model import StartPoint
from ddbtop.streams.tailer import Options
from ddbtop.text import count, counted

_SQLITE = b"SQLite format 3\0"

_MESSAGE_BYTES = 16 << 20
"""A message with its event in it has at most some 13 MB; whatever is longer is a file of records."""

FOLLOWED_BYTES = 1_000_000_000
"""So much of a stream that is followed is kept on disk, compressed; a handler further behind than that is told."""

_LOOK_S = 0.2
"""An interrupt from the keyboard is noticed so soon."""


@dataclass(slots=True)
class Opened:
    """Records that can be replayed, and what reads them meanwhile."""

    source: RewindableSource
    reading: StreamReading | None = None
    talk: Talk | None = None
    message: FailureMessage | None = None
    """Whose batch this is."""

    def look(self) -> None:
        """Say what happened to the reading since."""
        if self.reading and self.talk:
            self.talk.follow(self.reading.status)

    @property
    def exit_code(self) -> int:
        """1 where records were lost or left unread."""
        return self.talk.exit_code if self.talk else 0

    def close(self) -> None:
        self.source.close()
        if self.reading:
            self.reading.close()


def open_records(text: str, where: Where, begin: StartPoint, options: Options, *, is_ranged: bool) -> Opened:
    """`is_ranged`: something was typed of where to begin or end. Raises `DdbtopError`."""
    if not names_file(text):
        return _open_stream(text, where, begin, options)
    if is_ranged:
        raise WrongUsage(
            "--from, --to, --shard and --follow are for streams; a file is replayed from its first record to its last"
        )
    with open_file(text) as (file, name):
        head = file.read(_MESSAGE_BYTES)
        if head.startswith(_SQLITE) and text != STDIN:
            return _open_capture(name)
        message = find_message(head, name) if len(head) < _MESSAGE_BYTES else None
        if message is None:
            return _open_file(_lines(head, file), name)
    return _open_message(message, name, where)


def _open_stream(text: str, where: Where, begin: StartPoint, options: Options) -> Opened:
    from ddbtop.cli.targets import open_stream

    limit = FOLLOWED_BYTES if options.follow else None
    reading = StreamReading(open_stream(text, where), begin, options, limit_bytes=limit)
    opened = Opened(reading.source(), reading, Talk())
    try:
        while not (reading.is_over or reading.status.described):
            reading.wait(_LOOK_S)
            opened.look()
        if reading.is_over:
            reading.check()
    except BaseException:
        opened.close()
        raise
    return opened


def _open_capture(name: str) -> Opened:
    from ddbtop.journal.reader import JournalReader
    from ddbtop.replay.sources.journal import JournalSource

    return Opened(JournalSource.everything(JournalReader.open(Path(name))))


def _open_file(lines: Iterable[bytes], name: str) -> Opened:
    return _said(FileSource(read_records(lines, name)))


def _open_message(message: FailureMessage, name: str, where: Where) -> Opened:
    if message.payload:
        say(f"{name} carries the event: nothing is asked of AWS")
        opened = _said(FileSource(read_records([message.payload], f"{name}, payload"), message.shard_id))
    else:
        from ddbtop.cli.targets import open_stream
        from ddbtop.replay.sources.range import read_range, time_left

        say(time_left(message, time.time()))
        talk = Talk()
        reading = read_range(message, open_stream(message.stream_arn, where), talk.follow)
        opened = Opened(reading.source(), reading, talk)
        records = reading.journal.end
        if records != message.batch_size:
            say(
                f"the message tells of {counted(message.batch_size, 'record')} and its range holds {count(records)}:"
                " what the mapping filtered out, or had in another lane, is among them"
            )
    opened.message = message
    return opened


def _said(source: FileSource) -> Opened:
    for remark in source.remarks:
        say(remark)
    return Opened(source)


def _lines(head: bytes, file: BinaryIO) -> Iterable[bytes]:
    """The lines of a file whose beginning was read."""
    whole, newline, cut = head.rpartition(b"\n")
    return chain(io.BytesIO(whole + newline), [cut + file.readline()], file)
