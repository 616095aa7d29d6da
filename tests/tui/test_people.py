"""Who meets the inspector, and what each sees: a disabled stream, a newer one, a shard that others read as well."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ddbtop.errors import AccessDenied, LoginEnded, NotFound, ServerFault, Throttled
from ddbtop.streams.model import LATEST, TRIM_HORIZON, StartPoint, ViewType
from ddbtop.streams.status import ReaderState
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.newest import NewestWatch, is_newer
from ddbtop.tui.place import Place
from ddbtop.tui.session import Session
from ddbtop.tui.widgets.record_box import RecordBox
from tests.tui.worlds import NOW, Stage, inspector, region_text, screen_text, stage

WIDE = (160, 50)
NEWER = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-03-20T14:40:00.000"
REFUSED = Throttled("Too many operations for a given subscriber.", code="LimitExceededException")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path, start=TRIM_HORIZON) as made:
        yield made


def text_of(app: InspectorApp) -> str:
    return "\n".join(screen_text(app))


async def told(app: InspectorApp, pilot: Any) -> str:
    """The screen once it shows the status as it is."""
    await pilot.pause()
    app.main.tick(force=True)
    await pilot.pause()
    return text_of(app)


def status_of(made: Stage, status: str, **readers: Any) -> None:
    made.tell(stream=replace(made.world.info, status=status))
    for shard_id in made.pump.status.readers:
        made.change(shard_id, **readers)


async def test_stream_that_is_enabled_has_no_banner(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await told(app, pilot)
        assert not app.screen.query_one("#banner").display


async def test_disabled_stream_says_since_when_until_when_and_what_is_left(made: Stage) -> None:
    status_of(made, "DISABLED", state=ReaderState.DRAINING, last_at=NOW - 3600)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        text = await told(app, pilot)
        assert "DISABLED since ≈ 13:32 · readable until ≈ tomorrow 13:32 · 2 shards left to read" in text
        status_of(made, "DISABLED", state=ReaderState.DRAINED, last_at=NOW - 3600)
        assert "everything is read" in await told(app, pilot)


async def test_disabled_under_the_eyes_of_a_session_is_dated_exactly(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await told(app, pilot)
        status_of(made, "DISABLING", last_at=NOW - 3600)
        assert "DISABLING since 14:32 ·" in await told(app, pilot)


async def test_disabled_stream_from_its_end_on_says_that_nothing_comes(made: Stage) -> None:
    status_of(made, "DISABLED", state=ReaderState.NOT_ASKED)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        assert "nothing comes any more; t starts earlier" in await told(app, pilot)


@pytest.mark.parametrize("size", [WIDE, (80, 24), (60, 15)])
async def test_banner_leaves_room_for_records_and_goes_away(made: Stage, size: tuple[int, int]) -> None:
    made.put("ORDER#1")
    app = inspector(made)
    async with app.run_test(size=size) as pilot:
        status_of(made, "DISABLED")
        text = await told(app, pilot)
        assert "DISABLED" in region_text(app, "#banner")[0]
        assert "ORDER#1" in text
        status_of(made, "ENABLED")
        await told(app, pilot)
        assert not app.screen.query_one("#banner").display


async def test_newer_stream_is_offered_and_read_only_when_asked_for(made: Stage) -> None:
    made.put("ORDER#1")
    asked: list[StartPoint] = []
    other = Stage(made.folder / "other", made.world)

    def opened(start: StartPoint) -> Session:
        asked.append(start)
        return other.session

    app = inspector(made, others=opened)
    async with app.run_test(size=WIDE) as pilot:
        await told(app, pilot)
        await pilot.press("ctrl+n")
        assert not asked, "there is none yet"
        app.post_message(app.NewerFound(NEWER))
        text = await told(app, pilot)
        assert "This table has a newer stream: ^n reads it, made 2026-03-20 14:40 UTC" in text
        assert "ORDER#1" in text, "the old one goes on"
        await pilot.press("ctrl+n")
        while app.main.session is not other.session:
            await pilot.pause(0.01)
        assert asked == [StartPoint(TRIM_HORIZON)]
        assert "newer stream:" not in await told(app, pilot)


async def test_newer_stream_that_cannot_be_reached_leaves_the_old_one(made: Stage) -> None:
    made.put("ORDER#1")

    def refuse(_: StartPoint) -> Session:
        raise AccessDenied("no right to read it")

    app = inspector(made, others=refuse)
    async with app.run_test(size=WIDE) as pilot:
        await told(app, pilot)
        app.post_message(app.NewerFound(NEWER))
        await told(app, pilot)
        await pilot.press("ctrl+n")
        while not any(note.message == "no right to read it" for note in app._notifications):
            await pilot.pause(0.01)
        assert app.main.session is made.session
        assert "ORDER#1" in await told(app, pilot)


def test_watch_finds_a_newer_stream_of_the_same_table() -> None:
    found: queue.SimpleQueue[str] = queue.SimpleQueue()
    NewestWatch(lambda: NEWER, NEWER.replace("14:40", "09:00"), found.put)
    assert found.get(timeout=10) == NEWER
    assert not is_newer(NEWER, NEWER)
    assert not is_newer(NEWER.replace("orders", "carts"), NEWER.replace("14:40", "09:00"))
    assert not is_newer("", NEWER)


def test_watch_without_the_right_to_list_asks_once() -> None:
    asked = threading.Semaphore(0)

    def refuse() -> str:
        asked.release()
        raise AccessDenied("no right to list streams")

    watch = NewestWatch(refuse, NEWER, lambda _: None)
    watch.thread.join(10)
    assert not watch.thread.is_alive()
    assert asked.acquire(blocking=False)
    assert not asked.acquire(blocking=False)


def test_watch_goes_on_after_an_answer_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ddbtop.tui.newest.AGAIN_S", 0)
    answers: Iterator[str | Exception] = iter([ServerFault("busy"), NotFound("no such table"), NEWER])
    told = threading.Event()

    def newest() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    NewestWatch(newest, NEWER.replace("14:40", "09:00"), lambda _: told.set())
    assert told.wait(10)


async def test_third_reader_is_told_of_the_others_for_a_while(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    shard_id = made.world.open_shards()[0]
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await told(app, pilot)
        made.tell(throttled=3)
        made.change(shard_id, trouble=REFUSED, throttled=3)
        assert "Others read" in await told(app, pilot)
        made.tell(throttled=3)
        banner = region_text(app, "#banner")[0] if "Others read" in await told(app, pilot) else ""
        for said in (shard_id[-8:], "AWS serves two readers a shard", "ddbtop backs off first", "unknown"):
            assert said in banner
        card = "\n".join(region_text(app, "#card"))
        assert "others read it" in card
        assert "who is unknown; AWS serves two, ddbtop backs off" in card
        monkeypatch.setattr("time.time", lambda: NOW + 120)
        assert "Others read" not in await told(app, pilot)


async def test_other_throttling_is_no_third_reader(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        made.tell(throttled=1)
        made.change(made.world.open_shards()[0], trouble=Throttled("slow down", code="ThrottlingException"))
        text = await told(app, pilot)
        assert "slow down" in text
        assert "thers read" not in text


async def test_header_shows_the_place_as_it_turned_out(made: Stage) -> None:
    made.session.place = Place("prod", "111122223333", "eu-west-1", "http://localhost:4566")
    app = inspector(made, place=Place())
    async with app.run_test(size=WIDE) as pilot:
        await told(app, pilot)
        assert "http://localhost:4566 · eu-west-1" in region_text(app, "#header")[0]


async def test_demo_is_called_demo(made: Stage) -> None:
    app = inspector(made, place=Place(region="eu-west-1", endpoint_url="http://127.0.0.1:40123", demo=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await told(app, pilot)
        header = region_text(app, "#header")[0]
        assert " demo · eu-west-1" in header
        assert "40123" not in header
        await pilot.press("Y")
        await pilot.pause()
        assert "--endpoint-url http://127.0.0.1:40123" in app.clipboard


async def test_ended_login_names_the_profile_and_its_command(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await told(app, pilot)
        made.tell(trouble=LoginEnded("the SSO session has ended", "`aws sso login` starts a new one"))
        text = await told(app, pilot)
        assert "profile prod-readonly" in text
        assert "`aws sso login --profile prod-readonly`" in text


async def shown_views(made: Stage, view: ViewType) -> dict[str, str]:
    """What the record pane says of the last record, view by view."""
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await told(app, pilot)
        box = app.screen.query_one(RecordBox)
        while view is ViewType.NEW_IMAGE and (box.pane.shown is None or box.pane.shown.previous is None):
            await pilot.pause(0.01)
        await pilot.press("enter")
        seen = {}
        for name in ("Changes", "New", "Old"):
            await pilot.pause()
            seen[name] = "\n".join(region_text(app, "#record"))
            await pilot.press("right")
        return seen


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (ViewType.KEYS_ONLY, {"Changes": "KEYS_ONLY", "New": "no new images", "Old": "no old images"}),
        (ViewType.OLD_IMAGE, {"Changes": "OLD_IMAGE", "New": "no new images", "Old": "PAID"}),
        (ViewType.NEW_IMAGE, {"Changes": "≈ the old side is derived", "New": "SHIPPED", "Old": "≈ derived"}),
    ],
)
async def test_view_says_what_it_cannot_show(tmp_path: Path, view: ViewType, said: dict[str, str]) -> None:
    with stage(tmp_path, start=LATEST, view_type=view, shards=1) as made:
        made.put("ORDER#1", status={"S": "PAID"})
        made.put("ORDER#2", status={"S": "OPEN"})
        made.put("ORDER#1", status={"S": "SHIPPED"})
        seen = await shown_views(made, view)
    for name, words in said.items():
        assert words in seen[name]
    if view is ViewType.NEW_IMAGE:
        assert "PAID" in seen["Changes"], "the old side of the difference"
        assert "PAID" in seen["Old"]
