"""Whatever a stream does and whatever goes wrong: each record is delivered once, in order, or a gap says it is lost."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import LATEST, TRIM_HORIZON, Shard
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.faults import Distortion, Fault, Faults
from ddbtop.streams.simulated.service import AtTimestamp, Service
from ddbtop.streams.simulated.shapes import fill
from ddbtop.streams.simulated.world import World
from tests.streams.driving import drive

SURVIVABLE = [
    Fault.THROTTLE,
    Fault.LIMIT_EXCEEDED,
    Fault.SERVER_ERROR,
    Fault.UNAVAILABLE,
    Fault.CUT,
    Fault.GARBLED,
    Fault.NO_RECORDS,
    Fault.HANG,
    Fault.DISCONNECT,
    Fault.EXPIRED_LOGIN,
    Fault.ACCESS_DENIED,
    Fault.EXPIRED_ITERATOR,
]
"""What a session gets over without losing anything."""

places = st.integers(0, 30)
steps = st.one_of(
    st.tuples(st.just("write"), places, st.integers(1, 12)),
    st.tuples(st.just("split"), places, st.none()),
    st.tuples(st.just("roll over"), places, st.none()),
    st.tuples(st.just("read"), st.floats(0.05, 20), st.none()),
    st.tuples(st.just("sleep"), st.floats(1, 7200), st.none()),
    st.tuples(st.just("fault"), st.sampled_from(SURVIVABLE), st.integers(1, 4)),
    st.tuples(st.just("distort"), st.sampled_from(Distortion), places),
)
relaxed = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@relaxed
@given(
    st.lists(steps, max_size=25),
    st.sampled_from([TRIM_HORIZON, LATEST]),
    st.sampled_from(AtTimestamp),
    st.booleans(),
    st.integers(0, 2**16),
)
def test_every_record_is_delivered_once_and_in_order(script, start, at_timestamp, shard_filter, seed) -> None:  # type: ignore[no-untyped-def]
    clock = ManualClock()
    world = World(clock, seed=seed, shards=2)
    fill(world, world.open_shards(), 3)
    clock.advance(60)
    faults = Faults(seed=seed, empty_pages=(0, 4), empty_share=0.3)
    service = Service([world], faults, at_timestamp=at_timestamp, shard_filter=shard_filter)
    session = drive(world, start, service=service, seed=seed).run_to_tip()
    before = len(world.written) if start == LATEST else 0
    for step, one, other in script:
        perform(world, service, session, step, one, other)
    service.heal()
    session.run(300)
    expected = [number for _, number in world.written[before:]]
    assert sorted(session.numbers) == sorted(expected)
    for shard in world.shards:
        numbers = [int(number) for number in session.numbers_of(shard.shard_id)]
        assert numbers == sorted(numbers)
    assert not session.gaps


def perform(world: World, service: Service, session, step: str, one, other) -> None:  # type: ignore[no-untyped-def]
    shards = world.open_shards()
    match step:
        case "write":
            fill(world, [shards[one % len(shards)]], other)
        case "split" if len(shards) < 8:
            world.split(shards[one % len(shards)])
        case "roll over":
            world.roll_over(shards[one % len(shards)])
        case "read":
            session.run(one)
        case "sleep":
            session.clock.advance(one)
        case "fault":
            service.inject(one, times=other)
        case "distort":
            known = world.shards
            service.distort(one, known[other % len(known)].shard_id, calls=1)


@settings(relaxed, max_examples=150)
@given(st.lists(st.tuples(places, st.floats(0, 9 * 3600), st.booleans()), min_size=1, max_size=12), st.integers(0, 99))
def test_what_was_not_delivered_lies_in_a_gap(script: list[tuple[int, float, bool]], seed: int) -> None:
    """Long sleeps let records be trimmed unread; nothing goes missing without a gap around it."""
    clock = ManualClock()
    world = World(clock, seed=seed, shards=2)
    everything = Lineage(world.shards)
    session = drive(world).run_to_tip()
    for place, sleep, splits in script:
        shards = world.open_shards()
        fill(world, [shards[place % len(shards)]], 3)
        if splits and len(shards) < 6:
            world.split(shards[place % len(shards)])
        everything.merge(world.shards)
        clock.advance(sleep)
        world.trim()
        if place % 3 == 0:
            session.run(10)
    session.run(60)
    assert len(set(session.numbers)) == len(session.numbers)
    delivered, gapped = set(session.numbers), {gap.shard_id for gap in session.gaps}
    for shard_id, number in world.written:
        if number not in delivered:
            assert family_of(everything, shard_id) & gapped, f"{number} of {shard_id} went missing silently"


def family_of(lineage: Lineage, shard_id: str) -> set[str]:
    """A shard, its ancestors and its descendants: who comes and goes while nobody looks is missed by one of them."""
    return {shard_id, *lineage.ancestors(shard_id), *lineage.descendants(shard_id)}


shard_ids = st.sampled_from([f"shard-{number}" for number in range(8)])
told = st.builds(Shard, shard_ids, st.one_of(st.just(""), shard_ids), st.just("1"), st.sampled_from(["", "9"]))


@given(st.lists(told, max_size=40))
def test_a_lineage_is_a_forest_whatever_descriptions_say(shards: list[Shard]) -> None:
    lineage = Lineage(shards)
    for shard_id in lineage:
        ancestors = lineage.ancestors(shard_id)
        assert shard_id not in ancestors
        assert lineage.generation(shard_id) == len(ancestors)
        for child in lineage.children(shard_id):
            assert lineage.parent(child) == shard_id
    assert sum(1 + len(lineage.descendants(root)) for root in lineage.roots()) == len(lineage)


@given(st.lists(told, max_size=40), st.data())
def test_what_was_told_once_stays_known(shards: list[Shard], data: st.DataObject) -> None:
    lineage = Lineage(shards)
    closed = {shard_id for shard_id in lineage if lineage.is_closed(shard_id)}
    lineage.merge(data.draw(st.lists(told, max_size=20)))
    assert all(lineage.is_closed(shard_id) for shard_id in closed)


@given(st.lists(told, max_size=40))
def test_telling_the_same_again_changes_nothing(shards: list[Shard]) -> None:
    lineage = Lineage(shards)
    assert not lineage.merge([lineage[shard_id] for shard_id in lineage])
