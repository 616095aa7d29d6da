"""A server that goes away, hangs, comes back or gives up its stream under the running inspector."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ddbtop.cli.options import Where
from ddbtop.streams import aws, describer, trouble
from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.server import SimulatedServer
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.world import World
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.widgets.trouble import TroubleLayer
from tests import servers
from tests.awsfiles import AwsFiles
from tests.gatekeeper import Gatekeeper
from tests.tui.living import inspecting, put, read
from tests.tui.watching import flat, listed, notes, shown, text_of, until

SIZE = (100, 30)
TROUBLE = "ddbtop cannot read"


@pytest.fixture(autouse=True)
def somebody(aws_files: AwsFiles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With a key, and tries that follow each other quickly."""
    aws_files.keys(default="AKIDEXAMPLE")
    monkeypatch.setattr(trouble, "PROBE_S", 0.05)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def world() -> World:
    return World(WallClock(), shards=3)


@pytest.fixture
def server(world: World) -> Iterator[SimulatedServer]:
    with SimulatedServer(Service([world])) as server:
        yield server


def again(server: SimulatedServer) -> SimulatedServer:
    """The same streams, at the same port."""
    return SimulatedServer(server.service, server.port)


def in_trouble(app: InspectorApp) -> bool:
    return app.main.query_one(TroubleLayer).display


async def out_of_trouble(app: InspectorApp, pilot: Any) -> None:
    await until(app, pilot, lambda: not in_trouble(app))


async def all_read(app: InspectorApp, pilot: Any, world: World) -> None:
    """Wait until nothing is missing; nothing came twice."""
    await until(app, pilot, lambda: len(read(app)) >= len(world.written))
    assert read(app) == sorted(world.written)


async def test_reading_goes_on_where_it_was_once_a_killed_server_is_back(world: World, server: SimulatedServer) -> None:
    put(world, "ORDER#1")
    app = inspecting(world.stream_arn, Where(endpoint_url=server.endpoint_url))
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "ORDER#1")
        server.close()
        put(world, *(f"MEANWHILE#{number}" for number in range(20)))
        await shown(app, pilot, TROUBLE, f'Could not connect to the endpoint URL: "{server.endpoint_url}/"')
        said = flat(text_of(app))
        assert "positions are kept, reading goes on by itself once the network is back" in said
        assert "r retry now" in said
        assert "ORDER#1" in said, "the screen below lives on"
        with again(server):
            put(world, "ORDER#2")
            await all_read(app, pilot, world)
            await out_of_trouble(app, pilot)
            await shown(app, pilot, "ORDER#2")


async def test_r_tries_at_once(world: World, server: SimulatedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trouble, "PROBE_S", 3600.0)
    app = inspecting(world.stream_arn, Where(endpoint_url=server.endpoint_url))
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "ENABLED")
        server.close()
        put(world, "ORDER#1")
        await until(app, pilot, lambda: in_trouble(app))
        with again(server):
            await pilot.press("r")
            await all_read(app, pilot, world)
            await out_of_trouble(app, pilot)


@pytest.mark.long
async def test_another_start_while_nothing_can_be_read_leaves_what_was_read(
    world: World, server: SimulatedServer
) -> None:
    put(world, "ORDER#1")
    app = inspecting(world.stream_arn, Where(endpoint_url=server.endpoint_url))
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "ORDER#1")
        session = app.main.session
        server.close()
        await until(app, pilot, lambda: in_trouble(app))
        await pilot.press("b")
        await until(app, pilot, lambda: "Could not connect" in notes(app))
        assert app.main.session is session
        assert "ORDER#1" in text_of(app)
        put(world, "ORDER#2")
        with again(server):
            await all_read(app, pilot, world)
            await out_of_trouble(app, pilot)
            await pilot.press("b")
            await until(app, pilot, lambda: app.main.session is not session)
            await all_read(app, pilot, world)


