"""Whether the terminal's ground is dark or light: what COLORFGBG says, else what the terminal itself answers.

The question goes out before the long imports and is answered while they last, so that it costs the first frame next to
nothing. A second one, which every terminal answers, ends the waiting where the first one is unknown.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ddbtop.tui.widgets.painted import RoleApp

ANSWER_S = 0.5
"""From the question on: longer than any usable connection needs. A later answer changes nothing."""

_QUESTION = b"\x1b]11;?\x1b\\\x1b[c"
"""OSC 11, the colour of the ground, and what kind of terminal it is."""

_KIND = re.compile(rb"\x1b\[\?[\d;]*c")
_COLOUR = re.compile(rb"\x1b\]11;rgba?:([0-9a-f]+)/([0-9a-f]+)/([0-9a-f]+)[^\x07\x1b]*(?:\x07|\x1b\\)", re.IGNORECASE)

_MUTE = ("dumb", "linux", "")
"""Terminals, by the name in TERM, that do not answer or are always dark."""

_LIGHT_GROUNDS = {7, *range(9, 16)}
"""Of the sixteen colours of COLORFGBG."""


@dataclass(slots=True)
class Ground:
    """What was found out once the question is answered."""

    theme: str
    typed: str = ""
    """What was typed meanwhile: it was read together with the answer and belongs to the program."""
    unanswered: bool = False
    """The answer may still come, and the program is to expect it."""

    def hand_over(self, app: RoleApp[Any]) -> None:
        """What the program has to know of it before it begins."""
        app.typed_ahead, app.awaits_answer = self.typed, self.unanswered


@contextlib.contextmanager
def on_ground(theme: str, environment: Mapping[str, str] = os.environ) -> Iterator[Ground]:
    """The theme, with `auto` replaced by `dark` or `light` when the block has ended."""
    found = Ground(theme)
    if theme != "auto":
        yield found
        return
    found.theme = by_variable(environment.get("COLORFGBG", ""))
    answers = environment.get("TERM", "") not in _MUTE and sys.stdin.isatty() and sys.stdout.isatty()
    if found.theme or not answers or sys.platform == "win32" or "NO_COLOR" in environment:
        found.theme = found.theme or "dark"
        yield found
        return
    with _asked(sys.stdin.fileno(), sys.stdout.fileno()) as answer:
        yield found
    found.theme = by_answer(bytes(answer.heard)) or "dark"
    found.typed = typed_in(bytes(answer.heard))
    found.unanswered = answer.is_asked and not answer.is_whole


def by_variable(value: str) -> str:
    """`15;0` or `0;default;15`: the last one is the ground. Empty if it does not say."""
    last = value.rpartition(";")[2]
    if not last.isdecimal():
        return ""
    return "light" if int(last) in _LIGHT_GROUNDS else "dark"


def by_answer(answer: bytes) -> str:
    """By how bright the colour is to the eye. Empty if there is none."""
    found = _COLOUR.search(answer)
    if found is None:
        return ""
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    return "light" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.5 else "dark"


def typed_in(answer: bytes) -> str:
    """What is left without the terminal's answers."""
    return _KIND.sub(b"", _COLOUR.sub(b"", answer)).decode(errors="ignore")


@dataclass(slots=True)
class _Answer:
    """What the terminal sent, among it what was typed."""

    is_asked: bool = False
    heard: bytearray = field(default_factory=bytearray)

    @property
    def is_whole(self) -> bool:
        return _KIND.search(self.heard) is not None


@contextlib.contextmanager
def _asked(keys: int, screen: int) -> Iterator[_Answer]:
    """Ask before the block and listen after it; the terminal shows nothing of the answer."""
    import termios

    answer = _Answer()
    before = termios.tcgetattr(keys)
    silent = termios.tcgetattr(keys)
    silent[3] &= ~(termios.ECHO | termios.ICANON)
    try:
        termios.tcsetattr(keys, termios.TCSANOW, silent)
        if select.select([keys], [], [], 0)[0]:  # typed ahead: nothing may be read before the program reads it
            yield answer
            return
        os.write(screen, _QUESTION)
        answer.is_asked = True
        deadline = time.monotonic() + ANSWER_S
        yield answer
        while not answer.is_whole:
            if not select.select([keys], [], [], max(0.0, deadline - time.monotonic()))[0]:
                return
            answer.heard += os.read(keys, 1024)
    finally:
        termios.tcsetattr(keys, termios.TCSANOW, before)
