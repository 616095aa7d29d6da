"""A terminal's answer that comes late does nothing, however it is cut into pieces, and no key that is typed is lost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from textual import constants
from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.message import Message
from textual.widgets import Input

from ddbtop.tui.lateanswer import LateAnswer
from ddbtop.tui.widgets.records import RecordList
from tests.tui.worlds import NOW, Stage, inspector, stage

PAPER, NIGHT = "\x1b]11;rgb:fbfb/fbfb/f9f9\x1b\\", "\x1b]11;rgb:10/14/18\x07"
GLASS = "\x1b]11;rgba:FFFF/ffff/FFFF/8000\x1b\\"
KIND, LONG_KIND = "\x1b[?62;22c", "\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An escape that nothing follows is one at once."""
    monkeypatch.setattr(constants, "ESCAPE_DELAY", 0.0)


def keys_of(*reads: str) -> list[Key]:
    """What Textual makes of what is read, with a pause after each piece."""
    parser = XTermParser()
    messages: list[Message] = []
    for read in reads:
        messages += parser.feed(read)
        time.sleep(0.001)
        messages += parser.tick()
    return [message for message in messages if isinstance(message, Key)]


def sifted(keys: Iterable[Key]) -> list[str]:
    late = LateAnswer()
    return [key.key for given in keys for key in late.sift(given)] + [key.key for key in late.release()]


def pieces(text: str) -> Iterator[tuple[str, str]]:
    """Every way to cut it in two, but for those after an escape: Textual takes that for the key."""
    return ((text[:cut], text[cut:]) for cut in range(1, len(text)) if text[cut - 1] != "\x1b")


def test_textual_takes_an_answer_for_keys() -> None:
    """What all of this is about; once Textual knows the answers, it can go."""
    assert {"r", "g", "b", "1"} <= {key.key for key in keys_of(PAPER)}
    assert "c" in {key.key for key in keys_of(KIND)}


@pytest.mark.parametrize("answer", [PAPER, NIGHT, GLASS, KIND, PAPER + KIND, NIGHT + LONG_KIND])
def test_answer_is_no_key_however_it_is_cut(answer: str) -> None:
    assert not sifted(keys_of(answer))
    for cut in pieces(answer):
        assert not sifted(keys_of(*cut)), cut


@pytest.mark.parametrize("answer", [PAPER, NIGHT, KIND, PAPER + KIND])
def test_keys_around_an_answer_are_kept(answer: str) -> None:
    assert sifted(keys_of("k", answer, "j", "[")) == ["k", "j", "left_square_bracket"]


@pytest.mark.parametrize("typed", ["^]", "[[?", "]1", "^[", "]11", "a]b[c^d", "^^"])
def test_keys_that_begin_like_an_answer_are_kept(typed: str) -> None:
    assert sifted(keys_of(typed)) == [key.key for key in keys_of(typed)]


def test_answer_without_its_end_is_none_of_the_keys() -> None:
    assert not sifted(keys_of("\x1b]11;rgb:fbfb/fb", ""))


@pytest.mark.parametrize(("answer", "ended"), [(PAPER, False), (KIND, True), (PAPER + KIND, True)])
def test_second_answer_is_the_last(answer: str, ended: bool) -> None:
    late = LateAnswer()
    for key in keys_of(answer):
        late.sift(key)
    assert late.ended is ended


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path) as made:
        made.tell()
        for number in range(5):
            made.put(f"ORDER#{number}")
        yield made


async def test_late_answer_does_nothing(made: Stage) -> None:
    app = inspector(made)
    app.awaits_answer = True
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        for key in keys_of("k", PAPER + KIND, "k"):
            app.post_message(key)
        await pilot.pause()
        records = app.main.query_one(RecordList)
        assert app.screen is app.main
        assert not app._notifications
        assert records.cursor == records.end - 3
        assert app._late is None


async def test_bracket_that_is_typed_while_an_answer_is_awaited_comes_a_little_later(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LateAnswer, "HELD_S", 0.01)
    app = inspector(made)
    app.awaits_answer = True
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", "a", "[")
        field = app.focused
        assert isinstance(field, Input)
        while field.value != "a[":
            await pilot.pause(0.01)


async def test_answer_is_not_awaited_for_ever(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LateAnswer, "EXPECTED_S", 0.01)
    app = inspector(made)
    app.awaits_answer = True
    async with app.run_test(size=(80, 24)) as pilot:
        while app._late is not None:
            await pilot.pause(0.01)
        await pilot.press("slash", "a", "[")
        assert isinstance(app.focused, Input)
        assert app.focused.value == "a["
