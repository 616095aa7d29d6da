"""What a session does while calls fail: it tries again soon, never in a frenzy, and ends where nothing helps."""

from __future__ import annotations

import pytest

from ddbtop.errors import CallError, ExpiredIterator, NetworkFault, NotFound, Refused, ServerFault, TrimmedData
from ddbtop.streams.describer import DescribePage
from ddbtop.streams.model import LATEST, TRIM_HORIZON, Description, Position
from ddbtop.streams.reader import GetPage
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.faults import Distortion, Fault
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.shapes import fill
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState
from ddbtop.streams.tailer import Options
from ddbtop.streams.trouble import PROBE_S
from ddbtop.streams.wire import Page
from tests.streams.driving import Driven, drive


def a_world(shards: int = 1) -> World:
    return World(ManualClock(), shards=shards)


class Failing(SimulatedSource):
    """Answers with errors where a test says so."""

    filtered: CallError | None = None
    """For DescribeStream with a filter."""
    listing: CallError | None = None
    """For DescribeStream without one."""
    reading: CallError | None = None
    """For GetRecords."""

    def describe(self, after: str = "", children_of: str = "") -> Description:
        if error := self.filtered if children_of else self.listing:
            raise error
        return super().describe(after, children_of)

    def get_records(self, iterator: str, limit: int = 1000) -> Page:
        if self.reading:
            raise self.reading
        return super().get_records(iterator, limit)


def failing(world: World, start: Position = LATEST) -> tuple[Driven, Failing]:
    source = Failing(Service([world]), world.stream_arn)
    assert isinstance(world.clock, ManualClock)
    return Driven(source, world.clock, start), source


def test_nothing_is_due_before_the_next_try_while_the_network_is_gone() -> None:
    """A time to wake that has passed already would keep the pump turning without anything to do."""
    world = a_world()
    service = Service([world])
    session = drive(world, service=service).run_to_tip()
    service.inject(Fault.DISCONNECT, times=None)
    session.run(120)
    assert isinstance(session.status.trouble, NetworkFault)
    for _ in range(60):
        session.run(0.5)
        if not session.tailer.calls(session.now(), 0):
            assert session.tailer.wake_at() > session.clock.now()


def test_nothing_is_due_while_a_try_is_under_way() -> None:
    world = a_world()
    service = Service([world])
    session = drive(world, service=service).run_to_tip()
    service.inject(Fault.DISCONNECT, times=None)
    session.run(60)
    session.clock.advance(40)
    (_,) = session.tailer.calls(session.now(), 8)
    session.clock.advance(5)
    assert session.tailer.calls(session.now(), 7) == []
    assert session.tailer.wake_at() == float("inf")


def test_a_network_that_is_back_is_noticed_soon_however_long_it_was_gone() -> None:
    world = a_world()
    service = Service([world])
    session = drive(world, service=service).run_to_tip()
    service.inject(Fault.DISCONNECT, times=None)
    session.run(600)
    new = fill(world, world.open_shards(), 2)
    service.heal()
    assert session.run(2 * PROBE_S).numbers == new


@pytest.mark.parametrize("error", [NotFound("no such shard"), Refused("the shard is not closed")])
def test_a_search_for_children_that_is_refused_leaves_it_to_the_whole_listing(error: CallError) -> None:
    world = a_world()
    session, source = failing(world)
    session.run_to_tip()
    source.filtered = error
    child = world.roll_over(world.open_shards()[0])
    new = fill(world, [child], 3)
    assert session.run(20).numbers == new
    assert session.status.ended_by is None


@pytest.mark.parametrize("error", [Refused("Invalid StreamArn"), NotFound("no such stream")])
def test_a_stream_that_the_service_refuses_to_describe_ends_the_session(error: CallError) -> None:
    session, source = failing(a_world())
    source.listing = error
    session.run(10)
    assert session.status.ended_by is not None
    assert error.message in str(session.status.ended_by)


def test_a_stream_that_cannot_be_described_says_why_and_is_tried_again() -> None:
    world = a_world()
    session, source = failing(world)
    source.listing = ServerFault("Internal server error")
    session.run(60)
    assert session.status.trouble is source.listing
    source.listing = None
    session.run_to_tip(60)
    assert session.status.trouble is None


@pytest.mark.parametrize("error", [ExpiredIterator("expired"), TrimmedData("trimmed"), Refused("no such iterator")])
def test_an_iterator_that_is_refused_again_and_again_is_asked_for_less_and_less(error: CallError) -> None:
    world = a_world()
    fill(world, world.open_shards(), 3)
    session, source = failing(world, TRIM_HORIZON)
    session.run_to_tip()
    source.reading = error
    made = len(session.calls)
    session.run(300)
    tried = [call for call in session.calls[made:] if isinstance(call, GetPage)]
    assert 5 < len(tried) < 40


def test_a_session_of_an_unknown_shard_never_describes_in_a_frenzy() -> None:
    world = a_world()
    session, source = failing(world)
    session.run_to_tip()
    source.reading = NotFound("Invalid ShardId in ShardIterator")
    made = len(session.calls)
    session.run(300)
    assert len([call for call in session.calls[made:] if isinstance(call, DescribePage)]) < 60


def test_gaps_and_throttles_of_a_shard_that_left_the_listing_and_came_back_count_once() -> None:
    world = a_world()
    (root,) = world.open_shards()
    service = Service([world])
    fill(world, [root], 2)
    session = drive(world, service=service).run_to_tip()
    service.inject(Fault.THROTTLE, operation="GetRecords", times=3)
    session.run(20)
    assert session.status.throttled == 3
    world.roll_over(root)
    session.run_until(lambda: session.state(root) is ReaderState.DRAINED)
    session.run(60)
    service.distort(Distortion.HIDDEN, root, calls=4)
    session.run_until(lambda: root not in session.status.readers, 300)
    session.run_until(lambda: root in session.status.readers, 300)
    assert session.status.throttled == 3


def test_a_budget_is_shared_with_tries_of_failing_shards() -> None:
    world = a_world(5)
    service = Service([world])
    session = drive(world, service=service, options=Options(budget=10)).run_to_tip()
    service.inject(Fault.THROTTLE, operation="GetRecords", times=None)
    made = len(session.calls)
    session.run(60)
    assert len(session.calls) - made <= 60 * 10 + 10
