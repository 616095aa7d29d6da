"""The four operations over simulated worlds, with the real service's validation, errors, paging and troubles."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from enum import Enum, auto

import msgspec

from ddbtop.streams.model import MAX_RECORDS_A_PAGE, IteratorType, Shard
from ddbtop.streams.simulated import requests
from ddbtop.streams.simulated.answers import (
    Answer,
    ServiceError,
    answer,
    expired_iterator,
    internal_error,
    invalid,
    shard_not_found,
    shard_of_iterator_gone,
    stream_not_found,
    throttled,
    trimmed,
)
from ddbtop.streams.simulated.faults import CallCounter, Distortion, Fault, Faults
from ddbtop.streams.simulated.iterators import BROKEN, Iterator
from ddbtop.streams.simulated.shards import SimulatedShard
from ddbtop.streams.simulated.troubles import Troubles, mangled, refuse
from ddbtop.streams.simulated.world import World

CALLS_A_SECOND = {"DescribeStream": 10, "ListStreams": 5}
"""What the service allows an account (API model)."""


class AtTimestamp(Enum):
    """What the service makes of AT_TIMESTAMP."""

    SERVED = auto()
    REFUSED = auto()
    """ValidationException, as of a server that was built before it."""
    BROKEN = auto()
    """The iterator is granted; GetRecords on it fails."""


class Service:
    """Answers calls about any number of worlds. Safe to use from several threads."""

    def __init__(
        self,
        worlds: Iterable[World],
        faults: Faults | None = None,
        *,
        at_timestamp: AtTimestamp = AtTimestamp.SERVED,
        shard_filter: bool = True,
        enforce_limits: bool = False,
    ) -> None:
        """`shard_filter`: False ignores it, as older servers do. `enforce_limits`: throttle by `CALLS_A_SECOND`."""
        self.faults = faults or Faults()
        self.calls = CallCounter()
        self._worlds: dict[str, World] = {}
        self._at_timestamp = at_timestamp
        self._shard_filter = shard_filter
        self._enforce_limits = enforce_limits
        self._counting = threading.Lock()
        self._troubles = Troubles(self.faults)
        self._operations: dict[str, Callable[[bytes], bytes]] = {
            "ListStreams": self._list_streams,
            "DescribeStream": self._describe_stream,
            "GetShardIterator": self._get_shard_iterator,
            "GetRecords": self._get_records,
        }
        for world in worlds:
            self.add(world)
        if not self._worlds:
            raise ValueError("a service needs at least one world")

    def add(self, world: World) -> None:
        """Serve one more stream."""
        if world.stream_arn in self._worlds:
            raise ValueError(f"two streams with one ARN: {world.stream_arn}")
        if any(other.clock is not world.clock for other in self._worlds.values()):
            raise ValueError("the streams of one service run on one clock")
        self._worlds = {**self._worlds, world.stream_arn: world}
        self.clock = world.clock

    def inject(self, fault: Fault, *, operation: str = "", shard_id: str = "", times: int | None = 1) -> None:
        """Let the next `times` fitting calls meet this fault; None: every one, until `heal`.

        `operation` and `shard_id` narrow what fits; a shard is known for GetShardIterator and GetRecords.
        """
        self._troubles.inject(fault, operation, shard_id, times)

    def distort(self, kind: Distortion, shard_id: str, *, calls: int | None = 1) -> None:
        """Let the next `calls` DescribeStream calls be wrong about a shard; None: all, until `heal`."""
        self._troubles.distort(kind, shard_id, calls)

    def heal(self) -> None:
        """Forget every injected fault and distortion that is still to come."""
        self._troubles.heal()

    def answer(self, operation: str, body: bytes) -> Answer:
        """One call: the operation's name and its input as JSON. Never raises for what a client can send."""
        now = self.clock.now()
        with self._counting:
            in_this_second = self.calls.note(operation, now)
        fault = self._troubles.draw(operation, lambda: _shard_of(operation, body))
        try:
            if self._enforce_limits and in_this_second > CALLS_A_SECOND.get(operation, in_this_second):
                raise throttled()
            refuse(fault, operation, next(iter(self._worlds)))
            perform = self._operations.get(operation)
            if perform is None:
                raise ServiceError("UnknownOperationException", "")
            return mangled(answer(perform(body), now), fault)
        except ServiceError as error:
            return answer(error.body(), now, error.status)

    def _world(self, arn: str) -> World:
        world = self._worlds.get(arn)
        if world is None or world.expired:
            raise stream_not_found(arn)
        world.trim()
        return world

    def _list_streams(self, body: bytes) -> bytes:
        request = requests.parse(body, requests.ListStreams)
        request.check()
        worlds = [self._worlds[arn] for arn in sorted(self._worlds) if not self._worlds[arn].expired]
        if request.table_name is not None:
            worlds = [world for world in worlds if world.table == request.table_name]
        page = [w for w in worlds if w.stream_arn > (request.exclusive_start_stream_arn or "")]
        limit = request.limit or requests.MAX_LISTED
        streams = [
            {"StreamArn": world.stream_arn, "TableName": world.table, "StreamLabel": world.label}
            for world in page[:limit]
        ]
        # A full page names its last entry even where nothing follows: only the absence of it proves anything.
        last = {"LastEvaluatedStreamArn": streams[-1]["StreamArn"]} if len(streams) == limit else {}
        return msgspec.json.encode({"Streams": streams, **last})

    def _describe_stream(self, body: bytes) -> bytes:
        request = requests.parse(body, requests.DescribeStream)
        request.check()
        world = self._world(request.stream_arn or "")
        start, limit = request.exclusive_start_shard_id or "", request.limit or requests.MAX_LISTED
        with world.lock:
            ids = self._listed_ids(world, request, start, limit)
            shards = [shard for shard in map(world.described, ids) if shard]
        shards = self._troubles.distorted(shards, world.described, further_page=bool(start))
        last = {"LastEvaluatedShardId": ids[-1]} if len(ids) == limit else {}
        return msgspec.json.encode({"StreamDescription": _description(world, shards) | last})

    def _listed_ids(self, world: World, request: requests.DescribeStream, start: str, limit: int) -> list[str]:
        if request.shard_filter is None or not self._shard_filter:
            return world.shard_ids_after(start, limit)
        parent = world.shard(request.shard_filter.shard_id or "")
        children = sorted(parent.children) if parent else []
        return [child for child in children if child > start and world.shard(child)][:limit]

    def _get_shard_iterator(self, body: bytes) -> bytes:
        request = requests.parse(body, requests.GetShardIterator)
        known = [t for t in IteratorType if t != "AT_TIMESTAMP" or self._at_timestamp is not AtTimestamp.REFUSED]
        request.check(list(known))
        world = self._world(request.stream_arn or "")
        with world.lock:
            shard = world.shard(request.shard_id or "")
            if shard is None:
                raise shard_not_found()
            position = self._position(shard, request)
        iterator = Iterator(world.stream_arn, shard.shard_id, position, self.clock.now())
        return msgspec.json.encode({"ShardIterator": iterator.token()})

    def _position(self, shard: SimulatedShard, request: requests.GetShardIterator) -> int:
        match request.shard_iterator_type:
            case IteratorType.LATEST:
                return shard.tip
            case IteratorType.AT_TIMESTAMP:
                return self._position_at_time(shard, request.timestamp or 0.0)
            case IteratorType.AT_SEQUENCE_NUMBER:
                return _after_trim_horizon(shard, request.sequence, request.sequence)
            case IteratorType.AFTER_SEQUENCE_NUMBER:
                return _after_trim_horizon(shard, request.sequence, request.sequence + 1)
        return shard.trimmed_to + 1

    def _position_at_time(self, shard: SimulatedShard, timestamp: float) -> int:
        if timestamp > self.clock.now():
            raise invalid("Timestamp must not be in the future")
        return BROKEN if self._at_timestamp is AtTimestamp.BROKEN else shard.sequence_at_time(timestamp)

    def _get_records(self, body: bytes) -> bytes:
        request = requests.parse(body, requests.GetRecords)
        request.check()
        iterator = Iterator.parse(request.shard_iterator or "")
        now = self.clock.now()
        if iterator.position == BROKEN:
            raise internal_error()
        if iterator.expired(now):
            raise expired_iterator()
        world = self._world(iterator.arn)
        with world.lock:
            shard = world.shard(iterator.shard_id)
            if shard is None or world.is_gone(shard):
                raise shard_of_iterator_gone()
            if iterator.position <= shard.trimmed_to:
                raise trimmed()
            return self._page(shard, iterator, request.limit or MAX_RECORDS_A_PAGE, now)

    def _page(self, shard: SimulatedShard, iterator: Iterator, limit: int, now: float) -> bytes:
        """The next page, broken where empty pages lie between two records or before the end of the shard."""
        start = shard.index_at(iterator.position)
        if iterator.skipped < (self._break_at(shard, start) or 0):
            return _page_body([], iterator.advanced(now, position=iterator.position, skipped=iterator.skipped + 1))
        stop = shard.page_end(start, limit)
        if self.faults.empty_pages[1]:
            stop = next((index for index in range(start + 1, stop) if self._break_at(shard, index) is not None), stop)
        ended = stop == len(shard.sequences) and not shard.is_open
        if ended and (stop == start or self._break_at(shard, stop) is None):
            return _page_body(shard.wires[start:stop], None)
        position = shard.sequences[stop - 1] + 1 if stop > start else iterator.position
        return _page_body(shard.wires[start:stop], iterator.advanced(now, position=position))

    def _break_at(self, shard: SimulatedShard, index: int) -> int | None:
        """Empty pages before the record at `index`, or before the end of a closed shard; no break at the tip."""
        if index < len(shard.sequences):
            return self.faults.break_before(shard.sequences[index])
        return None if shard.is_open else self.faults.break_before(shard.last_sequence)


