"""On-failure messages arrive whole where they were sent, and nowhere that was not allowed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.model import ReplayBatch, ReplayRecord
from ddbtop.replay.running.destinations import check_destination, open_destination
from ddbtop.replay.sources.failuremessage import find_message
from ddbtop.streams.aws import Account
from tests.replay.sources.test_range import ARN, FIRST, LAST, SHARD, bare
from tests.servers import REGION, client, moto_server

BATCH = ReplayBatch(1, SHARD, (ReplayRecord(SHARD, FIRST, 1.0, b"{}", b'{"eventName":"INSERT"}'),))
QUEUE = f"arn:aws:sqs:{REGION}:123456789012:failed"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)


def delivered(endpoint: str, destination: str) -> tuple[str, str]:
    deliver = open_destination(destination, lambda region: Account(region=region, endpoint_url=endpoint), ARN)
    return deliver(bare(), BATCH)


def nobody(region: str) -> Account:
    raise AssertionError("a folder needs no account")


def test_a_folder_gets_one_file_a_message_in_the_order_of_their_times(tmp_path: Path) -> None:
    deliver = open_destination(str(tmp_path / "failed" / "messages"), nobody, ARN)
    for second in (9, 9, 30):
        place, trouble = deliver(bare() | {"timestamp": f"2019-11-14T00:13:{second:02}.717Z"}, BATCH)
        assert not trouble
        assert Path(place).is_file()
    files = sorted((tmp_path / "failed" / "messages").iterdir())
    assert [json.loads(file.read_text())["timestamp"][17:19] for file in files] == ["09", "09", "30"]
    assert all(file.name.endswith(".json") and file.stat().st_mode & 0o077 == 0 for file in files)


def test_a_message_in_a_file_is_the_documented_one_and_can_be_replayed(tmp_path: Path) -> None:
    place, _ = open_destination(str(tmp_path), nobody, ARN)(bare(), BATCH)
    data = Path(place).read_bytes()
    assert json.loads(data) == bare()
    found = find_message(data, place)
    assert found is not None
    assert (found.first, found.last) == (FIRST, LAST)


def test_a_folder_that_cannot_be_made_is_told_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotDo, match="cannot be made"):
        open_destination(str(tmp_path / "file"), nobody, ARN)


def test_a_folder_that_went_away_is_trouble_and_no_crash(tmp_path: Path) -> None:
    deliver = open_destination(str(tmp_path / "failed"), nobody, ARN)
    (tmp_path / "failed").rmdir()
    place, trouble = deliver(bare(), BATCH)
    assert place == str(tmp_path / "failed")
    assert "No such file" in trouble


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{QUEUE}.fifo", "no FIFO"),
        ("arn:aws:sns:eu-west-1:123456789012:t.fifo", "no FIFO"),
        ("arn:aws:kinesis:eu-west-1:123456789012:stream/x", "no kinesis destination"),
        ("kafka://cluster/topic", "a folder or an ARN"),
        ("s3://bucket/prefix", "a folder or an ARN"),
        ("arn:aws:sqs", "no such destination"),
    ],
)
def test_what_lambda_does_not_deliver_to_is_refused(text: str, words: str) -> None:
    with pytest.raises(WrongUsage, match=words):
        check_destination(text, allow_aws=True)


@pytest.mark.parametrize("text", [QUEUE, "arn:aws:sns:eu-west-1:123456789012:t", "arn:aws:s3:::bucket"])
def test_nothing_is_written_to_aws_unless_that_is_allowed(text: str) -> None:
    with pytest.raises(WrongUsage, match="writes nothing to AWS") as caught:
        check_destination(text, allow_aws=False)
    assert "--allow-aws" in caught.value.hint
    check_destination(text, allow_aws=True)


def test_a_queue_gets_the_message(moto: str) -> None:
    with closing(client("sqs", moto)) as sqs:
        url = sqs.create_queue(QueueName="failed")["QueueUrl"]
        assert delivered(moto, QUEUE) == (QUEUE, "")
        (got,) = sqs.receive_message(QueueUrl=url)["Messages"]
        assert json.loads(got["Body"]) == bare()


def test_a_topic_gets_the_message(moto: str) -> None:
    with closing(client("sns", moto)) as sns, closing(client("sqs", moto)) as sqs:
        url = sqs.create_queue(QueueName="listening")["QueueUrl"]
        topic = sns.create_topic(Name="failed")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=QUEUE.replace("failed", "listening"))
        assert delivered(moto, topic) == (topic, "")
        (got,) = sqs.receive_message(QueueUrl=url)["Messages"]
        found = find_message(json.dumps({"Messages": [got]}).encode(), "message")
        assert found is not None
        assert found.shard_id == SHARD


def test_a_bucket_gets_the_message_with_its_event(moto: str) -> None:
    with closing(client("s3", moto)) as s3:
        s3.create_bucket(Bucket="failed", CreateBucketConfiguration={"LocationConstraint": REGION})
        place, trouble = delivered(moto, "arn:aws:s3:::failed")
        assert not trouble
        (kept,) = s3.list_objects_v2(Bucket="failed")["Contents"]
        assert place == f"s3://failed/{kept['Key']}"
        assert kept["Key"].startswith(f"aws/lambda/ddbtop-replay/{SHARD}/")
        data: Any = s3.get_object(Bucket="failed", Key=kept["Key"])["Body"].read()
        found = find_message(data, "object")
        assert found is not None
        assert json.loads(found.payload) == {"Records": [{"eventName": "INSERT"}]}
        assert {name: value for name, value in json.loads(data).items() if name != "payload"} == bare()


def test_a_queue_that_does_not_exist_is_trouble_and_no_crash(moto: str) -> None:
    place, trouble = delivered(moto, QUEUE.replace("failed", "nowhere"))
    assert place.endswith(":nowhere")
    assert "does not exist" in trouble
