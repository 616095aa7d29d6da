"""A search that runs while the journal grows."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddbtop.errors import CannotDo
from ddbtop.journal.journal import Journal
from ddbtop.journal.query import Query
from ddbtop.journal.search import POLL_S, Search
from ddbtop.streams.outbox import Batch, ShardPage
from ddbtop.streams.wire import decode_page
from tests.journal.pages import SHARD, STREAM, batch, numbered, page, record

PATIENCE_S = 30.0
"""Far beyond what any machine needs; reaching it is a failure."""


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait in small steps until the search's thread has made it true."""
    pause = threading.Event()
    for _ in range(int(PATIENCE_S / (POLL_S / 10))):
        if condition():
            return
        pause.wait(POLL_S / 10)
    raise AssertionError("the search never got there")


@pytest.fixture
def searching(journal: Journal) -> Iterator[Callable[..., Search]]:
    running: list[Search] = []

    def start(text: str, **options: bool) -> Search:
        running.append(Search(journal.reader, Query.parse(text), **options))
        return running[-1]

    yield start
    for search in running:
        search.close()


def test_hits_grow_with_the_journal(journal: Journal, searching: Callable[..., Search]) -> None:
    journal.commit(batch(numbered(*range(100))))
    search = searching("n<50")
    wait_until(lambda: search.done)
    assert list(search.hits) == list(range(50))
    assert (search.scanned, search.total) == (100, 100)
    journal.commit(batch(page(record(n, n={"N": "1"}) for n in range(100, 130))))
    wait_until(lambda: search.scanned == 130)
    wait_until(lambda: search.done)
    assert list(search.hits) == [*range(50), *range(100, 130)]


def test_newest_first_ends_at_the_oldest(journal: Journal, searching: Callable[..., Search]) -> None:
    for first in range(0, 300, 30):
        journal.commit(batch(numbered(*range(first, first + 30))))
    search = searching("n>=10 n<250", newest_first=True)
    search.join()
    assert search.done
    assert list(search.hits) == list(range(249, 9, -1))
    assert search.scanned == search.total == 300


def test_a_search_without_a_match_looks_at_everything(journal: Journal, searching: Callable[..., Search]) -> None:
    journal.commit(batch(numbered(1, 2, 3)))
    for text in ("nowhere", "event:REMOVE", "shard:ffff", "age>10000d"):
        search = searching(text, newest_first=True)
        search.join()
        assert (list(search.hits), search.scanned) == ([], 3), text


def test_a_search_can_be_closed_before_it_is_through(journal: Journal, searching: Callable[..., Search]) -> None:
    journal.commit(batch(numbered(*range(1000))))
    search = searching("status")
    search.close()
    assert list(search.hits) in ([], list(range(1000)))


def test_records_dropped_under_a_search_do_not_stop_it(path: Path) -> None:
    with Journal.create(path, STREAM, limit_bytes=100_000) as journal:
        search = Search(journal.reader, Query.parse("status"))
        for first in range(0, 8_000, 500):
            journal.commit(batch(numbered(*range(first, first + 500))))
        wait_until(lambda: bool(search.hits) and search.hits[-1] == journal.end - 1)
        search.close()
        assert search.error is None
        hits = list(search.hits)
        assert hits == sorted(set(hits))
        assert set(range(journal.start, journal.end)) <= set(hits)


def test_a_damaged_block_is_said_and_ends_the_search(journal: Journal, searching: Callable[..., Search]) -> None:
    journal.commit(batch(numbered(*range(10))))
    journal._connection.execute("UPDATE body SET data = substr(data, 1, 20)")
    search = searching("status")
    search.join()
    assert search.done
    assert isinstance(search.error, CannotDo)
    assert "damaged" in search.error.message


def test_a_page_that_only_the_slow_decoder_reads_is_searched(
    journal: Journal, searching: Callable[..., Search]
) -> None:
    half = record(1, note={"S": "half \ud83d"}, status={"S": "LOST"})
    body = page([record(2, status={"S": "LOST"})])
    journal.commit(
        Batch([ShardPage(SHARD, decode_page(json.dumps({"Records": [half]}).encode())), ShardPage(SHARD, body)])
    )
    for text in ("status=LOST", "half", "changed:status", "note:half"):
        search = searching(text, newest_first=True)
        search.join()
        assert 0 in search.hits, text


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["PAID", "PACKED", "päid"]), min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from(["status=PAID", "paid", "!packed", "changed:status", "event:INSERT", "status:p ä", "n>3 päid"]),
)
def test_a_search_finds_what_the_query_matches(
    tmp_path_factory: pytest.TempPathFactory, pages: list[list[str]], text: str
) -> None:
    query = Query.parse(text)
    with Journal.create(tmp_path_factory.mktemp("search") / "j", STREAM) as journal:
        for statuses in pages:
            first = journal.end
            journal.commit(batch(page(record(first + i, status={"S": s}) for i, s in enumerate(statuses))))
        search = Search(journal.reader, query, newest_first=True)
        search.join()
        with journal.reader() as reader:
            expected = [r.number for r in reader.window(0, journal.end) if query.matches(r.shard_id, r.record)]
    assert list(reversed(search.hits)) == expected
