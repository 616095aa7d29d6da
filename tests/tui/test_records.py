"""The list of records: arrival order, following, pausing, records that arrive late or are dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from ddbtop.journal.reader import Row
from ddbtop.streams.model import ViewType
from ddbtop.streams.simulated.shapes import keys_in
from ddbtop.streams.status import ReaderState
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.look import Role
from ddbtop.tui.rows import AllRows
from ddbtop.tui.widgets import records_pane
from ddbtop.tui.widgets.records import RecordList
from tests.tui.worlds import NOW, Stage, inspector, region_text, stage


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


async def test_list_without_a_record_is_painted_again_only_where_it_says_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    render_line = RecordList.render_line

    def note(self: RecordList, y: int) -> Strip:
        painted.append(y)
        return render_line(self, y)

    monkeypatch.setattr(RecordList, "render_line", note)
    with stage(tmp_path) as empty:
        app = inspector(empty)
        async with app.run_test(size=(160, 50)) as pilot:
            await pilot.pause()
            app.main.tick()
            await pilot.pause()
            assert "Nothing has changed in the last 24 h" in "\n".join(region_text(app, "#record-list"))
            painted.clear()
            app.main.tick()
            await pilot.pause()
            assert not painted
            empty.change(empty.world.open_shards()[0], state=ReaderState.BEHIND)
            app.main.tick()
            await pilot.pause()
            assert "still to read: 1 of 2 shards" in "\n".join(region_text(app, "#record-list"))
            empty.put("ORDER#1")
            app.main.tick()
            await pilot.pause()
            assert "ORDER#1" in region_text(app, "#record-list")[0]


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


async def test_record_older_than_the_one_above_carries_a_mark(made: Stage) -> None:
    now = made.world.clock.now()
    for age, shard_id in zip((0, 30), made.world.open_shards(), strict=True):
        (key,) = keys_in(made.world, shard_id, 1)
        made.world.put(key, at=now - age)
        made.read()
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("up")
        await pilot.pause()
        lines = region_text(app, "#record-list")
        assert lines[0].startswith("▌")
        assert lines[1].startswith("↥")


class Numbers:
    """A journal whose bounds the test sets."""

    start = 0
    end = 100


class Window:
    def __init__(self, made: Stage) -> None:
        self._reader = made.session.reader

    def window(self, first: int, count: int) -> list[Row]:
        found = self._reader.window(first, count)
        return [row for row in found if row.number >= Numbers.start]


async def test_dropped_records_do_not_move_the_cursor(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(100):
        made.put(f"ORDER#{number}")
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        records(app).show_rows(AllRows(Numbers(), Window(made)), (), number=60)
        await pilot.pause()
        before, at = region_text(app, "#record-list"), records(app).row
        monkeypatch.setattr(Numbers, "start", 40)
        app.main.tick()
        await pilot.pause()
        assert region_text(app, "#record-list") == before
        assert records(app).row == at
        monkeypatch.setattr(Numbers, "start", 80)
        records(app).tell()
        await pilot.pause()
        assert records(app).cursor == 80, "its own record is gone: the oldest that is left"
        await pilot.press("g")
        assert records(app).cursor == 80


async def test_o_shows_the_same_records_by_time_and_goes_back_to_the_same_record(made: Stage) -> None:
    arrive(made, 30, 40, 5, 20, 0)
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        assert any(line.startswith("↥") for line in region_text(app, "#record-list"))
        await pilot.press("g", "down")
        before = records(app).row
        await pilot.press("o")
        await until_ordered(app, pilot)
        ordered = [row.record.created_at for row in rows_of(app)]
        assert ordered == sorted(ordered)
        assert records(app).row == before
        lines = region_text(app, "#records")
        assert "by time, ≈ across shards" in lines[0]
        assert not any(line.startswith("↥") for line in lines)
        made.put("ORDER#later")
        app.main.tick()
        await pilot.pause()
        assert "1 newer left out" in region_text(app, "#records")[0]
        assert len(rows_of(app)) == 5
        await pilot.press("G")
        assert not records(app).following
        await pilot.press("g", "o")
        assert "by time" not in region_text(app, "#records")[0]
        assert records(app).row == min((row for row in rows_of(app)), key=lambda row: row.record.created_at)
        await pilot.press("o")
        await until_ordered(app, pilot)
        await pilot.press("space")
        assert records(app).following
        assert "following" in region_text(app, "#records")[0]


async def test_matches_by_time_are_gone_through_by_time(made: Stage) -> None:
    arrive(made, 30, 40, 5, 20, 0, 10)
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"even", "enter", "o")
        await until_ordered(app, pilot)
        assert ages(rows_of(app)) == [30, 5, 0]
        await pilot.press("ampersand", "g")
        assert ages(rows_of(app)) == [40, 30, 20, 10, 5, 0]
        gone_to = []
        for key in ("n", "n", "n", "N"):
            await pilot.press(key)
            gone_to += ages([row for row in [records(app).row] if row])
        assert gone_to == [30, 5, 0, 5]


async def test_left_out_of_the_matches_by_time_are_matches(made: Stage) -> None:
    arrive(made, 30, 40, 5, 20)
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"even", "enter", "o")
        await until_ordered(app, pilot)
        assert "left out" not in region_text(app, "#records")[0]
        for number in range(3):
            made.put(f"ODD#{number}", kind={"S": "odd"})
        made.put("EVEN#1", kind={"S": "even"})
        for _ in range(500):
            app.main.tick()
            await pilot.pause(0.01)
            if "left out" in region_text(app, "#records")[0]:
                break
        assert "· 1 newer left out" in region_text(app, "#records")[0]
        await pilot.press("ampersand")
        assert "· 4 newer left out" in region_text(app, "#records")[0]


async def test_day_that_begins_stands_in_place_of_a_clock(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW)
    (key,) = keys_in(made.world, made.world.open_shards()[0], 1)
    for number, age in enumerate((20 * 3600, 19 * 3600, 2 * 3600, 60)):
        made.world.put({**key, "n": {"N": str(number)}}, at=NOW - age)
    made.read()
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        app.main.tick()
        await pilot.pause()
        times = [line[1:9].strip() for line in region_text(app, "#record-list")[:4]]
        assert times == ["19 Mar", "19:32:07", "20 Mar", "14:31:07"]
        roles = [dict(records(app)._lines[index])[f"{shown:8}"] for index, shown in enumerate(times)]
        assert roles == [Role.DIM, Role.DIM, Role.DIM, Role.TEXT]
        await pilot.press("g")
        await pilot.pause()
        assert "INSERT  19 Mar 18:32:07 UTC  " in region_text(app, "#record")[1]
        await pilot.press("G")
        await pilot.pause()
        assert "MODIFY  14:31:07 UTC  " in region_text(app, "#record")[1]
        monkeypatch.setattr("time.time", lambda: NOW + 86_400)
        app.main.tick()
        await pilot.pause()
        assert dict(records(app)._lines[3])["14:31:07"] is Role.DIM


async def test_place_among_the_matches_is_that_of_the_order_shown(made: Stage) -> None:
    arrive(made, 30, 40, 5, 20, 50, 10)
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"even", "enter", "o")
        await until_ordered(app, pilot)
        await pilot.press("g")
        for place in ("match 1 of 3", "match 2 of 3", "match 3 of 3"):
            await pilot.pause()
            assert place in region_text(app, "#records")[0]
            await pilot.press("down")
        await pilot.press("o", "g")
        assert "match 1 of 3" in region_text(app, "#records")[0]


def arrive(made: Stage, *ages: float) -> None:
    """Records of two shards in turn, each shard's own in order, created so many seconds ago."""
    keys = [keys_in(made.world, shard_id, len(ages)) for shard_id in made.world.open_shards()]
    for number, age in enumerate(ages):
        item = {**keys[number % 2][number], "kind": {"S": "odd" if number % 2 else "even"}}
        made.world.put(item, at=made.world.clock.now() - age)
        made.read()


