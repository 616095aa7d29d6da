"""Records of a journal: each once, in the order of its shard, the same at every run."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from ddbtop.errors import CannotDo
from ddbtop.journal.journal import Journal
from ddbtop.journal.retention import drop_oldest
from ddbtop.replay.model import ReplayShard
from ddbtop.replay.sources.journal import JournalSource
from ddbtop.streams.outbox import Batch, Progress, ShardPage
from tests.journal.pages import BASE, SHARD, STREAM, batch, numbered, page, record

OTHER = "shardId-00000001774017127001-b52c33dd"


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal.create(tmp_path / "j", STREAM, temporary=True)


def numbers(source: JournalSource, shard_id: str = SHARD, limit: int = 3) -> list[int]:
    found: list[int] = []
    while True:
        poll = source.poll(shard_id, limit)
        found += [int(record.sequence_number) - BASE for record in poll.records]
        if poll.is_end:
            return found


def source(journal: Journal, *shards: str, starts: dict[str, str] | None = None) -> JournalSource:
    return JournalSource(journal.reader(), [ReplayShard(shard) for shard in shards or (SHARD,)], starts=starts)


def test_each_record_comes_once_whatever_the_limit(journal: Journal) -> None:
    with journal:
        journal.commit(batch(numbered(*range(10)), numbered(*range(10, 17))))
        for limit in (1, 3, 7, 100):
            assert numbers(source(journal), limit=limit) == list(range(17))


def test_shards_are_kept_apart(journal: Journal) -> None:
    with journal:
        journal.commit(
            Batch([ShardPage(SHARD, numbered(1, 2)), ShardPage(OTHER, numbered(7)), ShardPage(SHARD, numbered(3))])
        )
        both = source(journal, SHARD, OTHER)
        assert numbers(both, limit=1) == [1, 2, 3]
        assert numbers(both, OTHER) == [7]


def test_what_a_later_session_read_from_earlier_on_comes_first(journal: Journal) -> None:
    with journal:
        journal.commit(batch(numbered(5, 6)))
        journal.commit(batch(numbered(1, 2)))
        assert numbers(source(journal)) == [1, 2, 5, 6]


def test_what_arrives_after_a_run_was_made_belongs_to_the_next(journal: Journal) -> None:
    with journal:
        journal.commit(batch(numbered(1, 2)))
        run = source(journal)
        journal.commit(batch(numbered(3)))
        assert numbers(run) == [1, 2]
        assert numbers(source(journal)) == [1, 2, 3]


def test_a_replay_can_begin_in_the_middle_of_a_shard(journal: Journal) -> None:
    with journal:
        journal.commit(batch(numbered(*range(10))))
        assert numbers(source(journal, starts={SHARD: str(BASE + 6)})) == [6, 7, 8, 9]


def test_records_that_the_history_dropped_meanwhile_are_not_passed_over(tmp_path: Path) -> None:
    random = Random(1)
    with Journal.create(tmp_path / "j", STREAM, temporary=True) as journal:
        for first in range(0, 4000, 1000):
            many = range(first, first + 1000)
            journal.commit(batch(page(record(n, blob={"S": random.randbytes(500).hex()}) for n in many)))
        run = source(journal)
        assert run.poll(SHARD, 10).records
        run.poll(SHARD, 990)
        with journal._transaction() as state:
            drop_oldest(journal._connection, state, 200_000)
        with pytest.raises(CannotDo, match="dropped before they were replayed"):
            numbers(run)


def test_a_capture_tells_its_shards_and_their_parents(journal: Journal) -> None:
    with journal:
        kept = batch(numbered(1), progress=False)
        kept.progress = {SHARD: Progress(SHARD, "gone", "", True), OTHER: Progress(OTHER, SHARD, "", False)}
        journal.commit(kept)
        assert JournalSource.everything(journal.reader()).shards == (ReplayShard(SHARD), ReplayShard(OTHER, SHARD))


def test_an_event_is_what_lambda_would_hand_over(journal: Journal) -> None:
    with journal:
        journal.commit(batch(numbered(1)))
        (found,) = source(journal).poll(SHARD, 1).records
        assert b'"eventSourceARN":"%b"' % STREAM.arn.encode() in found.event
        assert b"shardId" not in found.event
