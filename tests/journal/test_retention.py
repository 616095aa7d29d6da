"""A journal with a limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from ddbtop.journal import retention
from ddbtop.journal.journal import Journal
from tests.journal.pages import BASE, SHARD, STREAM, batch, numbered

LIMIT = 150_000


def test_the_file_stays_near_its_limit(path: Path) -> None:
    with Journal.create(path, STREAM, temporary=True, limit_bytes=LIMIT) as journal:
        for first in range(0, 15_000, 500):
            journal.commit(batch(numbered(*range(first, first + 500))))
            journal._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert path.stat().st_size < LIMIT * 1.5
        assert 0 < journal.start < journal.end == 15_000
        with journal.reader() as reader:
            counts = reader.counts()
            rows = reader.window(0, 15_000)
            assert counts.records == counts.modifies == len(rows) == journal.end - journal.start
            assert [row.number for row in rows] == list(range(journal.start, journal.end))
            wire = sum(len(reader.raw(row.number)) for row in rows[:3]) // 3 * counts.records
            assert counts.wire_bytes == pytest.approx(wire, rel=0.05)


def test_positions_outlive_the_records_they_came_from(path: Path) -> None:
    with Journal.create(path, STREAM, temporary=True, limit_bytes=1) as journal:
        for first in range(0, 5000, 1000):
            journal.commit(batch(numbered(*range(first, first + 1000)), shard=f"shard-{first}"))
        progress = journal.progress()
        assert {shard: int(p.last_sequence) - BASE for shard, p in progress.items()} == {
            f"shard-{first}": first + 999 for first in range(0, 5000, 1000)
        }
        assert journal.end - journal.start == 1000, "the last block always stays"


def test_the_state_of_a_bounded_journal_is_read_back_from_its_file(path: Path) -> None:
    with Journal.create(path, STREAM, temporary=True, limit_bytes=LIMIT) as journal:
        for first in range(0, 10_000, 1000):
            journal.commit(batch(numbered(*range(first, first + 1000))))
        before = (journal.start, journal.end)
        journal._state = None
        journal.commit(batch(numbered(*range(1000))))
        assert (journal.start, journal.end) == before, "all of them were there once"


def test_dropped_ranges_are_bounded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MAX_DROPPED_RANGES", 5)
    with Journal.create(path, STREAM, temporary=True, limit_bytes=1) as journal:
        for number in range(60):
            journal._state = None
            journal.commit(batch(numbered(number)))
        execute = journal._connection.execute
        assert execute("SELECT count(*) FROM dropped").fetchone()[0] == 5
        end = journal.end
        journal.commit(batch(numbered(*range(60))))
        assert journal.end == end, "nothing that was dropped is taken for new"


def test_a_range_is_not_merged_over_one_that_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MAX_DROPPED_RANGES", 1)
    with Journal.create(path, STREAM, temporary=True, limit_bytes=1) as journal:
        for number in (10, 50, 30):
            journal._state = None
            journal.commit(batch(numbered(number), progress=False))
        journal.commit(batch(numbered(20), numbered(30), numbered(40)))
        with journal.reader() as reader:
            start, end = reader.bounds()
            numbers = [int(row.record.sequence_number) - BASE for row in reader.window(start, end - start)]
        assert numbers == [30, 20, 40]
        assert journal.progress()[SHARD].last_sequence == str(BASE + 40)
