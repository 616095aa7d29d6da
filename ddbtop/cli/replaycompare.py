"""The same records through several settings or handlers, one run after the other, and which records fared otherwise."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ddbtop.cli.options import say
from ddbtop.cli.replayjson import counts_json, print_json
from ddbtop.cli.replayoptions import replay_options, typed_settings
from ddbtop.cli.replayrun import drive
from ddbtop.cli.table import Table
from ddbtop.errors import WrongUsage
from ddbtop.replay.findings.comparing import Axis, Difference, differences, grid
from ddbtop.replay.findings.fates import Fates
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.model import Summary
from ddbtop.text import count, counted, duration

if TYPE_CHECKING:
    from ddbtop.cli.replaysource import Opened
    from ddbtop.replay.model import Event, Handler
    from ddbtop.replay.running.run import Replay

MOST_LINES = 20
"""Of records that fared differently, in text; JSON has them all."""

FIRST = "as typed"

_NOT_COMPARED = frozenset({"like", "template", "on_failure", "yes", "clock", "compare", "grid"})
"""Options of a replay that are the same in every run of a comparison, as is everything that says what is read."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the runs to compare."""

    words: str
    settings: Settings
    typed: dict[str, Any]
    """As on the command line, with what this run has in its place."""


@dataclass(frozen=True, slots=True)
class Ran:
    variant: Variant
    fates: Fates
    summary: Summary
    differences: list[Difference]
    """From the first run."""


Make = Callable[[Variant, "Callable[[Event], None]"], "tuple[Handler, Replay]"]
"""A run that has not begun, and the handler to close after it."""


def comparing(typed: dict[str, Any]) -> bool:
    """Whether runs are to be compared. Raises `WrongUsage` for what does not go together with it."""
    if typed["compare"] is None and not typed["grid"]:
        return False
    if typed["compare"] is not None and typed["grid"]:
        raise WrongUsage("--compare and --grid exclude each other")
    if typed["follow"] or typed["clock"] == "wall":
        raise WrongUsage("runs are compared on the recorded clock, over records that end")
    if typed["on_failure"]:
        raise WrongUsage("a comparison sends no on-failure messages", "leave --on-failure out")
    return True


def variants(typed: dict[str, Any], base: Settings) -> list[Variant]:
    """What `--compare` or `--grid` asks for, what was typed first."""
    settings = typed_settings(typed, base)
    if typed["grid"]:
        chosen = grid(settings, [Axis.parse(text) for text in typed["grid"]])
        return [Variant(_setting_words(names), each, typed) for names, each in chosen]
    other = typed | _options(typed["compare"])
    return [Variant(FIRST, settings, typed), Variant(typed["compare"], typed_settings(other, base), other)]


def compare(opened: Opened, runs: Sequence[Variant], make: Make, *, as_json: bool) -> int:
    """Run them all; 1 where a record fared differently. After an interrupt, the runs that were whole are shown."""
    ran: list[Ran] = []
    interrupted = 0
    for variant in runs:
        say(f"run {len(ran) + 1} of {len(runs)}: {variant.words}")
        if ran:
            opened.source.rewind()
        fates = Fates()
        handler, run = make(variant, fates.add)
        with closing(handler):
            interrupted = drive(run, opened)
        if run.error:
            raise run.error
        if interrupted:
            break
        ran.append(Ran(variant, fates, run.summary(), differences(ran[0].fates, fates) if ran else []))
    if ran:
        (_print_json if as_json else _print_text)(ran)
    for rule in dict.fromkeys(rule for each in ran for rule in each.summary.undocumented):
        say(f"undocumented: {rule}")
    if interrupted:
        return interrupted
    return 1 if any(each.differences for each in ran) else opened.exit_code


def _options(text: str) -> dict[str, Any]:
    """What is typed inside `--compare`. Raises `WrongUsage`."""
    own = click.command()(replay_options(lambda: None)).params
    params = [option for option in own if option.name not in _NOT_COMPARED]
    command = click.Command("--compare", params=params, add_help_option=False)
    try:
        with command.make_context("--compare", shlex.split(text)) as inner:
            typed = {
                name: value
                for name, value in inner.params.items()
                if inner.get_parameter_source(name) is ParameterSource.COMMANDLINE
            }
    except click.UsageError as error:
        raise WrongUsage(f"--compare: {error.format_message()}") from None
    except ValueError as error:
        raise WrongUsage(f"--compare {text!r} cannot be split into options: {error}") from None
    if not typed:
        raise WrongUsage("--compare needs options to compare with", "such as --compare '--batch-size 10 --bisect'")
    return typed


def _setting_words(names: dict[str, int]) -> str:
    said = (
        name if value is True else f"no {name}" if value is False else f"{name} {value}"
        for name, value in names.items()
    )
    return ", ".join(said)


_COLUMNS = [
    "invocations",
    "failed",
    "seen again",
    "delivered",
    "discarded",
    "pending",
    "worst age",
    "time",
    "differ",
    "run",
]


def _print_text(ran: Sequence[Ran]) -> None:
    table = Table(_COLUMNS)
    for each in ran:
        *figures, words = _cells(each, is_first=each is ran[0])
        table.add([*(figure.rjust(len(name)) for figure, name in zip(figures, _COLUMNS, strict=False)), words])
    table.print("nothing was run")
    if len(ran) == 2:
        _print_differences(ran[1].differences)


def _cells(ran: Ran, *, is_first: bool) -> list[str]:
    counts, fates = ran.summary.counts, ran.fates
    numbers = (
        counts.invocations,
        counts.failed,
        fates.delivered_again,
        counts.delivered,
        counts.discarded,
        counts.pending,
    )
    differ = "" if is_first else count(len(ran.differences))
    stopped = f" ({ran.summary.stopped})" if ran.summary.stopped else ""
    times = (duration(fates.worst_age_s), duration(fates.duration_s))
    return [*map(count, numbers), *times, differ, ran.variant.words + stopped]


def _print_differences(found: Sequence[Difference]) -> None:
    click.echo("")
    if not found:
        click.echo("every record fared the same")
        return
    click.echo(f"{counted(len(found), 'record')} fared differently:")
    for difference in islice(found, MOST_LINES):
        shard_id, number = difference.record
        click.echo(f"  {shard_id}  {number}  {difference.before} → {difference.after}")
    if len(found) > MOST_LINES:
        click.echo(f"  and {count(len(found) - MOST_LINES)} more: --json has them all")


def _print_json(ran: Sequence[Ran]) -> None:
    for number, each in enumerate(ran, 1):
        print_json(sys.stdout.buffer, _figures(number, each))
        for difference in each.differences:
            shard_id, sequence_number = difference.record
            print_json(
                sys.stdout.buffer,
                {
                    "type": "difference",
                    "run": number,
                    "shardId": shard_id,
                    "sequenceNumber": sequence_number,
                    "first": difference.before,
                    "here": difference.after,
                },
            )


def _figures(number: int, ran: Ran) -> dict[str, Any]:
    fates = ran.fates
    return {
        "type": "run",
        "run": number,
        "options": ran.variant.words,
        **counts_json(ran.summary.counts),
        "deliveredAgain": fates.delivered_again,
        "worstAgeSeconds": round(fates.worst_age_s, 3),
        "seconds": round(fates.duration_s, 3),
        "differ": len(ran.differences),
        "stopped": ran.summary.stopped,
    }
