"""The picker as a Textual program: lists the account's streams and ends with the one that was chosen."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from ddbtop.errors import DdbtopError
from ddbtop.streams.census import Catalogue, Census
from ddbtop.tui.keymap import USUAL, Keymap
from ddbtop.tui.place import Place
from ddbtop.tui.screens.streams import StreamsScreen
from ddbtop.tui.themes import DARK
from ddbtop.tui.widgets.painted import RoleApp

_SIGNALLED = 128
"""What a shell adds to the number of the signal that ended a program."""


class PickerApp(RoleApp[str | DdbtopError]):
    """Its result is the ARN of the chosen stream, the error that ended it, or None after a plain quit."""

    CSS_PATH = "app.tcss"
    TITLE = "ddbtop"
    ENABLE_COMMAND_PALETTE = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c,ctrl+q", "quit", "quit", tooltip="End ddbtop", id="interrupt", priority=True, show=False),
    ]

    def __init__(
        self, connect: Callable[[], Catalogue], place: Place, *, theme: str = DARK.name, keymap: Keymap = USUAL
    ) -> None:
        """`connect` runs in a thread, after the first frame."""
        super().__init__()
        self.census = Census(connect)
        self._place = place
        self._hung_up_before: Any = None
        self.begin_with(theme, keymap)

    def get_default_screen(self) -> StreamsScreen:
        return StreamsScreen(self.census, self._place)

    def on_mount(self) -> None:
        self._leave_on_signals()
        self.call_after_refresh(self.census.start)

    def on_unmount(self) -> None:
        self.census.stop()
        if self._hung_up_before is not None:
            signal.signal(signal.SIGHUP, self._hung_up_before)

    def on_streams_screen_picked(self, event: StreamsScreen.Picked) -> None:
        self.exit(event.arn or None)

    def on_streams_screen_failed(self, event: StreamsScreen.Failed) -> None:
        """The program ends with the reason. A bug is raised as one."""
        if not isinstance(event.error, DdbtopError):
            raise event.error
        self.exit(event.error, return_code=3)

    def _leave_on_signals(self) -> None:
        """Who ends the program from outside gets a terminal that works; one that is gone needs nothing restored."""
        if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
            return
        ended = partial(self.exit, return_code=_SIGNALLED + signal.SIGTERM)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended)
        self._hung_up_before = signal.signal(signal.SIGHUP, lambda number, _: os._exit(_SIGNALLED + number))