def _after_trim_horizon(shard: SimulatedShard, sequence: int, position: int) -> int:
    if sequence < shard.first_sequence:
        raise invalid("Invalid SequenceNumber for the shard")
    if position <= shard.trimmed_to:
        raise trimmed()
    return position


def _page_body(wires: list[bytes], following: Iterator | None) -> bytes:
    """The answer, put together from records that are JSON since they were written."""
    next_iterator = b"" if following is None else b',"NextShardIterator":"' + following.token().encode() + b'"'
    return b'{"Records":[' + b",".join(wires) + b"]" + next_iterator + b"}"


def _description(world: World, shards: list[Shard]) -> dict[str, object]:
    schema = [
        {"AttributeName": attribute.name, "KeyType": "HASH" if attribute.is_partition_key else "RANGE"}
        for attribute in world.key_schema
    ]
    return {
        "StreamArn": world.stream_arn,
        "StreamLabel": world.label,
        "StreamStatus": world.status,
        "StreamViewType": world.view_type,
        "CreationRequestDateTime": round(world.created_at, 3),
        "TableName": world.table,
        "KeySchema": schema,
        "Shards": [_shard_entry(shard) for shard in shards],
    }


def _shard_entry(shard: Shard) -> dict[str, object]:
    numbers = {"StartingSequenceNumber": shard.first_sequence}
    if shard.last_sequence:
        numbers["EndingSequenceNumber"] = shard.last_sequence
    entry: dict[str, object] = {"ShardId": shard.shard_id, "SequenceNumberRange": numbers}
    return entry | ({"ParentShardId": shard.parent_id} if shard.parent_id else {})


def _shard_of(operation: str, body: bytes) -> str:
    """The shard that a call is about; empty where it is about none, or cannot be read."""
    try:
        if operation == "GetShardIterator":
            return requests.parse(body, requests.GetShardIterator).shard_id or ""
        if operation == "GetRecords":
            return Iterator.parse(requests.parse(body, requests.GetRecords).shard_iterator or "").shard_id
    except ServiceError:
        return ""
    return ""
