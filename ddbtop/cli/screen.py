"""From the command line to the screen, for every command that opens the inspector."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ddbtop.cli.ground import Ground, on_ground
from ddbtop.cli.options import look_options, settings, typed
from ddbtop.config import MIN_HISTORY, Config
from ddbtop.errors import WrongUsage
from ddbtop.streams.model import StartPoint
from ddbtop.text import bytes_of
from ddbtop.tui.connection import Connect, Elsewhere
from ddbtop.tui.place import Place

if TYPE_CHECKING:
    from ddbtop.tui.keymap import Keymap

_THEME = "ddbtop.theme"
"""Where click keeps the theme that was decided on."""

_F = TypeVar("_F", bound=Callable[..., Any])


class Size(click.ParamType[int]):
    """1GB, 250MB, 5e8: bytes."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            size = bytes_of(value)
        except ValueError:
            self.fail(f"{value!r} is no size; 1GB and 250MB are", param, ctx)
        if size < MIN_HISTORY:
            self.fail(f"{value} is too little; at least {MIN_HISTORY // 10**6}MB", param, ctx)
        return size


_HISTORY = click.option(
    "--history", type=Size(), metavar="SIZE", help="Keep so much of what was read; 1GB unless configured."
)


def screen_options(command: _F) -> _F:
    """--history, --theme, --config: what every command that opens the inspector takes."""
    return _HISTORY(look_options(command))


def need_terminal(instead: str) -> None:
    """Raises `WrongUsage` where there is no terminal to draw on; `instead` says what works without one."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongUsage("the inspector needs a terminal", instead)


def open_screen(
    connect: Connect,
    start: StartPoint,
    place: Place,
    history: int | None = None,
    elsewhere: Elsewhere | None = None,
) -> int:
    """Show the inspector until it is left; raises what kept it from reading.

    What was not typed is what the configuration says. `elsewhere`: what else the user may go over to.
    """
    gc.disable()  # looking for garbage took a third of the time before the first frame, which enables it again
    ctx = click.get_current_context()
    config = settings(ctx)
    with wanted_theme(ctx, config) as ground:
        from ddbtop.tui.app import InspectorApp

        keymap = wanted_keys(config)
    kept = history or config.history
    app = InspectorApp(
        connect,
        start,
        place,
        kept,
        theme=ground.theme,
        keymap=keymap,
        budget=config.budget,
        elsewhere=elsewhere,
    )
    ground.hand_over(app)
    error = app.run(mouse=config.mouse)
    if error:
        raise error
    return app.return_code or 0


@contextlib.contextmanager
def wanted_theme(ctx: click.Context, config: Config) -> Iterator[Ground]:
    """The theme, known once the block has ended; the terminal is asked about its ground at most once a run."""
    with on_ground(ctx.meta.get(_THEME) or typed(ctx, "theme") or config.theme) as ground:
        yield ground
    ctx.meta[_THEME] = ground.theme


def wanted_keys(config: Config) -> Keymap:
    """The configuration's keys. Raises `WrongUsage` with the line of one that cannot be."""
    from ddbtop.tui.keymap import USUAL

    if not config.keys:
        return USUAL
    from ddbtop.tui.regions import KeysRefused, checked  # every screen: only who wants other keys pays for them

    try:
        return checked(config.keys)
    except KeysRefused as error:
        config.refuse(error.id, error.message, error.hint, "keys")
