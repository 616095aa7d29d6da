"""A table and its stream: items, change records, shards that roll over and split, trimming. No I/O."""

from __future__ import annotations

import random
import threading
from bisect import bisect_right, insort
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from msgspec import Raw

from ddbtop.streams.model import RETENTION_S, KeyAttribute, Shard, StreamInfo, StreamStatus, ViewType
from ddbtop.streams.simulated.clock import Clock
from ddbtop.streams.simulated.items import Item, key_of, same_item, size_of_item
from ddbtop.streams.simulated.shards import HASH_SPACE, SimulatedShard

FIRST_SEQUENCE = 1_624_739_500_000_000_000_000_000_000
"""Where sequence numbers begin: 28 digits, as long as those of real streams often are."""

SEQUENCE_STEP = 1_000_000
"""Neighbouring sequence numbers differ by up to so much; they are not consecutive on real streams either."""

LINGER_S = 3600.0
"""A shard whose records are all gone stays listed for so long, as observed on DynamoDB Local."""

_TTL_IDENTITY = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}


class _Stored(NamedTuple):
    wire: bytes
    size: int


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
        self.clock, self.region, self.table, self.view_type = clock, region, table, ViewType(view_type)
        self.key_schema = tuple(KeyAttribute(name, kind == "HASH") for name, kind in key_schema)
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
        self._items: dict[bytes, _Stored] = {}
        self._shards: dict[str, SimulatedShard] = {}
        self._ids: list[str] = []
        self._open: list[SimulatedShard] = []
        self._last_birth_ms = 0
        self._trim_due = float("inf")
        self._make_roots(shards, roots_at)

    @property
    def info(self) -> StreamInfo:
        return StreamInfo(
            self.stream_arn, self.table, self.label, self.status, self.view_type, self.created_at, self.key_schema
        )

    @property
    def shards(self) -> tuple[Shard, ...]:
        """Every listed shard with its parent, in the order of the ids."""
        with self.lock:
            return tuple(self._shards[shard_id].described() for shard_id in self._ids)

    def open_shards(self) -> list[str]:
        """Ids of the shards that are written to, in the order of their hash ranges."""
        with self.lock:
            return [shard.shard_id for shard in self._open]

    def shard(self, shard_id: str) -> SimulatedShard | None:
        """The shard while it is listed. To be read under `lock`."""
        return self._shards.get(shard_id)

    def shard_ids_after(self, shard_id: str, count: int) -> list[str]:
        """Up to `count` listed ids that sort behind `shard_id`, which need not exist any more."""
        with self.lock:
            start = bisect_right(self._ids, shard_id)
            return self._ids[start : start + count]

    def shard_of(self, key: Item) -> str:
        """The open shard that takes the changes of this item."""
        with self.lock:
            return self._home(key).shard_id

    def get(self, key: Item) -> Item | None:
        """The item as it is now: a copy."""
        with self.lock:
            stored = self._items.get(self._key_bytes(key))
        return None if stored is None else msgspec.json.decode(stored.wire)

    def put(self, item: Item, *, at: float | None = None) -> str | None:
        """Write an item. The record's sequence number, or None where nothing changed or nobody records."""
        with self.lock:
            key = self._key_bytes(item)
            new = _Stored(msgspec.json.encode(item), size_of_item(item))
            old = self._items.get(key)
            if old and (old.wire == new.wire or same_item(msgspec.json.decode(old.wire), item)):
                return None
            self._items[key] = new
            return self._record("MODIFY" if old else "INSERT", item, new, old, at)

    def delete(self, key: Item, *, ttl: bool = False, at: float | None = None) -> str | None:
        """Delete an item, on behalf of a user or of its time to live. None where there was none."""
        with self.lock:
            old = self._items.pop(self._key_bytes(key), None)
            return None if old is None else self._record("REMOVE", key, None, old, at, ttl)

    def roll_over(self, shard_id: str, *, at: float | None = None) -> str:
        """Close a shard and open its one child."""
        with self.lock:
            parent = self._close(shard_id, at)
            return self._open_children(parent, [(parent.low, parent.high)], at)[0]

    def split(self, shard_id: str, *, at: float | None = None) -> tuple[str, str]:
        """Close a shard and open two children, each with half of its keys."""
        with self.lock:
            parent = self._close(shard_id, at)
            middle = (parent.low + parent.high) // 2
            low, high = self._open_children(parent, [(parent.low, middle), (middle, parent.high)], at)
            return low, high

    def disable(self, *, show_ends: bool = True) -> None:
        """Switch the stream off: open shards close, what they hold stays readable until it expires.

        `show_ends`: whether descriptions tell the ending sequence numbers; other clients have seen both.
        """
        with self.lock:
            for shard_id in self.open_shards():
                self._close(shard_id, None).shows_end = show_ends
            self.status, self.disabled_at = StreamStatus.DISABLED, self.clock.now()

    @property
    def expired(self) -> bool:
        """A disabled stream is gone once its data is."""
        if self.disabled_at is None:
            return False
        return self.clock.now() >= self.disabled_at + self.retention_s + self.linger_s

    def is_gone(self, shard: SimulatedShard) -> bool:
        """Whether a shard is only listed: closed so long ago that no record of it can be left."""
        return not shard.is_open and self.clock.now() >= shard.closed_at + self.retention_s

    def trim(self) -> None:
        """Drop what is past retention: records first, then shards."""
        with self.lock:
            now = self.clock.now()
            if now < self._trim_due:
                return
            for shard in list(self._shards.values()):
                self.bytes_kept -= shard.drop(bisect_right(shard.times, now - self.retention_s))
                if self._removal_due(shard) <= now:
                    self._ids.remove(shard.shard_id)
                    del self._shards[shard.shard_id]
            self._trim_due = min(map(self._due, self._shards.values()), default=float("inf"))

    def drop_oldest(self, keep_bytes: int) -> None:
        """Trim before time until no more than `keep_bytes` of records are left, for streams that run for days."""
        with self.lock:
            while self.bytes_kept > keep_bytes:
                oldest = min((s for s in self._shards.values() if s.times), key=lambda shard: shard.times[0])
                self.bytes_kept -= oldest.drop(max(1, len(oldest.times) // 8))

    def _due(self, shard: SimulatedShard) -> float:
        record_due = shard.times[0] + self.retention_s if shard.times else float("inf")
        return min(record_due, self._removal_due(shard))

    def _removal_due(self, shard: SimulatedShard) -> float:
        return float("inf") if shard.is_open else shard.closed_at + self.retention_s + self.linger_s

    def _key_bytes(self, item: Item) -> bytes:
        return msgspec.json.encode(key_of(item, [attribute.name for attribute in self.key_schema]))

    def _home(self, key: Item) -> SimulatedShard:
        partition = key_of(key, [self.key_schema[0].name])
        hashed = int.from_bytes(blake2b(msgspec.json.encode(partition), digest_size=4).digest(), "big")
        return self._open[bisect_right(self._open, hashed, key=lambda shard: shard.low) - 1]

    def _record(
        self, event: str, item: Item, new: _Stored | None, old: _Stored | None, at: float | None, ttl: bool = False
    ) -> str | None:
        if self.disabled_at is not None:
            return None
        shard, sequence = self._home(item), self._next_sequence()
        second = max(int(self.clock.now() if at is None else at), shard.times[-1] if shard.times else 0)
        size, change = self._change(item, new, old)
        change |= {"ApproximateCreationDateTime": second, "SequenceNumber": str(sequence)}
        wire = self._wire(event, change, ttl)
        shard.append(sequence, second, size, wire)
        self.bytes_kept += len(wire)
        self._trim_due = min(self._trim_due, second + self.retention_s)
        if self._keep_written:
            self.written.append((shard.shard_id, str(sequence)))
        return str(sequence)

    def _change(self, item: Item, new: _Stored | None, old: _Stored | None) -> tuple[int, dict[str, object]]:
        """What the view type shows of a change, and its size."""
        keys = key_of(item, [attribute.name for attribute in self.key_schema])
        change: dict[str, object] = {"Keys": keys}
        size = size_of_item(keys)
        for name, image, hidden in (
            ("NewImage", new, (ViewType.KEYS_ONLY, ViewType.OLD_IMAGE)),
            ("OldImage", old, (ViewType.KEYS_ONLY, ViewType.NEW_IMAGE)),
        ):
            if image is not None and self.view_type not in hidden:
                change[name] = Raw(image.wire)
                size += image.size
        return size, change | {"SizeBytes": size, "StreamViewType": self.view_type}

    def _wire(self, event: str, change: dict[str, object], ttl: bool) -> bytes:
        record = {
            "eventID": f"{self._random.getrandbits(128):032x}",
            "eventName": event,
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": self.region,
            "dynamodb": change,
        }
        return msgspec.json.encode(record | {"userIdentity": _TTL_IDENTITY} if ttl else record)

    def _next_sequence(self) -> int:
        self._sequence += self._random.randrange(1, SEQUENCE_STEP)
        return self._sequence

    def _make_roots(self, count: int, roots_at: float | None) -> None:
        if not 1 <= count <= HASH_SPACE:
            raise ValueError(f"a stream has at least one shard: {count}")
        at = self.created_at if roots_at is None else roots_at
        bounds = [HASH_SPACE * index // count for index in range(count + 1)]
        parents = [""] * count if roots_at is None else self._new_ids(count, at - self.retention_s)
        for shard_id, parent_id, low, high in zip(
            self._new_ids(count, at), parents, bounds[:-1], bounds[1:], strict=True
        ):
            self._add(SimulatedShard(shard_id, parent_id, low, high, self._next_sequence(), at))

    def _close(self, shard_id: str, at: float | None) -> SimulatedShard:
        shard = self._shards.get(shard_id)
        if shard is None or not shard.is_open:
            raise ValueError(f"no open shard: {shard_id}")
        shard.close(self._next_sequence(), self.clock.now() if at is None else at)
        self._open.remove(shard)
        self._trim_due = min(self._trim_due, self._due(shard))
        return shard

    def _open_children(self, parent: SimulatedShard, ranges: list[tuple[int, int]], at: float | None) -> list[str]:
        born = self.clock.now() if at is None else at
        for shard_id, (low, high) in zip(self._new_ids(len(ranges), born), ranges, strict=True):
            self._add(SimulatedShard(shard_id, parent.shard_id, low, high, self._next_sequence(), born))
            parent.children.append(shard_id)
        return list(parent.children)

    def _new_ids(self, count: int, at: float) -> list[str]:
        """Ids of AWS's form for shards born together; they sort behind all that were given before."""
        self._last_birth_ms = max(int(at * 1000), self._last_birth_ms + 1)
        suffixes = sorted(self._random.sample(range(1 << 32), count))
        return [f"shardId-{self._last_birth_ms:020d}-{suffix:08x}" for suffix in suffixes]

    def _add(self, shard: SimulatedShard) -> None:
        self._shards[shard.shard_id] = shard
        insort(self._ids, shard.shard_id)
        insort(self._open, shard, key=lambda other: other.low)