async def test_endpoint_that_hangs_is_told_and_reading_goes_on_once_it_answers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    put(world, "ORDER#1")
    with Gatekeeper([world], ["AKIDEXAMPLE"]) as gate:
        app = inspecting(world.stream_arn, Where(endpoint_url=gate.endpoint_url))
        async with app.run_test(size=SIZE) as pilot:
            await shown(app, pilot, "ORDER#1")
            gate.hold.clear()
            put(world, "ORDER#2")
            await shown(app, pilot, TROUBLE, f'Read timeout on endpoint URL: "{gate.endpoint_url}/"')
            gate.hold.set()
            await all_read(app, pilot, world)
            await out_of_trouble(app, pilot)


async def test_nobody_waits_for_an_endpoint_that_hangs_to_leave(world: World) -> None:
    with Gatekeeper([world], ["AKIDEXAMPLE"]) as gate:
        app = inspecting(world.stream_arn, Where(endpoint_url=gate.endpoint_url))
        async with app.run_test(size=SIZE) as pilot:
            await shown(app, pilot, "ENABLED")
            gate.hold.clear()
            await until(app, pilot, lambda: gate.waiting)
            await pilot.press("q")
        assert app.return_code == 0
        assert gate.waiting, "its calls are still not answered"


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is waited for no longer than a moment."""
    make: Callable[..., Any] = aws.Account.service_client

    def service_client(account: aws.Account, service: str, attempts: int = 1) -> Any:
        return make(account, service, attempts, read_timeout_s=0.2)

    monkeypatch.setattr(aws.Account, "service_client", service_client)


async def test_stream_that_is_disabled_is_read_to_its_end_and_says_so(world: World, server: SimulatedServer) -> None:
    put(world, "ORDER#1")
    app = inspecting(world.stream_arn, Where(endpoint_url=server.endpoint_url))
    async with app.run_test(size=SIZE) as pilot:
        await shown(app, pilot, "ORDER#1")
        put(world, "ORDER#2")
        world.disable()
        await shown(app, pilot, "DISABLED since", "everything is read", "ORDER#2")
        assert read(app) == sorted(world.written)
        assert not in_trouble(app)


@pytest.mark.long
async def test_stream_whose_table_is_deleted_is_said_to_be_gone_and_another_one_is_offered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(describer, "REFRESH_S", 0.2)
    with servers.moto_server() as endpoint:
        arn = servers.create_table(endpoint, "orders")
        servers.create_table(endpoint, "carts")
        servers.put_items(endpoint, "orders", 2)
        app = inspecting(arn, Where(region=servers.REGION, endpoint_url=endpoint))
        async with app.run_test(size=SIZE) as pilot:
            await shown(app, pilot, "item-1")
            servers.tables(endpoint).delete_table(TableName="orders")
            await shown(app, pilot, TROUBLE, "the stream is gone", "What was read stays on the screen")
            session = app.main.session
            await pilot.press("b")
            await until(app, pilot, lambda: "there is no such stream" in notes(app))
            assert app.main.session is session
            assert "item-1" in text_of(app)
            await pilot.press("ctrl+o")
            await listed(app, pilot, "carts")


@pytest.mark.long
async def test_dynamodb_local_that_is_killed_and_started_again_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    with ExitStack() as first:
        endpoint = first.enter_context(servers.dynamodb_local(folder))
        arn = servers.create_table(endpoint, "orders")
        servers.put_items(endpoint, "orders", 5)
        app = inspecting(arn, Where(region=servers.REGION, endpoint_url=endpoint))
        async with app.run_test(size=SIZE) as pilot:
            await shown(app, pilot, "item-4")
            first.close()
            await shown(app, pilot, TROUBLE, "Could not connect to the endpoint URL")
            with servers.dynamodb_local(folder, int(endpoint.rpartition(":")[2])):
                servers.put_items(endpoint, "orders", 10)  # the first five are what they were: no change, no record
                await shown(app, pilot, "item-9")
                await out_of_trouble(app, pilot)
                assert len(set(read(app))) == len(read(app)) == 10
