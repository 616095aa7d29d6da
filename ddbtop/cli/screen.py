"""From the command line to the screen, for every command that opens the inspector."""

from __future__ import annotations

import gc
import re
import sys

import click

from ddbtop.errors import WrongUsage
from ddbtop.streams.model import StartPoint
from ddbtop.tui.connection import Connect
from ddbtop.tui.place import Place

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", re.IGNORECASE)

MIN_HISTORY = 10_000_000
"""Less than some ten pages of the largest records would drop what has just come in."""


class Size(click.ParamType[int]):
    """1GB, 250MB, 5e8: bytes."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = _SIZE.fullmatch(value.strip())
        if found is None:
            self.fail(f"{value!r} is no size; 1GB and 250MB are", param, ctx)
        size = int(float(found[1]) * _UNITS[found[2].upper()])
        if size < MIN_HISTORY:
            self.fail(f"{value} is too little; at least {MIN_HISTORY // 10**6}MB", param, ctx)
        return size


history_option = click.option(
    "--history", type=Size(), default="1GB", show_default=True, metavar="SIZE", help="Keep so much of what was read."
)


def need_terminal(instead: str) -> None:
    """Raises `WrongUsage` where there is no terminal to draw on; `instead` says what works without one."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongUsage("the inspector needs a terminal", instead)


def open_screen(connect: Connect, start: StartPoint, place: Place, history: int) -> int:
    """Show the inspector until it is left; raises what kept it from reading."""
    gc.disable()  # looking for garbage took a third of the time before the first frame, which enables it again
    from ddbtop.tui.app import InspectorApp

    app = InspectorApp(connect, start, place, history)
    error = app.run()
    if error:
        raise error
    return app.return_code or 0
