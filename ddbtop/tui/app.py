"""The inspector as a Textual program: connects after its first frame, holds one session, and ends cleanly."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from ddbtop.errors import DdbtopError
from ddbtop.streams.model import LATEST, TRIM_HORIZON, StartPoint
from ddbtop.tui import clipboard
from ddbtop.tui.keymap import USUAL, Keymap
from ddbtop.tui.messages import CopyWanted, SessionFailed, StartWanted, StreamWanted, Switch, SwitchWanted, said
from ddbtop.tui.place import Place
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.themes import DARK
from ddbtop.tui.troublelines import Ways
from ddbtop.tui.widgets.painted import RoleApp, names_at
from ddbtop.tui.widgets.trouble import TroubleLayer

if TYPE_CHECKING:
    from textual.command import Provider

    from ddbtop.tui.connection import Connect, Connection, Elsewhere
    from ddbtop.tui.newest import NewestWatch
    from ddbtop.tui.screens.streams import StreamsScreen
    from ddbtop.tui.session import Session
    from ddbtop.tui.switching import Switching

HISTORY_BYTES = 1_000_000_000
"""Room on disk for what a session keeps, unless asked otherwise."""

CALLS_A_SECOND = 50.0
"""What reading takes at most, unless asked otherwise."""

CLOSING_S = 0.25
"""So long quitting waits for a session to put its journal away; what is left then is removed at the next start."""

ANSWER_S = 0.02
"""How often it is looked whether a session that is to take another one's place got its first answer."""

GARBAGE = (2_000, 5, 1_000)
"""New objects, then passes, after which garbage is looked for. What is painted at 10,000 records a second leaves some
ten thousand a second that refer to one another; everything waits while a pass frees them: 1 ms for so many, 4 ms for
every fifth pass, but 30 to 120 ms for 50,000 at once."""

_SIGNALLED = 128
"""What a shell adds to the number of the signal that ended a program."""


def _palette() -> type[Provider]:
    from ddbtop.tui.palette import Commands  # only who asks pays for it at start

    return Commands


