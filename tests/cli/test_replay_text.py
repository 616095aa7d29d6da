"""Lines for people, in a terminal and in a pipe."""

from __future__ import annotations

import io
import os
import sys

import pytest

from ddbtop.cli.replayjson import JsonPrinter
from ddbtop.cli.replaytext import LOG_LINES, TextPrinter, summary_lines
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
    TumblingWindow,
)
from tests.replay.inmemory import NOON, SHARD, STREAM_ARN, record, sequence

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


def failed(logs: str = "", *notes: str, version: str = "") -> Invoked:
    answer = Answer(error=HandlerError("ValueError", "price"), logs=logs, notes=notes, version=version)
    return Invoked(NOON, invoking(WHOLE), Outcome.ERROR, answer)


def test_the_rest_of_a_batch_stands_below_it() -> None:
    partial = Invoked(NOON, invoking(WHOLE), Outcome.PARTIAL, Answer(), "record 2 of 3 reported", sequence(1), (REST,))
    again = Invoked(NOON, invoking(REST, 2), Outcome.SUCCESS, Answer(), checkpoint=sequence(3))
    first, second = printed(invoking(WHOLE), partial, invoking(REST, 2), again)
    assert first.split()[:5] == ["a47e99d0", "batch", "1", "3", "partial"]
    assert "record 2 of 3 reported; checkpoint …" in first
    assert second.startswith("a47e99d0   the rest  attempt 2")


def test_the_attempt_of_a_deep_part_is_read_in_full() -> None:
    """A batch of 10 000 records is halved fourteen times."""
    events: list[Invoking | Invoked] = []
    batch = ReplayBatch(1, SHARD, WHOLE.records[:1])
    for number in range(2, 16):
        half = ReplayBatch(number, SHARD, WHOLE.records[:1], Part.RIGHT, parent=number - 1)
        events += [invoking(batch), Invoked(NOON, invoking(batch), Outcome.ERROR, FAILED.answer, split=(half,))]
        batch = half
    events += [invoking(batch, 2), Invoked(NOON, invoking(batch, 2), Outcome.ERROR, FAILED.answer)]
    assert "  one record  attempt 2   " in printed(*events)[-1]


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


def test_the_end_of_a_window_can_stand_still_too() -> None:
    window = TumblingWindow(NOON, NOON + 60, is_final=True)
    final = ReplayBatch(3, SHARD, (), Part.FINAL, window=window)
    (line,) = printed(Blocked(NOON, SHARD, final, 20, NOON + 60, 5))
    assert line.endswith("wait behind the call at the end of a tumbling window")


def test_what_a_failed_invocation_printed_stands_below_it() -> None:
    lines = printed(invoking(WHOLE), failed("price was 12,90\n\x1b[31mred\n"))
    assert [line.strip() for line in lines[1:]] == ["│ price was 12,90", "│ \\x1b[31mred"]


def test_the_columns_of_a_log_stay_columns() -> None:
    lines = printed(invoking(WHOLE), failed("[INFO]\tprice\t12,90\n"))
    assert lines[1].strip() == "│ [INFO]  price   12,90"


@pytest.mark.parametrize("library", ["<frozen os>", "/usr/lib/python3.12/json/decoder.py", "/v/site-packages/a.py"])
def test_the_line_of_an_error_is_the_handler_s_own(library: str) -> None:
    """That of the standard library says nothing of where to look."""
    frames = tuple(f'  File "{file}", line {line}, in f' for file, line in (("/src/app.py", 3), (library, 679)))
    answer = Answer(error=HandlerError("KeyError", "'TABLE'", frames))
    (line,) = printed(invoking(WHOLE), Invoked(NOON, invoking(WHOLE), Outcome.ERROR, answer))
    assert line.endswith("KeyError: 'TABLE' (app.py, line 3)")


def test_of_much_that_was_printed_the_end_is_shown_and_the_rest_counted() -> None:
    lines = printed(invoking(WHOLE), failed("".join(f"line {number}\n" for number in range(1, LOG_LINES + 6))))
    assert lines[1].strip() == "… 5 lines before these: --json has what is kept of them"
    assert [lines[2].strip(), lines[-1].strip()] == ["│ line 6", f"│ line {LOG_LINES + 5}"]


def test_what_is_printed_again_is_not_shown_again() -> None:
    lines = printed(invoking(WHOLE), failed("the same\n"), invoking(WHOLE, 2), failed("the same\n"))
    assert [line.strip() for line in lines[1::2]] == ["│ the same", "it printed the same as the failed one before it"]


def test_what_a_success_printed_is_not_shown() -> None:
    fine = Invoked(NOON, invoking(WHOLE), Outcome.SUCCESS, Answer(logs="handled 3\n"))
    assert len(printed(invoking(WHOLE), fine)) == 1


def test_a_guess_is_said_beside_the_error_that_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(invoking(WHOLE), failed("", "this is a guess"))[1].strip() == "this is a guess"
    JsonPrinter(io.BytesIO()).event(failed("", "this is a guess"))
    assert capsys.readouterr().err == "ddbtop: invocation 1: this is a guess\n"


def test_code_that_changed_is_said_to_run_from_then_on() -> None:
    old, new = failed(version="app.py 14:29:51"), failed(version="app.py 14:31:07")
    lines = printed(invoking(WHOLE), old, old, new, new)
    assert [line.strip() for line in lines if "runs" in line] == ["app.py 14:31:07 runs from here on"]


def test_json_says_beside_it_why_a_report_is_malformed(capsys: pytest.CaptureFixture[str]) -> None:
    malformed = Invoked(NOON, invoking(WHOLE), Outcome.MALFORMED, Answer(), "an itemIdentifier is empty")
    JsonPrinter(io.BytesIO()).event(malformed)
    assert capsys.readouterr().err == "ddbtop: invocation 1: an itemIdentifier is empty\n"


def test_records_of_a_file_without_shards_stand_under_their_table() -> None:
    batch = ReplayBatch(1, STREAM_ARN, WHOLE.records)
    (line,) = printed(invoking(batch), Invoked(NOON, invoking(batch), Outcome.SUCCESS, Answer()))
    assert line.split()[0] == "orders"


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
