"""Records in the form that Lambda hands to a function, and JSON that is safe to print."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddbtop.errors import Unreadable
from ddbtop.streams.changes import expired_by_ttl
from ddbtop.streams.lambda_form import lambda_record, safe_json
from ddbtop.streams.wire import decode_records
from tests.hostile import ATTRIBUTES, STRINGS
from tests.streams.documents import UNHURRIED, items, json_values

SHAPES = json.loads((Path(__file__).parent / "data" / "event_shapes.json").read_text())
ARN = SHAPES["stream_arn"]
CASES = {case["name"]: case for case in SHAPES["conversion"]}

RECORD = b'{"eventID":"1","dynamodb":{"Keys":{"pk":{"S":"a"}},"SequenceNumber":"100000000000000000000001"}}'


def wire_form(value: Any) -> Any:
    """What GetRecords sent where boto3 gives `value`: dates as epoch seconds, binary as base64."""
    if isinstance(value, dict) and "$datetime_utc" in value:
        return datetime.fromisoformat(value["$datetime_utc"]).timestamp()
    if isinstance(value, dict) and "$bytes_base64" in value:
        return b64encode(b64decode(value["$bytes_base64"])).decode()
    if isinstance(value, dict):
        return {name: wire_form(member) for name, member in value.items()}
    return [wire_form(element) for element in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("separators", [(",", ":"), (" , ", " : ")])
def test_what_boto3_gives_becomes_what_lambda_gives(name: str, separators: tuple[str, str]) -> None:
    case = CASES[name]
    wire = json.dumps(wire_form(case["boto3_record"]), separators=separators).encode()
    assert json.loads(lambda_record(wire, ARN)) == case["lambda_record"]


@pytest.mark.parametrize("name", CASES)
def test_what_lambda_gives_is_read_like_a_record_and_stays_as_it_is(name: str) -> None:
    given_to_lambda = CASES[name]["lambda_record"]
    (record,) = decode_records(json.dumps([given_to_lambda]).encode())
    assert record.sequence_number == given_to_lambda["dynamodb"]["SequenceNumber"]
    assert expired_by_ttl(record) == ("userIdentity" in given_to_lambda)
    assert json.loads(lambda_record(json.dumps(given_to_lambda).encode(), ARN)) == given_to_lambda


def test_only_what_differs_is_touched() -> None:
    odd = RECORD.replace(b'"a"', rb'"\ud800 \u00e9 \/ \u0041"').replace(b'"dyn', b'"n": 1.0e+00 , "dyn')
    assert lambda_record(odd, "arn:x") == odd[:-1] + b',"eventSourceARN":"arn:x"}'
    assert (
        lambda_record(odd + b"\n", "arn:x", "shardId-1")
        == odd[:-1] + b',"eventSourceARN":"arn:x","shardId":"shardId-1"}'
    )


def test_a_ttl_delete_keeps_every_other_byte() -> None:
    image = rb'{"\ud800":{"S":"\u0041 \/ userIdentity"},"n":{"N":"1.0"}}'
    head = b'"eventID":"1","dynamodb":{"OldImage":' + image + b',"SizeBytes":1.0e+00}'
    identity = b'"userIdentity":{"PrincipalId":"dynamodb.amazonaws.com","Type":"Service"}'
    lower = b'"userIdentity":{"principalId":"dynamodb.amazonaws.com","type":"Service"}'
    assert lambda_record(b"{" + head + b"," + identity + b"}", "arn:x") == (
        b"{" + head + b"," + lower + b',"eventSourceARN":"arn:x"}'
    )


def test_an_attribute_named_like_a_member_of_ours_is_not_taken_for_one() -> None:
    image = b'{"userIdentity":{"M":{"Type":{"S":"x"}}},"eventSourceARN":{"S":"y"},"shardId":{"S":"z"}}'
    raw = b'{"dynamodb":{"NewImage":' + image + b"}}"
    assert lambda_record(raw, "arn:x", "s") == raw[:-1] + b',"eventSourceARN":"arn:x","shardId":"s"}'


def test_members_that_are_there_already_are_replaced_and_not_doubled() -> None:
    once = lambda_record(RECORD, "arn:x", "s")
    again = lambda_record(once, "arn:y", "t")
    assert json.loads(again, object_pairs_hook=list)[-2:] == [("eventSourceARN", "arn:y"), ("shardId", "t")]
    assert again.count(b"eventSourceARN") == again.count(b"shardId") == 1


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b'{"userIdentity"', b'{ "a" 1}', b'{ "a":1 "b":2}', b"{" + b'"a":[' * 90_000]
)
def test_what_is_no_record_is_said(raw: bytes) -> None:
    with pytest.raises(Unreadable, match="a record is no JSON object"):
        lambda_record(raw, ARN)


@pytest.mark.parametrize("identity", [None, "Service", [], {}, {"Type": None, "other": {"A": 1}}])
def test_an_identity_of_another_form_is_left_alone(identity: Any) -> None:
    result = json.loads(lambda_record(json.dumps({"userIdentity": identity}).encode(), ARN))
    assert str(result["userIdentity"]).lower() == str(identity).lower()


@UNHURRIED
@given(items(), st.booleans())
def test_any_record_gets_its_arn_and_keeps_its_meaning(image: dict[str, Any], by_service: bool) -> None:
    record = {"dynamodb": {"NewImage": image}, **({"userIdentity": {"Type": "Service"}} if by_service else {})}
    expected = {**record, "eventSourceARN": ARN, **({"userIdentity": {"type": "Service"}} if by_service else {})}
    for ascii_only in (True, False):
        raw = json.dumps(record, ensure_ascii=ascii_only).encode(errors="surrogatepass")
        result = lambda_record(raw, ARN).decode(errors="surrogatepass")
        assert json.loads(result) == expected


# JSON for a terminal


def check_safe(raw: bytes) -> None:
    safe = safe_json(raw).decode()
    assert not [c for c in safe if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u2028\u200f\u061c"]
    assert json.loads(safe) == json.loads(raw, strict=False)


@pytest.mark.parametrize("value", [*STRINGS, *ATTRIBUTES[-20:]], ids=lambda value: ascii(value)[:30])
def test_hostile_values_are_printed_safely_and_mean_the_same(value: Any) -> None:
    check_safe(json.dumps(value).encode())
    text = json.dumps({"a": value, str(value)[:50]: 1}, ensure_ascii=False, indent=1)
    if "\\ud" not in ascii(text):
        check_safe(text.encode())


@UNHURRIED
@given(json_values())
def test_any_json_is_one_safe_line_that_means_the_same(value: Any) -> None:
    raw = json.dumps(value, indent=1).encode()
    safe = safe_json(raw)
    assert b"\n" not in safe
    assert repr(json.loads(safe)) == repr(json.loads(raw))


def test_what_is_safe_is_not_touched() -> None:
    for raw in (RECORD, rb'{"a":"\ud800\u001b \/"}', '{"a": "日本 é 👨\u200d👩 \ufffd"}'.encode()):
        assert safe_json(raw) == raw


def test_controls_in_strings_are_escaped_and_between_values_blanked() -> None:
    raw = '{\n\t"a\x7f": "\x9b1m \u202e \\" \x1b"\r\n}'.encode()
    assert safe_json(raw) == rb'{  "a\u007f": "\u009b1m \u202e \" \u001b"  }'


@UNHURRIED
@given(st.binary(max_size=60))
def test_no_bytes_whatever_raise_or_print_a_control(raw: bytes) -> None:
    safe = safe_json(raw).decode()
    assert not [c for c in safe if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0]


def test_bytes_that_are_no_text_are_marked() -> None:
    assert safe_json(b'{"a":"\xff \xed\xa0\x80"}') == rb'{"a":"\ufffd \ufffd\ufffd\ufffd"}'
