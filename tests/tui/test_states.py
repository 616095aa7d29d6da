"""What people see when nothing arrives, when calls fail, when reading cannot begin, and when it has to begin anew."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from ddbtop.errors import AccessDenied, CannotDo, LoginEnded, NetworkFault, NotFound, ServerFault, WrongUsage
from ddbtop.streams.model import LATEST, TRIM_HORIZON, StartPoint
from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.keymap import Keymap
from ddbtop.tui.meter import ENOUGH_S
from ddbtop.tui.place import Place
from ddbtop.tui.session import Session
from ddbtop.tui.widgets.records import RecordList
from ddbtop.tui.widgets.trouble import TroubleLayer
from tests.tui.worlds import NOW, PLACE, Stage, inspector, region_text, screen_text, stage

LOGIN = LoginEnded("the SSO session of profile prod-readonly ended", "aws sso login --profile prod-readonly")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path, start=LATEST) as made:
        yield made


def text_of(app: InspectorApp) -> str:
    return "\n".join(screen_text(app))


async def shown_for_a_moment(app: InspectorApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.tick()
        await pilot.pause()


async def test_quiet_stream_says_since_when_and_how_to_start_earlier(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.tick()
        await pilot.pause()
        text = text_of(app)
        assert "Nothing has changed since" in text
        assert "Reading 2 open shards." in text
        assert "start earlier" in text
        assert "the last 15 minutes" in text
        made.put("ORDER#1")
        app.main.tick()
        await pilot.pause()
        assert "Nothing has changed" not in text_of(app)


async def test_nothing_has_changed_is_said_only_once_everything_was_read(made: Stage) -> None:
    first, second = made.pump.status.readers
    made.change(first, state=ReaderState.WAITS)
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.tick()
        await pilot.pause()
        text = text_of(app)
        assert "Nothing has changed" not in text
        assert "Reading what has changed since" in text
        assert "No record yet, still to read: 1 of 2 shards." in text
        made.change(first, state=ReaderState.TIP)
        made.change(second, state=ReaderState.NOT_ASKED)
        app.main.tick(force=True)
        await pilot.pause()
        assert "Nothing has changed since" in text_of(app)


async def test_help_begins_with_what_helps_here(made: Stage) -> None:
    app = inspector(made, keymap=Keymap({"start.earlier": ("f6",)}))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        assert "Nothing has changed since reading began." in text_of(app)
        assert "f6  reads the last 15 minutes" in text_of(app)
        await pilot.press("escape")
        made.tell(trouble=LOGIN)
        app.main.tick()
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        text = text_of(app)
        assert text.index("the SSO session of profile prod-readonly ended") < text.index("asks again at once")
        await pilot.press("escape")
        made.tell(trouble=None)
        made.put("ORDER#1")
        app.main.tick()
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        assert "reads the last 15 minutes" not in text_of(app)


async def test_ended_login_is_a_layer_that_goes_away_by_itself(made: Stage) -> None:
    made.put("ORDER#1")
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        made.tell(trouble=LOGIN)
        app.main.tick(force=True)
        await pilot.pause()
        text = text_of(app)
        assert "ddbtop cannot read orders" in text
        assert "aws sso login --profile prod-readonly" in text
        assert "Nothing is lost" in text
        assert "ORDER#1" in text, "the screen below lives on"
        await pilot.press("r")
        await pilot.pause()
        assert made.pump.told[-1] == "retry"
        made.tell()
        app.main.tick(force=True)
        await pilot.pause()
        assert "cannot read" not in text_of(app)
        assert app.screen.query_one(RecordList).has_focus


async def test_layer_does_not_promise_what_is_past_saving(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        shard_id = made.world.open_shards()[0]
        made.change(shard_id, state=ReaderState.BEHIND, last_at=NOW - 90_000)
        made.pump.status = SessionStatus(
            made.world.info, made.pump.status.readers, version=9, lineage_version=2, described=True, trouble=LOGIN
        )
        app.main.tick(force=True)
        await pilot.pause()
        assert "Nothing is lost" not in text_of(app)
        assert "Records older than 24 h may be lost" in text_of(app)


async def test_trouble_leaves_the_focus_to_who_is_typing(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"or")
        made.tell(trouble=LOGIN)
        app.main.tick(force=True)
        await pilot.pause()
        assert app.screen.query_one(TroubleLayer).display
        await pilot.press(*"der")
        made.tell(trouble=None)
        app.main.tick(force=True)
        await pilot.press("#")
        assert app.screen.query_one(Input).value == "order#"


@pytest.mark.parametrize(
    "error",
    [
        LoginEnded("no credentials were found", "aws configure sso"),
        AccessDenied("DescribeStream is not allowed"),
        NotFound("there is no such stream"),
        NetworkFault("no connection to http://localhost:1"),
    ],
)
async def test_trouble_before_the_first_shard_ends_the_program_with_the_reason(made: Stage, error: Exception) -> None:
    made.pump.status = SessionStatus(made.world.info, version=1, trouble=error)  # type: ignore[arg-type]
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    assert app.return_value is error
    assert app.return_code == 3


async def test_start_point_that_names_nothing_ends_the_program_with_the_reason(made: Stage) -> None:
    error = WrongUsage("no shard holds this sequence number")
    made.pump.status = SessionStatus(made.world.info, version=1, ended_by=error)
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
    assert app.return_value is error


async def test_connection_that_fails_ends_the_program_with_the_reason() -> None:
    error = CannotDo("there is no table of that name")

    def refuse(*_: object) -> Session:
        raise error

    app = InspectorApp(refuse, StartPoint(TRIM_HORIZON), PLACE, open_session=refuse)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        for _ in range(100):
            if app.return_value:
                break
            await pilot.pause(0.01)
    assert app.return_value is error
    assert app.return_code == 3


async def test_bug_in_the_pump_is_not_hidden(made: Stage) -> None:
    made.pump.error = ZeroDivisionError("a bug")
    app = inspector(made)
    with pytest.raises(ZeroDivisionError):
        await shown_for_a_moment(app)


async def test_quitting_does_not_wait_for_a_connection_that_hangs() -> None:
    hangs = threading.Event()

    def connect(*_: object) -> Session:
        hangs.wait()
        raise CannotDo("too late")

    app = InspectorApp(connect, StartPoint(LATEST), PLACE, open_session=connect)  # type: ignore[arg-type]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "connecting" in text_of(app)
        await pilot.press("q")
    hangs.set()
    assert app.return_value is None


async def test_late_answer_of_an_old_start_point_reaches_nobody(made: Stage) -> None:
    slow, quick = threading.Event(), threading.Event()
    others = {"slow": Stage(made.folder / "slow", made.world), "quick": Stage(made.folder / "quick", made.world)}
    asked: list[str] = []

    def other(_: StartPoint) -> Session:
        name = "quick" if asked else "slow"
        asked.append(name)
        {"slow": slow, "quick": quick}[name].wait()
        return others[name].session

    app = inspector(made, others=other)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("b")
        while asked != ["slow"]:
            await pilot.pause(0.01)
        await pilot.press("b")
        quick.set()
        while app.main.session is not others["quick"].session:
            await pilot.pause(0.01)
        slow.set()
        while not others["slow"].pump.stopped:
            await pilot.pause(0.01)
        assert app.main.session is others["quick"].session


async def test_start_from_elsewhere_keeps_the_name_and_finds_nothing_wanting_before_it_has_read(made: Stage) -> None:
    other = Stage(made.folder / "other", made.world)
    other.pump.status = SessionStatus(made.world.info, version=1)  # of many pages, the first is there
    app = inspector(made, others=lambda _: other.session)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        made.put("ORDER#1")
        app.main.tick(force=True)
        await pilot.press("slash", *"order", "enter", "b")
        for _ in range(100):
            await pilot.pause(0.02)
            if app.main.session is other.session:
                break
        app.main.tick(force=True)
        await pilot.pause(0.3)
        text = text_of(app)
        assert text.startswith(" ddbtop  orders  ● ENABLED  NEW_AND_OLD_IMAGES ")
        assert "nothing matches" not in text
        assert "reading the list of shards" in region_text(app, "#record-list")[1]
        assert "reading the list of shards" in region_text(app, "#shard-list")[0]
    other.session.close().join()


async def test_endpoint_that_is_not_aws_stands_in_the_header(made: Stage) -> None:
    app = inspector(made, place=Place(region="eu-west-1", endpoint_url="http://localhost:8000"))
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.pause()
        header = "\n".join(region_text(app, "#header"))
        assert "http://localhost:8000" in header
        assert "$" not in header, "nobody pays for calls to it"


async def test_figures_on_the_screen_add_up(made: Stage) -> None:
    made.world.split(made.world.open_shards()[0])
    made.tell()
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        for number, shard_id in enumerate(made.world.open_shards()):
            made.change(shard_id, records=100 * (number + 1))
        await pilot.pause(ENOUGH_S)
        app.main.tick(force=True)
        await pilot.pause()
        header, tree = region_text(app, "#header"), region_text(app, "#shard-list")
        rates = [int(line[42:47].replace(" ", "")) for line in tree if "tip" in line]
        assert len(rates) == 3
        assert header[1].split("/s")[0].replace(" ", "") == str(sum(rates)) != "0"
        assert "3 open · 1 closed" in region_text(app, "#shards")[0]
        assert sum("●" in line for line in tree[:4]) == 3
        assert sum("○" in line for line in tree[:4]) == 1


async def test_stopped_shard_says_why_and_goes_on_when_told(made: Stage) -> None:
    shard_id = made.world.open_shards()[0]
    trouble = ServerFault("three answers could not be read")
    made.change(shard_id, state=ReaderState.STOPPED, trouble=trouble)
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.pause()
        assert "three answers could not be read" in text_of(app)
        assert "S steps over it and records a gap" in text_of(app)
        await pilot.press("S")
        assert made.pump.told[-1] == f"step over {shard_id}"
        made.change(shard_id, state=ReaderState.TIP, trouble=None)
        app.main.tick(force=True)
        await pilot.press("S")
        assert made.pump.told.count(f"step over {shard_id}") == 1
