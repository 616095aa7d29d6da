"""The range of a shard that an on-failure message tells of, read whole before anything is replayed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.sources.failuremessage import FailureMessage
from ddbtop.replay.sources.journal import ShardRecords
from ddbtop.replay.sources.stream import StreamReading
from ddbtop.streams.model import RETENTION_S, Position, StartPoint
from ddbtop.streams.source import Source
from ddbtop.streams.status import SessionStatus
from ddbtop.streams.tailer import Options
from ddbtop.text import duration

_LOOK_S = 0.2
"""An interrupt from the keyboard is noticed so soon."""

_STEP = 1000


def read_range(message: FailureMessage, source: Source, look: Callable[[SessionStatus], None]) -> StreamReading:
    """Everything from the first record of the message to its last. Raises `CannotDo` where any of it is gone.

    `look` is shown how the reading stands, again and again: it may wait for a stream that does not answer.
    """
    start = StartPoint(Position.at(message.first), message.shard_id, descendants=False)
    reading = StreamReading(source, start, Options(follow=False, end=Position.after(message.last)))
    try:
        while not reading.is_over:
            reading.wait(_LOOK_S)
            look(reading.status)
        _check(reading, message)
    except BaseException:
        reading.close()
        raise
    return reading


def time_left(message: FailureMessage, now: float) -> str:
    """How long the stream keeps the records of a message, in words."""
    until = message.first_at + RETENTION_S
    clock = datetime.fromtimestamp(until).astimezone().isoformat(sep=" ", timespec="minutes")
    if not message.first_at:
        return "the message does not tell how old its records are: the stream keeps them for 24 hours"
    if until <= now:
        return f"the stream had to keep these records until {clock} only: they may be trimmed at any moment"
    return f"the stream keeps these records until {clock}, another {duration(until - now)}"


def _check(reading: StreamReading, message: FailureMessage) -> None:
    try:
        reading.check()
    except WrongUsage as error:  # the shard is not listed any more
        raise _trimmed(message) from error
    first, last = _ends(reading, message.shard_id)
    if first != message.first or last != message.last:
        raise _trimmed(message)


def _ends(reading: StreamReading, shard_id: str) -> tuple[str, str]:
    """Sequence numbers of the first and the last record that came."""
    first = last = ""
    with reading.journal.reader() as reader:
        records = ShardRecords(reader, reading.arn)
        while some := records.take(shard_id, _STEP):
            first, last = first or some[0].sequence_number, some[-1].sequence_number
    return first, last


def _trimmed(message: FailureMessage) -> CannotDo:
    what = f"records {message.first} to {message.last} of {message.shard_id}"
    return CannotDo(
        f"{what} are not in the stream any more: it keeps a record for 24 hours",
        "a destination in S3 keeps the records with the message",
    )
