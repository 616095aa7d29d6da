"""Credentials that end while a stream is read, and going over to others: real files, a server that knows its users."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ddbtop.cli.options import Where
from ddbtop.streams import aws, trouble
from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.world import World
from ddbtop.tui.screens.main import MainScreen
from tests.awsfiles import AwsFiles
from tests.gatekeeper import Gatekeeper
from tests.tui.living import inspecting, put, read
from tests.tui.watching import chosen, flat, hand_over, listed, notes, shown, text_of, until
from tests.tui.worlds import region_text

SIZE = (120, 32)
TROUBLE = "ddbtop cannot read"
CLOCK = WallClock()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tries follow each other quickly, so that what goes on by itself does so at once."""
    monkeypatch.setattr(trouble, "PROBE_S", 0.05)
    monkeypatch.setattr(aws, "RECONNECT_S", 0.05)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def world() -> World:
    return World(CLOCK, shards=2)


@pytest.fixture
def gate(world: World, aws_files: AwsFiles) -> Iterator[Gatekeeper]:
    """Lets both keys in that the profiles `work` and `home` have."""
    with Gatekeeper([world, World(CLOCK, table="carts", region="us-east-1")], ["WORK", "HOME"]) as gate:
        aws_files.profiles(gate.endpoint_url, "work", "home")
        aws_files.keys(work="WORK", home="HOME")
        yield gate


def expire(gate: Gatekeeper) -> None:
    gate.keys.discard("WORK")
    gate.expired.add("WORK")


def forget(gate: Gatekeeper) -> None:
    gate.keys.discard("WORK")


@pytest.mark.long
@pytest.mark.parametrize("end", [expire, forget], ids=["expired", "unknown"])
async def test_reading_goes_on_by_itself_once_a_new_login_is_on_disk(
    gate: Gatekeeper, world: World, aws_files: AwsFiles, end: Callable[[Gatekeeper], None]
) -> None:
    put(world, "ORDER#1")
    app = inspecting(world.stream_arn, Where("work"))
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "ORDER#1")
        await pilot.press("ctrl+o")  # what was listed before the login ended is not held on to
        await listed(app, pilot, "orders")
        await pilot.press("escape")
        end(gate)
        put(world, "ORDER#2", "ORDER#3")
        await shown(app, pilot, TROUBLE, "The security token included in the request is", "profile work")
        assert "reading goes on by itself after the login" in flat(text_of(app))
        assert "ORDER#1" in text_of(app)
        aws_files.keys(work="NEW", home="HOME")
        gate.keys.add("NEW")
        await shown(app, pilot, "ORDER#2", "ORDER#3")
        await until(app, pilot, lambda: TROUBLE not in text_of(app))
        assert read(app) == sorted(world.written)
        await pilot.press("ctrl+o")
        await listed(app, pilot, "orders")


async def test_out_of_trouble_as_another_profile_of_the_file_and_from_there_to_an_earlier_start(
    gate: Gatekeeper, world: World
) -> None:
    put(world, "ORDER#1")
    app = inspecting(world.stream_arn, Where("work"))
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "ORDER#1")
        expire(gate)
        put(world, "ORDER#2")
        await shown(app, pilot, TROUBLE)
        await pilot.press("p")
        await chosen(app, pilot, "home")
        await shown(app, pilot, "ORDER#2")
        await until(app, pilot, lambda: TROUBLE not in text_of(app))
        assert read(app) == sorted(world.written)
        refused, session = gate.calls["WORK"], app.main.session
        await pilot.press("b")
        await until(app, pilot, lambda: app.main.session is not session)
        await shown(app, pilot, "ORDER#1", "ORDER#2")
        assert gate.calls["WORK"] == refused
        assert app.main.session is not None
        assert app.main.session.place is not None
        assert app.main.session.place.profile == "home"


