"""A replay for people: a line for each invocation and each batch that was given up, and what it came to."""

from __future__ import annotations

import re
import shutil
import sys
from datetime import datetime
from typing import BinaryIO

import click

from ddbtop.cli.colour import takes_colour
from ddbtop.replay.model import (
    Blocked,
    Condition,
    Counts,
    Discarded,
    Event,
    HandlerError,
    Invoked,
    Invoking,
    Outcome,
    Part,
    ReplayBatch,
    Summary,
)
from ddbtop.streams.attributes import key_text
from ddbtop.text import count, counted, cut, duration, fit, visible

SHARD_CELLS, BATCH_CELLS, OUTCOME_CELLS, TOOK_CELLS = 8, 30, 9, 9

LEAST_NOTE_CELLS = 20
"""In a terminal too narrow for more a line wraps."""

LOG_LINES = 10
"""The last ones that a failed invocation printed; JSON has them all."""

_LOG_MARK = "│ "
"""Before each line that a handler printed: it may look like one of these."""

_LAST_DIGITS = 4
"""Of a sequence number: enough to tell neighbours apart."""

_COLOURS = {Outcome.SUCCESS: "green", Outcome.PARTIAL: "yellow", Outcome.THROTTLED: "yellow"}

_WORDS = {Outcome.SUCCESS: "ok"}

_FRAME = re.compile(r'File "(?P<file>[^"]*)", line (?P<line>\d+)')

_LIBRARY = re.compile(r"^<|/(site|dist)-packages/|/lib/python3\.\d+/")
"""Files that a handler only calls: `os.environ` fails in one of them."""

_TAB_CELLS = 4

_REASONS = {Condition.ATTEMPTS: "every attempt failed", Condition.AGE: "too old"}


class TextPrinter:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._is_terminal = sys.stdout.isatty()
        self._has_colour = takes_colour()
        self._wholes = 0
        self._names: dict[int, tuple[int, str]] = {}
        """How deep a batch under way stands, and what it is called."""
        self._remarks = Remarks()
        self._logs = ""
        """What was shown last of what handlers print."""

    def event(self, event: Event) -> None:
        match event:
            case Invoking():
                self._name(event.batch)
            case Invoked():
                self._invoked(event)
            case Discarded():
                self._discarded(event)
            case Blocked():
                self._print(self._styled(visible(blocked_words(event)), "red"))

    def summary(self, summary: Summary) -> None:
        if summary.counts.invocations:
            self._print("")
        for line in summary_lines(summary):
            self._print(line)

    def _invoked(self, event: Invoked) -> None:
        batch, word = event.invoking.batch, _WORDS.get(event.outcome, str(event.outcome))
        attempt = f"  attempt {event.invoking.attempt}" if event.invoking.attempt > 1 else ""
        outcome = self._styled(fit(word, OUTCOME_CELLS), _COLOURS.get(event.outcome, "red"))
        self._line(batch, attempt, outcome, duration(event.answer.duration_s), _note(event))
        depth, _ = self._names[batch.id]
        for line in (*self._remarks.of(event), *self._log_lines(event)):
            self._print_below(depth, line)
        for part in event.split:
            self._names[part.id] = (depth + 1, _part_name(part))
        if event.split or event.outcome is Outcome.SUCCESS:
            del self._names[batch.id]

    def _log_lines(self, event: Invoked) -> list[str]:
        """What a failed invocation printed, unless an earlier one printed just that."""
        logs = event.answer.logs
        if event.outcome is Outcome.SUCCESS or not logs.strip():
            return []
        if logs == self._logs:
            return ["it printed the same as the failed one before it"]
        self._logs = logs
        lines = logs.rstrip().expandtabs(_TAB_CELLS).splitlines()
        more = len(lines) - LOG_LINES
        words = f"… {counted(more, 'line')} before these: --json has what is kept of them"
        left_out = [words] if more > 0 else []
        return [*left_out, *(_LOG_MARK + line for line in lines[-LOG_LINES:])]

    def _print_below(self, depth: int, text: str) -> None:
        left = " " * (SHARD_CELLS + 1 + 2 * (depth + 1))
        shown = visible(text)
        if self._is_terminal:
            shown = cut(shown, max(LEAST_NOTE_CELLS, shutil.get_terminal_size().columns - len(left)))
        self._print(left + (click.style(shown, dim=True) if self._has_colour else shown))

    def _discarded(self, event: Discarded) -> None:
        if event.batch.id not in self._names:  # records that were too old, taken out of their batch
            depth, _ = self._names.get(event.batch.parent, (-1, ""))
            self._names[event.batch.id] = (depth + 1, _part_name(event.batch))
        note = f"{_REASONS[event.condition]}: {_records(event.batch)}"
        if event.trouble:
            note += f"; its message did not reach {event.destination}: {event.trouble}"
        elif event.destination:
            note += f"; its message is in {event.destination}"
        self._line(event.batch, "", self._styled(fit("discarded", OUTCOME_CELLS), "red"), "", note)
        del self._names[event.batch.id]

    def _name(self, batch: ReplayBatch) -> None:
        if batch.id not in self._names:
            self._wholes += batch.part is Part.WHOLE
            name = f"batch {count(self._wholes)}" if batch.part is Part.WHOLE else _part_name(batch)
            self._names[batch.id] = (0, name)

    def _line(self, batch: ReplayBatch, attempt: str, outcome: str, took: str, note: str) -> None:
        depth, name = self._names[batch.id]
        shard = fit(cut(visible(_shard_name(batch.shard_id)), SHARD_CELLS), SHARD_CELLS)
        words = name + attempt
        indent = " " * min(2 * depth, BATCH_CELLS - len(words))  # the attempt of a deep part is not cut off
        left = f"{shard} {fit(indent + words, BATCH_CELLS)} {count(len(batch.records)):>6}  "
        shown = visible(note)
        if self._is_terminal:
            room = shutil.get_terminal_size().columns - len(left) - OUTCOME_CELLS - TOOK_CELLS - 3
            shown = cut(shown, max(LEAST_NOTE_CELLS, room))
        self._print(f"{left}{outcome} {took:>{TOOK_CELLS}}  {shown}")

    def _print(self, line: str) -> None:
        self._out.write(line.rstrip().encode("utf-8", "backslashreplace") + b"\n")
        self._out.flush()

    def _styled(self, text: str, colour: str) -> str:
        return click.style(text, fg=colour) if self._has_colour else text


