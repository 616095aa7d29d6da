"""The options of `ddbtop replay`, and what was typed of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from ddbtop.errors import WrongUsage
from ddbtop.replay.handlers.variables import parse_variable, read_variables
from ddbtop.replay.mapping.settings import RANGES, Settings
from ddbtop.replay.options import DEFAULT_TIMEOUT_S, MOST_WORKERS, Arrival, Backoff, Clock, Options
from ddbtop.replay.patterns import FilterCriteria

_F = TypeVar("_F", bound=Callable[..., Any])

_USUAL_WORKERS = 4
"""Processes where nothing is said: as many as there are processors, and no more than a laptop bears."""


def _number(option: str, field: str, words: str) -> Callable[[_F], _F]:
    limit = RANGES[field]
    return click.option(option, field, type=int, metavar="N", help=f"{words} ({limit.name}: {limit.words}).")


_HANDLER = (
    click.option(
        "--handler",
        metavar="H",
        help="app.py:handler, package.module:handler, package.module.handler, exec:COMMAND, http://HOST:PORT[/NAME] or"
        " lambda:FUNCTION.",
    ),
    click.option("--python", metavar="PATH", help="The interpreter; the active virtual environment's by default."),
    click.option(
        "--timeout", type=float, metavar="SECONDS", help=f"Of an invocation; {DEFAULT_TIMEOUT_S:g} by default."
    ),
    click.option(
        "--workers", type=click.IntRange(1, MOST_WORKERS), metavar="N", help="Processes; lanes beyond them wait."
    ),
    click.option("--env", "env", metavar="K=V", multiple=True, help="A variable of the handler's environment."),
    click.option("--env-file", type=click.Path(dir_okay=False), help="A file with one such variable a line."),
    click.option(
        "--allow-aws", is_flag=True, help="Give the handler your AWS credentials; let --on-failure be an ARN."
    ),
    click.option("-y", "--yes", is_flag=True, help="Do not ask before a deployed function is invoked."),
)

_MAPPING = (
    click.option("--like", metavar="FUNCTION|UUID", help="Take over a deployed mapping, and its function's time-out."),
    click.option(
        "--template", metavar="FILE[:ID]", help="Take over a mapping and its function from SAM or CloudFormation."
    ),
    _number("--batch-size", "batch_size", "Records of a batch"),
    _number("--batching-window", "batching_window_s", "Seconds to gather them"),
    _number("--parallelization-factor", "parallelization_factor", "Batches of a shard at a time"),
    click.option("--bisect/--no-bisect", default=None, help="Split a batch that fails (BisectBatchOnFunctionError)."),
    _number("--max-retries", "max_retries", "Retries of a batch"),
    _number("--max-record-age", "max_record_age_s", "Seconds after which a record is given up"),
    _number("--tumbling-window", "tumbling_window_s", "Seconds of a tumbling window"),
    click.option(
        "--report-batch-item-failures/--no-report-batch-item-failures", default=None, help="Take partial results."
    ),
    click.option("--filter", "patterns", metavar="PATTERN", multiple=True, help="A filter pattern; @FILE reads one."),
    click.option("--on-failure", metavar="DIR|ARN", help="Where messages of discarded batches go."),
)

_RUN = (
    click.option(
        "--clock", type=click.Choice([each.value for each in Clock]), help="recorded by default, wall with --follow."
    ),
    click.option(
        "--arrival",
        type=click.Choice([each.value for each in Arrival]),
        help="Records are there at once, or as they were made.",
    ),
    click.option(
        "--backoff",
        type=click.Choice([each.value for each in Backoff]),
        help="Pauses between retries; none by default.",
    ),
    click.option("--max-invocations", type=click.IntRange(min=1), metavar="N", help="Of a shard."),
    click.option("--no-stop", is_flag=True, help="Go on retrying where a shard stands still."),
    click.option(
        "--compare",
        metavar="OPTIONS",
        help="Run twice, the second time with these: '--batch-size 10 --handler b.py:h'.",
    ),
    click.option("--grid", multiple=True, metavar="NAME=V,V", help="Run with each combination: batch-size=10,100."),
)


def replay_options(command: _F) -> _F:
    for option in reversed((*_HANDLER, *_MAPPING, *_RUN)):
        command = option(command)
    return command


def typed_settings(typed: Mapping[str, Any], base: Settings) -> Settings:
    """What was typed wins over `base`. Raises `WrongUsage` for what Lambda refuses."""
    names = (*RANGES, "bisect", "report_batch_item_failures", "on_failure")
    found = {name: typed[name] for name in names if typed[name] is not None}
    if typed["patterns"]:
        found["filters"] = FilterCriteria.parse(typed["patterns"])
    return replace(base, **found)


def run_options(typed: Mapping[str, Any], *, follow: bool, timeout_s: float, function_arn: str) -> Options:
    """Raises `WrongUsage` for what contradicts itself."""
    clock = Clock(typed["clock"] or (Clock.WALL if follow else Clock.RECORDED))
    if follow and clock is Clock.RECORDED:
        raise WrongUsage("--clock recorded is for records that end", "leave --follow out")
    if clock is Clock.WALL and typed["arrival"]:
        raise WrongUsage("--arrival is of the recorded clock: on the wall clock records arrive as they are read")
    return Options(
        clock=clock,
        arrival=Arrival(typed["arrival"] or Arrival.BACKLOG),
        backoff=Backoff(typed["backoff"] or Backoff.NONE),
        max_invocations=typed["max_invocations"] or 0,
        no_stop=typed["no_stop"],
        timeout_s=typed["timeout"] if typed["timeout"] is not None else timeout_s or DEFAULT_TIMEOUT_S,
        function_arn=function_arn,
        keep_events=False,
    )


def workers(typed: Mapping[str, Any]) -> int:
    return typed["workers"] or min(_USUAL_WORKERS, os.cpu_count() or 1)


def environment(typed: Mapping[str, Any]) -> dict[str, str]:
    """`--env-file`, and `--env`, which wins."""
    found = read_variables(Path(typed["env_file"])) if typed["env_file"] else {}
    return found | dict(parse_variable(each, "--env") for each in typed["env"])
