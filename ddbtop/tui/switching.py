"""Going over to another stream, profile or region while a session goes on reading, until the other one reads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from ddbtop.errors import CannotDo, DdbtopError, LoginEnded
from ddbtop.streams.census import Census
from ddbtop.tui.messages import Switch
from ddbtop.tui.place import Place
from ddbtop.tui.screens.choose import Chooser
from ddbtop.tui.screens.streams import StreamsScreen

if TYPE_CHECKING:
    from ddbtop.streams.source import Source
    from ddbtop.tui.app import InspectorApp
    from ddbtop.tui.connection import Elsewhere
    from ddbtop.tui.session import Session


class Switching:
    """Belongs to the program's own thread; what takes long is done in others, which tell the program."""

    def __init__(self, app: InspectorApp, elsewhere: Elsewhere, place: Place) -> None:
        self._app, self._elsewhere = app, elsewhere
        self.place = place
        """Whose streams are listed, or were last."""
        self._census: Census | None = None

    def want(self, what: Switch, session: Session | None) -> None:
        """`session`: what is read; where it is read from is where one begins to look elsewhere."""
        source = session.source if session is not None else None
        if self._census is None and session is not None and session.place is not None:
            self.place = session.place
        match what:
            case Switch.STREAM:
                self._list(self.place)
            case Switch.PROFILE:
                self._choose("Which profile?", self._profiles, self.place.profile, self._list_as)
            case Switch.REGION:
                regions = partial(self._elsewhere.regions, self.place.profile, self.place.region)
                self._choose("Which region?", regions, self.place.region, self._list_in)
            case Switch.LOGIN if source is not None:
                self._choose("Read as which profile?", self._profiles, self.place.profile, partial(self._go_on, source))
            case Switch.AGAIN if source is not None and self._elsewhere.may_ask(self.place.profile):
                self._go_on(source, self.place.profile)

    def close(self) -> None:
        """Nobody chooses a stream any more."""
        self.stop()
        if isinstance(self._app.screen, StreamsScreen):
            self._app.pop_screen()

    def stop(self) -> None:
        """Make no further call."""
        if self._census is not None:
            self._census.stop()
            self._census = None

    def _choose(
        self, title: str, names: Callable[[], Sequence[str]], current: str, chosen: Callable[[str], None]
    ) -> None:
        if isinstance(self._app.screen, Chooser):
            return  # the key was pressed twice
        try:
            found = names()
        except DdbtopError as error:
            self._app.complain(error)
            return
        self._app.push_screen(Chooser(title, found, current), lambda name: chosen(name) if name else None)

    def _profiles(self) -> Sequence[str]:
        """None to choose from is worth a word and no layer."""
        found = self._elsewhere.profiles()
        if not found:
            raise CannotDo("no profile is configured", "`aws configure` makes one")
        return found

    def _list_as(self, profile: str) -> None:
        place = self.place
        if profile != place.profile:
            place = replace(place, profile=profile, account="", endpoint_url="")
        if self._log_in(place, anew=profile == self.place.profile and self._is_login_over):
            self._list(place)

    @property
    def _is_login_over(self) -> bool:
        """Whether what is listed cannot be, for want of a login."""
        return self._census is not None and isinstance(self._census.error, LoginEnded)

    def _list_in(self, region: str) -> None:
        self._list(replace(self.place, region=region))

    def _list(self, place: Place) -> None:
        """The streams of a place, in place of any that were listed before."""
        self.close()
        self.place = place
        self._census = Census(partial(self._elsewhere.catalogue, place.profile, place.region))
        self._app.push_screen(StreamsScreen(self._census, place, over_session=True))
        self._census.start()

    def _go_on(self, source: Source, profile: str) -> None:
        """What is read stays, and where it is read from; only who asks is another one."""
        place = replace(self.place, profile=profile)
        if self._log_in(place, anew=profile == self.place.profile):
            threading.Thread(target=self._take_over, args=(source, place), name="take over", daemon=True).start()

    def _take_over(self, source: Source, place: Place) -> None:
        try:
            moved = self._elsewhere.take_over(source, place.profile, place.region)
        except DdbtopError as error:
            self._app.call_later(self._app.complain, error)
        else:
            self._app.call_later(self._app.moved, moved)

    def _log_in(self, place: Place, *, anew: bool = False) -> bool:
        """Ask what the profile asks for, with the screen out of the way. Says whether there is a login now."""
        if not self._elsewhere.may_ask(place.profile) or (not anew and self._elsewhere.knows(place.profile)):
            return True
        failed: DdbtopError | None = None
        try:
            with self._app.suspend():
                # caught in here: what leaves this block would leave the terminal as it is
                try:
                    print(f"ddbtop: logging in to profile {place.profile}", flush=True)  # noqa: T201 -- no screen now
                    self._elsewhere.log_in(place.profile, place.region)
                except DdbtopError as error:
                    failed = error
                except (KeyboardInterrupt, EOFError):
                    failed = CannotDo("the login was broken off")
        except SuspendNotSupported:
            failed = CannotDo("this terminal cannot be asked for a login", "start ddbtop with --profile")
        if failed is not None:
            self._app.complain(failed)
        return failed is None
