"""The mouse, the help and a user's keys, as they come to the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from ddbtop.streams.simulated.shapes import build_lineage
from ddbtop.tui import mouse
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.keymap import Keymap
from ddbtop.tui.regions import checked
from ddbtop.tui.screens.start import StartPicker
from ddbtop.tui.view import View
from ddbtop.tui.widgets.record import RecordPane
from ddbtop.tui.widgets.records import RecordList
from ddbtop.tui.widgets.shards import ShardList
from tests.tui.worlds import NOW, Stage, inspector, region_text, screen_text, stage

WIDE, SMALL = (160, 50), (80, 24)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path) as made:
        build_lineage(made.world, 6, records=2)
        made.tell()
        for number in range(60):
            made.put(f"ORDER#{number}", status={"S": "PAID"})
        yield made


def place_of(app: InspectorApp, selector: str, word: str) -> tuple[int, int]:
    """Where a word stands within a widget."""
    lines = region_text(app, selector)
    return next((line.index(word), y) for y, line in enumerate(lines) if word in line)


async def test_click_selects_a_record_and_a_double_click_opens_it(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        records = app.screen.query_one(RecordList)
        await pilot.click(RecordList, offset=(5, 3))
        assert records.cursor == records.top + 3
        assert not records.following
        assert records.has_focus
        await pilot.click(RecordList, offset=(5, 4), times=2)
        await pilot.pause()
        assert records.cursor == records.top + 4
        assert app.screen.query_one(RecordPane).has_focus


async def test_wheel_moves_the_list_under_the_mouse(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        records = app.screen.query_one(RecordList)
        before = records.cursor
        records.on_mouse_scroll_up(_Wheel())  # type: ignore[arg-type]
        assert records.cursor < before


class _Wheel:
    def stop(self) -> None:
        pass


async def test_click_on_a_tab_shows_its_view(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.click("#record Rule", offset=place_of(app, "#record Rule", "JSON"))
        await pilot.pause()
        assert app.screen.query_one(RecordPane).view is View.JSON


async def test_click_on_a_tab_of_a_small_screen_shows_the_tree(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.pause()
        await pilot.click("#shards Rule", offset=place_of(app, "#shards Rule", "2 tree"))
        await pilot.pause()
        assert app.screen.query_one(ShardList).has_focus


async def test_click_on_a_key_of_the_bar_does_what_the_key_does(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.click("#keys", offset=place_of(app, "#keys", "t start"))
        await pilot.pause()
        assert isinstance(app.screen, StartPicker)


async def test_click_on_the_filter_types_into_it_again(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"order#5", "enter")
        assert app.screen.query_one(RecordList).has_focus
        await pilot.click("#filter Input")
        assert isinstance(app.focused, Input)


def test_mouse_is_taken_and_left_in_the_terminals_own_words() -> None:
    said: list[str] = []

    class Driver:
        _mouse = True
        _mouse_pixels = True

        def _enable_mouse_support(self) -> None:
            said.append("on")

        def _disable_mouse_support(self) -> None:
            said.append("off")

        def _enable_mouse_pixels(self) -> None:
            said.append("in pixels")

    driver = Driver()
    for taken in (False, False, True):
        mouse.take(driver, taken)  # type: ignore[arg-type]
        assert mouse.is_taken(driver) is taken  # type: ignore[arg-type]
    assert said == ["off", "on", "in pixels"]


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_help_begins_where_the_cursor_is_and_scrolls_to_the_signs(made: Stage, size: tuple[int, int]) -> None:
    app = inspector(made)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("2", "question_mark")
        await pilot.pause()
        shown = "\n".join(screen_text(app))
        assert shown.index("Shards") < shown.index("Everywhere")
        await pilot.press("end")
        await pilot.pause()
        assert "a gap: records that were lost" in "\n".join(screen_text(app))


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_palette_has_a_line_for_each_command(made: Stage, size: tuple[int, int]) -> None:
    app = inspector(made)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+p")
        await pilot.pause(0.3)
        lines = screen_text(app)
        first = next(number for number, line in enumerate(lines) if "Show only the records that match" in line)
        assert " filter " in lines[first]
        assert " pause " in lines[first + 1]
        assert " start " in lines[first + 2]
        assert "🔎" not in "".join(lines)
        await pilot.press(*"newest")
        await pilot.pause(0.3)
        assert any(" pause " in line and "space" in line for line in screen_text(app)), "by what it does"


OTHERS: Keymap = checked({"filter.open": ("f",), "start.pick": ("ctrl+t",), "start.leave": ("f2",), "quit": ("f10",)})


async def test_other_keys_are_in_force_and_shown_everywhere(made: Stage) -> None:
    app = inspector(made, keymap=OTHERS)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        bar = region_text(app, "#keys")[0]
        assert "f filter" in bar
        assert "^t start" in bar
        assert bar.rstrip().endswith("f10 quit")
        await pilot.press("slash", "t", "q")
        assert isinstance(app.focused, RecordList), "the usual keys are free"
        await pilot.press("question_mark")
        await pilot.pause()
        assert any("f10" in line and "End ddbtop" in line for line in screen_text(app))
        await pilot.press("escape", "ctrl+t")
        await pilot.pause()
        assert isinstance(app.screen, StartPicker)
        await pilot.press("escape")
        assert isinstance(app.screen, StartPicker), "in dialogs, too"
        await pilot.press("f2", "f", *"ft")
        assert isinstance(app.focused, Input)
        assert app.focused.value == "ft", "a letter that is a key is a letter while one types"
        await pilot.press("escape", "f10")
    assert app.return_code == 0


async def test_keys_typed_ahead_are_not_lost(made: Stage) -> None:
    app = inspector(made)
    app.typed_ahead = "/é\x1b[D"
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.pause()
        entry = app.focused
        assert isinstance(entry, Input)
        assert (entry.value, entry.cursor_position) == ("é", 0)
