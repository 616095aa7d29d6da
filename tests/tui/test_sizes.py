"""Every size of terminal from 60x15 up has its columns, its eight records and its keys; below, records alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widget import Widget

from ddbtop.tui.app import InspectorApp
from ddbtop.tui.widgets.record import RecordPane
from ddbtop.tui.widgets.records import RecordList
from ddbtop.tui.widgets.shards import ShardList
from tests.tui.worlds import inspector, screen_text, stage

SIZES = [(60, 15), (60, 22), (80, 24), (100, 30), (139, 40), (140, 15), (140, 22), (140, 24), (160, 50), (300, 90)]


def shown(app: InspectorApp, widget: type[Widget]) -> int:
    """Lines of a widget on the screen, 0 if it is not there."""
    found = app.screen.query_one(widget)
    return found.region.height if found.region else 0


async def test_every_size_has_room_for_records_and_keys(tmp_path: Path) -> None:
    with stage(tmp_path) as made:
        for number in range(100):
            made.put(f"ORDER#{number}")
        app = inspector(made)
        async with app.run_test(size=(160, 50)) as pilot:
            await pilot.pause()
            for size in SIZES:
                await pilot.resize_terminal(*size)
                await pilot.pause()
                lines = screen_text(app)
                assert len(lines) == size[1]
                assert shown(app, RecordList) >= 8, size
                assert shown(app, ShardList) >= 2, size
                assert "q quit" in lines[-1], size
                assert "ORDER#99" in "\n".join(lines), size
                assert app.screen.query_one(RecordList).cursor == 99
                if size[1] >= 22:
                    assert shown(app, RecordPane) >= 3, size


async def test_shards_that_have_no_line_are_counted_and_the_tree_has_room_on_a_low_screen(tmp_path: Path) -> None:
    with stage(tmp_path, shards=5) as made:
        app = inspector(made)
        async with app.run_test(size=(60, 15)) as pilot:
            await pilot.pause()
            app.main.tick(force=True)
            await pilot.pause()
            assert shown(app, ShardList) == 2
            assert "3 more" in "\n".join(screen_text(app))
            await pilot.press("2")
            await pilot.pause()
            assert shown(app, ShardList) >= 4
            assert "2 tree" in "\n".join(screen_text(app))
            await pilot.resize_terminal(80, 40)
            await pilot.pause()
            assert "more" not in screen_text(app)[2]


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (139, 40), (140, 15)])
async def test_card_of_a_shard_opens_where_it_has_no_place_of_its_own(tmp_path: Path, size: tuple[int, int]) -> None:
    with stage(tmp_path) as made:
        made.put("ORDER#1")
        app = inspector(made)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            app.main.tick(force=True)
            await pilot.press("2", "enter")
            await pilot.pause()
            text = "\n".join(screen_text(app))
            selected = app.screen.query_one(ShardList).selected
            assert f"id         {selected}" in text
            assert "share" in text
            assert "escape back" in screen_text(app)[-1]
            assert shown(app, ShardList) >= 1
            await pilot.press("down")
            app.main.tick(force=True)
            await pilot.pause()
            assert selected != app.screen.query_one(ShardList).selected
            assert f"id         {selected}" not in "\n".join(screen_text(app)), "the card is that of the other shard"
            await pilot.press("escape")
            await pilot.pause()
            assert app.screen.query_one(ShardList).has_focus
            assert "id         " not in "\n".join(screen_text(app))
            assert "escape back" not in screen_text(app)[-1]


async def test_opened_record_names_the_keys_that_lead_on_and_back(tmp_path: Path) -> None:
    with stage(tmp_path) as made:
        made.put("ORDER#1")
        app = inspector(made)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            assert screen_text(app)[-1].startswith(" escape back  → next view  / filter ")
            await pilot.press("escape")
            await pilot.pause()
            assert screen_text(app)[-1].startswith(" / filter ")


async def test_tiny_terminal_has_records_only(tmp_path: Path) -> None:
    with stage(tmp_path) as made:
        made.put("ORDER#1")
        app = inspector(made)
        async with app.run_test(size=(50, 12)) as pilot:
            await pilot.pause()
            assert shown(app, RecordList) >= 9
            assert shown(app, ShardList) == shown(app, RecordPane) == 0
            assert "ORDER#1" in "\n".join(screen_text(app))


async def test_opened_record_has_the_whole_height_of_a_low_screen(tmp_path: Path) -> None:
    with stage(tmp_path) as made:
        made.put("ORDER#1")
        app = inspector(made)
        async with app.run_test(size=(60, 15)) as pilot:
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            assert shown(app, RecordPane) >= 10
            assert shown(app, RecordList) == 0


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (
            "r",
            [
                "package.module:handler,",
                "exec:COMMAND, http://…",
                "template.yaml[:ID]",
                "from the first record kept",
                "AWS again.",
            ],
        ),
        ("t", ["  since ", "without it ddbtop", "forward."]),
        ("e", ["this record", "(•) NDJSON, one record a line", "( ) a Lambda event", "only you can read"]),
    ],
)
async def test_layers_cut_nothing_on_a_small_screen(tmp_path: Path, key: str, words: list[str]) -> None:
    with stage(tmp_path) as made:
        made.put("ORDER#1")
        app = inspector(made)
        async with app.run_test(size=(60, 15)) as pilot:
            await pilot.pause()
            await pilot.press(key)
            await pilot.pause()
            text = "\n".join(screen_text(app))
            assert all(word in text for word in words)
            assert "escape back ─" in text, "the border below is there as well"
            assert "╭─ " in text
