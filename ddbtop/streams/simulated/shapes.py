"""Builders of lineages, so that a test names the shape it needs instead of the calls that make it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.items import Item
from ddbtop.streams.simulated.world import World

SHARD_LIFE_S = 4 * 3600.0
"""How long shards of quiet tables usually live (community knowledge)."""


def build_lineage(
    world: World,
    generations: int = 4,
    *,
    splits: int = 0,
    records: int = 0,
    life_s: float = SHARD_LIFE_S,
) -> list[list[str]]:
    """Let a world on a `ManualClock` age: ids of the shards, generation by generation, roots first.

    At the end of each generation the first `splits` open shards split, the others roll over; every shard gets
    `records` records. `World(shards=16)` and `generations=4` are 64 shards over four generations.
    """
    clock = world.clock
    if not isinstance(clock, ManualClock):
        raise ValueError("a lineage is built on a clock that can be advanced")
    generation = world.open_shards()
    built = [generation]
    fill(world, generation, records)
    for _ in range(generations - 1):
        clock.advance(life_s)
        generation = [child for index, parent in enumerate(generation) for child in _end(world, parent, index < splits)]
        fill(world, generation, records)
        built.append(generation)
    return built


def build_shards(world: World, shape: Mapping[int, int | tuple[int, int]]) -> dict[int, str]:
    """Shards by number: `{0: 1, 1: (2, 3)}` lets root 0 roll over into 1, and 1 split into 2 and 3.

    The roots are numbered from 0 in the order of their hash ranges.
    """
    ids = dict(enumerate(world.open_shards()))
    for parent, children in shape.items():
        if isinstance(children, int):
            ids[children] = world.roll_over(ids[parent])
        else:
            ids[children[0]], ids[children[1]] = world.split(ids[parent])
    return ids


def fill(world: World, shard_ids: Iterable[str], records: int) -> list[str]:
    """Insert `records` new items into each open shard, in turn; returns their sequence numbers in order."""
    keys = {shard_id: keys_in(world, shard_id, records) for shard_id in shard_ids}
    written = []
    for index in range(records):
        for shard_keys in keys.values():
            sequence = world.put(shard_keys[index] | {"n": {"N": str(index)}})
            if sequence is not None:
                written.append(sequence)
    return written


def keys_in(world: World, shard_id: str, wanted: int) -> list[Item]:
    """Keys of items that do not exist yet and whose changes go to this open shard."""
    found: list[Item] = []
    if wanted and shard_id not in world.open_shards():
        raise ValueError(f"no open shard: {shard_id}")
    for number in count():
        if len(found) == wanted:
            return found
        key = {attribute.name: {"S": f"item-{number}"} for attribute in world.key_schema}
        if world.shard_of(key) == shard_id and world.get(key) is None:
            found.append(key)
    raise AssertionError("counting does not end")


def _end(world: World, shard_id: str, splits: bool) -> tuple[str, ...]:
    return world.split(shard_id) if splits else (world.roll_over(shard_id),)
