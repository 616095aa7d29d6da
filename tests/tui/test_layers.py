"""Layers over the screen are left once, whatever was pressed or clicked twice, and stand in any room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.command import CommandList, CommandPalette

from ddbtop.tui.app import InspectorApp
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.screens.replay import ReplayScreen
from ddbtop.tui.screens.replayprompt import ReplayPrompt
from tests.tui.replays import until, write_handler
from tests.tui.worlds import Stage, inspector, screen_text, stage, type_ahead

SIZE, TINY = (100, 30), (10, 3)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with stage(tmp_path) as made:
        made.put("ORDER#1")
        yield made


def click(app: InspectorApp, x: int, y: int) -> None:
    """As a terminal tells of it."""
    for kind in (events.MouseDown, events.MouseUp):
        app.post_message(kind(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))


async def test_double_click_beside_the_palette_closes_the_palette_alone(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette) and app.screen.has_class("-ready"))
        click(app, 1, 28)
        click(app, 1, 28)
        await until(pilot, lambda: isinstance(app.screen, MainScreen))
        await pilot.pause()
        assert app.is_running


async def test_enter_pressed_twice_opens_one_replay_and_takes_nothing_away(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ReplayPrompt))
        await pilot.press(*write_handler(made.folder))
        type_ahead(app, "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await pilot.pause()
        assert [type(screen) for screen in app.screen_stack] == [MainScreen, ReplayScreen]


async def test_pages_of_a_palette_without_room_are_not_turned(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=TINY) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette))
        await app.workers.wait_for_complete()
        await pilot.press("down", "pageup", "pagedown")
        await pilot.pause()
        assert app.is_running


async def test_keys_for_a_palette_that_is_on_its_way_out_do_nothing(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(app.screen, CommandPalette) and app.screen.has_class("-ready"))
        await app.screen.query(CommandList).remove()
        await pilot.press("down", "pagedown", "end")
        await pilot.pause()
        assert app.is_running


async def test_question_for_a_handler_stands_in_any_room(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ReplayPrompt))
        await pilot.resize_terminal(*TINY)
        await until(pilot, lambda: app.screen.size == TINY)
        assert all(len(line) == TINY[0] for line in screen_text(app))


async def test_dragging_selects_nothing(made: Stage) -> None:
    """Textual's own way of selecting ends the program where the line under the mouse is just going away."""
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await until(pilot, lambda: "ORDER#1" in "\n".join(screen_text(app)))
        for y in range(50):
            await pilot.mouse_down(offset=(10, y))
            await pilot.hover(offset=(60, y + 2 if y < 47 else y))
            await pilot.mouse_up(offset=(60, y))
            assert not app.screen.selections, y
