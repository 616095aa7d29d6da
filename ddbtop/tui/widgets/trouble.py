"""The layer over the living screen that says why nothing can be read, and what to do about it."""

from __future__ import annotations

import shlex
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from ddbtop.errors import AccessDenied, CallError, DdbtopError, LoginEnded, NetworkFault
from ddbtop.streams.model import RETENTION_S
from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.text import duration
from ddbtop.tui.look import Line, Role, wrapped
from ddbtop.tui.widgets.painted import Lines, Painted

_WIDTH = 72
"""Cells of a line of the layer: the message, and a command with a profile's name."""

_UNTIL = {
    LoginEnded: "reading goes on by itself after the login.",
    AccessDenied: "reading goes on by itself once it is allowed.",
    NetworkFault: "reading goes on by itself once the network is back.",
}


_SSO_LOGIN = "`aws sso login`"


def trouble_lines(error: DdbtopError, status: SessionStatus, now: float, width: int, profile: str = "") -> list[Line]:
    """What is wrong, what to do, what is lost meanwhile, and the keys; `profile` is the one that calls are made as."""
    lines: list[Line] = [[(f" ddbtop cannot read {status.stream.table or status.stream.arn}", Role.STRONG)], []]
    lines += [[(f"   {part}", Role.TEXT)] for part in wrapped(error.message, width - 6)]
    hint = error.hint
    if profile and isinstance(error, LoginEnded):
        lines += [[], [(f"   profile {profile}", Role.TEXT)]]
        hint = hint.replace(_SSO_LOGIN, f"`aws sso login --profile {shlex.quote(profile)}`")
    if hint:
        lines += [[], *([(f"     {part}", Role.ACCENT)] for part in wrapped(hint, width - 8))]
    lines += [[], *([(f"   {part}", Role.TEXT)] for part in wrapped(_meanwhile(error, status, now), width - 6)), []]
    keys: Line = [("   q", Role.ACCENT), (" quit", Role.DIM)]
    if isinstance(error, CallError):
        keys = [("   r", Role.ACCENT), (" retry now", Role.DIM), *keys]
    else:
        keys = [("   t", Role.ACCENT), (" start", Role.DIM), *keys]
    return [*lines, keys]


def _meanwhile(error: DdbtopError, status: SessionStatus, now: float) -> str:
    until = next((text for kind, text in _UNTIL.items() if isinstance(error, kind)), "reading goes on when it can.")
    if not isinstance(error, CallError):
        return "What was read stays on the screen."
    lags = (reader.lag(now) for reader in status.readers.values() if reader.state is not ReaderState.DRAINED)
    oldest = max((lag for lag in lags if lag is not None), default=None)
    if oldest is None:
        return f"Nothing is lost: positions are kept, {until}"
    if oldest >= RETENTION_S:
        return f"Positions are kept, {until} Records older than 24 h may be lost."
    left = duration(RETENTION_S - oldest)
    return f"Nothing is lost: positions are kept, {until} The oldest unread record is trimmed in {left}."


class TroubleLayer(Lines, can_focus=True):
    """Has the focus while it is there, unless somebody is typing; goes away by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "retry now", tooltip="Do not wait before the next attempt", id="trouble.retry"),
    ]

    _before: Widget | None = None

    class Retry(Message):
        """Try again now."""

    def tell(self, error: DdbtopError | None, status: SessionStatus, now: float, profile: str = "") -> None:
        """Come up, stay or go away; the focus goes back to where it was."""
        if error is None:
            if self.display:
                had_focus = self.has_focus
                self.display = False
                if had_focus and self._before is not None:
                    self._before.focus()
            return
        lines = trouble_lines(error, status, now, min(_WIDTH, self.screen.size.width - 4), profile)
        self.styles.height = len(lines) + 2
        self.show(lines)
        if not self.display:
            self._before = self.screen.focused
            self.display = True
            if self._before is None or isinstance(self._before, Painted):  # anything else is a field being typed into
                self.focus()

    def action_retry(self) -> None:
        self.post_message(self.Retry())
