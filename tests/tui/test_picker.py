"""The picker: lists, narrows down, opens one, and says what to do where there is nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ddbtop.errors import AccessDenied, CannotDo, DdbtopError, LoginEnded
from ddbtop.tui.picker import PickerApp
from ddbtop.tui.place import Place
from ddbtop.tui.screens.streams import StreamFilter, StreamsScreen
from ddbtop.tui.widgets.streams import StreamList
from tests.catalogues import PATIENCE_S, FakeCatalogue, description, entry
from tests.tui.worlds import PLACE, screen_text

WIDE, SMALL = (160, 50), (80, 24)
TABLES = ("orders", "carts", "queue-jobs", "stock")


def picker(catalogue: FakeCatalogue, place: Place = PLACE) -> PickerApp:
    return PickerApp(lambda: catalogue, place)


def streams(app: PickerApp) -> StreamList:
    return app.screen.query_one(StreamList)


async def until(app: PickerApp, pilot: Any, holds: Callable[[str], bool]) -> str:
    """Bring what the census learned to the screen until something holds of it; what is shown then."""
    screen = app.screen
    assert isinstance(screen, StreamsScreen)
    for _ in range(int(PATIENCE_S / 0.02)):
        screen.tick()
        await pilot.pause()
        text = "\n".join(screen_text(app))
        if holds(text):
            return text
        await pilot.pause(0.02)
    raise AssertionError("\n".join(screen_text(app)))


async def listed(app: PickerApp, pilot: Any) -> str:
    return await until(app, pilot, lambda text: app.census.done and "listing …" not in text)


async def described(app: PickerApp, pilot: Any) -> str:
    """Once everything in view is, in one way or another."""
    await listed(app, pilot)
    lines = len(streams(app).in_view)
    return await until(app, pilot, lambda text: text.count("ENABLED") + text.count("not authorized") >= lines)


async def run_to_the_end(app: PickerApp) -> None:
    """Without a key pressed."""
    async with app.run_test(size=SMALL) as pilot:
        while app.is_running and app.return_value is None:
            await pilot.pause(0.02)


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_streams_are_shown_by_table_with_what_describing_them_says(size: tuple[int, int]) -> None:
    app = picker(FakeCatalogue(entry(table) for table in TABLES))
    async with app.run_test(size=size) as pilot:
        text = await described(app, pilot)
        places = [text.index(table) for table in sorted(TABLES)]
        assert places == sorted(places)
        assert text.count("ENABLED") == len(TABLES)
        assert ("NEW_AND_OLD_IMAGES" in text) == (size == WIDE)
        assert "2026-03-19T08:12" in text
        assert "prod-readonly · eu-west-1" in text
        assert streams(app).selected == entry("carts")


async def test_newest_stream_of_a_table_comes_first() -> None:
    old, new = entry("orders", "2025-01-01T00:00:00.000"), entry("orders", "2026-01-01T00:00:00.000")
    app = picker(FakeCatalogue([old, new]))
    async with app.run_test(size=SMALL) as pilot:
        await listed(app, pilot)
        assert streams(app).selected == new
        await pilot.press("down", "enter")
    assert app.return_value == old.arn


async def test_typing_narrows_down_and_enter_opens() -> None:
    app = picker(FakeCatalogue(entry(table) for table in TABLES))
    async with app.run_test(size=SMALL) as pilot:
        await listed(app, pilot)
        await pilot.press(*"OrD")
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "1 of 4" in text
        assert "carts" not in text
        await pilot.press("enter")
    assert app.return_value == entry("orders").arn


async def test_every_letter_can_begin_a_name() -> None:
    app = picker(FakeCatalogue(entry(table) for table in TABLES))
    async with app.run_test(size=SMALL) as pilot:
        await listed(app, pilot)
        for key in "jkgGhn":
            await pilot.press(key)
            assert app.screen.query_one(StreamFilter).value == key
            await pilot.press("escape")
        await pilot.press("slash", *"queue", "enter")
    assert app.return_value == entry("queue-jobs").arn


@pytest.mark.parametrize("keys", [["q"], ["escape"], ["ctrl+c"], ["x", "escape", "q"], ["slash", "escape", "escape"]])
async def test_leaving_picks_nothing(keys: list[str]) -> None:
    app = picker(FakeCatalogue(entry(table) for table in TABLES))
    async with app.run_test(size=SMALL) as pilot:
        await listed(app, pilot)
        await pilot.press(*keys)
    assert app.return_value is None
    assert app.return_code == 0


async def test_escape_shows_all_again_before_it_leaves() -> None:
    app = picker(FakeCatalogue(entry(table) for table in TABLES))
    async with app.run_test(size=SMALL) as pilot:
        await listed(app, pilot)
        await pilot.press(*"nowhere")
        await pilot.pause()
        assert "no stream fits" in "\n".join(screen_text(app))
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert app.is_running
        assert streams(app).end == 4


async def test_cursor_moves_and_stays_with_its_stream() -> None:
    catalogue = FakeCatalogue(entry(f"t{number:04}") for number in range(1000))
    app = picker(catalogue)
    async with app.run_test(size=SMALL) as pilot:
        await listed(app, pilot)
        for key, cursor in [("end", 999), ("home", 0), ("down", 1), ("pagedown", streams(app).height), ("up", None)]:
            await pilot.press(key)
            assert cursor is None or streams(app).cursor == cursor, key
        here = streams(app).selected
        app.census.entries.append(entry("a-new-one"))
        app.census.version += 1
        await until(app, pilot, lambda _: streams(app).end == 1001)
        assert streams(app).selected == here


async def test_only_streams_in_view_are_described_the_one_under_the_cursor_first() -> None:
    catalogue = FakeCatalogue(entry(f"t{number:04}") for number in range(1000))
    app = picker(catalogue)
    async with app.run_test(size=(80, 10)) as pilot:
        await described(app, pilot)
        in_view = set(streams(app).in_view)
        assert {arn for arn, _ in catalogue.described} <= in_view | {entry("t0000").arn}
        before = len(catalogue.described)
        await pilot.press("end")
        await until(app, pilot, lambda _: len(catalogue.described) > before)
        assert catalogue.described[before][0] == entry("t0999").arn


async def test_shard_counts_say_when_there_may_be_more() -> None:
    catalogue = FakeCatalogue([entry("many")])
    catalogue.answers["many"] = [description("many", "shardId-further"), AccessDenied("not any more")]
    app = picker(catalogue)
    async with app.run_test(size=SMALL) as pilot:
        await listed(app, pilot)
        await until(app, pilot, lambda text: ">2" in text)


async def test_stream_that_may_not_be_described_says_so_and_can_be_opened() -> None:
    catalogue = FakeCatalogue([entry("secret")])
    catalogue.answers["secret"] = [AccessDenied("not authorized to perform: dynamodb:DescribeStream")]
    app = picker(catalogue)
    async with app.run_test(size=SMALL) as pilot:
        assert "not authorized" in await described(app, pilot)
        await pilot.press("enter")
    assert app.return_value == entry("secret").arn


@pytest.mark.parametrize("size", [WIDE, SMALL, (40, 12)])
async def test_empty_account_says_what_to_do(size: tuple[int, int]) -> None:
    app = picker(FakeCatalogue())
    async with app.run_test(size=size) as pilot:
        text = " ".join((await listed(app, pilot)).split())
        assert "No table in eu-west-1 has a stream." in text
        assert "ddbtop demo" in text
        for part in ("aws dynamodb update-table", "StreamEnabled=true,StreamViewType=", "--profile prod-readonly"):
            assert part in text or size[0] < 80
        await pilot.press("enter")
        assert app.is_running


@pytest.mark.parametrize("error", [LoginEnded("no AWS credentials were found"), CannotDo("no region is set")])
async def test_account_that_cannot_be_listed_ends_the_picker_with_the_reason(error: DdbtopError) -> None:
    def connect() -> FakeCatalogue:
        raise error

    app = PickerApp(connect, PLACE)
    await run_to_the_end(app)
    assert app.return_value is error
    assert app.return_code == 3


async def test_listing_that_ends_early_says_so_and_can_be_picked_from() -> None:
    app = picker(FakeCatalogue([entry("orders")], AccessDenied("not authorized")))
    async with app.run_test(size=SMALL) as pilot:
        assert "ended early: not authorized" in await listed(app, pilot)
        await pilot.press("enter")
    assert app.return_value == entry("orders").arn


async def test_bug_in_the_census_is_raised_as_one() -> None:
    def connect() -> FakeCatalogue:
        raise ZeroDivisionError

    app = PickerApp(connect, PLACE)
    with pytest.raises(ZeroDivisionError):
        await run_to_the_end(app)


async def test_strangers_names_are_shown_and_never_obeyed() -> None:
    hostile = entry("\x1b[2J[/x]\u202e")
    catalogue = FakeCatalogue([hostile])
    app = picker(catalogue)
    async with app.run_test(size=WIDE) as pilot:
        text = await described(app, pilot)
        assert "\\x1b[2J[/x]\\u202e" in text
        assert not {"\x1b", "\u202e"} & set(text)


async def test_endpoint_that_is_not_awss_is_named_wherever_it_was_set() -> None:
    catalogue = FakeCatalogue()
    catalogue.endpoint_url = "http://localhost:8000"
    app = picker(catalogue, Place())
    async with app.run_test(size=SMALL) as pilot:
        text = await listed(app, pilot)
        assert "http://localhost:8000" in text.splitlines()[0]
        assert "--endpoint-url http://localhost:8000" in " ".join(text.split())