class Remarks:
    """What there is to say of an invocation besides how it ended: a guess, a restart, which code runs now."""

    def __init__(self) -> None:
        self._versions: set[str] = set()

    def of(self, event: Invoked) -> list[str]:
        version = event.answer.version
        is_new = bool(version and self._versions and version not in self._versions)
        self._versions |= {version} - {""}
        return [*event.answer.notes, *([f"{version} runs from here on"] if is_new else [])]


def summary_lines(summary: Summary) -> list[str]:
    """Counts that add up, and what was assumed on the way."""
    counts = summary.counts
    numbers = {
        "polled": counts.polled,
        "filtered out": counts.filtered,
        "delivered": counts.delivered,
        "discarded": counts.discarded,
        "pending": counts.pending,
    }
    lines = [f"{name:14}{count(number):>9}" for name, number in numbers.items()]
    failed = f"   {count(counts.failed)} failed" if counts.failed else ""
    lines[0] += f" {_sum(counts)}"
    lines.append(f"{'invocations':14}{count(counts.invocations):>9}{failed}")
    lines.append(f"{'clock':14}{_clock(summary)}")
    if summary.stopped:
        lines.append(f"{'stopped':14}{summary.stopped}")
    lines += [f"{'undocumented' if not number else '':14}{rule}" for number, rule in enumerate(summary.undocumented)]
    return lines


def _sum(counts: Counts) -> str:
    total = counts.filtered + counts.delivered + counts.discarded + counts.pending
    told = "filtered out + delivered + discarded + pending"
    return f"= {told}" if total == counts.polled else f"but {told} is {count(total)}"


def _clock(summary: Summary) -> str:
    words = summary.clock if summary.clock == "wall" else f"{summary.clock}, {summary.arrival}"
    return f"{words}, now {_moment(summary.now)}" if summary.now else words


def blocked_words(event: Blocked) -> str:
    """What Lambda would do where the replay stands still."""
    waits = f"{count(event.waiting)}{' or more' if event.more_wait else ''}"
    what = "goes on retrying, as Lambda would" if event.goes_on else "stops here; Lambda would go on retrying"
    return (
        f"{event.shard_id} stands still: {event.failures} failures in a row without progress. The replay {what}"
        f" until {_moment(event.until)}; {waits} records of the shard and what follows it wait behind"
        f" {_records(event.batch)}"
    )


def _part_name(batch: ReplayBatch) -> str:
    return "one record" if len(batch.records) == 1 else str(batch.part)


def _note(event: Invoked) -> str:
    if event.answer.error:
        return _error(event.answer.error)
    said = [event.reason] if event.reason else []
    if event.outcome in (Outcome.SUCCESS, Outcome.PARTIAL) and event.checkpoint:
        said.append(f"checkpoint {_short(event.checkpoint)}")
    return "; ".join(said)


def _error(error: HandlerError) -> str:
    """`ValueError: price is no number (app.py, line 41)`: the innermost line of the handler's own code."""
    words = error.message.strip().split("\n")[0]
    told = f"{error.error_type}: {words}" if words else error.error_type
    frames = [frame for each in error.stack_trace if (frame := _FRAME.search(each))]
    if not frames:
        return told
    frame = next((frame for frame in reversed(frames) if not _LIBRARY.search(frame["file"])), frames[-1])
    return f"{told} ({frame['file'].rsplit('/', 1)[-1]}, line {frame['line']})"


def _shard_name(shard_id: str) -> str:
    """The digits that tell shards apart; of records from a file that tells no shard, their table."""
    if shard_id.startswith("arn:"):
        return shard_id.partition("table/")[2].partition("/")[0] or shard_id
    return shard_id.rsplit("-", 1)[-1]


def _records(batch: ReplayBatch) -> str:
    if not batch.records:
        return "the call at the end of a tumbling window"
    first, last = batch.records[0], batch.records[-1]
    if len(batch.records) == 1:
        return f"{key_text(first.item)}, {first.sequence_number}"
    return f"{first.sequence_number} to {last.sequence_number}"


def _short(sequence_number: str) -> str:
    is_long = len(sequence_number) > _LAST_DIGITS
    return f"…{sequence_number[-_LAST_DIGITS:]}" if is_long else sequence_number


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().isoformat(" ", "seconds")
