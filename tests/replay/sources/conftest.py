"""A simulated stream to read from, and a cache folder of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.world import World


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "ddbtop"


@pytest.fixture
def world() -> World:
    return World(WallClock(), shards=2)


@pytest.fixture
def service(world: World) -> Service:
    return Service([world])


@pytest.fixture
def source(service: Service, world: World) -> SimulatedSource:
    return SimulatedSource(service, world.stream_arn)
