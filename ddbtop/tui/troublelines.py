"""Why nothing can be read, what to do about it, and what is lost meanwhile, in lines."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from ddbtop.errors import AccessDenied, CallError, DdbtopError, LoginEnded, NetworkFault, Throttled
from ddbtop.streams.model import RETENTION_S
from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.text import duration
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import Line, Role, join, wrapped
from ddbtop.tui.place import Place

_UNTIL = {
    LoginEnded: "reading goes on by itself after the login.",
    AccessDenied: "reading goes on by itself once it is allowed.",
    NetworkFault: "reading goes on by itself once the network is back.",
    Throttled: "ddbtop backs off, and reading goes on by itself once calls are let through.",
}

_SSO_LOGIN = "`aws sso login`"


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be done about it here, besides waiting and leaving."""

    place: Place
    asks: bool = False
    """A new login is asked for on the terminal, so nobody can look for one in the background."""
    elsewhere: bool = False
    """There are other profiles and streams to go over to."""


def trouble_lines(
    error: DdbtopError,
    status: SessionStatus,
    now: float,
    width: int,
    ways: Ways,
    keys: KeyNames,
    *,
    details: bool = False,
) -> list[Line]:
    """What is wrong, what to do, what is lost meanwhile, and the keys; `details` adds what a developer asks for."""
    lines: list[Line] = [[(f" ddbtop cannot read {status.stream.table or status.stream.arn}", Role.STRONG)], []]
    lines += _paragraph(error.message, width, 3, Role.TEXT)
    profile = ways.place.profile
    hint = error.hint
    if profile and isinstance(error, LoginEnded):
        lines += [[], [(f"   profile {profile}", Role.TEXT)]]
        hint = hint.replace(_SSO_LOGIN, f"`aws sso login --profile {shlex.quote(profile)}`")
    if hint:
        lines += [[], *_paragraph(hint, width, 5, Role.ACCENT)]
    lines += [[], *_paragraph(_meanwhile(error, status, now, ways, keys), width, 3, Role.TEXT), []]
    if details:
        lines += [
            *(line for text in _details(error, status, ways) for line in _paragraph(text, width, 3, Role.DIM)),
            [],
        ]
    return [*lines, _keys(error, ways, keys)]


def _paragraph(text: str, width: int, indent: int, role: Role) -> list[Line]:
    return [[(" " * indent + part, role)] for part in wrapped(text, max(1, width - indent - 3))]


def _keys(error: DdbtopError, ways: Ways, keys: KeyNames) -> Line:
    is_tried_again = isinstance(error, CallError)
    commands = [("trouble.retry", "retry now") if is_tried_again else ("start.pick", "start")]
    if ways.elsewhere:
        commands.append(("trouble.profile", "other profile") if is_tried_again else ("switch.stream", "other stream"))
    commands += _ALWAYS
    entries: list[Line] = [[(keys(id), Role.ACCENT), (f" {name}", Role.DIM)] for id, name in commands]
    return [("   ", Role.TEXT), *join(entries, ("   ", Role.TEXT))]


_ALWAYS = (("trouble.details", "details"), ("quit", "quit"))


def _details(error: DdbtopError, status: SessionStatus, ways: Ways) -> list[str]:
    """The service's name of the error, what botocore said, and who asked where; credentials are in none of them."""
    code = error.code if isinstance(error, CallError) else ""
    told = [f"{type(error).__name__}{f' ({code})' if code else ''}"]
    if error.__cause__ is not None:
        told.append(f"{type(error.__cause__).__name__}: {error.__cause__}")
    told.append(status.stream.arn)
    where = ways.place
    who = [("profile", where.profile), ("account", where.account), ("region", where.region), ("at", where.endpoint_url)]
    told.append(", ".join(f"{name} {value}" for name, value in who if value))
    told.append(f"{status.calls} calls made, {status.throttled} throttled")
    return [text for text in told if text]


def _meanwhile(error: DdbtopError, status: SessionStatus, now: float, ways: Ways, keys: KeyNames) -> str:
    until = next((text for kind, text in _UNTIL.items() if isinstance(error, kind)), "reading goes on when it can.")
    if isinstance(error, LoginEnded) and ways.asks:
        until = f"reading goes on after {keys('trouble.retry')}, which asks for a new login."
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
