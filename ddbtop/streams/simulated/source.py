"""A `Source` that asks a simulated service in the same process: no sockets, no waiting."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec

from ddbtop import errors
from ddbtop.streams.model import MAX_RECORDS_A_PAGE, Description, KeyAttribute, Position, Shard, StreamInfo
from ddbtop.streams.refusals import kind_of
from ddbtop.streams.simulated.answers import Answer, Delivery
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.wire import Page, decode_page


class SimulatedSource:
    """Reads one stream of a service, through the same answers that its HTTP endpoint would send."""

    def __init__(
        self, service: Service, stream_arn: str, *, at_timestamp: bool = True, shard_filter: bool = True
    ) -> None:
        """`at_timestamp`, `shard_filter`: what this source hopes for; the service may disappoint it."""
        self.arn = stream_arn
        self.at_timestamp = at_timestamp
        self.shard_filter = shard_filter
        self._service = service
        self._closed = False

    def describe(self, after: str = "", children_of: str = "") -> Description:
        request: dict[str, Any] = {"StreamArn": self.arn}
        if after:
            request["ExclusiveStartShardId"] = after
        if children_of:
            request["ShardFilter"] = {"Type": "CHILD_SHARDS", "ShardId": children_of}
        answer = self._call("DescribeStream", request)
        return _description(_member(answer, "StreamDescription"), float(int(answer.server_time)))

    def open_iterator(self, shard_id: str, position: Position) -> str:
        request: dict[str, Any] = {"StreamArn": self.arn, "ShardId": shard_id, "ShardIteratorType": position.type}
        if position.sequence_number:
            request["SequenceNumber"] = position.sequence_number
        if position.type == "AT_TIMESTAMP":
            request["Timestamp"] = position.timestamp
        return str(_member(self._call("GetShardIterator", request), "ShardIterator"))

    def get_records(self, iterator: str, limit: int = MAX_RECORDS_A_PAGE) -> Page:
        answer = self._call("GetRecords", {"ShardIterator": iterator, "Limit": limit})
        return decode_page(answer.body, float(int(answer.server_time)))

    def close(self) -> None:
        self._closed = True

    def _call(self, operation: str, request: dict[str, Any]) -> Answer:
        """A complete answer with status 200; raises `errors.CallError` for every other."""
        if self._closed:
            raise errors.NetworkFault("the connection is closed")
        answer = self._service.answer(operation, msgspec.json.encode(request))
        if answer.delivery is Delivery.HANG:
            raise errors.NetworkFault("no answer in time")
        if answer.delivery is Delivery.DISCONNECT:
            raise errors.NetworkFault("the connection was closed before an answer came")
        if answer.status != 200:
            raise _error(answer)
        if answer.delivery is Delivery.CUT or zlib.crc32(answer.body) != answer.crc:
            raise errors.CutShort("the answer was cut or garbled on the way")
        return answer


def _error(answer: Answer) -> errors.CallError:
    try:
        said = msgspec.json.decode(answer.body, type=dict[str, str])
    except msgspec.MsgspecError:
        return errors.ServerFault(f"the service answered with status {answer.status}", code=str(answer.status))
    code = said["__type"].rpartition("#")[2]
    return kind_of(code, answer.status)(said["message"], code=code)


def _member(answer: Answer, name: str) -> Any:
    try:
        return msgspec.json.decode(answer.body, type=dict[str, Any])[name]
    except (msgspec.MsgspecError, KeyError) as error:
        raise errors.CutShort(f"the answer has no {name}") from error


def _description(said: dict[str, Any], server_time: float) -> Description:
    schema = tuple(KeyAttribute(key["AttributeName"], key["KeyType"] == "HASH") for key in said["KeySchema"])
    stream = StreamInfo(
        arn=said["StreamArn"],
        table=said["TableName"],
        label=said["StreamLabel"],
        status=said["StreamStatus"],
        view_type=said["StreamViewType"],
        created_at=said["CreationRequestDateTime"],
        key_schema=schema,
    )
    shards = tuple(map(_shard, said["Shards"]))
    return Description(stream, shards, said.get("LastEvaluatedShardId", ""), server_time)


def _shard(said: dict[str, Any]) -> Shard:
    numbers = said["SequenceNumberRange"]
    return Shard(
        said["ShardId"],
        said.get("ParentShardId", ""),
        numbers["StartingSequenceNumber"],
        numbers.get("EndingSequenceNumber", ""),
    )
