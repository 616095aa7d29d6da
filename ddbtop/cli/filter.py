"""`ddbtop filter`: which records a filter pattern lets through, and why not the others."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import BinaryIO

import click

from ddbtop.cli.doubts import Doubts
from ddbtop.cli.options import POINTS, Where, account_options, end_point, point, say, start_options
from ddbtop.cli.sources import names_file, open_file
from ddbtop.errors import WrongUsage
from ddbtop.replay.patterns import FilterCriteria, Verdict
from ddbtop.replay.sources.recordfile import FiledRecord, read_records
from ddbtop.streams.attributes import key_text
from ddbtop.streams.lambda_form import lambda_record, safe_json
from ddbtop.streams.model import TRIM_HORIZON, KeyAttribute, Position, StartPoint, StreamInfo
from ddbtop.streams.outbox import Batch
from ddbtop.streams.wire import decode_value, record_slices
from ddbtop.text import count, fit, visible

KEY_CELLS = 26


@click.command(epilog=POINTS)
@click.argument("pattern")
@click.argument("source")
@start_options
@click.option("--to", "end", metavar="POINT", help="Stop before this point; AFTER_SEQUENCE_NUMBER:N includes N.")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="End after N records.")
@click.option("--json", "as_json", is_flag=True, help="One verdict a line, as JSON.")
@account_options
@click.pass_context
def filter(
    ctx: click.Context,
    /,
    pattern: str,
    source: str,
    start: str | None,
    shard: str,
    descendants: bool,
    end: str | None,
    limit: int | None,
    as_json: bool,
    **_: object,
) -> int:
    """Say of each record of SOURCE whether PATTERN lets it through to a Lambda function, and if not, why.

    PATTERN is a filter pattern, a whole FilterCriteria, or @FILE with either in it. SOURCE is a stream, a file with a
    Lambda event or with one record a line, or - for stdin; file:PATH and table:NAME leave no doubt.
    """
    criteria = FilterCriteria.parse([pattern])
    verdicts = Verdicts(sys.stdout.buffer, criteria, as_json=as_json, limit=limit)
    if not names_file(source):
        begin = StartPoint(point(start, TRIM_HORIZON), shard, descendants)
        code = _judge_stream(source, Where.typed(ctx), begin, end_point(end, begin.position), verdicts)
    elif start or end or shard:
        raise WrongUsage("--from, --to and --shard are for streams; a file is read from its first record to its last")
    else:
        code = _judge_file(source, verdicts)
    say(f"{count(verdicts.passed)} of {count(verdicts.judged)} records pass")
    return code


class Verdicts:
    """Judges records and prints what it found; a sink of the pump's, too."""

    def __init__(self, out: BinaryIO, criteria: FilterCriteria, *, as_json: bool, limit: int | None) -> None:
        self.judged = 0
        self.passed = 0
        self._out = out
        self._criteria = criteria
        self._as_json = as_json
        self._limit = limit
        self._doubts = Doubts(criteria)
        self._arn = ""
        self._key_schema: tuple[KeyAttribute, ...] = ()
        self._is_terminal = sys.stdout.isatty()

    @property
    def is_full(self) -> bool:
        """As many records as were asked for are judged."""
        return self.judged == self._limit

    def learn(self, stream: StreamInfo) -> None:
        """What there is to know before the first record: the order of key attributes, which images there are."""
        self._arn = stream.arn
        self._key_schema = stream.key_schema
        self._doubts.say(stream.view_type)

    def commit(self, batch: Batch) -> None:
        self.judge(
            FiledRecord(decode_value(lambda_record(raw, self._arn)), entry.shard_id)
            for entry in batch.pages
            for raw in record_slices(entry.page.raw)
        )

    def judge(self, records: Iterable[FiledRecord]) -> None:
        """Each verdict is out before the next record is asked for, which a pipe may not have yet."""
        self._doubts.say()
        for record in () if self.is_full else records:
            self._doubts.say(record.view_type)
            verdict = self._criteria.explain(record.record)
            self.judged += 1
            self.passed += verdict.matched
            self._out.write((self._json if self._as_json else self._text)(record, verdict) + b"\n")
            self._out.flush()
            if self.is_full:
                break

    def _json(self, record: FiledRecord, verdict: Verdict) -> bytes:
        said = {
            "sequenceNumber": record.sequence_number or None,
            "shardId": record.shard_id or None,
            "matched": verdict.matched,
            "reason": verdict.reason or None,
        }
        return safe_json(json.dumps(said).encode())

    def _text(self, record: FiledRecord, verdict: Verdict) -> bytes:
        word = f"{'passes' if verdict.matched else 'filtered':8}"
        if self._is_terminal:
            word = click.style(word, fg="green" if verdict.matched else "yellow")
        event = fit(visible(str(record.record.get("eventName", ""))), 6)
        keys = record.record["dynamodb"].get("Keys")
        key = fit(key_text(keys if isinstance(keys, dict) else {}, self._key_schema), KEY_CELLS)
        return f"{word} {event} {key}  {verdict.reason}".rstrip().encode("utf-8", "backslashreplace")


def _judge_file(source: str, verdicts: Verdicts) -> int:
    with open_file(source) as (file, name):
        verdicts.judge(read_records(file, name))
    return 0


def _judge_stream(text: str, where: Where, begin: StartPoint, end: Position | None, verdicts: Verdicts) -> int:
    from ddbtop.cli.tail import run_pump
    from ddbtop.cli.targets import open_stream
    from ddbtop.streams.pump import Pump
    from ddbtop.streams.tailer import Options

    stream = open_stream(text, where)
    options = Options(follow=False, end=end)
    return run_pump(Pump(stream, begin, verdicts, options, on_stream=verdicts.learn), verdicts)
