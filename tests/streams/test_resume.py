"""Going on where an earlier session ended: nothing of what came in between is left out, and no gap is told twice."""

from __future__ import annotations

from ddbtop.streams.model import LATEST, TRIM_HORIZON
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.shapes import fill
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState
from tests.streams.driving import drive


def a_world(shards: int = 1) -> tuple[World, ManualClock]:
    clock = ManualClock()
    return World(clock, shards=shards), clock


def test_a_quiet_shard_of_a_session_from_latest_is_read_from_where_it_stood() -> None:
    world, clock = a_world()
    fill(world, world.open_shards(), 3)
    clock.advance(60)
    one = drive(world, LATEST).run_to_tip()
    between = fill(world, world.open_shards(), 2)
    clock.advance(3600)
    other = drive(world, LATEST, resume=one.progress).run_to_tip()
    assert (one.numbers, other.numbers) == ([], between)


def test_a_shard_that_came_and_closed_in_between_is_read_after_a_session_from_latest() -> None:
    world, clock = a_world()
    (root,) = world.open_shards()
    one = drive(world, LATEST).run_to_tip()
    first = fill(world, [root], 2)
    one.run(5)
    middle = world.roll_over(root)
    between = fill(world, [middle], 2)
    between += fill(world, [world.roll_over(middle)], 2)
    clock.advance(600)
    other = drive(world, LATEST, resume=one.progress).run_to_tip()
    assert (one.numbers, other.numbers) == (first, between)


def test_what_a_session_from_latest_did_not_ask_for_stays_left_out() -> None:
    world, clock = a_world()
    (root,) = world.open_shards()
    fill(world, [root], 3)
    world.roll_over(root)
    clock.advance(60)
    one = drive(world, LATEST).run_to_tip()
    clock.advance(60)
    other = drive(world, LATEST, resume=one.progress).run_to_tip()
    assert other.state(root) is ReaderState.NOT_ASKED
    assert other.numbers == []


def test_a_parent_that_no_session_ever_saw_is_no_gap_where_its_child_was_read_already() -> None:
    world, clock = a_world()
    (root,) = world.open_shards()
    child = world.roll_over(root)
    clock.advance(25 * 3600)
    world.trim()
    fill(world, [child], 2)
    one = drive(world, TRIM_HORIZON).run_to_tip()
    assert (len(one.numbers), one.gaps) == (2, [])
    between = fill(world, [child], 2)
    clock.advance(600)
    other = drive(world, TRIM_HORIZON, resume=one.progress).run_to_tip()
    assert (other.numbers, other.gaps) == (between, [])


def test_a_quiet_shard_that_nobody_read_for_more_than_a_day_is_a_gap() -> None:
    world, clock = a_world()
    one = drive(world, LATEST).run_to_tip()
    lost = fill(world, world.open_shards(), 2)
    clock.advance(30 * 3600)
    world.trim()
    other = drive(world, LATEST, resume=one.progress).run_to_tip()
    assert lost
    assert [gap.shard_id for gap in other.gaps] == world.open_shards()


def test_a_shard_that_is_gone_between_two_sessions_breaks_nothing() -> None:
    world, clock = a_world()
    (root,) = world.open_shards()
    first = fill(world, [root], 2)
    one = drive(world).run_to_tip()
    child = world.roll_over(root)
    clock.advance(25 * 3600)
    world.trim()
    new = fill(world, [child], 2)
    other = drive(world, resume=one.progress).run_to_tip()
    assert (one.numbers, other.numbers) == (first, new)


def test_a_gap_whose_far_side_was_never_seen_is_told_when_the_session_ends() -> None:
    world, clock = a_world()
    (root,) = world.open_shards()
    first = fill(world, [root], 2)
    session = drive(world).run_to_tip()
    fill(world, [root], 2)
    clock.advance(25 * 3600)
    world.trim()
    session.run_until(lambda: session.status.gaps == 1)
    batch = session.tailer.take(session.now(), final=True)
    assert [gap.after_sequence for gap in (*session.gaps, *batch.gaps)] == [first[-1]]
