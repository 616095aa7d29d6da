"""Going over to another stream, profile or region while a session goes on, and out of trouble as somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ddbtop.errors import AccessDenied, CannotDo, DdbtopError, LoginEnded, NetworkFault, Throttled
from ddbtop.streams.model import LATEST, StartPoint, StreamInfo
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.place import Place
from ddbtop.tui.screens.choose import Chooser
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.screens.streams import StreamsScreen
from ddbtop.tui.session import Session
from ddbtop.tui.view import View
from ddbtop.tui.widgets.record import RecordPane
from ddbtop.tui.widgets.trouble import TroubleLayer
from tests.tui.elsewhere import FakeElsewhere
from tests.tui.watching import chosen, flat, hand_over, listed, text_of, until
from tests.tui.worlds import NOW, Stage, inspector, region_text, stage, type_ahead

SIZE = (100, 30)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path) as made:
        made.put("ORDER#1")
        yield made


async def told(app: InspectorApp, pilot: Any) -> str:
    await pilot.pause()
    app.main.tick(force=True)
    await pilot.pause()
    return text_of(app)


async def test_another_stream_is_read_in_the_same_screen(made: Stage) -> None:
    other, asked = Stage(made.folder / "other", made.world), []

    def opened(start: StartPoint) -> Session:
        asked.append(start)
        return other.session

    app = inspector(made, others=opened, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("ctrl+o")
        await listed(app, pilot, "prod-readonly-eu-west-1")
        await pilot.press(*"orders", "enter")
        await until(app, pilot, lambda: app.main.session is other.session)
        assert asked == [StartPoint(LATEST)]
        assert isinstance(app.screen, MainScreen)
        assert made.pump.stopped
    other.session.close().join()


async def test_key_pressed_twice_asks_once(made: Stage) -> None:
    app = inspector(made, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        type_ahead(app, "P", "P")
        await until(app, pilot, lambda: isinstance(app.screen, Chooser))
        await pilot.pause()
        assert [type(screen) for screen in app.screen_stack] == [MainScreen, Chooser]


async def test_record_of_the_session_before_is_not_read_from_a_journal_that_goes_away(made: Stage) -> None:
    other = Stage(made.folder / "other", made.world)
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        app._show(other.session)
        app.main.query_one(RecordPane).show_view(View.JSON)
        assert app.main.query_one(RecordPane).text() == ""
    other.session.close().join()


async def test_shards_of_another_stream_take_the_place_of_as_many_others(made: Stage) -> None:
    other = Stage(made.folder / "other", World(made.world.clock, seed=2, shards=2, table="carts"))
    app = inspector(made, others=lambda _: other.session, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=(160, 50)) as pilot:
        await told(app, pilot)
        await pilot.press("ctrl+o")
        await listed(app, pilot, "prod-readonly-eu-west-1")
        await pilot.press(*"orders", "enter")
        await until(app, pilot, lambda: app.main.session is other.session)
        await told(app, pilot)
        tree = "\n".join(region_text(app, "#shard-list"))
        assert all(shard_id[-8:] in tree for shard_id in other.world.open_shards())
        assert not any(shard_id[-8:] in tree for shard_id in made.world.open_shards())
    other.session.close().join()


async def test_stream_that_cannot_be_read_leads_back_to_the_list(made: Stage) -> None:
    other = Stage(made.folder / "other", made.world)
    refused = AccessDenied("DescribeStream is not allowed")
    other.pump.status = SessionStatus(StreamInfo(made.world.stream_arn), version=1, trouble=refused)
    app = inspector(made, others=lambda _: other.session, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("ctrl+o")
        await listed(app, pilot, "prod-readonly-eu-west-1")
        await pilot.press(*"orders", "enter")
        await until(
            app, pilot, lambda: "DescribeStream is not allowed" in [note.message for note in app._notifications]
        )
        await listed(app, pilot, "prod-readonly-eu-west-1")
        assert app.return_code is None
        assert app.main.session is made.session
        await until(app, pilot, lambda: other.pump.stopped)
        assert not made.pump.stopped
    other.session.close().join()


async def test_without_any_profile_that_is_said_and_nothing_is_opened(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeElsewhere, "profiles", lambda self: [])
    app = inspector(made, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("P")
        await pilot.pause()
        assert isinstance(app.screen, MainScreen)
        assert any("no profile is configured" in note.message for note in app._notifications)


async def test_leaving_the_list_leaves_the_session_as_it_was(made: Stage) -> None:
    app = inspector(made, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("ctrl+o")
        await listed(app, pilot, "orders")
        await pilot.press("escape")
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        assert app.main.session is made.session
        assert not made.pump.stopped
        assert "ORDER#1" in await told(app, pilot)


async def test_profile_and_region_can_be_changed_in_the_list(made: Stage) -> None:
    app = inspector(made, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("ctrl+o")
        await listed(app, pilot, "prod-readonly-eu-west-1")
        await pilot.press("ctrl+r")
        await chosen(app, pilot, "us-")
        await listed(app, pilot, "prod-readonly-us-east-1")
        await pilot.press("ctrl+o")
        await chosen(app, pilot, "dev")
        await listed(app, pilot, "dev-us-east-1")
        assert "dev · us-east-1" in region_text(app, "#streams-header")[0]


async def test_a_profile_that_asks_is_asked_for_once_with_the_screen_out_of_the_way(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = FakeElsewhere(made)
    app = inspector(made, elsewhere=elsewhere)
    steps = hand_over(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        for profile in ("mfa", "dev", "mfa"):
            await pilot.press("ctrl+o" if isinstance(app.screen, StreamsScreen) else "P")
            await chosen(app, pilot, profile)
            await listed(app, pilot, f"{profile}-eu-west-1")
        assert elsewhere.logged_in == ["mfa"]
        assert steps == ["away", "back"]


@pytest.mark.parametrize("error", [LoginEnded("the MFA code is wrong"), KeyboardInterrupt(), EOFError()])
async def test_a_login_that_fails_gives_the_terminal_back_and_leaves_everything_as_it_was(
    made: Stage, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    elsewhere = FakeElsewhere(made)

    def refuse(*_: str) -> None:
        raise error

    monkeypatch.setattr(elsewhere, "log_in", refuse)
    app = inspector(made, elsewhere=elsewhere)
    steps = hand_over(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("P")
        await chosen(app, pilot, "mfa")
        await until(app, pilot, lambda: app._notifications)
        assert steps == ["away", "back"]
        assert isinstance(app.screen, MainScreen)
        assert app.main.session is made.session


async def test_a_terminal_that_cannot_be_handed_over_is_said(made: Stage) -> None:
    app = inspector(made, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("P")
        await chosen(app, pilot, "mfa")
        await until(app, pilot, lambda: app._notifications)
        assert "--profile" in "".join(note.message for note in app._notifications)


async def test_an_account_that_cannot_be_listed_is_said_in_the_list_and_another_can_be_chosen(made: Stage) -> None:
    elsewhere = FakeElsewhere(
        made, refusal=AccessDenied("not authorized to list streams", "ask for dynamodb:ListStreams")
    )
    app = inspector(made, elsewhere=elsewhere)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("ctrl+o")
        await listed(app, pilot, "not authorized to list streams")
        assert "ask for dynamodb:ListStreams" in text_of(app)
        assert "No table in" not in text_of(app)
        elsewhere.refusal = None
        await pilot.press("ctrl+o")
        await chosen(app, pilot, "dev")
        await listed(app, pilot, "dev-eu-west-1")


async def test_a_stream_that_cannot_be_reached_leaves_the_session_as_it_was(made: Stage) -> None:
    def refuse(_: StartPoint) -> Session:
        raise CannotDo("no such stream")

    app = inspector(made, others=refuse, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("ctrl+o")
        await listed(app, pilot, "orders")
        await pilot.press("enter")
        await until(app, pilot, lambda: any("no such stream" in note.message for note in app._notifications))
        assert app.main.session is made.session


async def test_where_there_is_one_stream_only_nothing_else_is_offered(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("ctrl+o", "P", "R")
        assert isinstance(app.screen, MainScreen)
        made.tell(trouble=LoginEnded("ended"))
        assert "other profile" not in await told(app, pilot)


async def test_out_of_trouble_as_another_profile_keeps_what_was_read_and_goes_on(made: Stage) -> None:
    elsewhere = FakeElsewhere(made)
    app = inspector(made, elsewhere=elsewhere)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        made.tell(trouble=LoginEnded("the SSO session has ended"))
        text = await told(app, pilot)
        assert "p other profile" in text
        await pilot.press("p")
        await chosen(app, pilot, "dev")
        await until(app, pilot, lambda: made.pump.told and made.pump.told[-1] == "retry")
        assert elsewhere.taken_over == ["dev"]
        assert app.main.session is made.session
        made.tell()
        text = await told(app, pilot)
        assert "ORDER#1" in text
        assert "dev" in region_text(app, "#header")[0]


async def test_retry_of_a_profile_that_asks_asks_anew(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = FakeElsewhere(made, logged_in=["mfa"])
    made.session.place = Place("mfa", "111122223333", "eu-west-1")
    app = inspector(made, elsewhere=elsewhere)
    steps = hand_over(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        made.tell(trouble=LoginEnded("the credentials have expired"))
        assert "goes on after r, which asks for a new login" in flat(await told(app, pilot))
        await pilot.press("r")
        await until(app, pilot, lambda: elsewhere.taken_over == ["mfa"])
        assert elsewhere.logged_in == ["mfa", "mfa"]
        assert steps == ["away", "back"]


async def test_nobody_is_asked_for_a_login_because_the_network_is_gone(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = FakeElsewhere(made, logged_in=["mfa"])
    made.session.place = Place("mfa", "111122223333", "eu-west-1")
    app = inspector(made, elsewhere=elsewhere)
    steps = hand_over(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        made.tell(trouble=NetworkFault("no route"))
        await told(app, pilot)
        await pilot.press("r")
        await until(app, pilot, lambda: made.pump.told == ["retry"])
        await pilot.pause()
        assert not steps


async def test_list_of_a_login_that_ended_asks_anew_when_its_profile_is_chosen_again(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = FakeElsewhere(made, logged_in=["mfa"])
    app = inspector(made, elsewhere=elsewhere)
    steps = hand_over(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        await pilot.press("P")
        await chosen(app, pilot, "mfa")
        await listed(app, pilot, "mfa-eu-west-1")
        assert not steps
        elsewhere.refusal = LoginEnded("the credentials have expired")
        await pilot.press("ctrl+r")
        await chosen(app, pilot, "us-")
        await listed(app, pilot, "the credentials have expired")
        elsewhere.refusal = None
        await pilot.press("ctrl+o")
        await chosen(app, pilot, "mfa")
        await listed(app, pilot, "mfa-us-east-1")
        assert steps == ["away", "back"]


async def test_refused_by_another_account_is_said_and_the_trouble_stays(made: Stage) -> None:
    elsewhere = FakeElsewhere(made)
    app = inspector(made, elsewhere=elsewhere)
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        made.tell(trouble=LoginEnded("the SSO session has ended"))
        await told(app, pilot)
        elsewhere.refusal = LoginEnded("no credentials for dev")
        await pilot.press("p")
        await chosen(app, pilot, "dev")
        await until(app, pilot, lambda: any("no credentials" in note.message for note in app._notifications))
        assert "ddbtop cannot read orders" in text_of(app)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (LoginEnded("ended"), ("r retry now", "p other profile", "d details", "q quit", "after the login")),
        (NetworkFault("no route"), ("r retry now", "once the network is back", "Nothing is lost")),
        (AccessDenied("no"), ("r retry now", "once it is allowed")),
    ],
)
async def test_every_trouble_says_what_helps(made: Stage, error: DdbtopError, words: tuple[str, ...]) -> None:
    app = inspector(made, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=(80, 24)) as pilot:
        await told(app, pilot)
        made.tell(trouble=error)
        text = flat(await told(app, pilot))
        for part in words:
            assert part in text
        assert "ORDER#1" in text


async def test_a_deleted_stream_offers_another_one_and_is_not_tried_again(made: Stage) -> None:
    app = inspector(made, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=SIZE) as pilot:
        await told(app, pilot)
        made.tell(ended_by=CannotDo("the stream is gone: it was not found", "`ddbtop streams` lists what there is"))
        text = await told(app, pilot)
        assert "the stream is gone" in text
        assert "^o other stream" in text
        assert "retry" not in region_text(app, "#trouble")[-2]
        assert not app.main.query_one(TroubleLayer).check_action("retry", ())
        await pilot.press("ctrl+o")
        await listed(app, pilot, "orders")


async def test_throttled_for_ever_is_told_and_goes_away_with_the_first_answer(made: Stage) -> None:
    shard_ids = made.world.open_shards()
    app = inspector(made)
    async with app.run_test(size=SIZE) as pilot:
        for shard_id in shard_ids:
            made.change(shard_id, trouble=Throttled("Rate exceeded"), answered_at=NOW - 59)
        assert "cannot read" not in await told(app, pilot)
        for shard_id in shard_ids:
            made.change(shard_id, answered_at=NOW - 61)
        assert "Rate exceeded" in await told(app, pilot)
        assert "once calls are let through" in flat(text_of(app))
        made.change(shard_ids[0], trouble=None, answered_at=NOW, state=ReaderState.TIP)
        assert "cannot read" not in await told(app, pilot)
