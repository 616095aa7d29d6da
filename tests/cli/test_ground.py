"""`auto` is dark or light as the terminal is, asks it once, and loses nothing that was typed meanwhile."""

from __future__ import annotations

import os
import pty
import select
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from ddbtop.cli import ground
from ddbtop.cli.ground import by_answer, by_variable, on_ground, typed_in

PAPER, NIGHT = b"\x1b]11;rgb:fbfb/fbfb/f9f9\x1b\\", b"\x1b]11;rgb:10/14/18\x07"
KIND = b"\x1b[?62;22c"
PATIENCE_S = 30.0


class Terminal:
    """The two ends of a pseudo-terminal, of which the program has the inner one."""

    def __init__(self) -> None:
        self.outer, self.inner = pty.openpty()

    @property
    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.inner)[3] & termios.ECHO)

    def asked(self) -> bytes:
        """What the program wrote, once it is the whole question."""
        seen = b""
        while not seen.endswith(ground._QUESTION):
            assert select.select([self.outer], [], [], PATIENCE_S)[0]
            seen += os.read(self.outer, 1024)
        return seen


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    made = Terminal()
    with os.fdopen(made.inner, "rb", 0, closefd=False) as keys, os.fdopen(made.inner, "wb", 0, closefd=False) as screen:
        monkeypatch.setattr(ground, "sys", SimpleNamespace(stdin=keys, stdout=screen, platform=sys.platform))
        yield made
    os.close(made.outer)
    os.close(made.inner)


@contextmanager
def answering(terminal: Terminal, answer: bytes) -> Iterator[None]:
    """A terminal that answers as soon as it is asked."""

    def answer_it() -> None:
        terminal.asked()
        os.write(terminal.outer, answer)

    thread = threading.Thread(target=answer_it)
    thread.start()
    yield
    thread.join(PATIENCE_S)


XTERM = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("answer", "theme", "typed"),
    [
        (PAPER + KIND, "light", ""),
        (NIGHT + KIND, "dark", ""),
        (KIND, "dark", ""),
        (b"/" + PAPER + b"or\xc3\xa9" + KIND + b"d", "light", "/oréd"),
        (b"\x1b[A" + NIGHT + KIND, "dark", "\x1b[A"),
    ],
)
def test_terminal_is_asked_and_what_was_typed_is_kept(
    terminal: Terminal, answer: bytes, theme: str, typed: str
) -> None:
    with answering(terminal, answer), on_ground("auto", XTERM) as found:
        assert not terminal.echoes
    assert (found.theme, found.typed, found.unanswered) == (theme, typed, False)
    assert terminal.echoes, "the terminal is left as it was"


def test_terminal_that_answers_nothing_is_dark(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ground, "ANSWER_S", 0.0)
    with on_ground("auto", XTERM) as found:
        pass
    assert (found.theme, found.unanswered) == ("dark", True)
    assert terminal.echoes


def test_nothing_is_asked_and_nothing_read_where_keys_wait_already(terminal: Terminal) -> None:
    os.write(terminal.outer, b"/order")
    with on_ground("auto", XTERM) as found:
        pass
    assert (found.theme, found.typed, found.unanswered) == ("dark", "", False)
    raw = termios.tcgetattr(terminal.inner)
    raw[3] &= ~termios.ICANON
    termios.tcsetattr(terminal.inner, termios.TCSANOW, raw)
    assert os.read(terminal.inner, 100) == b"/order"


def test_terminal_is_left_as_it_was_where_the_program_fails(terminal: Terminal) -> None:
    with pytest.raises(KeyboardInterrupt), on_ground("auto", XTERM):
        raise KeyboardInterrupt
    assert terminal.echoes


@pytest.mark.parametrize(
    ("theme", "environment", "expected"),
    [
        ("light", XTERM, "light"),
        ("ansi", {**XTERM, "COLORFGBG": "0;15"}, "ansi"),
        ("auto", {**XTERM, "COLORFGBG": "0;15"}, "light"),
        ("auto", {**XTERM, "COLORFGBG": "15;default;0"}, "dark"),
        ("auto", {"TERM": "dumb"}, "dark"),
        ("auto", {}, "dark"),
        ("auto", {**XTERM, "NO_COLOR": "1"}, "dark"),
    ],
)
def test_who_is_told_already_does_not_ask(
    terminal: Terminal, theme: str, environment: dict[str, str], expected: str
) -> None:
    with on_ground(theme, environment) as found:
        pass
    assert (found.theme, found.unanswered) == (expected, False)
    assert not select.select([terminal.outer], [], [], 0)[0]


@pytest.mark.parametrize(
    ("value", "theme"),
    [("15;0", "dark"), ("0;15", "light"), ("0;7", "light"), ("12;8", "dark"), ("0;default", ""), ("", "")],
)
def test_variable_names_the_ground_last(value: str, theme: str) -> None:
    assert by_variable(value) == theme


@pytest.mark.parametrize(
    ("answer", "theme"),
    [(b"\x1b]11;rgba:ffff/ffff/ffff/8000\x07", "light"), (b"\x1b]11;rgb:f/f/0\x1b\\", "light"), (b"garbage", "")],
)
def test_colours_come_in_several_widths(answer: bytes, theme: str) -> None:
    assert by_answer(answer) == theme


def test_only_the_answers_are_taken_out_of_what_was_typed() -> None:
    assert typed_in(b"a" + PAPER + b"b" + KIND + b"c") == "abc"
