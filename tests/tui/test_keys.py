"""Every key of the main screen does what its tooltip says, at both sizes where they differ."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.binding import ActiveBinding, Binding
from textual.message import Message
from textual.screen import Screen

from ddbtop.streams.model import LATEST, TRIM_HORIZON, IteratorType, Position, StartPoint
from ddbtop.streams.simulated.shapes import build_lineage
from ddbtop.streams.status import ReaderState
from ddbtop.tui import FRAMES_A_SECOND, clipboard
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.look import Role, plain
from ddbtop.tui.regions import SECTIONS
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.session import Session
from ddbtop.tui.view import View
from ddbtop.tui.widgets.keybar import KeyBar, Tight, key_line
from ddbtop.tui.widgets.record import RecordPane
from ddbtop.tui.widgets.records import RecordList
from ddbtop.tui.widgets.shards import ShardList
from tests.tui.worlds import NOW, Stage, inspector, region_text, screen_text, stage

WIDE, SMALL = (160, 50), (80, 24)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.delenv("TMUX", raising=False)
    with stage(tmp_path) as made:
        build_lineage(made.world, 6, records=2)
        made.tell()
        for number in range(30):
            made.put(f"ORDER#{number}", status={"S": "PAID"}, n={"N": str(number)}, kept={"S": "as it was"})
        made.put("ORDER#29", status={"S": "SHIPPED"}, n={"N": "30"}, kept={"S": "as it was"})
        yield made


def records(app: InspectorApp) -> RecordList:
    return app.screen.query_one(RecordList)


@pytest.mark.parametrize(("own", "frames"), [({}, FRAMES_A_SECOND), ({"TEXTUAL_FPS": "30"}, 30)])
def test_frames_may_follow_each_other_closely_unless_the_user_says_otherwise(own: dict[str, str], frames: int) -> None:
    """A key pressed after a frame waits for the next one."""
    environment = {name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"} | own
    program = "import ddbtop.tui.app, textual.constants; print(textual.constants.MAX_FPS)"
    assert int(subprocess.check_output([sys.executable, "-c", program], env=environment)) == frames


async def test_vim_keys_and_arrows_move_alike(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        end = records(app).end
        for key, cursor in [
            ("up", end - 2),
            ("k", end - 3),
            ("down", end - 2),
            ("j", end - 1),
            ("g", 0),
            ("G", end - 1),
        ]:
            await pilot.press(key)
            assert records(app).cursor == cursor, key
        await pilot.press("home", "pagedown")
        assert records(app).cursor == min(end - 1, records(app).height - 1)
        await pilot.press("ctrl+u")
        assert records(app).cursor == 0


async def test_tab_goes_around_the_panes(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        seen: list[type | None] = []
        for _ in range(3):
            seen.append(type(app.focused))
            await pilot.press("tab")
        assert set(seen) == {RecordList, RecordPane, ShardList}
        assert records(app).has_focus
        await pilot.press("shift+tab")
        assert app.screen.query_one(ShardList).has_focus


async def test_small_screen_exchanges_the_list_of_open_shards_for_the_tree(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        app.main.tick()
        await pilot.pause()
        assert "←" in region_text(app, "#shard-list")[0]
        await pilot.press("2")
        await pilot.pause()
        assert any("above" in line for line in region_text(app, "#shard-list"))
        assert app.screen.query_one(ShardList).has_focus
        await pilot.press("1")
        await pilot.pause()
        assert "←" in region_text(app, "#shard-list")[0]
        assert records(app).has_focus


async def test_enter_opens_the_record_and_escape_goes_back(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen.query_one(RecordPane).size.height > 15
        assert any("status" in line and "SHIPPED" in line for line in screen_text(app))
        await pilot.press("escape")
        await pilot.pause()
        assert app.focused is records(app)
        assert records(app).display
        assert app.screen.query_one(RecordPane).size.height < 6


async def test_views_of_a_record_follow_each_other(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        seen = {}
        for view in View:
            await pilot.pause()
            assert app.screen.query_one(RecordPane).view is view
            seen[view] = "\n".join(region_text(app, "#record-pane"))
            await pilot.press("right")
        assert "PAID" in seen[View.CHANGES]
        assert "SHIPPED" in seen[View.CHANGES]
        assert "2 unchanged" not in seen[View.NEW]
        assert "PAID" in seen[View.OLD]
        assert "SHIPPED" in seen[View.NEW]
        assert '"eventName": "MODIFY"' in seen[View.JSON]
        assert '"Records"' in seen[View.EVENT]
        await pilot.press("h", "h")
        assert app.screen.query_one(RecordPane).view is View.JSON


async def test_u_shows_what_did_not_change(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert not any("as it was" in line for line in region_text(app, "#record-pane"))
        assert any("3 unchanged, u shows them" in line for line in region_text(app, "#record-pane"))
        await pilot.press("u")
        await pilot.pause()
        assert any("as it was" in line for line in region_text(app, "#record-pane"))


async def test_z_folds_everything_closed(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        app.main.tick()
        shards = app.screen.query_one(ShardList)
        assert shards.end == 8
        await pilot.press("z")
        assert shards.end == 2
        await pilot.press("2", "right")
        assert shards.end == 7, "the folded ancestors of one lineage are back"


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_cursor_stays_in_its_lineage_when_its_shard_is_folded_away(made: Stage, size: tuple[int, int]) -> None:
    app = inspector(made)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("2", "g", "right")
        shards = app.screen.query_one(ShardList)
        selected = shards.selected
        newest = next(shard_id for shard_id in made.world.open_shards() if selected in ancestors(made, shard_id))
        await pilot.press("z")
        assert shards.selected == newest
        await pilot.press("z", "left")
        assert shards.selected in ancestors(made, newest)


def ancestors(made: Stage, shard_id: str) -> set[str]:
    parents = {shard.shard_id: shard.parent_id for shard in made.world.shards}
    found = set()
    while shard_id := parents.get(shard_id, ""):
        found.add(shard_id)
    return found


async def test_y_copies_the_record_as_it_came_and_a_shards_id(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        row = records(app).row
        assert row is not None
        assert json.loads(app.clipboard) == json.loads(made.session.reader.raw(row.number))
        await pilot.press("2", "y")
        await pilot.pause()
        assert app.clipboard == app.screen.query_one(ShardList).selected
        assert app.clipboard.startswith("shardId-")


@pytest.mark.parametrize("key", ["y", "a", "e", "enter"])
async def test_key_that_has_nothing_to_work_on_rings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    rung: list[str] = []
    monkeypatch.setattr(InspectorApp, "bell", lambda _: rung.append(key))
    with stage(tmp_path) as empty:
        app = inspector(empty)
        async with app.run_test(size=SMALL) as pilot:
            await pilot.pause()
            await pilot.press("down", "t", "escape")
            assert rung == []
            await pilot.press(key)
            assert rung == [key]
            assert records(app).has_focus
            empty.put("ORDER#1")
            app.main.tick()
            await pilot.pause()
            await pilot.press("y" if key == "a" else key)
            assert rung == [key]


async def test_y_copies_what_the_open_view_shows(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("enter", "y")
        await pilot.pause()
        assert app.clipboard.startswith("ORDER#29 · HEAD\nMODIFY  21 Mar 2026 10:32:07 UTC  shardId-")
        assert "PAID" in app.clipboard
        assert "eventName" not in app.clipboard
        await pilot.press("left", "y")
        await pilot.pause()
        assert json.loads(app.clipboard)["Records"][0]["eventSourceARN"] == made.world.stream_arn


async def test_Y_copies_the_command_that_reads_from_here(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("Y")
        await pilot.pause()
        row = records(app).row
        assert row is not None
        assert app.clipboard.startswith("aws dynamodbstreams get-shard-iterator")
        assert f"--sequence-number {row.record.sequence_number}" in app.clipboard
        assert app.clipboard.endswith("--profile prod-readonly --region eu-west-1")


async def test_what_is_too_long_for_a_clipboard_goes_to_a_file(
    made: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    made.put("LONG", text={"S": "x" * clipboard.MOST_BYTES})
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        assert app.clipboard == ""
        (file,) = tmp_path.glob("ddbtop-*.txt")
        assert json.loads(file.read_text())["dynamodb"]["NewImage"]["text"]["S"] == "x" * clipboard.MOST_BYTES
        assert [note.message for note in app._notifications] == [
            f"Too long for a clipboard: the record as JSON is in {file}"
        ]


async def test_help_names_every_binding(made: Stage) -> None:
    app = inspector(made)
    bindings = [binding for section in SECTIONS if section.screen is MainScreen for binding, _ in section.commands]
    async with app.run_test(size=(160, 100)) as pilot:
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert all(binding.tooltip in text for binding in bindings)
        await pilot.press("escape")


async def test_key_bar_leaves_out_what_does_not_fit_and_never_the_way_out(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        bar = region_text(app, "#keys")[0]
        assert bar.startswith(" / filter")
        assert bar.rstrip().endswith("^p commands  ? keys  q quit")


def test_key_bar_leaves_out_first_what_cannot_be_used_now() -> None:
    def entry(key: str, enabled: bool = True) -> ActiveBinding:
        return ActiveBinding(Screen[None](), Binding(key, key, f"{key} it"), enabled, "")

    left = [entry("a"), entry("b", enabled=False), entry("c"), entry("d", enabled=False), entry("e")]

    def keys(width: int, *, keeps_places: bool = False) -> list[str]:
        return plain(key_line(left, [entry("q")], width, keeps_places=keeps_places))[:-7].split()[::3]

    assert [keys(width) for width in (60, 44, 36, 20)] == [[*"abcde"], [*"abce"], [*"ace"], [*"a"]]
    assert keys(44, keeps_places=True) == [*"abcd"]


def test_key_bar_with_little_room_takes_shorter_words_and_keeps_what_must_stay() -> None:
    def entry(key: str) -> ActiveBinding:
        return ActiveBinding(Screen[None](), Binding(key, key, f"{key} it all", id=f"id.{key}"), True, "")

    left, right = [entry(key) for key in "abc"], [entry("p"), entry("q")]
    tight = Tight({"id.a": "a", "id.b": "b"}, frozenset({"id.c", "id.q"}))

    def line(width: int) -> str:
        return " ".join(plain(key_line(left, right, width, keeps_places=False, tight=tight)).split())

    assert line(60) == "a a it all b b it all c c it all p p it all q q it all"
    assert line(50) == "a a b b c c it all p p it all q q it all"
    assert line(40) == "a a b b c c it all q q it all"
    assert line(30) == "a a c c it all q q it all"
    assert line(24) == "c c it all q q it all"


async def test_key_without_anything_to_work_on_keeps_its_place_in_the_key_bar(tmp_path: Path) -> None:
    with stage(tmp_path) as empty:
        app = inspector(empty)
        async with app.run_test(size=WIDE) as pilot:
            await pilot.pause()
            bar = app.screen.query_one(KeyBar)
            before = bar.made(160)[0]
            empty.put("ORDER#1")
            app.main.tick()
            await pilot.pause()
            after = bar.made(160)[0]
            assert plain(before) == plain(after) == region_text(app, "#keys")[0]
            for key in ("e", "a", "u"):
                assert (key, Role.DIM) in before
                assert (key, Role.ACCENT) in after


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_quitting_stops_the_session(made: Stage, key: str) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press(key)
    assert app.return_code == 0
    assert app.return_value is None
    made.session.close().join()
    assert made.pump.stopped


async def test_keys_and_pastes_after_the_one_that_quits_are_for_nobody(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("q")
    assert not app.screen_stack
    for event in (events.Key("escape", None), events.Key("k", "k"), events.Paste("order")):
        await app.on_event(event)


async def test_session_that_arrives_while_the_program_ends_is_put_away(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Stage(made.folder / "other", made.world)
    app = inspector(made, others=lambda _: other.session)
    posted, post = threading.Event(), app.post_message

    def take(message: Message) -> bool:
        """As a program does that is about to end: what is in its queue then is read by nobody."""
        if isinstance(message, InspectorApp.Connected) and message.session is other.session:
            posted.set()
            return True
        return post(message)

    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        monkeypatch.setattr(app, "post_message", take)
        await pilot.press("b")
        assert await asyncio.to_thread(posted.wait, 30)
        await pilot.press("q")
    assert other.session._closing is not None
    other.session.close().join()


async def start_points(made: Stage, *keys: str) -> StartPoint:
    """What the program was asked to read after these keys."""
    asked: list[StartPoint] = []
    told = threading.Event()

    def other(start: StartPoint) -> Session:
        asked.append(start)
        told.set()
        return Stage(made.folder / f"{len(asked)}", made.world).session

    app = inspector(made, others=other)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        app.main.tick()
        await pilot.press(*keys)
        await asyncio.to_thread(told.wait, 5)
    (start,) = asked
    return start


async def test_b_reads_the_last_fifteen_minutes(made: Stage) -> None:
    start = await start_points(made, "b")
    assert start.position.type is IteratorType.AT_TIMESTAMP
    assert start.position.timestamp == NOW - 900
    assert not start.shard_id


async def test_a_reads_the_shard_from_after_this_record(made: Stage) -> None:
    with made.journal.reader() as reader:
        row = reader.row(made.session.last_number - 1)
    assert row is not None
    start = await start_points(made, "up", "a")
    assert start.position.type is IteratorType.AFTER_SEQUENCE_NUMBER
    assert start.position.sequence_number == row.record.sequence_number
    assert start.shard_id == row.shard_id


@pytest.mark.parametrize(
    ("keys", "position"),
    [
        ([], LATEST),
        (["down"], TRIM_HORIZON),
        (["j", "j", *["backspace"] * 5, "2", "h"], Position.at_time(NOW - 7200)),
        (["up", "up"], Position.at("{number}")),
        (["up"], Position.after("{number}")),
    ],
)
async def test_picker_offers_the_five_positions(made: Stage, keys: list[str], position: Position) -> None:
    with made.journal.reader() as reader:
        row = reader.row(made.session.last_number)
    assert row is not None
    start = await start_points(made, "t", *keys, "enter")
    number = position.sequence_number and row.record.sequence_number
    assert start == StartPoint(replace(position, sequence_number=number), row.shard_id if number else "")


async def test_picker_reads_one_shard_and_its_descendants(made: Stage) -> None:
    start = await start_points(made, "t", "tab", "enter")
    assert start.shard_id in made.world.open_shards()
    assert start.descendants


async def test_picker_says_what_is_wrong_with_a_time_and_stays(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("t", "down", "down", *["backspace"] * 5, *"soon", "enter")
        await pilot.pause()
        assert any("'soon' is no point of a stream" in line for line in screen_text(app))
        await pilot.press("escape")
        assert isinstance(app.screen, MainScreen)


async def test_s_sorts_the_shards_says_by_what_and_the_cursor_stays_with_its_shard(made: Stage) -> None:
    quiet, busy = made.world.open_shards()
    made.change(quiet, state=ReaderState.BEHIND, last_at=NOW - 90)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        shards = app.screen.query_one(ShardList)
        app.main.tick(force=True)
        made.change(busy, records=500)
        app.main.meter.sample(time.monotonic() + 3, made.pump.status)
        app.main.tick(force=True)
        await pilot.press("2")
        shards.select(busy)
        selected = shards.selected
        for order, first in [("rate", busy), ("lag", quiet), ("made", max(quiet, busy))]:
            await pilot.press("s")
            await pilot.pause()
            assert f"by {order} · 2 open" in region_text(app, "#shards")[0]
            assert first[-8:] in region_text(app, "#shard-list")[0]
            assert shards.end == 2, "shards that are read to their end are not among them"
            assert shards.selected == selected
        await pilot.press("s")
        await pilot.pause()
        assert " by " not in region_text(app, "#shards")[0]
        assert shards.end > 2
        assert shards.selected == selected


async def test_sorted_shards_change_places_and_the_cursor_goes_along(made: Stage) -> None:
    first, second = made.world.open_shards()
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        shards = app.screen.query_one(ShardList)
        await pilot.press("s", "s", "s", "s", "s")
        shards.select(first)
        for busy in (second, first, second):
            made.change(busy, records=made.pump.status.readers[busy].records + 10_000)
            app.main.tick(force=True)
            app.main.meter.sample(time.monotonic() + 100, made.pump.status)
            shards.tell(made.pump.status, NOW, resort=True)
        await pilot.pause()
        assert "by rate" in region_text(app, "#shards")[0]
        assert shards.selected == first
        assert first[-8:] in region_text(app, "#shard-list")[shards.cursor - shards.top]
