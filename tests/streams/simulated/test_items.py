"""Sizes as the service counts them, and writes that change nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ddbtop.streams.simulated.items import same_item, size_of_item, size_of_value

RECORDED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "size_bytes.json").read_text())


@pytest.mark.parametrize("recorded", RECORDED, ids=lambda recorded: recorded["name"])
def test_sizes_are_those_of_documented_and_recorded_changes(recorded: dict[str, Any]) -> None:
    change = recorded["dynamodb"]
    sides = [change[side] for side in ("Keys", "NewImage", "OldImage") if side in change]
    assert sum(map(size_of_item, sides)) == recorded["SizeBytes"]


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "é"}, 2),
        ({"N": "0"}, 1),
        ({"N": "1000"}, 2),
        ({"N": "-12.50"}, 4),
        ({"N": "1e10"}, 2),
        ({"NULL": True}, 1),
        ({"B": "AA=="}, 1),
        ({"BS": ["AA==", "AQI="]}, 3),
        ({"SS": ["ab", "c"]}, 3),
        ({"NS": ["1", "100"]}, 4),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, 3 + 1 + 2 + 1 + 2),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
    ],
)
def test_every_type_has_its_size(value: dict[str, Any], size: int) -> None:
    assert size_of_value(value) == size


@pytest.mark.parametrize("value", [{"N": "twelve"}, {"N": "NaN"}, {"X": "1"}, {}, {"S": "a", "N": "1"}, "text"])
def test_what_is_no_attribute_value_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        size_of_value(value)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"n": {"N": "1"}}, {"n": {"N": "1.0"}}, True),
        ({"s": {"S": "1"}}, {"s": {"S": "1.0"}}, False),
        ({"s": {"SS": ["a", "b"]}}, {"s": {"SS": ["b", "a"]}}, True),
        ({"s": {"NS": ["1", "2.0"]}}, {"s": {"NS": ["2", "1"]}}, True),
        ({"l": {"L": [{"S": "a"}, {"S": "b"}]}}, {"l": {"L": [{"S": "b"}, {"S": "a"}]}}, False),
        ({"m": {"M": {"x": {"N": "10"}}}}, {"m": {"M": {"x": {"N": "1e1"}}}}, True),
        ({"a": {"S": "x"}}, {"b": {"S": "x"}}, False),
        ({"a": {"S": "1"}}, {"a": {"N": "1"}}, False),
    ],
)
def test_sets_have_no_order_and_numbers_no_spelling(one: dict[str, Any], other: dict[str, Any], same: bool) -> None:
    assert same_item(one, other) is same
