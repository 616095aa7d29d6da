"""Attribute values as the screens show them."""

from __future__ import annotations

import json
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddbtop.streams.attributes import (
    Kind,
    binary,
    key_text,
    kind_of,
    name_text,
    needs_quotes,
    number,
    reads_as_time,
    shown,
)
from ddbtop.streams.model import KeyAttribute
from tests.hostile import ATTRIBUTES, STRINGS, obeyed
from tests.streams.documents import UNHURRIED, attribute_values, json_values

BASE64 = re.compile("([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")

SCHEMA = (KeyAttribute("pk", is_partition_key=True), KeyAttribute("sk", is_partition_key=False))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"S": "SHIPPED"}, "SHIPPED"),
        ({"S": "leave at door"}, '"leave at door"'),
        ({"S": 'say "hi" now'}, r'"say \"hi\" now"'),
        ({"S": ""}, '""'),
        ({"S": "12"}, '"12"'),
        ({"S": "12,90"}, "12,90"),
        ({"S": "00340434161094"}, "00340434161094"),
        ({"S": "null"}, '"null"'),
        ({"S": "[/x]"}, '"[/x]"'),
        ({"S": "a\nb"}, r'"a\nb"'),
        ({"N": "99999999999999999999999999999999999999"}, "99999999999999999999999999999999999999"),
        ({"N": "1E-130"}, "1E-130"),
        ({"BOOL": True}, "true"),
        ({"BOOL": False}, "false"),
        ({"NULL": True}, "null"),
        ({"SS": ["fragile", "gift"]}, "{fragile, gift}"),
        ({"NS": ["1", "2.5"]}, "{1, 2.5}"),
        ({"L": [{"N": "1"}, {"S": "1"}, {"S": "a, b"}]}, '[1, "1", "a, b"]'),
        ({"L": []}, "[]"),
        ({"M": {}}, "{}"),
        ({"M": {"carrier": {"S": "DHL"}, "code": {"S": "00340434161094"}}}, "{carrier: DHL, code: 00340434161094}"),
        ({"M": {"a b": {"M": {"c.d": {"NULL": True}}}}}, '{"a b": {"c.d": null}}'),
        ({"B": "nzwB6AAA"}, "6 bytes  9f 3c 01 e8 …"),
        ({"B": "AQ=="}, "1 byte  01"),
        ({"B": ""}, "0 bytes"),
        ({"L": [{"B": "AQI="}]}, "[2 bytes 01 02]"),
    ],
)
def test_values_in_compact_notation(value: Any, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"X": "a"}, '{"X": "a"}'),
        ({"S": "a", "N": "1"}, '{"S": "a", "N": "1"}'),
        ({"N": "12,90"}, '{"N": "12,90"}'),
        ({"N": 12}, '{"N": 12}'),
        ({"B": "not base64!"}, '{"B": "not base64!"}'),
        ({"NULL": False}, '{"NULL": false}'),
        ({"BOOL": 1}, '{"BOOL": 1}'),
        ({}, "{}"),
        (None, "null"),
        ("text", '"text"'),
        ([{"S": "a"}], '[{"S": "a"}]'),
    ],
)
def test_what_is_no_attribute_value_is_shown_as_the_json_it_is(value: Any, text: str) -> None:
    assert shown(value) == text
    assert kind_of(value) is Kind.MALFORMED


def test_one_malformed_element_leaves_its_list_a_list() -> None:
    assert shown({"L": [5, {"N": "1"}, {"N": "x"}]}) == '[5, 1, {"N": "x"}]'


def test_terse_maps_have_no_colons() -> None:
    assert shown({"M": {"sku": {"S": "A-020"}, "qty": {"N": "1"}}}, terse=True) == "{sku A-020, qty 1}"


def test_what_is_cut_says_how_much_more_there_is() -> None:
    assert shown({"S": "x" * 400_000}, 10) == "x" * 10 + "… 399 990 more"
    assert shown({"S": "a b" * 4}, 3) == '"a b"… 9 more'
    assert shown({"L": [{"N": str(n)} for n in range(1000)]}, 9) == "[0, 1, 2, … 997 more]"
    assert shown({"SS": ["aaaa", "b", "c"]}, 5) == "{aaaa, … 2 more}"


