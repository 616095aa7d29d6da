"""`ddbtop tail`: records to stdout, and what happens to them to stderr."""

from __future__ import annotations

import sys
from typing import Protocol

import click

from ddbtop.cli.doubts import Doubts
from ddbtop.cli.options import POINTS, Where, account_options, end_point, point, settings, start_options
from ddbtop.cli.printer import Printer
from ddbtop.cli.talk import Talk
from ddbtop.cli.targets import open_stream
from ddbtop.errors import WrongUsage
from ddbtop.journal.query import Query
from ddbtop.replay.patterns import FilterCriteria
from ddbtop.streams.model import LATEST, StartPoint, StreamInfo
from ddbtop.streams.pump import Pump
from ddbtop.streams.tailer import Options


@click.command(epilog=POINTS)
@click.argument("stream")
@start_options
@click.option("--to", "end", metavar="POINT", help="Stop before this point; AFTER_SEQUENCE_NUMBER:N includes N.")
@click.option("--follow/--no-follow", default=None, help="Go on after the tip, or end there. Follows unless --to.")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="End after N records.")
@click.option("--where", "words", metavar="WORDS", help='Only records that fit, such as "event:MODIFY order#17 !ttl".')
@click.option(
    "--filter",
    "patterns",
    metavar="PATTERN",
    multiple=True,
    help="Only what one of these Lambda filter patterns lets through; @FILE reads one.",
)
@click.option(
    "--budget", type=click.FloatRange(min=0.1), metavar="N", help="Calls a second at most; 50 unless configured."
)
@click.option("--json", "as_json", is_flag=True, help="One record a line, in the form that Lambda hands to a function.")
@account_options
@click.pass_context
def tail(
    ctx: click.Context,
    /,
    stream: str,
    start: str | None,
    shard: str,
    descendants: bool,
    end: str | None,
    follow: bool | None,
    limit: int | None,
    words: str | None,
    patterns: tuple[str, ...],
    budget: float | None,
    as_json: bool,
    **_: object,
) -> int:
    """Print the records of STREAM as they arrive, or those between two points."""
    begin = StartPoint(point(start, LATEST), shard, descendants)
    if end is not None and follow:
        raise WrongUsage("--to and --follow exclude each other")
    options = Options(
        follow=end is None and follow is not False,
        end=end_point(end, begin.position),
        budget=budget or settings(ctx).budget,
    )
    query = Query.parse(words) if words else None
    criteria = FilterCriteria.parse(patterns)
    doubts = [Doubts(criteria), *([Doubts(query, "where")] if query else [])]
    source = open_stream(stream, Where.typed(ctx))
    printer = Printer(
        sys.stdout.buffer,
        source.arn,
        as_json=as_json,
        query=query,
        criteria=criteria if patterns else None,
        limit=limit,
    )

    def learn(described: StreamInfo) -> None:
        printer.learn(described)
        for doubt in doubts:
            doubt.say(described.view_type)

    return run_pump(Pump(source, begin, printer, options, on_stream=learn), printer)


class Fillable(Protocol):
    """Whoever prints what the pump reads, up to as many records as were asked for."""

    @property
    def is_full(self) -> bool: ...


def run_pump(pump: Pump, printer: Fillable) -> int:
    """Until the pump ends, or until nothing more is to be printed; returns the exit code."""
    talk = Talk()
    pump.start()
    try:
        while pump.is_running and not printer.is_full:
            pump.join(0.1)
            talk.follow(pump.status)
    finally:
        pump.stop()
    if pump.error:
        raise pump.error
    talk.follow(pump.status)
    if pump.status.ended_by:
        raise pump.status.ended_by
    return talk.exit_code
