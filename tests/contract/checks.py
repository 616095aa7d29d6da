"""The contract: what each check asks a server, and what the real service answers as far as it is documented.

A check returns something small that compares: a list of keys, a set of names, or the code of an error.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from botocore.exceptions import ClientError

from ddbtop.streams.simulated.items import size_of_item
from tests.contract.targets import Table, Target

NO_SUCH_SHARD = "shardId-00000001500000000000-00000000"

CHANGES = ["INSERT a", "INSERT b", "MODIFY a", "REMOVE b", "INSERT c"]
"""What the stream of `orders` holds."""

Observation = Callable[[Target], object]


@dataclass(frozen=True)
class Check:
    name: str
    promised: object
    observe: Observation


CHECKS: dict[str, Check] = {}


def promises(promised: object) -> Callable[[Observation], Observation]:
    """Registers a check with what the real service answers."""

    def register(observe: Observation) -> Observation:
        CHECKS[observe.__name__] = Check(observe.__name__, promised, observe)
        return observe

    return register


def outcome(call: Callable[..., Any], **arguments: Any) -> str:
    """The code of the error that a call ends with, or `ok`."""
    try:
        call(**arguments)
    except ClientError as error:
        code: str = error.response["Error"]["Code"]
        return code
    return "ok"


def shard_id(target: Target, table: Table | None = None) -> str:
    arn = (table or target.orders).arn
    found: str = target.client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    return found


def iterator(target: Target, kind: str, table: Table | None = None, **place: Any) -> str:
    arn = (table or target.orders).arn
    answer = target.client.get_shard_iterator(
        StreamArn=arn, ShardId=shard_id(target, table), ShardIteratorType=kind, **place
    )
    granted: str = answer["ShardIterator"]
    return granted


def read(target: Target, kind: str, table: Table | None = None, **place: Any) -> list[dict[str, Any]]:
    """The first page behind an iterator."""
    page = target.client.get_records(ShardIterator=iterator(target, kind, table, **place))
    records: list[dict[str, Any]] = page["Records"]
    return records


def told(records: list[dict[str, Any]]) -> list[str]:
    return [f"{record['eventName']} {record['dynamodb']['Keys']['pk']['S']}" for record in records]


def third(target: Target) -> str:
    """The sequence number of MODIFY a."""
    number: str = read(target, "TRIM_HORIZON")[2]["dynamodb"]["SequenceNumber"]
    return number


@promises({"StreamArn", "TableName", "StreamLabel"})
def a_listed_stream_has_arn_table_and_label(target: Target) -> object:
    return set(target.client.list_streams()["Streams"][0])


@promises(["orders"])
def streams_are_listed_by_table(target: Target) -> object:
    return [stream["TableName"] for stream in target.client.list_streams(TableName="orders")["Streams"]]


@promises((1, 5))
def list_streams_pages_by_limit(target: Target) -> object:
    """Length of the longest page, and how many streams all pages have."""
    longest, arns, start = 0, set(), dict[str, str]()
    while True:
        answer = target.client.list_streams(Limit=1, **start)
        longest = max(longest, len(answer["Streams"]))
        arns |= {stream["StreamArn"] for stream in answer["Streams"]}
        if not answer.get("LastEvaluatedStreamArn"):
            return longest, len(arns)
        start = {"ExclusiveStartStreamArn": answer["LastEvaluatedStreamArn"]}


@promises("ValidationException")
def list_streams_refuses_more_than_a_hundred(target: Target) -> object:
    return outcome(target.client.list_streams, Limit=101)


@promises(
    {
        "StreamArn", "StreamLabel", "StreamStatus", "StreamViewType", "CreationRequestDateTime", "TableName",
        "KeySchema", "Shards",
    }
)  # fmt: skip
def a_description_has_these_members(target: Target) -> object:
    return set(target.client.describe_stream(StreamArn=target.orders.arn)["StreamDescription"])


@promises(({"ShardId", "SequenceNumberRange"}, {"StartingSequenceNumber"}))
def an_open_root_shard_has_neither_parent_nor_end(target: Target) -> object:
    shard = target.client.describe_stream(StreamArn=target.orders.arn)["StreamDescription"]["Shards"][0]
    return set(shard), set(shard["SequenceNumberRange"])


@promises([])
def shards_after_the_last_one_are_none(target: Target) -> object:
    return _shards_after(target, shard_id(target))


@promises([])
def shards_may_be_asked_for_after_an_id_that_is_not_listed(target: Target) -> object:
    return _shards_after(target, "shardId-00000009999999999999-ffffffff")


@promises("ValidationException")
def list_streams_refuses_to_start_after_what_is_no_stream_arn(target: Target) -> object:
    return outcome(target.client.list_streams, ExclusiveStartStreamArn="x" * 37)


@promises("ValidationException")
def describe_refuses_more_than_a_hundred(target: Target) -> object:
    return outcome(target.client.describe_stream, StreamArn=target.orders.arn, Limit=101)


@promises("ValidationException")
def describe_refuses_what_is_no_stream_arn(target: Target) -> object:
    return outcome(target.client.describe_stream, StreamArn="arn:aws:dynamodb:eu-west-1:111122223333:nonsense")


@promises("ResourceNotFoundException")
def describe_finds_no_stream_with_another_label(target: Target) -> object:
    return outcome(target.client.describe_stream, StreamArn=_without_label(target) + "2001-01-01T00:00:00.000")


@promises("Requested resource not found: Stream: ARN not found")
def a_missing_stream_is_named(target: Target) -> object:
    arn = target.orders.arn.replace("table/orders", "table/missing")
    try:
        return target.client.describe_stream(StreamArn=arn)["StreamDescription"]["StreamStatus"]
    except ClientError as error:
        return error.response["Error"]["Message"].replace(arn, "ARN")


@promises(0)
def an_open_shard_has_no_children(target: Target) -> object:
    """How many shards the filter lets through."""
    description = target.client.describe_stream(
        StreamArn=target.orders.arn, ShardFilter={"Type": "CHILD_SHARDS", "ShardId": shard_id(target)}
    )
    return len(description["StreamDescription"]["Shards"])


@promises(CHANGES)
def trim_horizon_reads_everything(target: Target) -> object:
    return told(read(target, "TRIM_HORIZON"))


@promises(len(CHANGES))
def a_write_that_changes_nothing_leaves_no_record(target: Target) -> object:
    return len(read(target, "TRIM_HORIZON", target.views["KEYS_ONLY"]))


@promises([])
def latest_reads_nothing_old(target: Target) -> object:
    return told(read(target, "LATEST"))


@promises(CHANGES[2:])
def at_sequence_number_includes_it(target: Target) -> object:
    return told(read(target, "AT_SEQUENCE_NUMBER", SequenceNumber=third(target)))


@promises(CHANGES[3:])
def after_sequence_number_leaves_it_out(target: Target) -> object:
    return told(read(target, "AFTER_SEQUENCE_NUMBER", SequenceNumber=third(target)))


@promises(CHANGES)
def a_time_before_everything_reads_everything(target: Target) -> object:
    before = target.client.describe_stream(StreamArn=target.orders.arn)["StreamDescription"]["CreationRequestDateTime"]
    try:
        return told(read(target, "AT_TIMESTAMP", Timestamp=before - timedelta(hours=1)))
    except ClientError as error:
        return f"{error.operation_name}: {error.response['Error']['Code']}"


@promises("ValidationException")
def a_time_to_come_is_refused(target: Target) -> object:
    return _iterator_outcome(target, ShardIteratorType="AT_TIMESTAMP", Timestamp=datetime(2999, 1, 1, tzinfo=UTC))


@promises("ResourceNotFoundException")
def an_iterator_needs_a_shard_that_exists(target: Target) -> object:
    return _iterator_outcome(target, ShardId=NO_SUCH_SHARD, ShardIteratorType="TRIM_HORIZON")


@promises("ResourceNotFoundException")
def an_iterator_needs_a_stream_that_exists(target: Target) -> object:
    arn = target.orders.arn.replace("table/orders", "table/missing")
    return _iterator_outcome(target, StreamArn=arn, ShardIteratorType="TRIM_HORIZON")


@promises("ValidationException")
def an_iterator_of_unknown_type_is_refused(target: Target) -> object:
    return _iterator_outcome(target, ShardIteratorType="SOMEWHERE")


@promises("ValidationException")
def at_sequence_number_needs_a_number(target: Target) -> object:
    return _iterator_outcome(target, ShardIteratorType="AT_SEQUENCE_NUMBER")


@promises("ValidationException")
def latest_takes_no_number(target: Target) -> object:
    return _iterator_outcome(target, ShardIteratorType="LATEST", SequenceNumber=third(target))


@promises("ValidationException")
def a_number_before_the_shard_is_refused(target: Target) -> object:
    return _iterator_outcome(target, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber="0" * 21)


@promises([])
def behind_the_newest_record_there_is_nothing_yet(target: Target) -> object:
    newest = read(target, "TRIM_HORIZON")[-1]["dynamodb"]["SequenceNumber"]
    return told(read(target, "AFTER_SEQUENCE_NUMBER", SequenceNumber=newest))


@promises("ValidationException")
def a_sequence_number_is_digits(target: Target) -> object:
    return _iterator_outcome(target, ShardIteratorType="AT_SEQUENCE_NUMBER", SequenceNumber="not-a-number-of-21-digits")


@promises("ValidationException")
def an_iterator_that_was_never_granted_is_refused(target: Target) -> object:
    return outcome(target.client.get_records, ShardIterator="never granted")


@promises("ValidationException")
def get_records_refuses_more_than_a_thousand(target: Target) -> object:
    return outcome(target.client.get_records, ShardIterator=iterator(target, "TRIM_HORIZON"), Limit=1001)


@promises([CHANGES[:2], CHANGES[2:4], CHANGES[4:], []])
def pages_follow_each_other_by_limit(target: Target) -> object:
    pages, following = [], iterator(target, "TRIM_HORIZON")
    for _ in range(4):
        page = target.client.get_records(ShardIterator=following, Limit=2)
        pages.append(told(page["Records"]))
        following = page["NextShardIterator"]
    return pages


@promises(
    {
        "INSERT": {"Keys", "NewImage"},
        "MODIFY": {"Keys", "NewImage", "OldImage"},
        "REMOVE": {"Keys", "OldImage"},
    }
)
def new_and_old_images_show_both_sides(target: Target) -> object:
    return _sides(target, "NEW_AND_OLD_IMAGES")


@promises({"INSERT": {"Keys", "NewImage"}, "MODIFY": {"Keys", "NewImage"}, "REMOVE": {"Keys"}})
def new_image_shows_the_new_side(target: Target) -> object:
    return _sides(target, "NEW_IMAGE")


@promises({"INSERT": {"Keys"}, "MODIFY": {"Keys", "OldImage"}, "REMOVE": {"Keys", "OldImage"}})
def old_image_shows_the_old_side(target: Target) -> object:
    return _sides(target, "OLD_IMAGE")


@promises({"INSERT": {"Keys"}, "MODIFY": {"Keys"}, "REMOVE": {"Keys"}})
def keys_only_shows_keys(target: Target) -> object:
    return _sides(target, "KEYS_ONLY")


@promises({"eventID", "eventName", "eventVersion", "eventSource", "awsRegion", "dynamodb"})
def a_record_has_these_members(target: Target) -> object:
    return set(read(target, "TRIM_HORIZON")[0])


@promises(("1.1", "aws:dynamodb"))
def a_record_tells_version_and_source(target: Target) -> object:
    record = read(target, "TRIM_HORIZON")[0]
    return record["eventVersion"], record["eventSource"]


@promises((32, True))
def an_event_id_is_32_hex_digits(target: Target) -> object:
    event_id = read(target, "TRIM_HORIZON")[0]["eventID"]
    return len(event_id), set(event_id) <= set("0123456789abcdef")


@promises(True)
def a_record_comes_from_the_region_of_its_arn(target: Target) -> object:
    return read(target, "TRIM_HORIZON")[0]["awsRegion"] == target.orders.arn.split(":")[3]


@promises((True, True))
def sequence_numbers_are_long_and_ascend(target: Target) -> object:
    numbers = [record["dynamodb"]["SequenceNumber"] for record in read(target, "TRIM_HORIZON")]
    return all(21 <= len(number) <= 40 for number in numbers), all(int(a) < int(b) for a, b in pairwise(numbers))


@promises("whole seconds")
def creation_times_have_no_fractions(target: Target) -> object:
    times = [record["dynamodb"]["ApproximateCreationDateTime"] for record in read(target, "TRIM_HORIZON")]
    if any(time.microsecond for time in times):
        return "fractions"
    return "whole minutes" if all(time.second == 0 for time in times) else "whole seconds"


@promises(True)
def size_bytes_counts_names_and_values(target: Target) -> object:
    change = read(target, "TRIM_HORIZON")[2]["dynamodb"]
    return change["SizeBytes"] == sum(size_of_item(change[side]) for side in ("Keys", "NewImage", "OldImage"))


@promises("fits")
def every_page_carries_its_checksum(target: Target) -> object:
    seen: dict[str, str] = {}

    def look(response_dict: dict[str, Any], **_: Any) -> None:
        crc = response_dict["headers"].get("x-amz-crc32")
        seen["crc"] = "missing" if crc is None else "fits" if int(crc) == zlib.crc32(response_dict["body"]) else "wrong"

    event = "before-parse.dynamodb-streams.GetRecords"
    target.client.meta.events.register(event, look)
    read(target, "TRIM_HORIZON")
    target.client.meta.events.unregister(event, look)
    return seen["crc"]


@promises(True)
def every_answer_carries_the_servers_time(target: Target) -> object:
    return "date" in target.client.list_streams()["ResponseMetadata"]["HTTPHeaders"]


def _shards_after(target: Target, start: str) -> object:
    try:
        answer = target.client.describe_stream(StreamArn=target.orders.arn, ExclusiveStartShardId=start)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return [shard["ShardId"] for shard in answer["StreamDescription"]["Shards"]]


def _without_label(target: Target) -> str:
    return target.orders.arn.rpartition("/")[0] + "/"


def _iterator_outcome(target: Target, **arguments: Any) -> str:
    defaults = {"StreamArn": target.orders.arn, "ShardId": shard_id(target)}
    return outcome(target.client.get_shard_iterator, **(defaults | arguments))


def _sides(target: Target, view: str) -> dict[str, set[str]]:
    return {
        record["eventName"]: {"Keys", "NewImage", "OldImage"} & set(record["dynamodb"])
        for record in read(target, "TRIM_HORIZON", target.views[view])
    }
