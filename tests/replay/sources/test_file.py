"""Records of a file: whose they are, in which order they go out, and what is said of those that cannot be replayed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ddbtop.errors import CannotDo
from ddbtop.replay.model import RecordSource
from ddbtop.replay.sources.file import ONE_SHARD, FileSource
from ddbtop.replay.sources.recordfile import read_records

ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"
AT = 1_774_017_127


def change(number: int, *, without: Sequence[str] = (), shard: str = "", arn: str = ARN, **more: Any) -> dict[str, Any]:
    told = {
        "ApproximateCreationDateTime": AT + number,
        "Keys": {"pk": {"S": f"order#{number}"}},
        "SequenceNumber": str(10**20 + number),
        "SizeBytes": 26,
        "StreamViewType": "NEW_IMAGE",
    } | more
    record: dict[str, Any] = {"eventName": "INSERT"}
    record |= {"shardId": shard} if shard else {}
    record |= {"eventSourceARN": arn} if arn else {}
    return record | {"dynamodb": {name: value for name, value in told.items() if name not in without}}


class Files:
    """Sources over files that are written line by line."""

    def __init__(self) -> None:
        self.made: list[FileSource] = []

    def __call__(self, *records: Any) -> FileSource:
        return self.of([json.dumps(record).encode() for record in records])

    def of(self, lines: list[bytes]) -> FileSource:
        self.made.append(FileSource(read_records(lines, "records.ndjson")))
        return self.made[-1]


@pytest.fixture
def ndjson() -> Iterator[Files]:
    files = Files()
    yield files
    for source in files.made:
        source.close()


def numbers(source: RecordSource, shard_id: str, limit: int = 2) -> list[int]:
    """All that a shard holds, asked for a few at a time."""
    found: list[int] = []
    while True:
        poll = source.poll(shard_id, limit)
        assert len(poll.records) <= limit
        found += [int(record.sequence_number) - 10**20 for record in poll.records]
        if poll.is_end:
            return found


def test_records_are_grouped_by_shard_in_the_order_of_the_file(ndjson: Files) -> None:
    source = ndjson(change(1, shard="a"), change(5, shard="b"), change(2, shard="a"), change(3, shard="a"))
    assert [shard.shard_id for shard in source.shards] == ["a", "b"]
    assert numbers(source, "a") == [1, 2, 3]
    assert numbers(source, "b") == [5]


def test_records_without_a_shard_are_grouped_by_stream_and_else_are_one_shard(ndjson: Files) -> None:
    source = ndjson(change(1), change(2, arn=""), change(3), change(4, arn=""))
    assert [shard.shard_id for shard in source.shards] == [ARN, ONE_SHARD]
    assert numbers(source, ARN) == [1, 3]
    assert numbers(source, ONE_SHARD) == [2, 4]


def test_a_handler_sees_the_record_as_the_file_has_it_without_its_shard(ndjson: Files) -> None:
    line = b'{"eventName": "INSERT", "shardId": "a", "dynamodb": {"SequenceNumber": "7", "Keys": {"k": {"N": "1.0"}},'
    line += b' "ApproximateCreationDateTime": 1.774017127E9, "NewImage": {"s": {"S": "\\ud800\\u00e9"}}}}'
    source = ndjson.of([line])
    (record,) = source.poll("a", 10).records
    assert b"shardId" not in record.event
    assert b'"ApproximateCreationDateTime": 1.774017127E9, "NewImage": {"s": {"S": "\\ud800\\u00e9"}}' in record.event
    assert record.created_at == AT


def test_a_lambda_event_over_several_lines_is_read_whole(ndjson: Files) -> None:
    event = json.dumps({"Records": [change(1), change(2)]}, indent=2).encode()
    source = ndjson.of(event.splitlines(keepends=True))
    assert numbers(source, ARN) == [1, 2]
    assert source.stream_arn == ARN
    assert source.view_type == "NEW_IMAGE"


def test_the_same_item_has_the_same_key_however_it_is_spelled(ndjson: Files) -> None:
    one = change(1, Keys={"pk": {"S": "é"}, "sk": {"S": "x"}})
    source = ndjson.of([json.dumps(one).encode(), json.dumps(one, ensure_ascii=False).encode()])
    first, second = source.poll(ARN, 2).records
    assert first.item == second.item


def test_a_run_can_begin_again(ndjson: Files) -> None:
    source = ndjson(change(1), change(2))
    assert numbers(source, ARN) == numbers_again(source) == [1, 2]


def numbers_again(source: FileSource) -> list[int]:
    source.rewind()
    return numbers(source, ARN)


def test_a_large_file_waits_on_disk_and_loses_nothing(ndjson: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ddbtop.replay.sources.file.IN_MEMORY_BYTES", 1000)
    source = ndjson(*(change(number, shard="ab"[number % 2]) for number in range(50)))
    assert numbers(source, "a", 7) == list(range(0, 50, 2))
    assert numbers(source, "b", 1) == list(range(1, 50, 2))


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (change(1, without=["SequenceNumber"]), "SequenceNumber"),
        (change(1, SequenceNumber="shard:1"), "SequenceNumber"),
        (change(1, without=["Keys"]), "Keys"),
        (change(1, Keys={}), "Keys"),
        (change(1, ApproximateCreationDateTime="2026-02-11T09:14:00Z"), "no number of seconds"),
        (change(1, ApproximateCreationDateTime=1e300), "no time in seconds since 1970: 1e[+]300"),
        (change(1, ApproximateCreationDateTime=float("nan")), "no time in seconds since 1970: nan"),
        (change(1, ApproximateCreationDateTime=-1), "no time in seconds since 1970: -1"),
        (change(1, SizeBytes="many"), "SizeBytes"),
        ({"eventName": "INSERT"}, "no record of a DynamoDB stream"),
    ],
)
def test_a_record_that_cannot_be_replayed_is_named_before_anything_runs(ndjson: Files, record: Any, words: str) -> None:
    with pytest.raises(CannotDo, match=words) as caught:
        ndjson(change(0), record)
    assert "records.ndjson, line 2" in caught.value.message
    assert caught.value.hint


def test_a_record_without_a_time_counts_as_created_with_the_one_before_it(ndjson: Files) -> None:
    source = ndjson(change(5), change(6, without=["ApproximateCreationDateTime"]))
    assert [record.created_at for record in source.poll(ARN, 2).records] == [AT + 5, AT + 5]
    (remark,) = source.remarks
    assert remark.startswith("without ApproximateCreationDateTime: 1 record.")


def test_a_file_without_records_says_so(ndjson: Files) -> None:
    assert ndjson().remarks == ["there are no records to replay"]


def test_numbers_that_do_not_ascend_are_said_and_replayed_as_they_stand(ndjson: Files) -> None:
    source = ndjson(change(2), change(1), change(1))
    (remark,) = source.remarks
    assert "do not ascend" in remark
    assert numbers(source, ARN) == [2, 1, 1]