def ages(rows: Sequence[Row]) -> list[float]:
    return [NOW - row.record.created_at for row in rows]


async def test_new_images_are_told_with_what_the_journal_has_from_before(tmp_path: Path) -> None:
    with stage(tmp_path, view_type=ViewType.NEW_IMAGE, shards=1) as one_sided:
        one_sided.put("ORDER#1", status={"S": "PAID"})
        one_sided.put("ORDER#2", status={"S": "OPEN"})
        one_sided.put("ORDER#1", status={"S": "SHIPPED"})
        one_sided.world.delete({"pk": {"S": "ORDER#2"}, "sk": {"S": "HEAD"}})
        one_sided.read()
        app = inspector(one_sided)
        async with app.run_test(size=(160, 50)) as pilot:
            for _ in range(500):
                app.main.tick()
                await pilot.pause(0.01)
                lines = [line for line in region_text(app, "#record-list") if line.strip()]
                if sum("≈" in line for line in lines) == 2:
                    break
            assert "≈ status PAID → SHIPPED" in lines[2]
            assert "≈ deleted, 3 attributes" in lines[3]
            assert "≈" not in lines[0] + lines[1], "an insert leaves nothing to derive"


async def test_old_sides_are_looked_up_while_records_pour_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_pane, "OLD_SIDES_S", 0.01)
    with stage(tmp_path, view_type=ViewType.NEW_IMAGE, shards=1) as one_sided:
        one_sided.put("ORDER#1", status={"S": "PAID"})
        one_sided.put("ORDER#1", status={"S": "SHIPPED"})
        app = inspector(one_sided)
        async with app.run_test(size=(160, 50)) as pilot:
            for number in range(40):
                one_sided.put(f"CART#{number}")  # the list never stands still
                app.main.tick()
                await pilot.pause(0.02)
                if any("≈ status PAID → SHIPPED" in line for line in region_text(app, "#record-list")):
                    return
    raise AssertionError("the old side was never told")


async def until_ordered(app: InspectorApp, pilot: Pilot[Any]) -> None:
    for _ in range(500):
        app.main.tick()
        await pilot.pause(0.01)
        if "by time, ≈" in region_text(app, "#records")[0]:
            return
    raise AssertionError("never ordered by time")


def rows_of(app: InspectorApp) -> list[Row]:
    """Every row of the list, in its order."""
    shown = records(app)
    found = (shown._row(index) for index in range(shown.first, shown.end))
    return [row for row in found if row is not None]
