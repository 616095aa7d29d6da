"""How many records were created when, counted from a journal's columns."""

from __future__ import annotations

import math
from pathlib import Path

from ddbtop.journal.journal import Journal
from tests.journal.pages import SHARD, STREAM, batch, page, record

AT = 1_774_017_127.0
OTHER = "shardId-00000001774017127000-0be411bb"


def test_counts_are_those_of_each_shard_between_two_moments(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "x.ddbtop", STREAM) as journal:
        journal.commit(batch(page(record(n, at=AT + n // 2) for n in range(10))))
        journal.commit(batch(page(record(n, at=AT + n) for n in range(20, 23)), shard=OTHER))
        journal.commit(batch(page(record(n, at=AT + 5) for n in range(30, 34))))
        with journal.reader() as reader:
            found = reader.densities()
            wire_bytes = reader.counts().wire_bytes
    assert set(found) == {SHARD, OTHER}
    assert found[SHARD].records == 14
    assert found[SHARD].first_at == AT
    assert found[SHARD].between(AT + 1, AT + 3) == 4
    assert found[SHARD].between(AT + 5, math.inf) == 4
    assert found[SHARD].between(AT + 6, AT + 1) == 0
    assert found[OTHER].between(AT + 20, AT + 22) == 2
    assert sum(density.size_bytes for density in found.values()) == wire_bytes


def test_a_journal_without_records_has_no_densities(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "x.ddbtop", STREAM) as journal, journal.reader() as reader:
        assert reader.densities() == {}


def test_what_was_dropped_is_not_counted(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "x.ddbtop", STREAM, limit_bytes=200_000) as journal:
        for first in range(0, 3000, 100):
            text = {"S": "".join(chr(0x4E00 + (n * 7919 + first) % 20000) for n in range(2000))}
            journal.commit(batch(page(record(first + n, at=AT + first + n, text=text) for n in range(100))))
        assert journal.start > 0
        with journal.reader() as reader:
            density = reader.densities()[SHARD]
        assert density.records == journal.end - journal.start
        assert density.first_at == AT + journal.start
