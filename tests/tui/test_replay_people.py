"""The way into a replay, and what handlers may do to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.running.controls import RunState
from ddbtop.tui.place import Place
from ddbtop.tui.replays.plan import Plan
from ddbtop.tui.replays.remembered import remember
from ddbtop.tui.screens.replay import ReplayScreen
from tests.tui.replays import given, opened, replay_screen, run_of, sell, stands, until, write_handler
from tests.tui.worlds import NOW, Stage, inspector, screen_text, stage

WIDE, SMALL = (160, 50), (80, 24)


EVIL = """
def handler(event, context):
    print("[/x]\\x1b[2J\\u202e" * 3)
    raise ValueError("[/oops]\\x1b]0;t\\x07")
"""


@pytest.fixture
def made(shop: Stage) -> Stage:
    return shop


async def test_what_a_handler_says_is_shown_and_never_obeyed(made: Stage) -> None:
    made.put("[/bold]\x1b[2J", price={"S": "[red]\u202e"})
    (made.folder / "evil.py").write_text(EVIL)
    app, screen = inspector(made), replay_screen(made, f"{made.folder / 'evil.py'}:handler")
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        await pilot.press("G")
        for _ in range(5):
            text = "\n".join(screen_text(app))
            assert not {"\x1b", "\u202e", "\x07"} & set(text)
            await pilot.press("tab", "right", "shift+tab")
            await pilot.pause()
    (answer,) = {attempt.answer.error for attempt in run_of(screen).tree.poisons[0].attempts}
    assert answer is not None
    assert answer.message == "[/oops]\x1b]0;t\x07"


async def test_r_asks_for_the_handler_and_says_what_is_wrong_with_it(made: Stage) -> None:
    handler = write_handler(made.folder)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("r")
        await pilot.pause()
        await pilot.press(*"none.py:handler", "enter")
        await until(pilot, lambda: "there is no file" in "\n".join(screen_text(app)))
        app.screen.query_one(Input).value = "lambda:orders"
        await pilot.press("enter")
        await until(pilot, lambda: "a deployed function is not invoked from here" in "\n".join(screen_text(app)))
        app.screen.query_one(Input).value = handler
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and app.screen.run is not None)
        assert isinstance(app.screen, ReplayScreen)
        assert app.screen.plan == Plan(handler)


async def test_from_the_record_under_the_cursor_what_lies_before_is_left_out(made: Stage) -> None:
    handler = write_handler(made.folder)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("up", "up", "r")
        await pilot.pause()
        app.screen.query_one(Input).value = handler
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and app.screen.run is not None)
        screen = app.screen
        assert isinstance(screen, ReplayScreen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
    assert given(made) == [["ORDER#9", "ORDER#10", "ORDER#11"]]


async def test_a_handler_that_is_gone_is_one_line(made: Stage) -> None:
    handler = write_handler(made.folder)
    app, screen = inspector(made), replay_screen(made, handler)
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        (made.folder / "app.py").unlink()
        await pilot.press("R")
        await until(pilot, lambda: app._notifications)
        assert "there is no file" in next(iter(app._notifications)).message


async def test_the_demo_proposes_a_handler_that_its_data_breaks(made: Stage) -> None:
    app = inspector(made, place=Place(demo=True))
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("r")
        await pilot.pause()
        assert app.screen.query_one(Input).value.endswith("orders.py:handler")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and app.screen.run is not None)
        screen = app.screen
        assert isinstance(screen, ReplayScreen)
        await pilot.press("f")
        await until(pilot, lambda: "price of ORDER#5 is not a number" in "\n".join(screen_text(app)))


async def test_who_chose_neither_a_record_nor_a_shard_is_offered_every_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path / "two", shards=2) as made:
        sell(made)
        app = inspector(made)
        async with app.run_test(size=WIDE) as pilot:
            await pilot.pause()
            for keys, first in (
                ((), "(•) every shard"),
                (("shift+tab",), "(•) shard "),
                (("tab", "up"), "from AT_SEQUENCE_NUMBER"),
            ):
                await pilot.press(*keys, "r")
                await pilot.pause()
                chosen = next(line for line in screen_text(app) if "(•)" in line)
                assert first in chosen
                await pilot.press("escape")
                await pilot.pause()


async def test_settings_of_another_session_are_marked_as_remembered(made: Stage) -> None:
    handler = write_handler(made.folder)
    remember(Plan(handler, Settings(bisect=True)))
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("r")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and app.screen.run is not None)
        await until(pilot, lambda: "remembered · 1 not default" in "\n".join(screen_text(app)))
        await pilot.press("E", "7", "enter", "R")
        await until(pilot, lambda: "─ 2 not default" in "\n".join(screen_text(app)))
