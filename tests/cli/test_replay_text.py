"""Lines for people, in a terminal and in a pipe."""

from __future__ import annotations

import io
import os
import sys

import pytest

from ddbtop.cli.replaytext import TextPrinter, summary_lines
from ddbtop.replay.model import (
    Answer,
    Blocked,
    Condition,
    Counts,
    Discarded,
    HandlerError,
    Invoked,
    Invoking,
    Outcome,
    Part,
    ReplayBatch,
    Stopped,
    Summary,
)
from tests.replay.inmemory import NOON, SHARD, record, sequence

WHOLE = ReplayBatch(1, SHARD, tuple(record(number) for number in (1, 2, 3)))
REST = ReplayBatch(2, SHARD, WHOLE.records[1:], Part.REST, parent=1)


def invoking(batch: ReplayBatch, attempt: int = 1) -> Invoking:
    return Invoking(NOON, 1, batch, attempt, "request")


def printed(*events: Invoking | Invoked | Discarded | Blocked) -> list[str]:
    out = io.BytesIO()
    printer = TextPrinter(out)
    for event in events:
        printer.event(event)
    return out.getvalue().decode().splitlines()


def in_a_terminal(monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_, **__: os.terminal_size((columns, 24)))
    monkeypatch.delenv("NO_COLOR", raising=False)


FAILED = Invoked(NOON, invoking(WHOLE), Outcome.ERROR, Answer(error=HandlerError("ValueError", "x" * 300)))


def test_the_rest_of_a_batch_stands_below_it() -> None:
    partial = Invoked(NOON, invoking(WHOLE), Outcome.PARTIAL, Answer(), "record 2 of 3 reported", sequence(1), (REST,))
    again = Invoked(NOON, invoking(REST, 2), Outcome.SUCCESS, Answer(), checkpoint=sequence(3))
    first, second = printed(invoking(WHOLE), partial, invoking(REST, 2), again)
    assert first.split()[:5] == ["a47e99d0", "batch", "1", "3", "partial"]
    assert "record 2 of 3 reported; checkpoint …" in first
    assert second.startswith("a47e99d0   the rest  attempt 2")


def test_records_that_were_too_old_are_told_by_themselves() -> None:
    old = ReplayBatch(2, SHARD, WHOLE.records[:1], Part.REST, parent=1)
    (line,) = printed(Discarded(NOON, old, Condition.AGE, {}, destination="failed/1.json"))
    assert "one record" in line
    assert "too old: 1, " in line
    assert line.endswith("its message is in failed/1.json")


def test_more_may_wait_than_were_counted() -> None:
    (line,) = printed(Blocked(NOON, SHARD, WHOLE, 20, NOON + 60, 5, more_wait=True, goes_on=True))
    assert "5 or more records of the shard and what follows it wait" in line
    assert "goes on retrying, as Lambda would" in line


def test_a_line_fits_the_terminal_and_is_coloured_there(monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_terminal(monkeypatch, 100)
    line = printed(invoking(WHOLE), FAILED)[0]
    assert "\x1b[31m" in line
    assert len(line.replace("\x1b[31m", "").replace("\x1b[0m", "")) <= 100


def test_no_colour_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_terminal(monkeypatch, 100)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in printed(invoking(WHOLE), FAILED)[0]


def test_in_a_pipe_nothing_is_cut() -> None:
    assert "x" * 300 in printed(invoking(WHOLE), FAILED)[0]


def test_the_sum_is_drawn_and_says_if_it_is_none() -> None:
    fits = Summary(Counts(polled=5, filtered=1, delivered=2, discarded=1, pending=1), stopped=Stopped.BLOCKED)
    assert summary_lines(fits)[0].endswith("5 = filtered out + delivered + discarded + pending")
    assert any(line.split() == ["stopped", "blocked"] for line in summary_lines(fits))
    assert "pending is 3" in summary_lines(Summary(Counts(polled=5, delivered=3)))[0]
