"""One item's records among all the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ddbtop.journal import keys as key_module
from ddbtop.journal.journal import Journal
from ddbtop.journal.keys import aligned, canonical_key, key_hash
from ddbtop.streams.outbox import Batch, ShardPage
from ddbtop.streams.wire import decode_page
from tests.journal.pages import BASE, SHARD, STREAM, batch, page, record

CART: dict[str, Any] = {"pk": {"S": "CART#8841"}, "sk": {"S": "HEAD"}}


def test_an_items_versions_come_newest_first(journal: Journal) -> None:
    for first in range(0, 400, 4):
        journal.commit(batch(page(record(first + i, key="CART#8841" if i == 2 else "") for i in range(4))))
    with journal.reader() as reader:
        raw = json.dumps(CART).encode()
        assert reader.versions(raw, 1000) == [number for number in range(399, -1, -1) if number % 4 == 2]
        assert reader.versions(raw, 3) == [398, 394, 390]
        assert reader.versions(b'{"pk":{"S":"CART#8842"},"sk":{"S":"HEAD"}}', 3) == []


def test_the_previous_image_may_lie_in_another_shard(journal: Journal) -> None:
    parent, child = SHARD, SHARD[:-1] + "c"
    journal.commit(Batch([ShardPage(parent, page([record(1, key="A", v={"N": "1"}), record(2)]))]))
    journal.commit(Batch([ShardPage(child, page([record(3), record(4, key="A")]))]))
    with journal.reader() as reader:
        latest = reader.row(3)
        assert latest is not None
        before = reader.previous_image(latest)
        assert before is not None
        assert (before.number, before.shard_id) == (0, parent)
        assert reader.previous_image(before) is None


def test_a_record_that_was_read_late_is_not_taken_for_the_previous_one(journal: Journal) -> None:
    journal.commit(batch(page([record(10, key="A")]), page([record(30, key="A")])))
    journal.commit(batch(page([record(40, key="A")])))
    journal.commit(batch(page([record(20, key="A")])))
    with journal.reader() as reader:
        late = reader.row(3)
        assert late is not None
        before = reader.previous_image(late)
        assert before is not None
        assert before.number == 0


def test_a_later_session_may_bring_the_previous_image(path: Path) -> None:
    with Journal.create(path, STREAM) as journal:
        journal.commit(batch(page([record(10, key="A")])))
        journal.commit(batch(page([record(30, key="A"), record(31), record(40, key="A")])))
    with Journal.open(path) as journal:
        journal.commit(batch(page([record(5, key="A"), record(6, key="B")])))
        journal.commit(batch(page([record(20, key="A"), record(25, key="A")]), page([record(50, key="A")])))
        with journal.reader() as reader:
            rows = {int(row.record.sequence_number) - BASE: row for row in reader.window(0, journal.end)}
            previous = {number: reader.previous_image(rows[number]) for number in (5, 10, 20, 25, 30, 40, 50)}
    assert {number: found and int(found.record.sequence_number) - BASE for number, found in previous.items()} == {
        5: None,
        10: 5,
        20: 10,
        25: 20,
        30: 25,
        40: 30,
        50: 40,
    }


def test_another_item_with_the_same_hash_is_not_taken_for_this_one(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ddbtop.journal.block.key_hash", lambda keys: b"samehash")
    monkeypatch.setattr("ddbtop.journal.reader.key_hash", lambda keys: b"samehash")
    journal.commit(batch(page([record(1, key="A"), record(2, key="B"), record(3, key="A")])))
    with journal.reader() as reader:
        assert reader.versions(b'{"pk":{"S":"A"},"sk":{"S":"HEAD"}}', 10) == [2, 0]


@pytest.mark.parametrize(
    "other",
    [
        b'{"sk":{"S":"HEAD"},"pk":{"S":"\\u0043ART#8841"}}',
        b'{ "pk" : { "S" : "CART#8841" } , "sk" : { "S" : "HEAD" } }',
    ],
)
def test_a_key_is_the_same_however_it_is_written(other: bytes) -> None:
    assert key_hash(json.dumps(CART).encode()) == key_hash(other)


def test_different_keys_differ() -> None:
    written: list[Any] = [
        {},
        {"a": {"S": "bc"}},
        {"ab": {"S": "c"}},
        {"a": {"N": "1"}},
        {"a": {"S": "1"}},
        {"a": {"B": "MQ=="}},
        {"a": {"S": "1"}, "b": {"S": "2"}},
        {"a": {"S": "\ud800"}},
        {"a": {"S": 1}},
        [],
        "x",
    ]
    keys = [canonical_key(json.dumps(value).encode()) for value in written]
    assert len(set(keys)) == len(keys)


def test_a_key_nested_too_deeply_to_decode_still_has_a_hash() -> None:
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    assert len(key_hash(deep)) == key_module.HASH_BYTES


def test_a_hash_is_found_only_where_one_begins() -> None:
    one, two = b"aaaaaaaa", b"aaaaaaab"
    assert aligned(one + two + one, one) == [0, 2]
    assert aligned(b"xaaaaaaa" + b"axxxxxxx", one) == []


def test_keys_with_lone_surrogates_are_found_again(journal: Journal) -> None:
    half = record(1, key="half \ud83d")
    journal.commit(batch(decode_page(json.dumps({"Records": [half]}).encode())))
    with journal.reader() as reader:
        assert reader.versions(json.dumps(half["dynamodb"]["Keys"]).encode(), 5) == [0]
