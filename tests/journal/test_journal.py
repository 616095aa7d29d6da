"""What a batch leaves in the journal, and what a reader finds there."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import Raw

from ddbtop.errors import CannotDo
from ddbtop.journal.journal import Journal
from ddbtop.journal.opened import RECORD_BYTES, OpenBlock, Row, RowCache
from ddbtop.journal.reader import JournalReader
from ddbtop.streams.model import Gap, KeyAttribute, StreamInfo
from ddbtop.streams.outbox import Batch, Evidence, Progress, ShardPage
from ddbtop.streams.wire import decode_page, decode_value
from tests.journal.pages import BASE, SHARD, STREAM, batch, numbered, page, record


def numbers(reader: JournalReader) -> list[int]:
    start, end = reader.bounds()
    rows = reader.window(start, end - start)
    assert [row.number for row in rows] == list(range(start, end))
    return [int(row.record.sequence_number) - BASE for row in rows]


def test_records_come_back_in_the_order_in_which_they_were_read(journal: Journal) -> None:
    other = SHARD[:-1] + "b"
    journal.commit(batch(numbered(1, 2)))
    journal.commit(Batch([ShardPage(other, numbered(7)), ShardPage(SHARD, numbered(3, 4))]))
    with journal.reader() as reader:
        assert numbers(reader) == [1, 2, 7, 3, 4]
        assert [row.shard_id for row in reader.window(1, 3)] == [SHARD, other, SHARD]
        assert journal.end == 5


def test_a_window_ends_where_the_journal_ends(journal: Journal) -> None:
    journal.commit(batch(numbered(1, 2, 3)))
    with journal.reader() as reader:
        assert [row.number for row in reader.window(1, 100)] == [1, 2]
        assert [row.number for row in reader.window(-5, 6)] == [0]
        assert reader.window(3, 10) == []
        assert reader.row(2) is not None
        assert reader.row(3) is None


def test_rows_from_far_apart_are_those_of_a_window_and_open_each_block_once(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ddbtop.journal.append.BLOCK_BYTES", 10_000)
    for first in range(0, 400, 20):
        journal.commit(batch(numbered(*range(first, first + 5)), numbered(*range(first + 5, first + 20))))
    wanted = [0, 7, 19, 20, 21, 133, 398, 399, 400, 1_000]
    with journal.reader() as reader:
        expected = [row for row in reader.window(0, 400) if row.number in wanted]
    opened = list[int]()
    with journal.reader() as reader:
        open_one = reader._open

        def noted(first: int) -> OpenBlock | None:
            opened.append(first)
            return open_one(first)

        monkeypatch.setattr(reader, "_open", noted)
        assert reader.rows(wanted) == expected
        assert len(opened) == len(set(opened)) > 1
        before = len(opened)
        assert reader.rows(wanted[:-2]) == expected
        assert len(opened) == before, "what was read before is at hand"


def test_rows_are_left_out_once_enough_is_opened(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ddbtop.journal.append.BLOCK_BYTES", 1)
    for number in range(20):
        journal.commit(batch(numbered(number)))
    with journal.reader() as reader:
        weight = len(reader.raw(0))
        first = [row.number for row in reader.rows([7, *range(7), *range(8, 20)], opening_bytes=3 * weight)]
        assert first == [7, 0, 1]
        again = [row.number for row in reader.rows(range(20), opening_bytes=1)]
        assert again == [0, 1, 2, 7], "what was read before is at hand, and one more"


def test_rows_that_are_kept_at_hand_are_bounded() -> None:
    cache = RowCache(limit_bytes=20 * RECORD_BYTES)
    rows = [Row(n, SHARD, one, 0.0) for n, one in enumerate(numbered(*range(100)).records)]
    for row in rows:
        cache.put(row)
    kept = [n for n in range(100) if cache.get(n)]
    assert 0 < len(kept) <= 20
    assert kept[-1] == 99


def test_a_reader_sees_the_last_block_grow(journal: Journal) -> None:
    with journal.reader() as reader:
        for number in range(50):
            journal.commit(batch(numbered(number)))
            assert numbers(reader) == list(range(number + 1))


def test_what_was_just_written_is_read_without_opening_it_and_is_what_the_file_holds(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = SHARD[:-1] + "b"
    with journal.reader() as follower:
        for first in range(0, 40, 4):
            pages = [ShardPage(SHARD, numbered(first, first + 1)), ShardPage(other, numbered(first + 2, first + 3))]
            journal.commit(Batch(pages))
            with JournalReader.open(path) as reader:
                expected = reader.window(0, 100)
            with monkeypatch.context() as patch:
                patch.setattr("ddbtop.journal.reader.decompress", None)
                assert follower.window(0, 100) == expected
                assert follower.raw(first) == json.dumps(record(first), separators=(",", ":")).encode()


def test_a_block_that_was_not_committed_is_never_read(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.commit(batch(numbered(1)))
    with monkeypatch.context() as patch, journal.reader() as reader:
        patch.setattr("ddbtop.journal.journal.drop_oldest", None)
        patch.setattr(journal, "_limit_bytes", 1)
        with pytest.raises(TypeError):
            journal.commit(batch(numbered(2)))
        assert numbers(reader) == [1]
        patch.undo()
        journal.commit(batch(numbered(3)))
        assert numbers(reader) == [1, 3]


def test_a_record_is_kept_byte_for_byte(journal: Journal) -> None:
    texts = [json.dumps(record(n, note={"S": "a\u00e9\n\u2028 \\"}), separators=(",", ": ")) for n in (1, 2)]
    journal.commit(batch(decode_page(('{"Records":[' + " , ".join(texts) + "]}").encode())))
    with journal.reader() as reader:
        assert [reader.raw(n).decode() for n in (0, 1)] == texts
        assert reader.raw(2) == b""


def test_a_lone_surrogate_survives(journal: Journal) -> None:
    text = json.dumps(record(1, note={"S": "half \ud83d"}), separators=(",", ":"))
    journal.commit(batch(decode_page(('{"Records":[' + text + "]}").encode())))
    with journal.reader() as reader:
        assert reader.raw(0).decode() == text
        image = reader.window(0, 1)[0].record.dynamodb.new_image
        assert isinstance(image, Raw)
        assert decode_value(image)["note"] == {"S": "half \ud83d"}


def test_counts_are_those_of_what_is_kept(journal: Journal) -> None:
    journal.commit(batch(page([record(1, event="INSERT"), record(2), record(3), record(4, event="REMOVE")])))
    journal.commit(batch(page([record(4, event="REMOVE"), record(5, event="REMOVE")])))
    with journal.reader() as reader:
        counts = reader.counts()
        assert (counts.records, counts.inserts, counts.modifies, counts.removes) == (5, 1, 2, 2)
        assert counts.disk_bytes > 0
        assert counts.wire_bytes == sum(len(reader.raw(n)) for n in range(5)) + 3 + 2 + 2  # commas, brackets


def test_a_record_is_found_by_its_sequence_number(journal: Journal) -> None:
    journal.commit(batch(numbered(10, 12), numbered(20)))
    with journal.reader() as reader:
        assert [reader.locate(SHARD, str(BASE + n)) for n in (10, 12, 20)] == [0, 1, 2]
        assert [reader.locate(SHARD, str(BASE + n)) for n in (9, 11, 15, 21)] == [None] * 4
        assert reader.locate("shardId-unknown", str(BASE + 10)) is None


def test_gaps_evidence_and_positions_are_kept(journal: Journal) -> None:
    gap = Gap(SHARD, str(BASE), "", 1.0, 2.0, "trimmed", 3.0)
    evidence = Evidence(SHARD, b"{cut", "not JSON", 4.0)
    progress = Progress(SHARD, "shardId-parent", "000000000000000000042", True, "arn|1|it", 5.0)
    journal.commit(Batch([], {SHARD: progress}, [gap], [evidence]))
    with journal.reader() as reader:
        assert reader.gaps() == [gap]
        assert reader.evidence() == [evidence]
        assert reader.progress() == {SHARD: progress} == journal.progress()


def test_a_gap_whose_far_side_was_unknown_is_completed_and_not_told_twice(journal: Journal) -> None:
    noticed = Gap(SHARD, "1", "", 5.0, 0.0, "trimmed", 10.0)
    journal.commit(Batch(gaps=[noticed]))
    journal.commit(Batch(gaps=[replace(noticed, before_sequence="9", to_time=8.0, noticed_at=20.0)]))
    with journal.reader() as reader:
        assert reader.gaps() == [replace(noticed, before_sequence="9", to_time=8.0)]
    journal.commit(Batch(gaps=[replace(noticed, after_sequence="12")]))
    with journal.reader() as reader:
        assert len(reader.gaps()) == 2


def test_the_stream_is_kept_with_its_records(journal: Journal) -> None:
    with journal.reader() as reader:
        assert reader.stream == STREAM
    with pytest.raises(CannotDo, match="holds another stream"):
        journal.set_stream(StreamInfo("arn:aws:dynamodb:eu-central-1:111122223333:table/carts/stream/x"))
    with journal.reader() as reader:
        assert reader.stream == STREAM


def test_a_closed_journal_is_one_plain_file_that_goes_on_where_it_ended(path: Path) -> None:
    with Journal.create(path, STREAM) as journal:
        journal.commit(batch(numbered(1, 2)))
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert path.read_bytes()[18:20] == b"\x01\x01", "the header says that no write-ahead log is needed"
    with Journal.open(path) as journal:
        assert journal.progress()[SHARD].last_sequence == str(BASE + 2)
        journal.commit(batch(numbered(2, 3)))
        assert journal.end == 3
    with JournalReader.open(path) as reader:
        assert numbers(reader) == [1, 2, 3]


def test_a_batch_that_fails_leaves_nothing_behind(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    journal.commit(batch(numbered(1)))
    bad = batch(numbered(2))
    bad.evidence.append(Evidence(SHARD, b"", "reason", None))  # type: ignore[arg-type]
    with pytest.raises(CannotDo):
        journal.commit(bad)
    assert journal.end == 1
    journal.commit(batch(numbered(2), numbered(3)))
    with journal.reader() as reader:
        assert numbers(reader) == [1, 2, 3]


def test_other_threads_learn_of_a_batch_only_once_it_is_committed(journal: Journal) -> None:
    seen = []
    journal._connection.set_trace_callback(lambda sql: seen.append((sql, journal.end)))
    journal.commit(batch(numbered(1)))
    journal._connection.set_trace_callback(None)
    assert ("COMMIT", 0) in seen
    assert journal.end == 1


def fill(journal: Journal) -> None:
    for first in range(journal.end, 100_000, 100):
        journal.commit(batch(numbered(*range(first, first + 100))))


def test_a_full_disk_is_one_line_and_loses_nothing(journal: Journal) -> None:
    journal.commit(batch(numbered(*range(100))))
    pages = journal._connection.execute("PRAGMA page_count").fetchone()[0]
    journal._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(CannotDo, match="disk is full"):
        fill(journal)
    stored = journal.end
    with journal.reader() as reader:
        assert numbers(reader) == list(range(stored))
    assert journal.progress()[SHARD].last_sequence == str(BASE + stored - 1)
    journal._connection.execute("PRAGMA max_page_count = 1000000")
    journal.commit(batch(numbered(*range(stored, stored + 100))))
    assert journal.end == stored + 100


def test_the_file_stays_whole(journal: Journal, path: Path) -> None:
    for first in range(0, 300, 3):
        journal.commit(batch(numbered(first, first + 1, first + 2)))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_names_that_are_no_unicode_come_back_as_they_were(journal: Journal) -> None:
    odd = "shardId-\ud83d"
    gap = Gap(odd, "\udc00", "", 0.0, 0.0, "\ud800", 1.0)
    evidence = Evidence(odd, b"{", "\ud800", 1.0)
    progress = Progress(odd, "\udfff", "", False, "\ud800")
    stream = StreamInfo(STREAM.arn, "\ud83d", key_schema=(KeyAttribute("\ud83d", True),))
    journal.set_stream(stream)
    journal.commit(Batch([ShardPage(odd, numbered(1))], {odd: progress}, [gap], [evidence]))
    journal._state = None
    journal.commit(Batch([ShardPage(odd, numbered(1, 2))]))
    with journal.reader() as reader:
        assert [row.shard_id for row in reader.window(0, 9)] == [odd, odd]
        assert (reader.gaps(), reader.evidence(), reader.progress()) == ([gap], [evidence], {odd: progress})
        assert reader.stream == stream
        assert reader.locate(odd, str(BASE + 2)) == 1


def test_what_is_no_sequence_number_is_nowhere(journal: Journal) -> None:
    journal.commit(batch(numbered(1)))
    with journal.reader() as reader:
        for text in ("", "-1", "abc", "9" * 41, "٣" * 21):
            assert reader.locate(SHARD, text) is None


def test_closing_twice_is_closing_once(path: Path) -> None:
    journal = Journal.create(path, STREAM)
    journal.close()
    with Journal.open(path) as other:
        journal.close()
        other.commit(batch(numbered(1)))
        with pytest.raises(CannotDo, match="being written to"):
            Journal.open(path)
