"""Everything at once: 64 shards over four generations, splits, rollovers, empty pages, faulty and cut answers, and
100,000 records written while they are read. None lost, none twice, order kept for every item."""

from __future__ import annotations

import random
from collections import defaultdict

import msgspec
import pytest

from ddbtop.streams.model import LATEST, TRIM_HORIZON, Position
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.faults import Faults
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.world import World
from ddbtop.streams.wire import Record
from tests.streams.driving import Driven, drive

RECORDS = 100_000
ROUNDS = 200
ROOTS, SHARDS = 10, 64
SEEDS = (1, 2)
LONG_SEEDS = range(3, 23)


def run(seed: int, start: Position) -> tuple[World, Driven, list[str]]:
    """Write and read in turns; returns what was written since the session began to look."""
    rng = random.Random(seed)
    world = World(ManualClock(), seed=seed, shards=ROOTS)
    faults = Faults(seed=seed, server_error=0.01, throttle=0.01, cut=0.01, empty_pages=(0, 4), empty_share=0.01)
    before = 0
    if start == LATEST:
        write(world, rng, 1000)
        world.clock.advance(5)  # type: ignore[attr-defined]
        before = len(world.written)
    session = drive(world, start, service=Service([world], faults), seed=seed)
    session.run_to_tip()
    for turn in range(ROUNDS):
        write(world, rng, RECORDS // ROUNDS)
        if turn % 3 == 0 and len(world.shards) < SHARDS:
            turn_over(world, rng)
        session.run(rng.uniform(0.1, 2.0))
    session.run(900)
    return world, session, [number for _, number in world.written[before:]]


def write(world: World, rng: random.Random, count: int) -> None:
    for _ in range(count):
        item = rng.randrange(2000)
        world.put({"pk": {"S": f"item-{item}"}, "sk": {"S": "v"}, "n": {"N": str(rng.random())}})


def turn_over(world: World, rng: random.Random) -> None:
    shard_id = rng.choice(world.open_shards())
    if rng.random() < 0.5:
        world.split(shard_id)
    else:
        world.roll_over(shard_id)


def check(seed: int, start: Position) -> None:
    world, session, expected = run(seed, start)
    assert len(world.shards) >= SHARDS
    assert max(session.tailer.lineage.generation(shard_id) for shard_id in session.tailer.lineage) >= 3
    assert len(expected) >= RECORDS * 0.99
    assert len(session.numbers) == len(set(session.numbers)), "delivered twice"
    assert set(session.numbers) == set(expected), "lost, or from before the start"
    for numbers in by_item(session.delivered).values():
        assert numbers == sorted(numbers)
    assert not session.gaps


def by_item(delivered: list[tuple[str, Record]]) -> dict[str, list[int]]:
    items = defaultdict(list)
    for _, record in delivered:
        items[msgspec.json.decode(record.dynamodb.keys)["pk"]["S"]].append(int(record.sequence_number))
    return items


@pytest.mark.parametrize("start", [TRIM_HORIZON, LATEST], ids=lambda start: start.type)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_doubled_and_every_item_keeps_its_order(seed: int, start: Position) -> None:
    check(seed, start)


@pytest.mark.long
@pytest.mark.parametrize("start", [TRIM_HORIZON, LATEST], ids=lambda start: start.type)
@pytest.mark.parametrize("seed", LONG_SEEDS)
def test_nothing_is_lost_or_doubled_whatever_the_seed(seed: int, start: Position) -> None:
    check(seed, start)
