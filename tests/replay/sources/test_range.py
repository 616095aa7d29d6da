"""An on-failure message leads back to exactly its records, or says that they are gone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ddbtop.errors import CannotDo
from ddbtop.replay.sources.failuremessage import FailureMessage, find_message
from ddbtop.replay.sources.range import read_range, time_left
from ddbtop.streams.simulated.shapes import fill
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import SessionStatus
from tests.replay.sources.test_stream import drained

ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"
SHARD = "shardId-00000001774017127000-a47e11aa"
FIRST, LAST = str(3 * 10**20), str(3 * 10**20 + 9)
HOUR = 3600.0


def bare(**batch: Any) -> dict[str, Any]:
    """What Lambda sends, from AWS's own example and recorded answers."""
    return {
        "requestContext": {
            "requestId": "316aa6d0-8154-xmpl-9af7-85d5f4a6bc81",
            "functionArn": "arn:aws:lambda:eu-west-1:111122223333:function:ship:$LATEST",
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 1,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": "2019-11-14T00:13:49.717Z",
        "DDBStreamBatchInfo": {
            "shardId": SHARD,
            "startSequenceNumber": FIRST,
            "endSequenceNumber": LAST,
            "approximateArrivalOfFirstRecord": "2019-11-14T00:13:19Z",
            "approximateArrivalOfLastRecord": "2019-11-14T00:13:19Z",
            "batchSize": 3,
            "streamArn": ARN,
        }
        | batch,
    }


TEXT = json.dumps(bare())
NOTIFICATION = {"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:1:failed", "Message": TEXT}
ENVELOPES = {
    "bare": bare(),
    "sqs receive-message": {"Messages": [{"MessageId": "1", "Body": TEXT}]},
    "sqs message": {"MessageId": "1", "Body": TEXT},
    "sqs event": {"Records": [{"messageId": "1", "body": TEXT, "eventSource": "aws:sqs"}]},
    "sns notification": NOTIFICATION,
    "sns event": {"Records": [{"EventSource": "aws:sns", "Sns": NOTIFICATION}]},
    "sns inside sqs": {"Messages": [{"Body": json.dumps(NOTIFICATION)}]},
}


@pytest.mark.parametrize("envelope", ENVELOPES.values(), ids=ENVELOPES)
def test_a_message_is_found_in_its_envelope(envelope: Any) -> None:
    expected = FailureMessage(ARN, SHARD, FIRST, LAST, 3, 1573690399.0, "RetryAttemptsExhausted")
    assert find_message(json.dumps(envelope, indent=1).encode(), "m") == expected


@pytest.mark.parametrize("payload", ['{"Records": []}', {"Records": []}], ids=["text", "object"])
def test_an_object_of_a_bucket_carries_the_event(payload: Any) -> None:
    found = find_message(json.dumps(bare() | {"payload": payload}).encode(), "m")
    assert found is not None
    assert json.loads(found.payload) == {"Records": []}


def test_records_about_messages_are_records() -> None:
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": {"m": {"S": TEXT}}}}
    assert find_message(json.dumps({"Records": [record]}).encode(), "m") is None
    assert find_message(f"{json.dumps(record)}\n{json.dumps(record)}\n".encode(), "m") is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"Messages": [{"Body": TEXT}, {"Body": TEXT}]}, "holds 2 on-failure messages"),
        (bare(shardId=None), "has no shardId"),
        (bare(startSequenceNumber=LAST, endSequenceNumber=FIRST), "no range"),
        ({"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": "k"}}}]}, "an S3 object was made"),
    ],
)
def test_what_cannot_be_used_is_one_clear_line(value: Any, words: str) -> None:
    with pytest.raises(CannotDo, match=words):
        find_message(json.dumps(value).encode(), "m")


def message(world: World, shard_id: str, first: str, last: str) -> FailureMessage:
    return FailureMessage(world.stream_arn, shard_id, first, last, 3, world.clock.now(), "RetryAttemptsExhausted")


def unseen(status: SessionStatus) -> None:
    """Nobody looks on."""


def test_exactly_the_range_is_read(source: SimulatedSource, world: World) -> None:
    shard, other = world.open_shards()
    numbers = fill(world, [shard], 20)
    fill(world, [other], 20)
    world.roll_over(shard)
    reading = read_range(message(world, shard, numbers[5], numbers[8]), source, unseen)
    try:
        assert drained(reading.source()) == {shard: numbers[5:9]}
    finally:
        reading.close()


def test_a_range_whose_first_records_are_trimmed_is_not_replayed_in_part(source: SimulatedSource, world: World) -> None:
    shard, _ = world.open_shards()
    now = world.clock.now()
    old = world.put(keys := {"pk": {"S": "a"}, "sk": {"S": "b"}}, at=now - 25 * HOUR)
    shard = world.shard_of(keys)
    new = world.put(keys | {"n": {"N": "1"}})
    world.trim()
    assert old is not None
    assert new is not None
    with pytest.raises(CannotDo, match="not in the stream any more"):
        read_range(message(world, shard, old, new), source, unseen)


def test_a_shard_that_is_listed_no_more_is_trimmed(source: SimulatedSource, world: World) -> None:
    fill(world, world.open_shards(), 1)
    with pytest.raises(CannotDo, match="not in the stream any more"):
        read_range(message(world, "shardId-00000001774017127000-ffffffff", FIRST, LAST), source, unseen)


def test_how_long_the_records_are_kept_is_said() -> None:
    kept = FailureMessage(ARN, SHARD, FIRST, LAST, 3, 1_774_017_127.0, "")
    assert time_left(kept, 1_774_017_127.0 + 23 * HOUR).endswith("another 1 h")
    assert "may be trimmed at any moment" in time_left(kept, 1_774_017_127.0 + 25 * HOUR)
    assert "24 hours" in time_left(FailureMessage(ARN, SHARD, FIRST, LAST, 3, 0.0, ""), 0.0)
