"""`ddbtop replay`: a handler over records, as Lambda would run it."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from ddbtop.cli.doubts import Doubts
from ddbtop.cli.options import POINTS, Where, account_options, end_point, point, say, start_options
from ddbtop.cli.replaycompare import Variant, compare, comparing, variants
from ddbtop.cli.replayoptions import environment, replay_options, run_options, typed_settings, workers
from ddbtop.cli.replayrun import drive
from ddbtop.cli.replaysource import Opened, open_records
from ddbtop.errors import WrongUsage
from ddbtop.replay.adopting.deployed import Adopted, adopt_deployed
from ddbtop.replay.adopting.named import adoption_words, runtime_words
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.options import Options
from ddbtop.streams.arn import parse_target
from ddbtop.streams.model import TRIM_HORIZON, StartPoint
from ddbtop.streams.tailer import Options as ReadOptions

if TYPE_CHECKING:
    from ddbtop.replay.model import Event, Handler, Summary
    from ddbtop.replay.running.run import Replay

_DEPLOYED = "lambda:"


class Printer(Protocol):
    def event(self, event: Event) -> None: ...

    def summary(self, summary: Summary) -> None: ...


@click.command(epilog=POINTS)
@click.argument("source")
@replay_options
@start_options
@click.option("--to", "end", metavar="POINT", help="Stop before this point; AFTER_SEQUENCE_NUMBER:N includes N.")
@click.option("--follow/--no-follow", default=None, help="Go on after the tip, or end there, which is the default.")
@click.option("--json", "as_json", is_flag=True, help="What happens, one JSON value a line.")
@account_options
@click.pass_context
def replay(ctx: click.Context, /, source: str, as_json: bool, **typed: Any) -> int:
    """Run a handler over the records of SOURCE as an event source mapping of Lambda would.

    SOURCE is a stream, a capture, a file with a Lambda event or with one record a line, an on-failure message, or - for
    stdin. The handler gets no AWS credentials unless --allow-aws.
    """
    typed_settings(typed, Settings())  # what Lambda refuses is refused before anything is opened
    _check(typed)
    is_comparing = comparing(typed)
    where = Where.typed(ctx)
    template = _adopt_template(typed)
    begin, reading = _range(typed)
    _check_handler(typed, template, where)
    with contextlib.ExitStack() as stack:
        opened = open_records(source, where, begin, reading, is_ranged=_is_ranged(typed))
        stack.callback(opened.close)
        adopted = _adopt_deployed(typed["like"], where, opened) if typed["like"] else template
        settings = typed_settings(typed, _own_batch(adopted, opened))
        for line in adoption_words(adopted, "--on-failure names another"):
            say(line)
        if is_comparing:
            return _compare(opened, adopted, typed, where, as_json=as_json)
        handler = _handler(typed, adopted, where, _region(opened))
        stack.callback(handler.close)
        _tell(handler, adopted)
        return _run(opened, settings, handler, adopted, typed, where, as_json=as_json)


def _check(typed: dict[str, Any]) -> None:
    """What is wrong usage before anything is opened."""
    from ddbtop.replay.running.destinations import check_destination

    if typed["like"] and typed["template"]:
        raise WrongUsage("--like and --template exclude each other", "--handler names the code beside --like")
    if typed["on_failure"]:
        check_destination(typed["on_failure"], allow_aws=typed["allow_aws"])
    run_options(typed, follow=bool(typed["follow"]), timeout_s=0.0, function_arn="")
    environment(typed)
    if (typed["handler"] or "").startswith(_DEPLOYED) and not typed["yes"]:
        _ask(typed["handler"].removeprefix(_DEPLOYED))


def _ask(function: str) -> None:
    if not sys.stdin.isatty():
        raise WrongUsage(
            f"{function} is deployed: invoking it does what it does in production", "--yes says that this is meant"
        )
    click.confirm(f"Invoke the deployed function {function} with these records?", abort=True, err=True)


def _check_handler(typed: dict[str, Any], template: Adopted, where: Where) -> None:
    """That there is one, before a pipe is read or a stream."""
    text = typed["handler"] or template.handler
    if not text:
        for remark in template.remarks:
            say(remark)
        raise WrongUsage(
            "nothing says what to run", "--handler app.py:handler names a function, see `ddbtop replay -h`"
        )
    if not text.startswith(_DEPLOYED):
        _handler(typed, template, where, where.region).close()


def _range(typed: dict[str, Any]) -> tuple[StartPoint, ReadOptions]:
    if typed["end"] is not None and typed["follow"]:
        raise WrongUsage("--to and --follow exclude each other")
    begin = StartPoint(point(typed["start"], TRIM_HORIZON), typed["shard"], typed["descendants"])
    return begin, ReadOptions(follow=bool(typed["follow"]), end=end_point(typed["end"], begin.position))


def _is_ranged(typed: dict[str, Any]) -> bool:
    return bool(typed["start"] or typed["end"] or typed["shard"] or typed["follow"])


def _adopt_template(typed: dict[str, Any]) -> Adopted:
    if not typed["template"]:
        return Adopted()
    from ddbtop.replay.adopting.template import adopt_template

    return adopt_template(typed["template"])


def _adopt_deployed(name: str, where: Where, opened: Opened) -> Adopted:
    from ddbtop.streams.awslambda import LambdaService

    return adopt_deployed(LambdaService(where.account(_region(opened))), name, opened.source.stream_arn)


def _region(opened: Opened) -> str:
    """Of the stream; empty where the records do not tell it."""
    arn = opened.source.stream_arn
    return parse_target(arn).region if arn.startswith("arn:") else ""


def _own_batch(adopted: Adopted, opened: Opened) -> Settings:
    """The batch of an on-failure message is as large as it was, where nothing else is said."""
    if opened.message is None or adopted.origin:
        return adopted.settings
    return replace(adopted.settings, batch_size=max(adopted.settings.batch_size, opened.message.batch_size))


def _handler(typed: dict[str, Any], adopted: Adopted, where: Where, region: str) -> Handler:
    from ddbtop.replay.handlers.choice import HandlerOptions, parse_handler
    from ddbtop.replay.handlers.fence import Fence

    text = typed["handler"] or adopted.handler
    fence = Fence(
        allow_aws=typed["allow_aws"],
        profile=where.profile,
        region=where.region or region,
        typed={**adopted.environment, **environment(typed)},
    )
    options = HandlerOptions(
        workers=workers(typed),
        python=typed["python"] or "",
        fence=fence,
        function=adopted.function_arn.split(":function:")[-1],
        account=where.account(region) if text.startswith(_DEPLOYED) else None,
    )
    if not typed["handler"]:
        options = replace(options, folder=Path(adopted.folder))
    return parse_handler(text, options)


def _tell(handler: Handler, adopted: Adopted) -> None:
    """What it was given and can reach."""
    given = handler.given
    say(f"handler {given.handler}" + (f", run by {given.runner}" if given.runner else ""))
    for words in runtime_words(adopted, given.runner):
        say(f"{words}: --python names another interpreter")
    for name, words in given.facts:
        say(f"{name}: {words}")


def _run(
    opened: Opened,
    settings: Settings,
    handler: Handler,
    adopted: Adopted,
    typed: dict[str, Any],
    where: Where,
    *,
    as_json: bool,
) -> int:
    from ddbtop.replay.running.destinations import open_destination
    from ddbtop.replay.running.run import Replay

    printer = _printer(as_json)
    arn = opened.source.stream_arn
    Doubts(settings.filters).say(opened.source.view_type)
    run = Replay(
        opened.source,
        settings,
        handler,
        _options(typed, adopted),
        deliver=open_destination(settings.on_failure, where.account, arn) if settings.on_failure else None,
        on_event=printer.event,
    )
    interrupted = drive(run, opened)
    summary = run.summary()
    printer.summary(summary)
    if run.error:
        raise run.error
    if interrupted:
        return interrupted
    return 1 if summary.left_undelivered else opened.exit_code


def _compare(opened: Opened, adopted: Adopted, typed: dict[str, Any], where: Where, *, as_json: bool) -> int:
    from ddbtop.replay.running.run import Replay

    runs = variants(typed, _own_batch(adopted, opened))
    for variant in runs:
        _check(variant.typed)
    told: list[object] = []
    """Handlers and filters that were told of: runs that have the same ones say nothing new."""

    def make(variant: Variant, on_event: Callable[[Event], None]) -> tuple[Handler, Replay]:
        handler = _handler(variant.typed, adopted, where, _region(opened))
        if handler.given not in told:
            told.append(handler.given)
            _tell(handler, adopted)
        if variant.settings.filters not in told:
            told.append(variant.settings.filters)
            Doubts(variant.settings.filters).say(opened.source.view_type)
        options = _options(variant.typed, adopted)
        return handler, Replay(opened.source, variant.settings, handler, options, on_event=on_event)

    return compare(opened, runs, make, as_json=as_json)


def _options(typed: dict[str, Any], adopted: Adopted) -> Options:
    follow = bool(typed["follow"])
    return run_options(typed, follow=follow, timeout_s=adopted.timeout_s, function_arn=adopted.function_arn)


def _printer(as_json: bool) -> Printer:
    from ddbtop.cli.replayjson import JsonPrinter
    from ddbtop.cli.replaytext import TextPrinter

    return JsonPrinter(sys.stdout.buffer) if as_json else TextPrinter(sys.stdout.buffer)
