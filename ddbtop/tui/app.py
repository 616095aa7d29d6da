"""The inspector as a Textual program: connects after its first frame, holds one session, and ends cleanly."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.message import Message

from ddbtop.errors import DdbtopError
from ddbtop.streams.model import StartPoint
from ddbtop.streams.source import Source
from ddbtop.tui.place import Place
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.session import CLOSING_S, Session
from ddbtop.tui.themes import DARK, THEMES

HISTORY_BYTES = 1_000_000_000
"""Room on disk for what a session keeps, unless asked otherwise."""


class InspectorApp(App[DdbtopError]):
    """Its result is the error that ended it, None after a plain quit."""

    CSS_PATH = "app.tcss"
    TITLE = "ddbtop"
    ENABLE_COMMAND_PALETTE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "command_palette", "commands", tooltip="Every command by name", id="commands"),
        Binding("question_mark", "help", "keys", tooltip="Every key", id="help"),
        Binding("q,ctrl+c,ctrl+q", "quit", "quit", tooltip="End ddbtop", id="quit", priority=False),
    ]

    @dataclass
    class Connected(Message):
        """A session began to read, or could not."""

        session: Session | None
        error: DdbtopError | None = None

    def __init__(
        self,
        connect: Callable[[], Source],
        start: StartPoint,
        place: Place,
        history_bytes: int = HISTORY_BYTES,
        *,
        theme: str = DARK.name,
        open_session: Callable[..., Session] = Session.open,
    ) -> None:
        """`connect` makes a source for each session, in a thread: it may import and ask as long as it needs."""
        super().__init__()
        self._open = partial(open_session, connect, history_bytes=history_bytes)
        self._start = start
        self._place = place
        self._session: Session | None = None
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme

    def get_default_screen(self) -> MainScreen:
        return MainScreen(self._place)

    def on_mount(self) -> None:
        self.call_after_refresh(self._read_from, self._start)

    def _read_from(self, start: StartPoint) -> None:
        """Begin a session in a thread of its own; the one before ends."""
        before, self._session = self._session, None
        if before is not None:
            before.close()
        threading.Thread(target=self._open_session, args=(start,), name="connect", daemon=True).start()

    def _open_session(self, start: StartPoint) -> None:
        try:
            session = self._open(start)
        except DdbtopError as error:
            self.post_message(self.Connected(None, error))
            return
        if not self.post_message(self.Connected(session)):
            session.close()

    def on_inspector_app_connected(self, event: Connected) -> None:
        if event.session is None:
            self.exit(event.error, return_code=3)
            return
        self._session = event.session
        self.main.attach(event.session)

    @property
    def main(self) -> MainScreen:
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def freeze(self) -> None:
        """What lives as long as the program is not looked at again by the garbage collector."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 1000)

    def on_unmount(self) -> None:
        if self._session is not None:
            self._session.close().join(CLOSING_S)
