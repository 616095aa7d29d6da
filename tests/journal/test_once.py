"""Each record is kept once, however often and in whatever order pages bring it."""

from __future__ import annotations

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddbtop.journal.journal import Journal
from ddbtop.journal.ranges import SEQUENCE_BYTES, encode, new_runs
from ddbtop.journal.reader import JournalReader
from ddbtop.streams.outbox import Batch, ShardPage
from ddbtop.streams.wire import MAX_SEQUENCE_DIGITS
from tests.journal.pages import BASE, SHARD, STREAM, batch, numbered

OTHER = SHARD[:-1] + "b"

PAGES = st.lists(
    st.tuples(st.sampled_from([SHARD, OTHER]), st.integers(0, 30), st.integers(1, 9)), min_size=1, max_size=8
)
"""Shard, first number, length: every number of a shard from the first on belongs to the page."""


def kept(reader: JournalReader) -> list[tuple[str, int]]:
    start, end = reader.bounds()
    return [(row.shard_id, int(row.record.sequence_number) - BASE) for row in reader.window(start, end - start)]


def number_of(step: int) -> int:
    """Numbers of a stream have gaps, and their length grows."""
    return step * 3 + (10**24 if step > 20 else 0)


@settings(max_examples=200, deadline=None)
@given(st.lists(PAGES, min_size=1, max_size=3), st.booleans())
def test_overlapping_pages_in_any_order_keep_each_record_once(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[str, int, int]]], reopen: bool
) -> None:
    path = tmp_path_factory.mktemp("once") / "journal"
    journal = Journal.create(path, STREAM, temporary=True)
    expected: set[tuple[str, int]] = set()
    for pages in batches:
        one = Batch()
        for shard, first, length in pages:
            numbers = [number_of(step) for step in range(first, first + length)]
            one.pages.append(ShardPage(shard, numbered(*numbers)))
            expected.update((shard, number) for number in numbers)
        journal.commit(one)
        if reopen:  # what is known in memory is known from the file as well
            journal._state = None
    with journal.reader() as reader:
        found = kept(reader)
        assert len(found) == len(set(found))
        assert set(found) == expected
        assert ranges_are_disjoint(path)
        for number, (shard, sequence) in enumerate(found):
            assert reader.locate(shard, str(BASE + sequence)) == number
    journal.close()


def ranges_are_disjoint(path: Path) -> bool:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT shard, first_seq, last_seq FROM page UNION ALL SELECT * FROM dropped").fetchall()
    connection.close()
    rows.sort()
    return all(a[0] != b[0] or a[2] < b[1] for a, b in pairwise(rows))


@settings(max_examples=40, deadline=None)
@given(st.lists(PAGES, min_size=2, max_size=8))
def test_records_that_were_dropped_do_not_come_back(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[str, int, int]]]
) -> None:
    path = tmp_path_factory.mktemp("bounded") / "journal"
    journal = Journal.create(path, STREAM, temporary=True, limit_bytes=1)
    fed: set[tuple[str, int]] = set()
    ever: list[tuple[str, int]] = []
    for pages in batches:
        journal._state = None  # every batch a block of its own, so that the one before is dropped
        one = Batch()
        for shard, first, length in pages:
            numbers = [number_of(step) for step in range(first, first + length)]
            one.pages.append(ShardPage(shard, numbered(*numbers)))
            fed.update((shard, number) for number in numbers)
        before = journal.end
        journal.commit(one)
        with journal.reader() as reader:
            assert reader.bounds() == (journal.start, journal.end)
            ever += kept(reader)[before - journal.start :] if journal.end > before else []
        assert ranges_are_disjoint(path)
    journal.close()
    assert len(ever) == len(set(ever))
    assert set(ever) == fed


def test_sequence_numbers_compare_as_integers() -> None:
    numbers = ["9" * 21, "1" + "0" * 21, "00000" + "8" * 21, "9" * MAX_SEQUENCE_DIGITS, "0"]
    assert sorted(numbers, key=encode) == sorted(numbers, key=int)
    assert all(len(encode(number)) == SEQUENCE_BYTES for number in numbers)


def test_a_run_ends_where_a_stored_range_lies_between_two_records() -> None:
    records = numbered(1, 2, 10, 11, 20).records

    def stored(*ranges: tuple[int, int]) -> list[tuple[bytes, bytes]]:
        return [(encode(str(BASE + first)), encode(str(BASE + last))) for first, last in ranges]

    assert new_runs(records, stored()) == [(0, 5)]
    assert new_runs(records, stored((4, 6))) == [(0, 2), (2, 5)]
    assert new_runs(records, stored((2, 10))) == [(0, 1), (3, 5)]
    assert new_runs(records, stored((0, 30))) == []
    assert new_runs(records, stored((20, 40))) == [(0, 4)]


def test_a_later_session_may_begin_earlier(path: Path) -> None:
    with Journal.create(path, STREAM) as journal:
        journal.commit(batch(numbered(50, 60)))
    with Journal.open(path) as journal:
        journal.commit(batch(numbered(10, 20, 50, 55, 60, 70)))
        with journal.reader() as reader:
            assert [number for _, number in kept(reader)] == [50, 60, 10, 20, 70]
            assert reader.locate(SHARD, str(BASE + 20)) == 3