@pytest.mark.long
async def test_helper_that_prompts_is_asked_with_r_and_its_answer_holds_for_every_later_start(
    gate: Gatekeeper, world: World, aws_files: AwsFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = tmp_path / "answer"
    aws_files.profiles(gate.endpoint_url, "helped")
    with aws_files.config.open("a") as config:
        config.write(f"credential_process = cat {answer}\n")

    def helper_says(key: str) -> None:
        answer.write_text(json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": "not-a-secret"}))

    helper_says("WORK")
    put(world, "ORDER#1")
    where = Where("helped")
    where.log_in("eu-west-1")
    app = inspecting(world.stream_arn, where)
    steps = hand_over(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "ORDER#1")
        expire(gate)
        helper_says("NEW")
        gate.keys.add("NEW")
        put(world, "ORDER#2")
        await shown(app, pilot, TROUBLE, "reading goes on after r, which asks for a new login")
        assert gate.calls["NEW"] == 0, "nobody is asked behind the screen"
        await pilot.press("r")
        await shown(app, pilot, "ORDER#2")
        assert steps == ["away", "back"]
        refused, session = gate.calls["WORK"], app.main.session
        await pilot.press("b")
        await until(app, pilot, lambda: app.main.session is not session)
        await shown(app, pilot, "ORDER#1", "ORDER#2")
        assert (gate.calls["WORK"], steps) == (refused, ["away", "back"])


@pytest.mark.long
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("credential_process = /nowhere/helper", "/nowhere/helper"),
        ("role_arn = arn:aws:iam::111122223333:role/r\nsource_profile = nobody", "nobody"),
        ("endpoint_url = nowhere", "nowhere"),
    ],
)
async def test_profile_that_does_not_work_is_said_and_reading_goes_on(
    gate: Gatekeeper,
    world: World,
    aws_files: AwsFiles,
    monkeypatch: pytest.MonkeyPatch,
    settings: str,
    words: str,
) -> None:
    with aws_files.config.open("a") as config:
        config.write(f"[profile broken]\nregion = eu-west-1\n{settings}\n")
    if "endpoint" in settings:
        aws_files.keys(work="WORK", broken="KEY")
    app = inspecting(world.stream_arn, Where("work"))
    hand_over(app, monkeypatch)
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "ENABLED")
        await pilot.press("P")
        await chosen(app, pilot, "broken")
        await until(app, pilot, lambda: words in notes(app) or words in text_of(app))
        await pilot.press("escape")
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        put(world, "ORDER#1")
        await shown(app, pilot, "ORDER#1")


@pytest.mark.long
async def test_files_that_break_while_reading_are_said_and_nothing_ends(
    gate: Gatekeeper, world: World, aws_files: AwsFiles
) -> None:
    put(world, "ORDER#1")
    good = aws_files.config.read_text()
    app = inspecting(world.stream_arn, Where("work"))
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "ORDER#1")
        aws_files.config.write_text("[profile work\nregion")
        await pilot.press("P")
        await chosen(app, pilot, "home")
        await until(app, pilot, lambda: "cannot be read" in notes(app) + text_of(app))
        await pilot.press("escape")
        await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
        expire(gate)
        await shown(app, pilot, TROUBLE, "Unable to parse config file")
        put(world, "ORDER#2")
        aws_files.config.write_text(good)
        aws_files.keys(work="HOME")
        await shown(app, pilot, "ORDER#2")
        assert read(app) == sorted(world.written)


@pytest.mark.long
async def test_each_profile_leads_to_its_own_server_and_the_screen_says_which(
    gate: Gatekeeper, world: World, aws_files: AwsFiles
) -> None:
    there = World(CLOCK, table="customers", region="eu-west-1"), World(CLOCK, table="invoices", region="us-east-1")
    put(world, "ORDER#1")
    put(there[1], "INVOICE#1")
    with Gatekeeper(there, ["AWAY"]) as other:
        aws_files.profiles(other.endpoint_url, "away")
        aws_files.keys(work="WORK", away="AWAY")
        app = inspecting(world.stream_arn, Where("work"))
        async with app.run_test(size=SIZE) as pilot:
            await shown(app, pilot, "ORDER#1")
            await pilot.press("P")
            await chosen(app, pilot, "away")
            await listed(app, pilot, "customers")
            await until(app, pilot, lambda: other.endpoint_url in region_text(app, "#streams-header")[0])
            assert "orders" not in text_of(app)
            await pilot.press("ctrl+r")
            await chosen(app, pilot, "us-east-1")
            await listed(app, pilot, "invoices")
            await pilot.press(*"inv", "enter")
            await until(app, pilot, lambda: isinstance(app.screen, MainScreen))
            put(there[1], "INVOICE#2")
            await shown(app, pilot, "INVOICE#2")
            assert f"{other.endpoint_url} · us-east-1" in region_text(app, "#header")[0]
            await pilot.press("b")
            await shown(app, pilot, "INVOICE#1", "INVOICE#2")
            await pilot.press("R")
            await chosen(app, pilot, "eu-west-1")
            await listed(app, pilot, "customers")
            await pilot.press("ctrl+o")
            await chosen(app, pilot, "work")
            await listed(app, pilot, "orders")
            assert gate.endpoint_url in region_text(app, "#streams-header")[0]
            assert other.endpoint_url not in text_of(app)
        assert set(gate.calls) == {"WORK"}
        assert set(other.calls) == {"AWAY"}
