"""What holds for every pattern and every record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddbtop.replay.patterns import FilterCriteria, Pattern, PatternError
from tests.hostile import ATTRIBUTES, obeyed
from tests.replay.vectors import vectors
from tests.streams.documents import UNHURRIED, items, json_values

_PATHS = ("a", "b", "l.a", "l.b", "l.m.c")
_TEXTS = st.sampled_from(["", "x", "y", "xy"])
_PARTS = st.sampled_from(["x", "y", "xy", "*"])
_SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.floats(-2, 2) | _TEXTS


def alternatives() -> st.SearchStrategy[Any]:
    """All but `exists: false`, which can hold in one element of an array only because another condition chose it."""
    return st.one_of(
        _SCALARS,
        st.builds(lambda text: {"prefix": text}, _TEXTS),
        st.builds(lambda text: {"suffix": {"equals-ignore-case": text}}, _TEXTS),
        st.builds(lambda text: {"anything-but": text}, _TEXTS),
        st.builds(lambda text: {"anything-but": {"prefix": [text]}}, _PARTS),
        st.builds(lambda text: {"wildcard": text}, _PARTS),
        st.builds(lambda number: {"numeric": [">=", number]}, st.integers(-2, 2)),
        st.just({"exists": True}),
    )


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(_PATHS), st.lists(alternatives(), min_size=1, max_size=3), min_size=1)


def patterns() -> st.SearchStrategy[dict[str, Any]]:
    choices = st.lists(leaves(), min_size=2, max_size=3).map(lambda branches: {"$or": branches})
    return leaves() | choices | st.builds(lambda one, other: {**one, **other}, leaves(), choices)


def records() -> st.SearchStrategy[Any]:
    names = st.sampled_from(["a", "b", "c", "l", "m", "l.a"])
    return st.dictionaries(
        names,
        st.recursive(_SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(names, v, max_size=3), max_leaves=9),
    )


def paths_of(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf that is in no array, by its path."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from paths_of(member, f"{path}.{name}" if path else name)
    elif not isinstance(value, list):
        yield path, value


def fits(pattern: dict[str, Any], record: Any) -> bool:
    return Pattern.parse(json.dumps(pattern)).matches(record)


@UNHURRIED
@given(items())
def test_a_pattern_made_from_a_record_lets_it_through(item: dict[str, Any]) -> None:
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": item}}
    pattern = json.dumps({path: [value] for path, value in paths_of(record)})
    if len(pattern) <= 4096:
        assert Pattern.parse(pattern).matches(record)


@UNHURRIED
@given(patterns(), leaves(), records())
def test_one_more_condition_never_lets_more_through(pattern: Any, more: Any, record: Any) -> None:
    for also in ({f"z.{path}": value for path, value in more.items()}, {"$or": [more, more]}):
        further = f"{json.dumps(pattern)[:-1]},{json.dumps(also)[1:]}"
        assert fits(pattern, record) or not Pattern.parse(further).matches(record)


@UNHURRIED
@given(st.lists(leaves(), min_size=2, max_size=4), st.randoms(), records())
def test_the_order_of_branches_and_filters_does_not_matter(branches: list[Any], random: Any, record: Any) -> None:
    shuffled = list(branches)
    random.shuffle(shuffled)
    decided = fits({"$or": branches}, record)
    assert fits({"$or": shuffled}, record) is decided
    assert FilterCriteria.parse(map(json.dumps, shuffled)).matches(record) is decided
    assert any(fits(branch, record) for branch in branches) is decided


@UNHURRIED
@given(patterns(), records())
def test_a_reason_is_given_exactly_where_a_record_does_not_fit(pattern: Any, record: Any) -> None:
    parsed = Pattern.parse(json.dumps(pattern))
    verdict = parsed.explain(record)
    assert verdict.matched is parsed.matches(record) is not bool(verdict.reason)


@UNHURRIED
@given(json_values())
def test_any_json_is_a_pattern_or_is_refused(value: Any) -> None:
    try:
        said = Pattern.parse(json.dumps(value)).warnings("KEYS_ONLY")
    except PatternError as error:
        said = [error.place, error.message]
    assert all(text and not obeyed(text) for text in said)


@UNHURRIED
@given(patterns(), json_values())
def test_no_record_is_too_strange(pattern: Any, record: Any) -> None:
    Pattern.parse(json.dumps(pattern)).explain(record)


@pytest.mark.parametrize("pattern", [v.pattern for v in vectors() if not v.invalid])
def test_hostile_values_are_judged_and_never_obeyed(pattern: str) -> None:
    parsed = Pattern.parse(pattern)
    for attribute in ATTRIBUTES:
        image = dict.fromkeys(("state", "n", "x", "s", "l", "m", "\x1b[31m"), attribute)
        verdict = parsed.explain({"x": attribute, "l": attribute, "dynamodb": {"NewImage": image}})
        assert not obeyed(verdict.reason)


def test_arrays_in_arrays_are_no_deeper_than_can_be_read() -> None:
    value: Any = "x"
    for _ in range(5000):
        value = [value]
    assert Pattern.parse('{"a": ["x"]}').matches({"a": value})


def test_many_choices_over_many_elements_are_decided() -> None:
    """Tried one by one these would be 2 to the power of 90."""
    choices = ",".join(f'"$or":[{{"a{i}":[1]}},{{"b{i}":[1]}}]' for i in range(90))
    pattern = Pattern.parse(f'{{"l":{{{choices},"z":[{{"exists":false}}]}}}}')
    element = {f"{letter}{i}": 1 for letter in "ab" for i in range(90)}
    assert not pattern.matches({"l": [element | {"z": 1}] * 3})
    assert pattern.matches({"l": [element | {"z": 1}, element]})