def test_a_string_can_be_quoted_to_match_the_one_beside_it() -> None:
    assert needs_quotes({"S": "leave at door"})
    assert not needs_quotes({"S": "ring"})
    assert shown({"S": "ring"}, quoted=True) == '"ring"'


@pytest.mark.parametrize("value", ATTRIBUTES, ids=lambda value: ascii(value)[:30])
def test_hostile_values_are_shown_safely_and_cut(value: Any) -> None:
    text = shown(value)
    assert not obeyed(text)
    assert len(text) < 3000


@UNHURRIED
@given(json_values() | attribute_values())
def test_no_value_whatever_raises_or_emits_a_control(value: Any) -> None:
    assert not obeyed(shown(value, 30) + shown(value, 0, terse=True, quoted=True))
    kind_of(value)


@UNHURRIED
@given(attribute_values())
def test_every_well_formed_value_has_its_kind(value: dict[str, Any]) -> None:
    assert kind_of(value) == next(iter(value))


def test_numbers_are_exact() -> None:
    assert str(number("0.10000000000000000000000000000000000001")) == "0.10000000000000000000000000000000000001"
    assert [number(text) for text in ("", "NaN", "1_0", " 1", "\u0661", "1e99999", "9" * 500, 1, None)] == [None] * 9


@UNHURRIED
@given(st.text("Ab+/=!\u0661", max_size=12) | st.binary(max_size=9).map(lambda data: b64encode(data).decode()))
def test_binary_values_are_told_from_other_text_without_decoding_them(text: str) -> None:
    expected = b64decode(text) if BASE64.fullmatch(text) else None
    assert binary(text) == expected
    if expected is not None:
        assert shown({"B": text}).startswith(f"{len(expected)} byte")


def test_the_key_follows_the_schema_and_not_the_record() -> None:
    keys = b'{"sk": {"S": "HEAD"}, "pk": {"S": "ORDER#10482"}}'
    assert key_text(keys, SCHEMA) == "ORDER#10482 · HEAD"
    assert key_text(keys, SCHEMA[::-1]) == "ORDER#10482 · HEAD"
    assert key_text(keys) == "HEAD · ORDER#10482"


def test_keys_of_every_type_and_of_none() -> None:
    assert key_text({"pk": {"N": "17"}, "sk": {"B": "AQI="}}, SCHEMA) == "17 · 0x0102"
    assert key_text({"pk": {"S": " a"}}, SCHEMA) == '" a"'
    assert key_text({"other": {"S": "x"}}, SCHEMA) == "x"
    assert key_text(b"{}", SCHEMA) == ""
    assert key_text(b"[1]", SCHEMA) == "[1]"
    assert key_text(b'{"a":' * 5000, SCHEMA).endswith("…")


@pytest.mark.parametrize("text", STRINGS, ids=lambda text: ascii(text)[:30])
def test_hostile_keys_and_names_are_shown_safely(text: str) -> None:
    raw = json.dumps({text: {"S": text}}).encode()
    assert not obeyed(key_text(raw, SCHEMA) + name_text(text))


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("content", "near", "reading"),
    [
        ("1774017127", 1774000000.0, "reads as 14:32:07 UTC"),
        ("1774017127", 0.0, "reads as 20 Mar 2026 14:32:07 UTC"),
        ("1774017127", 1774100000.0, "reads as 20 Mar 14:32:07 UTC"),
        ("1774017127123", 1774017000.0, "reads as 14:32:07 UTC"),
        ("1774017127.75", 1774017000.0, "reads as 14:32:07 UTC"),
        ("978307199", 0.0, None),
        ("4102444800", 0.0, None),
        ("10482", 0.0, None),
        ("-1774017127", 0.0, None),
        ("12,90", 0.0, None),
    ],
)
def test_a_number_that_reads_as_a_time_says_so(utc: None, content: str, near: float, reading: str | None) -> None:
    assert reads_as_time(content, near) == reading


@UNHURRIED
@given(st.text())
def test_nothing_that_is_no_number_reads_as_a_time(text: str) -> None:
    if number(text) is None:
        assert reads_as_time(text) is None
