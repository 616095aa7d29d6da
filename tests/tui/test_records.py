"""The list of records: arrival order, following, pausing, records that arrive late or are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ddbtop.tui.app import InspectorApp
from ddbtop.tui.widgets.records import RecordList
from tests.tui.worlds import Stage, inspector, region_text, stage


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as made:
        yield made


def records(app: InspectorApp) -> RecordList:
    return app.screen.query_one(RecordList)


async def test_list_follows_what_arrives(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        for number in range(60):
            made.put(f"ORDER#{number}")
        app.main.tick()
        await pilot.pause()
        assert "ORDER#59" in region_text(app, "#record-list")[-1]
        assert region_text(app, "#records")[0].rstrip("─ ").endswith("following")


async def test_moving_stops_following_and_says_how_many_arrived(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        for number in range(10):
            made.put(f"ORDER#{number}")
        app.main.tick()
        await pilot.press("up")
        under_cursor = records(app).row
        for number in range(1_204):
            made.world.put({"pk": {"S": f"LATER#{number}"}, "sk": {"S": "x"}})
        made.read()
        app.main.tick()
        await pilot.pause()
        assert "paused · 1 204 new" in region_text(app, "#records")[0]
        assert records(app).row == under_cursor
        await pilot.press("space")
        assert "following" in region_text(app, "#records")[0]
        assert records(app).cursor == records(app).end - 1


@pytest.mark.parametrize("key", ["G", "end"])
async def test_going_to_the_end_follows_again(made: Stage, key: str) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for number in range(30):
            made.put(f"ORDER#{number}")
        app.main.tick()
        await pilot.press("g")
        assert records(app).cursor == 0
        assert not records(app).following
        await pilot.press(key)
        assert records(app).following
