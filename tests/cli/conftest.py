from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.server import SimulatedServer
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.world import World
from tests.cli.running import SOMEBODY, CommandLine, clean_environment
from tests.servers import moto_server


@pytest.fixture
def ddbtop(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """Run a command line as somebody with credentials, without a region and without settings."""
    for name in set(os.environ) - set(clean_environment()):
        monkeypatch.delenv(name)
    for name, value in SOMEBODY.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return CommandLine(capfdbinary)


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The endpoint URL of a moto server; tests use tables of their own."""
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def world() -> World:
    return World(WallClock(), shards=2)


@pytest.fixture
def service(world: World) -> Service:
    return Service([world])


@pytest.fixture
def simulated(service: Service) -> Iterator[str]:
    """The endpoint URL of a server with `world` on it."""
    with SimulatedServer(service) as server:
        yield server.endpoint_url
