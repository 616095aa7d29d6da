"""Keys that are typed while the program is busy take effect in the order in which they were typed, in every field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from ddbtop.tui.picker import PickerApp
from ddbtop.tui.screens.choose import Chooser
from ddbtop.tui.screens.export import ExportLayer
from ddbtop.tui.screens.replayprompt import ReplayPrompt
from ddbtop.tui.screens.start import StartPicker
from ddbtop.tui.widgets.replaysettings import SettingsForm
from tests.catalogues import PATIENCE_S, FakeCatalogue, entry
from tests.tui.elsewhere import FakeElsewhere
from tests.tui.replays import opened, replay_screen, sell, until, write_handler
from tests.tui.worlds import NOW, PLACE, Stage, inspector, stage, type_ahead

SIZE = (160, 50)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    with stage(tmp_path, shards=1) as made:
        sell(made)
        yield made


async def test_start_picker(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.press("t")
        assert isinstance(app.screen, StartPicker)
        type_ahead(app, "down", "down", *["backspace"] * 5, "3", "backspace", "2", "x", "left", "h", "delete", "tab")
        await pilot.pause()
        field = app.focused
        assert isinstance(field, Input)
        assert field.value == "2h"
        assert app.screen._one_shard


@pytest.mark.parametrize(
    ("keys", "picked"),
    [
        (("o", "x", "backspace", "r", "d", "enter"), "orders"),
        (("s", "t", "down", "enter"), "stocks"),
        (("x", "escape", "slash", "q", "enter"), "queue"),
        (("c", "q"), None),
        (("end", "q"), None),
    ],
)
async def test_list_of_streams(keys: tuple[str, ...], picked: str | None) -> None:
    tables = ("carts", "orders", "queue", "stock", "stocks")
    app = PickerApp(lambda: FakeCatalogue(entry(table) for table in tables), PLACE)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(int(PATIENCE_S / 0.02)):
            if app.census.done:
                break
            await pilot.pause(0.02)
        app.screen.tick()  # type: ignore[attr-defined]
        type_ahead(app, *keys)
        await pilot.pause()
    assert app.return_value == (entry(picked).arn if picked else None)


async def test_choice_of_a_region(made: Stage) -> None:
    app = inspector(made, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("R")
        assert isinstance(app.screen, Chooser)
        chosen: list[str | None] = []
        app.screen.dismiss = chosen.append  # type: ignore[method-assign, assignment]
        type_ahead(app, *"st", "x", "backspace", "down", "enter", "ctrl+u", *"eu", "down", "enter", "up", "enter")
        await pilot.pause()
        assert chosen == ["us-east-1", "eu-west-1", "eu-central-1"]


async def test_export(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.press("e")
        screen = app.screen
        assert isinstance(screen, ExportLayer)
        type_ahead(app, "ctrl+u", *"abc", "backspace", "home", "x", "tab", "down", "end", "d")
        await pilot.pause()
        assert screen._file.value == "xabd"
        assert screen._chosen == 1


async def test_name_that_was_typed_on_is_not_replaced_by_a_proposed_one(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.press("e")
        screen = app.screen
        assert isinstance(screen, ExportLayer)
        before = screen._file.value
        type_ahead(app, "x", "tab")
        await pilot.pause()
        assert screen._file.value == f"{before}x"


async def test_prompt_of_a_replay(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.press("r")
        screen = app.screen
        assert isinstance(screen, ReplayPrompt)
        type_ahead(app, *"a.qy", "left", "backspace", "p", "tab", "end", ":")
        await pilot.pause()
        assert screen._handler.value == "a.py:"
        assert screen._chosen == 1


async def test_settings_of_a_replay(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=SIZE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.focused, Input))
        type_ahead(
            app, "1", "3", "backspace", "2", "down", "5", "down", "7", "f9", "up", "end", "6", "ctrl+a", "delete"
        )
        await pilot.pause()
        fields = [field.value for field in app.screen.query_one(SettingsForm).query(Input)]
        assert fields[:3] == ["12", "6", "7"]


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_program_ends_from_a_field(made: Stage, key: str) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("slash")
        type_ahead(app, *"ord", key)
        await pilot.pause()
    assert app.return_code == 0


async def test_what_is_typed_after_a_start_is_a_command(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.press("t", "down", "down")
        type_ahead(app, "escape", "2")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "shard-list")
