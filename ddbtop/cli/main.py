"""The group of commands: what each is called, how one is found, and how every run ends."""

from __future__ import annotations

import io
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

import click

from ddbtop import __version__
from ddbtop.cli.ending import INTERRUPTED, code_of, terminable
from ddbtop.cli.helptext import Context
from ddbtop.cli.options import account_options, look_options
from ddbtop.errors import CannotDo, DdbtopError, WrongUsage

COMMANDS = {
    "demo": "The inspector over a simulated stream: no account, no network.",
    "streams": "The streams of the account or of a table.",
    "shards": "The lineage of a stream.",
    "tail": "Records to standard output.",
    "filter": "Which records a Lambda filter pattern lets through, and why not.",
    "replay": "A handler over records, run as Lambda would.",
}
"""Modules of this package by name, imported when they run: `--version` and `--help` are there at once."""

DONE, UNDELIVERED, WRONG_USAGE, CANNOT_DO = 0, 1, 2, 3
"""Exit codes: done; done, but records were left undelivered; wrong usage; it could not be done. `ending` has others."""

_INSPECT = "inspect"


class ClosedPipe(Exception):
    """Whoever read our output has gone, which is a quiet end."""


class Commands(click.Group):
    """Finds commands by name; any other first word names a stream to inspect."""

    context_class = Context

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ClosedPipe from None  # click would make an exit code of its own of it

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS and name != _INSPECT:
            return None
        command = getattr(import_module(f"ddbtop.cli.{name}"), name)
        assert isinstance(command, click.Command)
        command.context_class = self.context_class
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            meant = next((name for name in COMMANDS if _one_slip_away(args[0], name)), "")
            args = [meant, *args[1:]] if meant and _is_meant(args[0], meant) else [_INSPECT, *args]
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([("STREAM", "The inspector over a stream."), *COMMANDS.items()])


def print_config(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Write a configuration file with every setting and its default to stdout, and end."""
    if wanted:
        from ddbtop.cli.printconfig import default_text

        click.echo(default_text(), nl=False)
        ctx.exit()


@click.group(
    cls=Commands,
    invoke_without_command=True,
    subcommand_metavar="[STREAM | COMMAND] [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
@look_options
@click.option(
    "--print-config", is_flag=True, is_eager=True, expose_value=False, callback=print_config, help="A file of defaults."
)
@account_options
@click.pass_context
def ddbtop(ctx: click.Context, /, **_: object) -> int:
    """A terminal inspector for Amazon DynamoDB Streams.

    STREAM is a stream's ARN, a table's ARN or a table's name; without one there is a picker of the account's streams.
    `ddbtop demo` shows everything without an account.
    """
    if ctx.invoked_subcommand is not None:
        return DONE
    from ddbtop.cli.pick import pick

    return pick(ctx)


def run(args: Sequence[str]) -> int:
    """Run a command line; returns the exit code, with at most one line said on stderr."""
    debug = "--debug" in args
    _write_what_can_be_written()
    try:
        with terminable():
            returned = ddbtop.main(list(args), prog_name="ddbtop", standalone_mode=False)
            if sys.stdout:
                sys.stdout.flush()
        return returned if isinstance(returned, int) else DONE
    except click.UsageError as error:
        return _say(error.format_message(), WRONG_USAGE, debug)
    except WrongUsage as error:
        return _say(_line(error), WRONG_USAGE, debug)
    except DdbtopError as error:
        return _say(_line(error), CANNOT_DO, debug)
    except KeyboardInterrupt as interrupt:
        return code_of(interrupt)
    except click.Abort as abort:
        return code_of(abort.__cause__) if isinstance(abort.__cause__, KeyboardInterrupt) else INTERRUPTED
    except (ClosedPipe, BrokenPipeError):
        _give_up_stdout()
        return DONE
    except OSError as error:
        return _say(_line(CannotDo(str(error))), CANNOT_DO, debug)
    except Exception as error:  # noqa: BLE001 -- the last resort: a defect of ours is one line, too
        return _say(
            f"this is a defect of ddbtop: {type(error).__name__}: {error}; --debug shows where", CANNOT_DO, debug
        )


def _say(words: str, code: int, debug: bool) -> int:
    from ddbtop.text import visible

    if debug:
        traceback.print_exc()
    click.echo(f"ddbtop: {visible(' '.join(words.split()))}", err=True)
    return code


def _line(error: DdbtopError) -> str:
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _write_what_can_be_written() -> None:
    """A terminal or a locale without a character gets its escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _give_up_stdout() -> None:
    """Nothing may be written to it again, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_meant(word: str, command: str) -> bool:
    if not sys.stdin.isatty():
        hint = f"`ddbtop table:{word}` inspects a table of that name"
        raise WrongUsage(f"there is no command {word!r}, did you mean {command!r}?", hint)
    return click.confirm(f"There is no command {word!r}. Did you mean {command!r}?", default=True, err=True)


def _one_slip_away(word: str, name: str) -> bool:
    """One letter added, left out, replaced, or two exchanged."""
    if abs(len(word) - len(name)) > 1 or word == name:
        return False
    start = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
    one, other = word[start:], name[start:]
    return (
        one[1:] == other[1:]
        or one[1:] == other
        or one == other[1:]
        or (one[:2][::-1] == other[:2] and one[2:] == other[2:])
    )
