"""Patterns decide what Lambda decides, refuse what it refuses, and say where and why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ddbtop.errors import WrongUsage
from ddbtop.replay.patterns import FilterCriteria, Pattern, PatternError
from tests.replay.vectors import Vector, vectors


def named(vector: Vector) -> str:
    return vector.name


@pytest.mark.parametrize("vector", [v for v in vectors() if not v.invalid], ids=named)
def test_decides_what_was_recorded(vector: Vector) -> None:
    pattern = Pattern.parse(vector.pattern)
    assert pattern.matches(vector.record) is vector.match
    verdict = pattern.explain(vector.record)
    assert verdict.matched is vector.match
    assert bool(verdict.reason) is not vector.match


@pytest.mark.parametrize("vector", [v for v in vectors() if v.invalid], ids=named)
def test_refuses_what_was_recorded_as_refused(vector: Vector) -> None:
    with pytest.raises(PatternError, match=r"^Invalid filter pattern definition\. .+: .+"):
        Pattern.parse(vector.pattern)


def test_every_vector_is_used() -> None:
    assert len(vectors()) == 80


def record(**dynamodb: Any) -> dict[str, Any]:
    return {"eventName": "MODIFY", "dynamodb": dynamodb}


def new(**image: Any) -> dict[str, Any]:
    return record(NewImage=image)


def image(name: str, condition: Any) -> str:
    return json.dumps({"dynamodb": {"NewImage": {name: condition}}})


IN_NEW = image("n", {"N": ["1"]})


@pytest.mark.parametrize(
    ("pattern", "place", "reason"),
    [
        ("", "line 1, column 1", "not JSON"),
        ('{"a": [1],}', "line 1, column 11", "not JSON"),
        ('{"a": [NaN]}', "at its top", "NaN"),
        ('{"a": [1e999]}', "a[0]", "too large"),
        ("{}", "at its top", "empty objects"),
        ('{"a": {"b": {}}}', "a.b", "empty objects"),
        ('{"a": {"b": "x"}}', "a.b", '"x" must be an object or an array'),
        ('{"a": [[1]]}', "a[0]", "array"),
        ('{"a": ["x", {"prefix": "a", "suffix": "b"}]}', "a[1]", "exactly one"),
        ('{"a": [{"prefix": "a", "prefix": "b"}]}', "a[0]", "twice"),
        ('{"a": [{}]}', "a[0]", "exactly one"),
        ('{"a": [{"exists": "true"}]}', "a[0]", "true or false"),
        ('{"a": [{"exists": 1}]}', "a[0]", "true or false"),
        ('{"a": [{"numeric": []}]}', "a[0]", "comparisons"),
        ('{"a": [{"numeric": ["<", 5, ">", 1]}]}', "a[0]", "lower bound"),
        ('{"a": [{"numeric": [">", 5, "<", 1]}]}', "a[0]", "not below"),
        ('{"a": [{"numeric": [">=", 5, "<=", 5]}]}', "a[0]", "not below"),
        ('{"a": [{"numeric": ["=", true]}]}', "a[0]", "not with true"),
        ('{"a": [{"numeric": [["="], 1]}]}', "a[0]", "compares by"),
        ('{"a": [{"anything-but": null}]}', "a[0]", "anything-but takes"),
        ('{"a": [{"anything-but": [true]}]}', "a[0]", "anything-but takes"),
        ('{"a": [{"anything-but": []}]}', "a[0]", "anything-but takes"),
        ('{"a": [{"anything-but": {"numeric": [">", 1]}}]}', "a[0]", '"numeric"'),
        ('{"a": [{"anything-but": {"suffix": ["x", ""]}}]}', "a[0]", "empty suffix"),
        ('{"a": [{"anything-but": {"wildcard": []}}]}', "a[0]", "empty arrays"),
        ('{"a": [{"wildcard": "a\\\\n"}]}', "a[0]", "backslash"),
        ('{"a": [{"wildcard": "a\\\\"}]}', "a[0]", "backslash"),
        ('{"a": [{"cidr": "10.0.0.1"}]}', "a[0]", "range of addresses"),
        ('{"a": [{"cidr": "10.0.0.0/40"}]}', "a[0]", "range of addresses"),
        ('{"a": {"$or": {"b": [1]}}}', "a.$or", "array of objects"),
        ('{"$or": [{"b": [1]}, 2]}', "$or[1]", "objects only"),
        ('{"$or": [{"b": [1]}, {}]}', "at its top", "empty objects"),
        ('{"a": ["' + "x" * 4090 + '"]}', "at its top", "4096"),
        ('{"a":' * 101 + "[1]" + "}" * 101, ".".join("a" * 100), "levels deep"),
        ("[" * 4000, "at its top", "recursion"),
    ],
)
def test_a_refusal_names_the_place_and_the_reason(pattern: str, place: str, reason: str) -> None:
    with pytest.raises(PatternError) as refused:
        Pattern.parse(pattern)
    assert refused.value.place == place
    assert reason in refused.value.reason
    assert refused.value.message.isprintable()


@pytest.mark.parametrize(
    ("pattern", "record", "reason"),
    [
        (
            image("age", {"N": [{"numeric": [">", 5]}]}),
            new(age={"N": "9"}),
            "dynamodb.NewImage.age.N: numeric never matches, DynamoDB sends numbers as text",
        ),
        (image("a", {"S": ["1"]}), record(), "dynamodb.NewImage.a.S: there is no dynamodb.NewImage"),
        (image("a", {"S": ["1"]}), new(a={"N": "1"}), "dynamodb.NewImage.a.S: the attribute's type is N, not S"),
        (image("a", [{"exists": True}]), new(a={"S": ""}), "dynamodb.NewImage.a: it is an object, and only leaves"),
        (image("a", {"SS": ["x", "y"]}), new(a={"SS": ["p", "q"]}), 'dynamodb.NewImage.a.SS: "p" and 1 more fits none'),
        ('{"$or": [{"a": [1]}, {"b": [2]}]}', {"a": 2}, "no branch of $or fits: a: 2 does not fit 1; b: there is no"),
        ('{"a": ["\\u001b"]}', {"a": "\x1b[31m"}, 'a: "\\x1b[31m" does not fit "\\x1b"'),
    ],
)
def test_a_reason_names_the_path_and_what_is_wrong_there(pattern: str, record: dict[str, Any], reason: str) -> None:
    verdict = Pattern.parse(pattern).explain(record)
    assert not verdict.matched
    assert verdict.reason.startswith(reason)


@pytest.mark.parametrize(
    ("pattern", "record", "matched"),
    [
        ('{"a.b": ["x"], "a": {"c": ["y"]}}', {"a": {"b": "x"}, "a.c": "y"}, True),
        ('{"a": {"b": ["x"]}, "a": {"b": ["y"]}}', {"a": {"b": "y"}}, True),
        ('{"a": {"b": ["x"]}, "a": {"b": ["y"]}}', {"a": {"b": "x"}}, False),
        ('{"a": {"$or": [{"b": [1]}, {"c": [1]}]}}', {"a": {"c": 1}}, True),
        ('{"a": {"$or": [{"b": [1]}, {"c": [1]}]}}', {"a": {"d": 1}, "c": 1}, False),
        ('{"$or": [{"a": [1]}, {"$or": [{"b": [1]}, {"c": [1]}]}]}', {"c": 1}, True),
        ('{"$or": [{"a": [1]}, {"b": [1]}], "$or": [{"c": [1]}, {"d": [1]}]}', {"a": 1, "e": 1}, False),
        ('{"$or": [{"a": [1]}, {"b": [1]}], "$or": [{"c": [1]}, {"d": [1]}]}', {"c": 1, "e": 1}, False),
        ('{"a": [1], "$or": [{"a": [2]}, {"b": [1]}]}', {"a": 2}, False),
        ('{"l": {"a": [1]}, "$or": [{"l": {"b": [1]}}, {"c": [1]}]}', {"l": [{"a": 1}, {"b": 1}]}, False),
        ('{"l": {"a": [1]}, "$or": [{"l": {"b": [1]}}, {"c": [1]}]}', {"l": [{"a": 1, "b": 1}]}, True),
        ('{"l": {"m": {"a": [1], "b": [1]}}}', {"l": [{"m": [{"a": 1}, {"b": 1}]}]}, False),
        ('{"l": {"m": {"a": [1], "b": [1]}}}', {"l": [{"m": [{"a": 1}, {"b": 1}]}, {"m": [{"b": 1}]}]}, False),
        ('{"l": {"a": [1], "b": [1]}}', {"l": [{"a": 1}, {"b": 2}], "l.b": 1}, True),
        ('{"l": {"m": {"a": [1], "b": [1]}}}', {"l": [{"m": []}, {"m": [{"a": 1, "b": 1}]}]}, True),
        ('{"l": {"a": [1], "b": [1]}}', {"l": [[], [{"a": 1, "b": 1}]]}, True),
        ('{"l": {"a": [1]}, "m": {"b": [1]}}', {"l": [{}, {"a": 1}], "m": [{"b": 1}, {}]}, True),
        ('{"l": {"a": [1], "b": [{"exists": false}]}}', {"l": [{"a": 1, "b": 1}, {"a": 1}]}, True),
        ('{"l": {"a": [1], "b": [{"exists": false}]}}', {"l": [{"a": 1, "b": 1}, {"a": 2}]}, False),
        ('{"l": [{"exists": false}], "l.a": [2]}', {"l": [1, [1, {"a": 2}]]}, True),
        ('{"a": [{"exists": true}]}', {"a": None}, True),
        ('{"a": [{"exists": false}]}', {"a": {"b": 1}}, True),
        ('{"a": [{"exists": false}]}', {"a": []}, True),
        ('{"a": [{"anything-but": "x"}]}', {"a": None}, True),
        ('{"a": [{"anything-but": "x"}]}', {"a": ["x", "y"]}, True),
        ('{"a": [{"anything-but": {"prefix": ["x", "y"]}}]}', {"a": "yz"}, False),
        ('{"a": [{"anything-but": {"equals-ignore-case": "X"}}]}', {"a": "x"}, False),
        ('{"a": [{"anything-but": {"equals-ignore-case": ""}}]}', {"a": "x"}, True),
        ('{"a": [{"anything-but": {"wildcard": ""}}]}', {"a": ""}, False),
        ('{"a": [{"prefix": {"equals-ignore-case": "AB"}}]}', {"a": "abc"}, True),
        ('{"a": [{"suffix": {"equals-ignore-case": "BC"}}]}', {"a": "abC"}, True),
        ('{"a": [{"wildcard": "ab*ba"}]}', {"a": "aba"}, False),
        ('{"a": [{"wildcard": "*a*a*"}]}', {"a": "xaxa"}, True),
        ('{"a": [{"wildcard": "*a*a*"}]}', {"a": "xax"}, False),
        ('{"a": [{"wildcard": "*aa*aa*"}]}', {"a": "aaa"}, False),
        ('{"a": [{"wildcard": "*ab*b"}]}', {"a": "ab"}, False),
        ('{"a": [{"cidr": "2001:db8::/32"}]}', {"a": "2001:db8::1"}, True),
        ('{"a": [{"cidr": "10.0.0.7/24"}]}', {"a": "10.0.0.9"}, True),
        ('{"a": [{"cidr": "10.0.0.0/8"}]}', {"a": "2001:db8::1"}, False),
        ('{"a": [1]}', {"a": True}, False),
        ('{"a": [true]}', {"a": 1}, False),
        ('{"a": [{"numeric": ["=", 1]}]}', {"a": True}, False),
        ('{"a": [{"numeric": [">", 0, "<=", 5]}]}', {"a": 6}, False),
        ('{"a": [{"numeric": [">", 0, "<=", 5]}]}', {"a": 0}, False),
        ('{"a": [{"numeric": ["<", 1e15]}]}', {"a": 10**500}, False),
    ],
)
def test_the_finer_rules(pattern: str, record: dict[str, Any], matched: bool) -> None:
    assert Pattern.parse(pattern).matches(record) is matched


@pytest.mark.parametrize(
    ("pattern", "view_type", "doubt"),
    [
        (image("n", {"N": [{"numeric": [">", 1]}, "1"]}), "", "numeric never matches"),
        (image("n", {"N": ["1"]}), "KEYS_ONLY", "KEYS_ONLY has no NewImage"),
        (image("n", {"N": ["1"]}), "OLD_IMAGE", "OLD_IMAGE has no NewImage"),
        ('{"dynamodb": {"OldImage": {"n": {"N": ["1"]}}}}', "NEW_IMAGE", "NEW_IMAGE has no OldImage"),
        ('{"eventName": ["REMOVE"], "dynamodb": {"NewImage": {"n": {"N": ["1"]}}}}', "", "REMOVE has no NewImage"),
        ('{"eventName": ["INSERT"], "dynamodb": {"OldImage": {"n": {"N": ["1"]}}}}', "", "INSERT has no OldImage"),
        (f'{{"eventName": ["REMOVE"], "$or": [{IN_NEW}, {IN_NEW}]}}', "", "REMOVE has no NewImage"),
        (image("status", ["PAID"]), "", "type descriptor"),
        (image("m", {"M": {"k": ["PAID"]}}), "", "type descriptor"),
        (image("n", {"NULL": [None]}), "", "sent as true"),
        (image("n", {"S": [{"wildcard": "a*"}]}), "", "wildcard is not documented"),
        (image("n", {"S": [{"cidr": "10.0.0.0/8"}]}), "", "cidr is not documented"),
        (image("n", {"S": [{"prefix": {"equals-ignore-case": "a"}}]}), "", "prefix with equals-ignore-case"),
        (image("n", {"S": [{"anything-but": {"prefix": "a"}}]}), "", "inside anything-but"),
        ('{"NewImage": {"n": {"S": ["1"]}}}', "", "dynamodb.NewImage"),
        ('{"shardId": ["x"]}', "", "no member shardId"),
    ],
)
def test_what_can_never_match_or_may_be_refused_is_doubted(pattern: str, view_type: str, doubt: str) -> None:
    (said,) = Pattern.parse(pattern).warnings(view_type)
    assert doubt in said


@pytest.mark.parametrize(
    "pattern",
    [
        image("M", {"L": {"M": {"S": {"S": ["x"]}}}}),
        image("a.b", {"S": ["x"]}),
        image("tags", {"SS": ["x", {"anything-but": "y"}]}),
        image("old", {"S": [{"exists": False}]}),
        '{"eventName": ["REMOVE"], "dynamodb": {"SizeBytes": [{"numeric": [">", 5]}]}}',
        '{"userIdentity": {"type": ["Service"]}}',
    ],
)
def test_what_can_match_is_not_doubted(pattern: str) -> None:
    assert Pattern.parse(pattern).warnings("NEW_AND_OLD_IMAGES") == []


@pytest.mark.parametrize("view_type", ["KEYS_ONLY", "OLD_IMAGE"])
def test_an_absence_that_the_view_type_ensures_is_not_doubted(view_type: str) -> None:
    assert Pattern.parse(image("n", {"N": [{"exists": False}]})).warnings(view_type) == []


def test_the_quotas_themselves_are_allowed() -> None:
    longest = '{"a": ["' + "x" * (4096 - len('{"a": [""]}')) + '"]}'
    assert len(longest) == 4096
    assert len(FilterCriteria.parse([longest] * 5).patterns) == 5
    with pytest.raises(WrongUsage, match="at most 5 filters, these are 6"):
        FilterCriteria.parse([longest] * 6)
