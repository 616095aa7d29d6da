"""A filter pattern in the filter line finds what it lets through of a Lambda event with the same records."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ddbtop.errors import WrongUsage
from ddbtop.journal.extent import Extent
from ddbtop.journal.query import Query
from ddbtop.replay.patterns import Pattern
from ddbtop.replay.patterns.query import parse_query
from ddbtop.streams.lambda_form import lambda_record
from ddbtop.streams.wire import decode_page
from tests.replay.vectors import Vector, vectors

ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/T/stream/2024-01-01T00:00:00.000"


def on_the_wire(vector: Vector) -> bytes:
    """A page with the vector's record as the service sends it."""
    record = {name: value for name, value in vector.record.items() if name != "eventSourceARN"}
    if identity := record.get("userIdentity"):
        record["userIdentity"] = {name[0].upper() + name[1:]: value for name, value in identity.items()}
    return json.dumps({"Records": [record]}).encode()


@pytest.mark.parametrize(
    "vector",
    [v for v in vectors() if not v.invalid and "SequenceNumber" in v.record.get("dynamodb", {})],
    ids=lambda vector: vector.name,
)
def test_the_filter_line_decides_as_lambda_does(vector: Vector) -> None:
    query = parse_query(f" {vector.pattern}", ARN)
    page = decode_page(on_the_wire(vector))
    (record,) = query.decode(page.raw)
    assert not (vector.match and query.misses(page.raw))
    assert query.matches("shardId-1", record) is vector.match


def asking_for(value: Any) -> Any:
    """A pattern that asks for every leaf."""
    return {name: asking_for(member) for name, member in value.items()} if isinstance(value, dict) else [value]


def test_every_member_is_found_as_in_a_lambda_event() -> None:
    wire = {
        "eventID": "1",
        "eventName": "REMOVE",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "eu-west-1",
        "dynamodb": {
            "ApproximateCreationDateTime": 1700000000,
            "Keys": {"pk": {"S": "a"}},
            "NewImage": {"pk": {"S": "a"}},
            "OldImage": {"pk": {"S": "b"}},
            "SequenceNumber": "100000000000000000000001",
            "SizeBytes": 26,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
        "userIdentity": {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"},
    }
    raw = json.dumps([wire]).encode()
    event = json.loads(lambda_record(raw[1:-1], ARN))
    pattern = json.dumps(asking_for(event))
    assert Pattern.parse(pattern).matches(event)
    query = parse_query(pattern, ARN)
    assert query.matches("shardId-1", query.decode(raw)[0])
    assert not parse_query(pattern, ARN + "1").matches("shardId-1", query.decode(raw)[0])


def test_words_stay_words() -> None:
    assert parse_query("event:INSERT a{b", ARN) == Query.parse("event:INSERT a{b")


def test_a_refused_pattern_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage, match="line 1, column 6"):
        parse_query('{"a":', ARN)


@pytest.mark.parametrize(
    ("pattern", "excluded", "needles"),
    [
        ('{"eventName": ["INSERT"]}', True, set()),
        ('{"eventName": ["INSERT", "MODIFY"]}', False, set()),
        ('{"eventName": [{"anything-but": "MODIFY"}]}', False, set()),
        ('{"eventName": ["other"]}', False, set()),
        ('{"$or": [{"eventName": ["INSERT"]}, {"eventID": ["1"]}]}', False, set()),
        (
            '{"dynamodb": {"NewImage": {"a.Status": {"S": ["PAID"]}}}}',
            False,
            {b"dynamodb", b"newimage", b"status", b"paid"},
        ),
        ('{"dynamodb": {"SizeBytes": ["one", "two"]}}', False, {b"dynamodb", b"sizebytes"}),
        ('{"dynamodb": {"OldImage": {"gone": {"S": [{"exists": false}]}}}}', False, set()),
        ('{"eventSourceARN": ["arn"]}', False, set()),
        (
            '{"Filters": [{"Pattern": "{\\"eventName\\": [\\"INSERT\\"]}"}, {"Pattern": "{\\"a\\": [1]}"}]}',
            False,
            set(),
        ),
    ],
)
def test_blocks_without_a_match_are_passed_over(pattern: str, excluded: bool, needles: set[bytes]) -> None:
    (term,) = parse_query(pattern, ARN).terms
    assert term.excludes(Extent(inserts=0, modifies=2, removes=1, first_at=0, last_at=1)) is excluded
    assert set(term.needles) == needles
