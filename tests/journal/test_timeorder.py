"""The order of time: the same records as by arrival, whatever the blocks, and nothing that arrived later."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from ddbtop.journal import timeorder
from ddbtop.journal.journal import Journal
from ddbtop.journal.reader import JournalReader
from ddbtop.journal.timeorder import UNKNOWN, TimeOrder
from tests.journal.pages import SHARD, STREAM, batch, page, record

AT = 1_774_017_127.0


def fill(journal: Journal, times: Sequence[float], *, a_page: int = 7) -> None:
    """One record for each time, pages of two shards in turn."""
    for first in range(0, len(times), a_page):
        wire = [record(first + i, at=at) for i, at in enumerate(times[first : first + a_page])]
        journal.commit(batch(page(wire), shard=SHARD if first % 2 else SHARD[:-1] + "b"))


def ordered(reader: JournalReader, among: Sequence[int] | None = None) -> TimeOrder:
    order = TimeOrder(*reader.bounds(), among)
    order.count(reader)
    return order


def times_of_a_catch_up(count: int = 300) -> list[float]:
    """Mostly ascending, whole seconds with some in between, gaps, and stretches from an hour before."""
    pick = random.Random(5)
    times = [AT + n // 3 + (0.5 if n % 11 == 0 else 0) - (3600 if n % 40 < 9 else 0) for n in range(count)]
    return [at + pick.choice((0, 0, 0, 2, 600)) for at in times]


@pytest.fixture
def times(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    monkeypatch.setattr("ddbtop.journal.append.BLOCK_BYTES", 10_000)
    monkeypatch.setattr(timeorder, "REMEMBERED_SECONDS", 8)
    times = times_of_a_catch_up()
    fill(journal, times)
    return times


@pytest.mark.parametrize("among", [None, list(range(0, 300, 7)), [], [299]])
def test_lines_are_the_records_sorted_by_time_and_arrival(
    journal: Journal, times: list[float], among: list[int] | None
) -> None:
    expected = sorted(range(300) if among is None else among, key=lambda number: (times[number], number))
    with journal.reader() as reader:
        order = ordered(reader, among)
        assert len(order) == len(expected)
        for first, count in [(0, 300), (0, 1), (17, 40), (260, 100), (-5, 10), (300, 5)]:
            assert order.numbers(reader, first, count) == expected[max(0, first) : first + count]
        assert [order.line(reader, number) for number in expected] == list(range(len(expected)))


def test_the_line_of_a_record_that_is_not_shown_is_that_of_the_next_one(journal: Journal, times: list[float]) -> None:
    among = list(range(0, 300, 7))
    expected = sorted(among, key=lambda number: (times[number], number))
    with journal.reader() as reader:
        order = ordered(reader, among)
        for number in range(300):
            later = [(times[one], one) >= (times[number], number) for one in expected]
            assert order.line(reader, number) == (later.index(True) if True in later else len(expected))


def test_what_arrives_later_moves_no_line(journal: Journal, times: list[float]) -> None:
    with journal.reader() as reader:
        order = ordered(reader)
        before = order.numbers(reader, 0, 300)
        fresh = TimeOrder(0, 300)
        fill_later = [record(1_000 + n, at=AT - n) for n in range(50)]
        journal.commit(batch(page(fill_later)))
        fresh.count(reader)
        assert fresh.numbers(reader, 0, 400) == order.numbers(reader, 0, 400) == before


def test_lines_of_dropped_records_say_so_and_the_others_stay(path: Path) -> None:
    with Journal.create(path, STREAM, limit_bytes=100_000) as journal, journal.reader() as reader:
        journal.commit(batch(page([record(n, at=AT + n % 5) for n in range(500)])))
        order = ordered(reader)
        for first in range(500, 8_000, 500):
            journal.commit(batch(page([record(n, at=AT + n) for n in range(first, first + 500)])))
        assert journal.start >= 500
        assert len(order) == 500
        assert set(order.numbers(reader, 0, 500)) == {UNKNOWN}
