"""What the inspector learns by connecting: over HTTP, through botocore, with settings from wherever they come."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ddbtop.cli.connecting import connect_to
from ddbtop.cli.options import Where
from ddbtop.streams.model import TRIM_HORIZON, StartPoint
from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.server import SimulatedServer
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.world import World
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.place import Place
from tests.cli.running import SOMEBODY, clean_environment
from tests.tui.worlds import screen_text

DAY_S = 24 * 3600.0


@pytest.fixture
def worlds() -> list[World]:
    """A table that was recreated: its older stream is disabled and can still be read."""
    clock = WallClock()
    older = World(clock, shards=1, created_at=clock.now() - 2 * DAY_S)
    older.put({"pk": {"S": "OLD#1"}, "sk": {"S": "HEAD"}})
    older.disable()
    return [older, World(clock, shards=1, created_at=clock.now() - 3600)]


@pytest.fixture
def endpoint(worlds: list[World], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """Somebody's environment, and a server with both streams."""
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    for name, value in SOMEBODY.items():
        monkeypatch.setenv(name, value)
    with SimulatedServer(Service(worlds)) as server:
        yield server.endpoint_url


def test_endpoint_from_the_environment_is_told(
    endpoint: str, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    place = connect_to(worlds[0].stream_arn, Where()).place
    assert place == Place("", "111122223333", "eu-west-1", endpoint)


def test_endpoint_profile_and_region_from_a_config_file_are_told(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(f"[profile local]\nregion = eu-west-1\nendpoint_url = {endpoint}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "local")
    place = connect_to("orders", Where()).place
    assert (place.profile, place.region, place.endpoint_url) == ("local", "eu-west-1", endpoint)
    assert not place.is_aws


def test_own_endpoint_of_aws_is_no_warning(endpoint: str) -> None:
    place = connect_to("arn:aws:dynamodb:eu-west-1:111122223333:table/t123/stream/2026", Where()).place
    assert place.is_aws
    assert place.account == "111122223333"


def test_newest_stream_of_the_table_is_found(endpoint: str, worlds: list[World]) -> None:
    connection = connect_to(worlds[0].stream_arn, Where(endpoint_url=endpoint))
    assert connection.newest is not None
    assert connection.newest() == worlds[1].stream_arn


async def until(app: InspectorApp, pilot: Any, *words: str) -> None:
    """Wait until all of these words stand on the screen."""
    while not all(word in "\n".join(screen_text(app)) for word in words):
        await pilot.pause(0.02)


async def test_disabled_stream_of_a_recreated_table_is_read_and_the_newer_one_offered(
    endpoint: str, worlds: list[World]
) -> None:
    older, newer = worlds
    newer.put({"pk": {"S": "NEW#1"}, "sk": {"S": "HEAD"}})
    where = Where(endpoint_url=endpoint)
    app = InspectorApp(
        lambda arn: connect_to(arn or older.stream_arn, where), StartPoint(TRIM_HORIZON), Place(), 50_000_000
    )
    async with app.run_test(size=(160, 50)) as pilot:
        await until(app, pilot, "OLD#1", "DISABLED since", "everything is read", "newer stream: ^n reads it")
        await pilot.press("ctrl+n")
        await until(app, pilot, "NEW#1", "ENABLED", newer.label[:16])
        assert "OLD#1" not in "\n".join(screen_text(app))
