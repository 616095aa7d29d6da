"""A table with a stream: change records, shards that roll over and split, trimming. No I/O."""

from __future__ import annotations

import random
import re
import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from ddbtop.streams.model import RETENTION_S, Shard, StreamInfo, StreamStatus, ViewType
from ddbtop.streams.simulated.clock import Clock
from ddbtop.streams.simulated.forest import Forest
from ddbtop.streams.simulated.items import Item
from ddbtop.streams.simulated.shards import SimulatedShard
from ddbtop.streams.simulated.table import Change, Table

FIRST_SEQUENCE = 1_624_739_500_000_000_000_000_000_000
"""Where sequence numbers begin: 28 digits, as long as those of real streams often are."""

SEQUENCE_STEP = 1_000_000
"""Neighbouring sequence numbers differ by up to so much; they are not consecutive on real streams either."""

LINGER_S = 3600.0
"""A shard whose records are all gone stays listed for so long, as observed on DynamoDB Local."""

_TABLE_NAME = re.compile(r"[a-zA-Z0-9_.-]{3,255}")

_TTL_IDENTITY = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}


class World:
    """One table with one stream. Safe to use from several threads; `lock` makes several steps one.

    Times are taken from the clock unless a call says `at`, which serves to write a past; within a shard they never
    go back.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        seed: int = 1,
        view_type: str = ViewType.NEW_AND_OLD_IMAGES,
        table: str = "orders",
        key_schema: Sequence[tuple[str, str]] = (("pk", "HASH"), ("sk", "RANGE")),
        shards: int = 4,
        region: str = "eu-west-1",
        account: str = "111122223333",
        created_at: float | None = None,
        roots_at: float | None = None,
        first_sequence: int = FIRST_SEQUENCE,
        retention_s: float = RETENTION_S,
        linger_s: float = LINGER_S,
        keep_written: bool = True,
    ) -> None:
        """`roots_at`: the first shards are so young that they name parents which are trimmed already.
        `keep_written`: without it `written` stays empty, for streams that run for days.
        """
        if not _TABLE_NAME.fullmatch(table):
            raise ValueError(f"no name of a table: {table!r}")
        self.clock, self.region, self.table, self.view_type = clock, region, table, ViewType(view_type)
        self.created_at = clock.now() if created_at is None else created_at
        self.label = datetime.fromtimestamp(self.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        self.stream_arn = f"arn:aws:dynamodb:{region}:{account}:table/{table}/stream/{self.label}"
        self.status = StreamStatus.ENABLED
        self.disabled_at: float | None = None
        self.retention_s, self.linger_s = retention_s, linger_s
        self.lock = threading.RLock()
        self.written: list[tuple[str, str]] = []
        """Every record ever written: shard id and sequence number, in order."""
        self.bytes_kept = 0
        """What the records that are still there take as JSON."""
        self._keep_written = keep_written
        self._random = random.Random(seed)
        self._sequence = first_sequence
        self._table = Table(key_schema)
        self.key_schema = self._table.key_schema
        self._forest = Forest(self._random, self._next_sequence, retention_s=retention_s, linger_s=linger_s)
        self._forest.plant(shards, self.created_at if roots_at is None else roots_at, orphans=roots_at is not None)

    @property
    def info(self) -> StreamInfo:
        return StreamInfo(
            self.stream_arn, self.table, self.label, self.status, self.view_type, self.created_at, self.key_schema
        )

    @property
    def shards(self) -> tuple[Shard, ...]:
        """Every listed shard with its parent, in the order of the ids."""
        with self.lock:
            return tuple(shard.described() for shard in self._forest.listed())

    def open_shards(self) -> list[str]:
        """Ids of the shards that are written to, in the order of their hash ranges."""
        with self.lock:
            return [shard.shard_id for shard in self._forest.open()]

    def shard(self, shard_id: str) -> SimulatedShard | None:
        """The shard while it is listed. To be read under `lock`."""
        return self._forest.get(shard_id)

    def described(self, shard_id: str) -> Shard | None:
        """The shard's entry in a description, while it is listed."""
        with self.lock:
            shard = self._forest.get(shard_id)
            return None if shard is None else shard.described()

    def shard_ids_after(self, shard_id: str, count: int) -> list[str]:
        """Up to `count` listed ids that sort behind `shard_id`, which need not be listed any more."""
        with self.lock:
            return self._forest.ids_after(shard_id, count)

    def shard_of(self, key: Item) -> str:
        """The open shard that takes the changes of this item."""
        with self.lock:
            return self._forest.home(self._table.partition(key)).shard_id

    def get(self, key: Item) -> Item | None:
        """The item as it is now: a copy."""
        with self.lock:
            return self._table.get(key)

    def put(self, item: Item, *, at: float | None = None) -> str | None:
        """Write an item. The record's sequence number, or None where nothing changed or nobody records.

        Raises ValueError for what is no item of this table.
        """
        with self.lock:
            return self._record(self._table.put(item), at)

    def delete(self, key: Item, *, ttl: bool = False, at: float | None = None) -> str | None:
        """Delete an item, on behalf of a user or of its time to live. None where there was none."""
        with self.lock:
            return self._record(self._table.delete(key), at, ttl)

    def roll_over(self, shard_id: str, *, at: float | None = None) -> str:
        """Close a shard and open its one child. Raises ValueError where it is not open."""
        with self.lock:
            return self._forest.end(shard_id, self._time(at), children=1)[0]

    def split(self, shard_id: str, *, at: float | None = None) -> tuple[str, str]:
        """Close a shard and open two children, each with half of its keys. Raises ValueError where it is not open."""
        with self.lock:
            low, high = self._forest.end(shard_id, self._time(at), children=2)
            return low, high

    def disable(self, *, show_ends: bool = True) -> None:
        """Switch the stream off: open shards close, what they hold stays readable until it expires.

        `show_ends`: whether descriptions tell the ending sequence numbers; other clients have seen both.
        """
        with self.lock:
            for shard in self._forest.open():
                self._forest.end(shard.shard_id, self.clock.now(), children=0)
                shard.shows_end = show_ends
            self.status, self.disabled_at = StreamStatus.DISABLED, self.clock.now()

    @property
    def expired(self) -> bool:
        """A disabled stream is gone once its data is."""
        if self.disabled_at is None:
            return False
        return self.clock.now() >= self.disabled_at + self.retention_s + self.linger_s

    def is_gone(self, shard: SimulatedShard) -> bool:
        """Whether a shard is only listed: closed so long ago that no record of it can be left."""
        return self._forest.is_gone(shard, self.clock.now())

    def trim(self) -> None:
        """Drop what is past retention: records first, then shards."""
        with self.lock:
            self.bytes_kept -= self._forest.trim(self.clock.now())

    def drop_oldest(self, keep_bytes: int) -> None:
        """Trim before time until no more than `keep_bytes` of records are left, for streams that run for days."""
        with self.lock:
            while self.bytes_kept > keep_bytes:
                self.bytes_kept -= self._forest.drop_oldest()

    def _time(self, at: float | None) -> float:
        return self.clock.now() if at is None else at

    def _record(self, change: Change | None, at: float | None, ttl: bool = False) -> str | None:
        """Append the record of a change to the shard of its item."""
        if change is None or self.disabled_at is not None:
            return None
        shard, sequence = self._forest.home(change.partition), self._next_sequence()
        second = max(int(self._time(at)), shard.times[-1] if shard.times else 0)
        members, size = change.shown(self.view_type)
        members |= {"ApproximateCreationDateTime": second, "SequenceNumber": str(sequence)}
        wire = self._wire(change.event, members, ttl)
        shard.append(sequence, second, size, wire)
        self.bytes_kept += len(wire)
        self._forest.expect(second + self.retention_s)
        if self._keep_written:
            self.written.append((shard.shard_id, str(sequence)))
        return str(sequence)

    def _wire(self, event: str, members: dict[str, object], ttl: bool) -> bytes:
        record = {
            "eventID": f"{self._random.getrandbits(128):032x}",
            "eventName": event,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.region,
            "dynamodb": members,
        }
        return msgspec.json.encode(record | {"userIdentity": _TTL_IDENTITY} if ttl else record)

    def _next_sequence(self) -> int:
        self._sequence += self._random.randrange(1, SEQUENCE_STEP)
        return self._sequence
