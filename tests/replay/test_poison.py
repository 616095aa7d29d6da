"""What is said to set a record apart is true of every record that was delivered, and nothing is said on thin ground."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ddbtop.replay.findings.poison import LEAST_OTHERS, Profile, Telling, words
from ddbtop.replay.model import ReplayRecord
from tests.replay.scripted import record


def profile(count: int = 20, **attributes: Any) -> Profile:
    made = Profile()
    for number in range(count):
        made.add(record(number, **attributes))
    return made


def said(made: Profile, **attributes: Any) -> list[str]:
    return [words(each) for each in made.apart(record(99, **attributes))]


def test_another_type_is_told_with_the_value() -> None:
    assert said(profile(), price={"S": "12,90"}) == [
        'price is {"S": "12,90"}; every record delivered in this run has {"N": …}'
    ]


def test_only_those_that_have_the_attribute_are_counted() -> None:
    made = profile(6, qty={"N": "1"})
    made.add(record(50))
    assert said(made, qty={"S": "one"}) == ['qty is {"S": "one"}; all 6 delivered in this run with qty have {"N": …}']


def test_what_lies_in_maps_and_lists_is_compared_too() -> None:
    made = profile(lines={"L": [{"M": {"price": {"N": "1"}}}]})
    assert said(made, lines={"L": [{"M": {"price": {"N": "1"}}}, {"M": {"price": {"NULL": True}}}]}) == [
        'lines[].price is {"NULL": null}; every record delivered in this run has {"N": …}'
    ]


def test_missing_extra_empty_and_negative() -> None:
    made = profile(note={"S": "ring"}, qty={"N": "2"})
    apart = made.apart(record(99, note={"S": ""}, qty={"N": "-1"}, coupon={"S": "A"}))
    assert [each.telling for each in apart] == [Telling.EMPTY, Telling.SIGN, Telling.EXTRA]
    assert said(made, qty={"N": "2"}) == ['note is missing; every record delivered in this run has {"S": …}']


def test_nothing_is_said_where_nothing_can_be_told() -> None:
    assert said(profile()) == []
    assert said(profile(LEAST_OTHERS - 1), price={"S": "x"}, other={"S": "y"}) == []
    assert said(profile(), price={"N": "1"}) == []


def test_a_record_that_cannot_be_read_says_nothing() -> None:
    made = profile()
    for event in (b"{", b"[]", b'{"dynamodb": {"NewImage": 5}}', b'{"dynamodb": {"NewImage": {"a": {"M": 1}}}}'):
        odd = replace(record(1), event=event)
        made.apart(odd)
        made.add(odd)


def modified(number: int, **attributes: Any) -> ReplayRecord:
    """Change number so and so of the shard: the item was there before."""
    made = record(number, **attributes)
    return replace(made, event=made.event.replace(b'"INSERT"', b'"MODIFY"'))


def test_a_value_that_only_other_kinds_of_change_have_sets_it_apart_from_its_own_kind() -> None:
    """The order it failed on was changed later, and the handler looks at insertions alone."""
    made = profile()
    made.add(record(50, price={"N": "1"}, note={"S": "ring"}))
    made.add(modified(99, price={"S": "12,90"}))
    assert said(made, price={"S": "12,90"}) == [
        'price is {"S": "12,90"}; every INSERT delivered in this run has {"N": …}'
    ]
    made.add(record(51, price={"S": "1"}))
    assert said(made, price={"S": "12,90"}) == []


def test_of_its_own_kind_only_those_that_have_the_attribute_are_counted() -> None:
    made = profile(6, qty={"N": "1"})
    made.add(record(50))
    made.add(modified(51, qty={"S": "one"}))
    assert said(made, qty={"S": "one"}) == [
        'qty is {"S": "one"}; all 6 INSERTs delivered in this run with qty have {"N": …}'
    ]


def test_a_kind_of_change_of_which_few_were_delivered_says_nothing_of_its_own() -> None:
    made = profile(LEAST_OTHERS - 1)
    for number in range(50, 60):
        made.add(modified(number, price={"S": "1"}))
    assert said(made, price={"S": "12,90"}) == []
    assert said(made, price={"NULL": True}) == [
        'price is {"NULL": null}; every record delivered in this run has {"S": …} or {"N": …}'
    ]


def value(chance: random.Random, level: int = 0) -> Any:
    match chance.randrange(4 if level > 2 else 6):
        case 0:
            return {"S": chance.choice(["", "a", "b"])}
        case 1:
            return {"N": str(chance.randint(-2, 2))}
        case 2:
            return {"NULL": True}
        case 3:
            return {"odd": 1}
        case 4:
            return {"L": [value(chance, level + 1) for _ in range(chance.randrange(3))]}
        case _:
            return {"M": {name: value(chance, level + 1) for name in "abc"[: chance.randrange(4)]}}


def item(seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    return {name: value(chance) for name in ("price", "qty", "a") if chance.random() < 0.7}


items = st.builds(item, st.integers(0, 10**9))


changes = st.tuples(items, st.sampled_from([record, modified]))


@given(st.lists(changes, min_size=5, max_size=16), items)
def test_what_is_said_holds_for_every_record_that_it_is_said_of(
    others: list[tuple[dict[str, Any], Callable[..., ReplayRecord]]], own: dict[str, Any]
) -> None:
    made = Profile()
    delivered = [change(number, **attributes) for number, (attributes, change) in enumerate(others)]
    for one in delivered:
        made.add(one)
    events = [json.loads(one.event) for one in delivered]
    for each in made.apart(record(99, **own)):
        name = each.path.split(".")[0].split("[")[0]
        kinds = [event["eventName"] for event in events] if not each.event_name else [each.event_name]
        images = [event["dynamodb"]["NewImage"] for event in events if event["eventName"] in kinds]
        assert each.among == len(images) >= LEAST_OTHERS
        if each.telling is Telling.TYPE and each.path == name:
            mine = set(json.loads(record(99, **own).event)["dynamodb"]["NewImage"][name])
            assert all(mine != set(image[name]) for image in images if name in image)
            assert each.count == sum(name in image for image in images)
        if each.telling is Telling.MISSING and each.path == name:
            assert name not in own
            assert all(name in image for image in images)
        if each.telling is Telling.EXTRA and each.path == name:
            assert not any(name in image for image in images)


@given(st.lists(items, min_size=5, max_size=12), st.integers(0, 11))
def test_a_record_like_a_delivered_one_is_not_set_apart(others: list[dict[str, Any]], which: int) -> None:
    made = Profile()
    for number, attributes in enumerate(others):
        made.add(record(number, **attributes))
    assert made.apart(record(99, **others[which % len(others)])) == []
