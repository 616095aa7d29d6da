"""What an export writes, and what it leaves behind when it cannot."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from ddbtop.errors import CannotDo
from ddbtop.journal.export import Exported, Format, Selection, export
from ddbtop.journal.journal import Journal
from ddbtop.journal.newfile import free_name
from ddbtop.journal.query import Query
from tests.journal.pages import BASE, SHARD, STREAM, batch, numbered, page, record


def numbers_in(records: list[dict[str, Any]]) -> list[int]:
    return [int(one["dynamodb"]["SequenceNumber"]) - BASE for one in records]


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def filled(journal: Journal, records: int = 100, a_page: int = 10) -> Selection:
    """So many records in pages of a few blocks; everything is selected."""
    for first in range(0, records, a_page):
        journal.commit(batch(numbered(*range(first, first + a_page))))
    return Selection(journal.start, journal.end)


def test_every_record_is_one_line_in_lambdas_form_with_its_shard(journal: Journal, tmp_path: Path) -> None:
    everything = filled(journal)
    with journal.reader() as reader:
        done = export(reader, everything, tmp_path / "out.ndjson")
    lines = lines_of(tmp_path / "out.ndjson")
    assert numbers_in(lines) == list(range(100))
    expected = record(7) | {"eventSourceARN": STREAM.arn, "shardId": SHARD}
    assert lines[7] == expected
    size = (tmp_path / "out.ndjson").stat().st_size
    assert done == Exported(tmp_path / "out.ndjson", 100, size, 100)


def test_lambda_event_holds_the_records_and_nothing_that_lambda_would_not_send(
    journal: Journal, tmp_path: Path
) -> None:
    everything = filled(journal)
    with journal.reader() as reader:
        done = export(reader, everything, tmp_path / "event.json", Format.LAMBDA_EVENT)
    event = json.loads((tmp_path / "event.json").read_bytes())
    assert list(event) == ["Records"]
    assert numbers_in(event["Records"]) == list(range(100))
    assert event["Records"][0] == record(0) | {"eventSourceARN": STREAM.arn}
    assert done is not None
    assert done.size_bytes == (tmp_path / "event.json").stat().st_size


@pytest.mark.parametrize("numbers", [[0], [99], [9, 10, 11, 57], list(range(3, 99, 7))])
def test_records_by_number_across_pages_and_blocks(journal: Journal, tmp_path: Path, numbers: list[int]) -> None:
    filled(journal)
    with journal.reader() as reader:
        done = export(reader, Selection.of(numbers), tmp_path / "out.ndjson")
    assert numbers_in(lines_of(tmp_path / "out.ndjson")) == numbers
    assert done is not None
    assert done.seen == len(numbers)


def test_range_has_its_ends_where_it_says(journal: Journal, tmp_path: Path) -> None:
    filled(journal)
    with journal.reader() as reader:
        export(reader, Selection(13, 42), tmp_path / "out.ndjson")
    assert numbers_in(lines_of(tmp_path / "out.ndjson")) == list(range(13, 42))


@pytest.mark.parametrize("words", ["n>=95", "event:MODIFY !n<88", "key:order#42", "shard:a47e n<3"])
def test_filter_lets_through_what_it_lets_through_on_screen(journal: Journal, tmp_path: Path, words: str) -> None:
    everything, query = filled(journal), Query.parse(words)
    with journal.reader() as reader:
        expected = [row.number for row in reader.window(0, 100) if query.matches(row.shard_id, row.record)]
        done = export(reader, Selection(everything.first, everything.end, query), tmp_path / "out.ndjson")
    assert numbers_in(lines_of(tmp_path / "out.ndjson")) == expected
    assert done is not None
    assert (done.records, done.seen) == (len(expected), 100)


def test_records_that_arrive_meanwhile_stay_outside(journal: Journal, tmp_path: Path) -> None:
    everything = filled(journal)
    journal.commit(batch(numbered(*range(100, 150))))
    with journal.reader() as reader:
        export(reader, everything, tmp_path / "out.ndjson")
    assert numbers_in(lines_of(tmp_path / "out.ndjson")) == list(range(100))


def test_records_dropped_meanwhile_are_missing_from_those_seen(path: Path, tmp_path: Path) -> None:
    with Journal.create(path, STREAM, limit_bytes=100_000) as journal:
        for first in range(0, 8_000, 500):
            journal.commit(batch(numbered(*range(first, first + 500))))
        assert journal.start > 0
        selection = Selection(0, journal.end)
        with journal.reader() as reader:
            done = export(reader, selection, tmp_path / "out.ndjson")
        assert done is not None
        assert selection.size - done.seen == journal.start
        assert numbers_in(lines_of(tmp_path / "out.ndjson")) == list(range(journal.start, journal.end))


def test_what_a_terminal_would_obey_is_escaped_and_means_the_same(journal: Journal, tmp_path: Path) -> None:
    hostile = "\x1b]0;owned\x07 \u202e [/x] \x9b31m"
    journal.commit(batch(page([record(1, note={"S": hostile})])))
    with journal.reader() as reader:
        export(reader, Selection(0, 1), tmp_path / "out.ndjson")
    data = (tmp_path / "out.ndjson").read_bytes()
    assert not {"\x1b", "\x07", "\u202e", "\x9b"} & set(data.decode())
    (line,) = lines_of(tmp_path / "out.ndjson")
    assert line["dynamodb"]["NewImage"]["note"] == {"S": hostile}


def test_nobody_else_can_read_the_file(journal: Journal, tmp_path: Path) -> None:
    with journal.reader() as reader:
        export(reader, filled(journal), tmp_path / "out.ndjson")
    assert (tmp_path / "out.ndjson").stat().st_mode & 0o777 == 0o600


def test_nothing_is_overwritten(journal: Journal, tmp_path: Path) -> None:
    everything = filled(journal)
    taken = tmp_path / "out.ndjson"
    taken.write_text("mine")
    (tmp_path / "out-2.ndjson").symlink_to(tmp_path / "nowhere")
    assert free_name(taken) == tmp_path / "out-3.ndjson"
    with journal.reader() as reader:
        done = export(reader, everything, taken)
    assert done is not None
    assert done.path == tmp_path / "out-3.ndjson"
    assert taken.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_an_export_that_is_stopped_leaves_no_file(journal: Journal, tmp_path: Path) -> None:
    everything, stop, told = filled(journal), threading.Event(), list[Exported]()

    def progress(done: Exported) -> None:
        told.append(done)
        stop.set()

    with journal.reader() as reader:
        assert export(reader, everything, tmp_path / "out.ndjson", progress=progress, stop=stop) is None
    assert [done.records for done in told] == [10]
    assert not (tmp_path / "out.ndjson").exists()


KILLED_AT_THE_FIRST_PAGE = """
import os, signal, sys
from pathlib import Path
from ddbtop.journal.export import Selection, export
from ddbtop.journal.reader import JournalReader
with JournalReader.open(Path(sys.argv[1])) as reader:
    export(reader, Selection(0, 100), Path(sys.argv[2]), progress=lambda _: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_what_a_killed_export_leaves_says_by_its_name_that_it_is_not_complete(journal: Journal, tmp_path: Path) -> None:
    everything, out = filled(journal), tmp_path / "out.ndjson"
    ended = subprocess.run([sys.executable, "-c", KILLED_AT_THE_FIRST_PAGE, journal.path, out], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert [left.name for left in tmp_path.glob("out*")] == ["out.ndjson.part"]
    with journal.reader() as reader:
        done = export(reader, everything, out)
    assert done is not None
    assert done.path == out
    assert numbers_in(lines_of(out)) == list(range(100))


def test_a_name_that_was_taken_meanwhile_is_left_to_its_file(journal: Journal, tmp_path: Path) -> None:
    everything, out = filled(journal), tmp_path / "out.ndjson"
    with journal.reader() as reader:
        done = export(reader, everything, out, progress=lambda _: out.touch())
    assert done is not None
    assert done.path == tmp_path / "out-2.ndjson"
    assert out.stat().st_size == 0
    assert not list(tmp_path.glob("*.part"))


class FullDisk:
    """A file that takes a few bytes."""

    def __init__(self, descriptor: int, *_: object) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> FullDisk:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def write(self, _: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_one_line_and_leaves_no_file(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = filled(journal)
    monkeypatch.setattr("os.fdopen", FullDisk)
    with journal.reader() as reader, pytest.raises(CannotDo, match=r"out\.ndjson cannot be written: No space left"):
        export(reader, everything, tmp_path / "out.ndjson")
    assert not (tmp_path / "out.ndjson").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nowhere/out.ndjson", "No such file"), ("x" * 300, "too long"), ("", "is a folder"), ("a\0b", "null")],
)
def test_a_file_that_cannot_be_made_is_one_line(journal: Journal, tmp_path: Path, name: str, reason: str) -> None:
    everything = filled(journal)
    with journal.reader() as reader, pytest.raises(CannotDo, match=reason) as told:
        export(reader, everything, tmp_path / name)
    assert "\n" not in str(told.value)


def test_nothing_to_export_is_said_instead_of_an_empty_file(journal: Journal, tmp_path: Path) -> None:
    everything = filled(journal)
    nothing = Selection(everything.first, everything.end, Query.parse("nowhere"))
    with journal.reader() as reader:
        for selection in (nothing, Selection.of([]), Selection(500, 600)):
            with pytest.raises(CannotDo, match="nothing to export"):
                export(reader, selection, tmp_path / "out.ndjson", Format.LAMBDA_EVENT)
    assert list(tmp_path.glob("out*")) == []
