"""Sessions with an end: everything up to it, whatever the clocks and the service do around it."""

from __future__ import annotations

import pytest

from ddbtop.streams.clock import Instant
from ddbtop.streams.model import LATEST, TRIM_HORIZON, Position
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.faults import Fault
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.shapes import fill
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.world import World
from ddbtop.streams.tailer import Options
from tests.streams.driving import Driven, drive

TO_THE_TIP = Options(budget=0, follow=False)


def a_world(shards: int = 1) -> tuple[World, ManualClock]:
    clock = ManualClock()
    return World(clock, shards=shards), clock


def up_to(moment: float) -> Options:
    return Options(budget=0, end=Position.at_time(moment), follow=False)


def test_an_end_that_is_still_ahead_includes_what_comes_just_before_it() -> None:
    world, clock = a_world()
    end = clock.now() + 60
    session = drive(world, options=up_to(end)).run_to_tip()
    session.run(end - 0.3 - clock.now())
    last = fill(world, world.open_shards(), 2)
    clock.advance(end - clock.now() + 0.5)
    fill(world, world.open_shards(), 2)
    assert session.run_to_end().numbers == last


def test_an_end_that_passes_while_the_network_is_gone_is_waited_for() -> None:
    world, clock = a_world()
    service = Service([world])
    end = clock.now() + 60
    session = drive(world, options=up_to(end), service=service).run_to_tip()
    service.inject(Fault.DISCONNECT, times=None)
    new = fill(world, world.open_shards(), 2)
    session.run(90)
    assert not session.status.finished
    service.heal()
    assert session.run_to_end().numbers == new


def test_reading_to_the_tip_of_nothing_ends() -> None:
    world, clock = a_world(3)
    began = clock.now()
    assert drive(world, options=TO_THE_TIP).run_to_end().numbers == []
    assert clock.now() - began < 5


def test_reading_to_the_tip_ends_for_a_shard_whose_parent_is_trimmed() -> None:
    world, clock = a_world()
    (root,) = world.open_shards()
    child = world.roll_over(root)
    clock.advance(25 * 3600)
    world.trim()
    new = fill(world, [child], 2)
    clock.advance(5)
    assert drive(world, options=TO_THE_TIP).run_to_end().numbers == new


class Skewed(Driven):
    """A session on a machine whose clock is not the service's."""

    def __init__(self, world: World, ahead_s: float, start: Position, options: Options) -> None:
        self._ahead_s = ahead_s
        assert isinstance(world.clock, ManualClock)
        super().__init__(SimulatedSource(Service([world]), world.stream_arn), world.clock, start, options)
        self._told = False

    def now(self) -> Instant:
        """The offset is known once the service answered."""
        return Instant(self.clock.now(), self.clock.now() + self._ahead_s)

    def _make(self, calls: list) -> None:  # type: ignore[type-arg]
        if calls and self._ahead_s:
            self.tailer.set_offset(-self._ahead_s)
            self._ahead_s = 0.0
        super()._make(calls)


@pytest.mark.parametrize("ahead_s", [-3600.0, 3600.0])
def test_the_tip_is_the_service_s_tip_whatever_our_clock_says(ahead_s: float) -> None:
    world, clock = a_world()
    old = fill(world, world.open_shards(), 3)
    clock.advance(10)
    session = Skewed(world, ahead_s, TRIM_HORIZON, TO_THE_TIP)
    clock.advance(2)
    fill(world, world.open_shards(), 3)
    assert session.run_to_end().numbers == old


@pytest.mark.parametrize("ahead_s", [-3600.0, 3600.0])
def test_latest_loses_nothing_of_a_new_shard_whatever_our_clock_says(ahead_s: float) -> None:
    world, clock = a_world()
    session = Skewed(world, ahead_s, LATEST, Options(budget=0)).run_to_tip()
    clock.advance(60)
    (root,) = world.open_shards()
    new = fill(world, [world.roll_over(root)], 3)
    assert session.run(30).numbers == new
