"""Accounts with streams for whoever lists them: every answer given by the test, every call noted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from ddbtop.errors import DdbtopError
from ddbtop.streams.aws import StreamEntry
from ddbtop.streams.model import Description, Shard, StreamInfo

LABEL = "2026-03-19T08:12:44.031"

PATIENCE_S = 30.0
"""Far beyond what any machine needs; reaching it is a failure."""


def entry(table: str, label: str = LABEL) -> StreamEntry:
    return StreamEntry(f"arn:aws:dynamodb:eu-west-1:111122223333:table/{table}/stream/{label}", table, label)


def shards(first: int, count: int, *, closed: int = 0) -> tuple[Shard, ...]:
    """So many shards numbered from `first`, of which the first ones are closed."""
    return tuple(
        Shard(f"shardId-{number:020}-{number:08x}", "", "1" * 21, "2" * 21 if number < first + closed else "")
        for number in range(first, first + count)
    )


class FakeCatalogue:
    """Called by one thread, looked at by another."""

    region = "eu-west-1"
    endpoint_url = ""

    def __init__(self, entries: Iterable[StreamEntry] = (), fails: DdbtopError | None = None) -> None:
        """`fails` ends the listing once all entries are listed."""
        self.described: list[tuple[str, str]] = []
        """The ARN and the shard after which each description began."""
        self.answers: dict[str, list[Description | DdbtopError]] = {}
        """By table, one after the other; else two open shards."""
        self._entries = list(entries)
        self._fails = fails

    def streams(self) -> Iterator[StreamEntry]:
        yield from self._entries
        if self._fails:
            raise self._fails

    def describe(self, arn: str, after: str = "") -> Description:
        self.described.append((arn, after))
        table = arn.split("/")[1]
        queue = self.answers.get(table, [])
        answer = queue.pop(0) if queue else description(table)
        if isinstance(answer, DdbtopError):
            raise answer
        return answer


def description(table: str, last_shard_id: str = "", found: tuple[Shard, ...] = ()) -> Description:
    return Description(
        StreamInfo("", table, LABEL, "ENABLED", "NEW_AND_OLD_IMAGES"), found or shards(0, 2), last_shard_id
    )


def wait_until(holds: Callable[[], bool]) -> None:
    """In small steps, until another thread has made it true."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / 0.01)):
        if holds():
            return
        pause.wait(0.01)
    raise AssertionError("it never came to be")