class InspectorApp(RoleApp[DdbtopError]):
    """Its result is the error that ended it, None after a plain quit."""

    CSS_PATH = "app.tcss"
    TITLE = "ddbtop"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "command_palette", "commands", tooltip="Every command by name", id="commands"),
        Binding("question_mark", "help", "keys", tooltip="Every key", id="help.open"),
        Binding(
            "m",
            "mouse",
            "mouse",
            tooltip="Leave the mouse to the terminal, to select text, or take it",
            id="mouse",
            show=False,
        ),
        Binding(
            "ctrl+z",
            "suspend_process",
            "suspend",
            tooltip="Leave the terminal to the shell; its `fg` comes back",
            id="suspend",
            priority=True,
            show=False,
        ),
        Binding("q", "quit", "quit", tooltip="End ddbtop", id="quit"),
        Binding(
            "ctrl+c,ctrl+q",
            "quit",
            "interrupt",
            tooltip="End ddbtop, also from a field or a dialog",
            id="interrupt",
            priority=True,
            show=False,
        ),
    ]

    @dataclass
    class Connected(Message):
        """A session began to read, or could not."""

        number: int
        """Which of the sessions asked for so far."""
        session: Session | None = None
        error: Exception | None = None
        connect: Connect | None = None
        """How its stream is reached, where that is not how it was before."""
        note: str = ""
        """What to say of it once it is shown."""

    @dataclass
    class NewerFound(Message):
        """The table has a later stream than the one that is read."""

        arn: str

    def __init__(
        self,
        connect: Connect,
        start: StartPoint,
        place: Place,
        history_bytes: int = HISTORY_BYTES,
        *,
        theme: str = DARK.name,
        keymap: Keymap = USUAL,
        budget: float = CALLS_A_SECOND,
        elsewhere: Elsewhere | None = None,
        open_session: Callable[..., Session] | None = None,
    ) -> None:
        """`connect` makes a source for each session, in a thread: it may import and ask as long as it needs.

        `elsewhere`: other profiles and regions; None where there is only this stream.
        """
        super().__init__()
        self._elsewhere = elsewhere
        self._switching: Switching | None = None
        self._open_session = open_session or partial(_open_session, budget=budget)
        self._connect = connect
        self._history_bytes = history_bytes
        self._start = start
        self._place = place
        self._arn = ""
        """The stream that is read, as soon as it is known: a table's name may mean another one later."""
        self._session: Session | None = None
        self._arriving: set[Session] = set()
        """Made in a thread, and not shown yet."""
        self._watch: NewestWatch | None = None
        self._wanted = 0
        self._hung_up_before: Any = None
        self.begin_with(theme, keymap)

    def get_default_screen(self) -> MainScreen:
        return MainScreen(self._place, self._ways)

    def _ways(self, place: Place) -> Ways:
        asks = self._elsewhere is not None and self._elsewhere.may_ask(place.profile)
        return Ways(place, asks, elsewhere=self._elsewhere is not None)

    def on_mount(self) -> None:
        self._leave_on_signals()
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """The first frame is there; what was set aside for it is done now."""
        gc.enable()
        self._read_from(self._start)

    def _leave_on_signals(self) -> None:
        """Who ends the program from outside gets a terminal that works, too."""
        if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
            return
        ended = partial(self.exit, return_code=_SIGNALLED + signal.SIGTERM)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended)
        self._hung_up_before = signal.signal(signal.SIGHUP, self._hang_up)

    def _hang_up(self, number: int, _: object) -> None:
        """The terminal is gone: there is nothing to restore, and who writes to it waits for ever."""
        if self._session is not None:
            self._session.close().join(CLOSING_S)
        os._exit(_SIGNALLED + number)

    def _read_from(self, start: StartPoint, note: str = "", connect: Connect | None = None) -> None:
        """Begin a session in a thread of its own; the one before stays on the screen until then."""
        self._wanted += 1
        reach = partial(connect or self._connect, self._arn)
        arguments = (reach, start, self.Connected(self._wanted, connect=connect, note=note), self._session is not None)
        threading.Thread(target=self._connect_to, args=arguments, name="connect", daemon=True).start()

    def _connect_to(
        self, reach: Callable[[], Connection], start: StartPoint, connected: Connected, is_another: bool
    ) -> None:
        """`is_another`: a session is shown already, and only one that can read takes its place."""
        try:
            session = self._open_session(reach, start, self._history_bytes)
        except Exception as error:  # noqa: BLE001 -- raised again where it can be seen, on the screen's thread
            connected.error = error
        else:
            if is_another:
                connected.error = self._failure_of(session, connected.number)
            if connected.error is None:
                connected.session = session
            else:
                session.close()
        if connected.session is not None:
            self._arriving.add(connected.session)  # first: a program that is ending takes messages that nobody reads
        if not self.post_message(connected) and connected.session is not None:
            connected.session.close()

    def _failure_of(self, session: Session, number: int) -> Exception | None:
        """Why a session has nothing to show, as soon as it can be told; None where it has, or nobody wants it now."""
        pause = threading.Event()
        while number == self._wanted and self.is_running:
            if session.failure is not None or session.is_answered:
                return session.failure
            pause.wait(ANSWER_S)
        return None

    def on_inspector_app_connected(self, event: Connected) -> None:
        session = event.session
        self._arriving.discard(session)
        if event.number != self._wanted:
            if session is not None:
                session.close()
        elif session is not None:
            self._connect = event.connect or self._connect
            self._show(session)
            if event.note:
                self.notify(event.note, markup=False)
        elif self._session is not None and isinstance(event.error, DdbtopError):
            self._arn = self._session.status.stream.arn
            self.complain(event.error)
            if event.connect is not None and self._switching is not None:
                self._switching.want(Switch.STREAM, None)  # where it was chosen
        else:
            self.fail(event.error)

    def _show(self, session: Session) -> None:
        """The session before ends once another one is there to look at."""
        before, self._session = self._session, session
        self._arn = session.status.stream.arn
        self.main.attach(session)
        if before is not None:
            before.close()
        self._watch_for_newer(session)

    def _watch_for_newer(self, session: Session) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        if session.newest is not None:
            from ddbtop.tui.newest import NewestWatch

            self._watch = NewestWatch(session.newest, self._arn, lambda arn: self.post_message(self.NewerFound(arn)))

    def on_inspector_app_newer_found(self, event: NewerFound) -> None:
        self.main.offer(event.arn)

    def fail(self, error: Exception | None) -> None:
        """Nothing can be read: the program ends with the reason. A bug is raised as one."""
        if not isinstance(error, DdbtopError):
            raise error or RuntimeError("no session and no reason")
        self.exit(error, return_code=3)

    def on_start_wanted(self, event: StartWanted) -> None:
        self._read_from(event.start, f"Reading from {said(event.start)}")

    def on_stream_wanted(self, event: StreamWanted) -> None:
        self._arn = event.arn
        self._read_from(StartPoint(TRIM_HORIZON), "Reading the newer stream from its beginning")

    def complain(self, error: DdbtopError) -> None:
        self.notify(f"{error.message}\n{error.hint}".strip(), severity="error", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._elsewhere is not None if action == "switch" else True

    def action_switch(self, what: str) -> None:
        self.post_message(SwitchWanted(Switch(what)))

    def on_switch_wanted(self, event: SwitchWanted) -> None:
        if self._elsewhere is None:
            return
        if self._switching is None:
            from ddbtop.tui.switching import Switching  # only who goes over to something else pays for it at start

            self._switching = Switching(self, self._elsewhere, self._place)
        self._switching.want(event.what, self._session)

    def on_streams_screen_picked(self, event: StreamsScreen.Picked) -> None:
        if self._switching is not None and self._elsewhere is not None:
            place = self._switching.place
            self._switching.close()
            if event.arn:
                self._arn = event.arn
                connect = self._elsewhere.connect(place.profile, place.region)
                self._read_from(StartPoint(LATEST), f"Reading {event.arn.partition('/')[2]} from LATEST", connect)

    def on_streams_screen_failed(self, event: StreamsScreen.Failed) -> None:
        self.fail(event.error)

    def moved(self, connection: Connection) -> None:
        """What is read is read as somebody else from now on, also from another start point."""
        session, place = self._session, connection.place
        if session is None or session.source is not connection.source or self._elsewhere is None:
            return
        self._connect = self._elsewhere.connect(place.profile, place.region)
        session.place, session.newest = place, connection.newest
        self._watch_for_newer(session)
        self.main.move(place)
        session.retry_now()

    def on_copy_wanted(self, event: CopyWanted) -> None:
        """To the clipboard, or to a file if it is too long for one."""
        if not event.text:
            return
        if clipboard.fits(event.text):
            self.copy_to_clipboard(event.text)
            threading.Thread(target=clipboard.to_tmux, args=(event.text,), name="clipboard", daemon=True).start()
            self.notify(f"Copied {event.what}", markup=False)
            return
        try:
            path = clipboard.to_file(event.text)
        except OSError as error:
            self.notify(f"Too long for a clipboard, and no file: {error.strerror}", severity="error", markup=False)
            return
        self.notify(f"Too long for a clipboard: {event.what} is in {path}", markup=False)

    def action_command_palette(self) -> None:
        from ddbtop.tui.palette import Palette  # only who asks pays for it at start

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_help(self) -> None:
        from ddbtop.tui.advice import advice  # only who asks pays for it at start
        from ddbtop.tui.regions import help_screen

        helps = advice(self.main.session, names_at(self.main, TroubleLayer)) if self.screen is self.main else []
        self.push_screen(help_screen(self.screen, self.keymap, helps))

    def action_mouse(self) -> None:
        from ddbtop.tui import mouse

        if self._driver is not None:
            mouse.take(self._driver, not mouse.is_taken(self._driver))
            key = names_at(self)("mouse")
            if mouse.is_taken(self._driver):
                self.notify(f"ddbtop has the mouse; {key} leaves it to the terminal", markup=False)
            else:
                self.notify(f"The terminal has the mouse: select text with it; {key} takes it back", markup=False)

    @property
    def main(self) -> MainScreen:
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    def on_session_failed(self, event: SessionFailed) -> None:
        """Who came here from another stream gets the list again; who began here is told why it ends."""
        if self._switching is None or not isinstance(event.error, DdbtopError):
            self.fail(event.error)
            return
        self.complain(event.error)
        self._switching.want(Switch.STREAM, self._session)

    def on_settled(self) -> None:
        self.settle_garbage()

    @staticmethod
    def settle_garbage() -> None:
        """What lives as long as the program is not looked at again by the garbage collector."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE)

    def on_unmount(self) -> None:
        if self._hung_up_before is not None:
            signal.signal(signal.SIGHUP, self._hung_up_before)
        if self._watch is not None:
            self._watch.stop()
        if self._switching is not None:
            self._switching.stop()
        closing = [session.close() for session in (self._session, *self._arriving) if session is not None]
        for thread in closing:
            thread.join(CLOSING_S)


def _open_session(connect: Callable[[], Connection], start: StartPoint, history_bytes: int, budget: float) -> Session:
    """What reads and what keeps is imported here, after the first frame."""
    from ddbtop.tui.session import Session

    return Session.open(connect, start, history_bytes, budget)
