"""The layer over the living screen that says why nothing can be read, and what to do about it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from ddbtop.errors import CallError, DdbtopError, LoginEnded
from ddbtop.streams.status import SessionStatus
from ddbtop.tui.messages import Switch, SwitchWanted
from ddbtop.tui.troublelines import Ways, trouble_lines
from ddbtop.tui.widgets.painted import Lines, Painted, names_at

_WIDTH = 72
"""Cells of a line of the layer: the message, and a command with a profile's name."""


class TroubleLayer(Lines, can_focus=True):
    """Has the focus while it is there, unless somebody is typing; goes away by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "retry now", tooltip="Do not wait before the next attempt", id="trouble.retry"),
        Binding(
            "p", "profile", "as profile", tooltip="Go on reading this stream as another profile", id="trouble.profile"
        ),
        Binding("d", "details", "details", tooltip="What exactly was answered, and by whom", id="trouble.details"),
    ]

    _before: Widget | None = None
    _told: tuple[DdbtopError, SessionStatus, float, Ways] | None = None
    _detailed = False

    class Retry(Message):
        """Try again now."""

    def tell(self, error: DdbtopError | None, status: SessionStatus, now: float, ways: Ways) -> None:
        """Come up, stay or go away; the focus goes back to where it was."""
        if error is None:
            self._go_away()
            return
        self._told = (error, status, now, ways)
        self._write()
        if not self.display:
            self._before = self.screen.focused
            self.display = True
            if self._before is None or isinstance(self._before, Painted):  # anything else is a field being typed into
                self.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What ended for good is not tried again."""
        if self._told is None or action not in ("retry", "profile"):
            return True
        error, _, _, ways = self._told
        return isinstance(error, CallError) and (action == "retry" or ways.elsewhere)

    def _go_away(self) -> None:
        self._told, self._detailed = None, False
        if self.display:
            had_focus = self.has_focus
            self.display = False
            if had_focus and self._before is not None:
                self._before.focus()

    def _write(self) -> None:
        if self._told is None:
            return
        error, status, now, ways = self._told
        width = min(_WIDTH, self.screen.size.width - 4)
        lines = trouble_lines(error, status, now, width, ways, names_at(self), details=self._detailed)
        self.styles.height = len(lines) + 2
        self.show(lines)

    def action_retry(self) -> None:
        """Another login helps only where one ended: nobody is asked for a code because the network is gone."""
        self.post_message(self.Retry())
        if self._told is not None and isinstance(self._told[0], LoginEnded):
            self.post_message(SwitchWanted(Switch.AGAIN))

    def action_profile(self) -> None:
        self.post_message(SwitchWanted(Switch.LOGIN))

    def action_details(self) -> None:
        self._detailed = not self._detailed
        self._write()
