"""Records, lineage and trimming, as the service documents them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec import Raw

from ddbtop.streams.model import RETENTION_S, Shard
from ddbtop.streams.simulated import ManualClock, WallClock, World, build_lineage, build_shards, fill, keys_in
from ddbtop.streams.simulated.items import Item
from ddbtop.streams.simulated.world import LINGER_S
from ddbtop.streams.wire import Record, decode_records, decode_value


def item(name: str, **attributes: dict[str, Any]) -> Item:
    return {"pk": {"S": name}, "sk": {"S": "HEAD"}, **attributes}


def wires(world: World) -> list[bytes]:
    """The records that are still there as JSON, shard by shard."""
    shards = [world.shard(shard.shard_id) for shard in world.shards]
    return [wire for shard in shards if shard for wire in shard.wires]


def records(world: World) -> list[Record]:
    """The same in the order of writing."""
    kept = decode_records(b"[" + b",".join(wires(world)) + b"]")
    return sorted(kept, key=lambda record: int(record.sequence_number))


def by_id(world: World) -> dict[str, Shard]:
    return {shard.shard_id: shard for shard in world.shards}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_a_change_has_the_form_of_the_service(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    clock.advance(0.9)
    number = world.put(item("a", v={"B": "AQI="}))
    [record] = records(world)
    assert record.sequence_number == number
    assert 21 <= len(record.sequence_number) <= 40
    assert re.fullmatch(r"[0-9a-f]{32}", record.event_id)
    assert (record.event_name, record.event_version, record.event_source) == ("INSERT", "1.1", "aws:dynamodb")
    assert (record.aws_region, record.dynamodb.view_type) == ("eu-west-1", "NEW_AND_OLD_IMAGES")
    assert record.created_at == int(clock.now())
    assert decode_value(record.dynamodb.keys) == {"pk": {"S": "a"}, "sk": {"S": "HEAD"}}
    assert record.dynamodb.size_bytes == (2 + 1 + 2 + 4) * 2 + 1 + 2


def test_a_stream_arn_and_shard_ids_have_the_form_of_the_service(clock: ManualClock) -> None:
    world = World(clock, table="carts", shards=2)
    assert world.stream_arn == "arn:aws:dynamodb:eu-west-1:111122223333:table/carts/stream/2026-03-20T14:32:07.000"
    for shard in world.shards:
        assert re.fullmatch(r"shardId-0{7}\d{13}-[0-9a-f]{8}", shard.shard_id)


def test_writes_become_inserts_modifications_and_removals(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    world.put(item("a"))
    world.put(item("a", n={"N": "1"}))
    world.delete(item("a"))
    assert [record.event_name for record in records(world)] == ["INSERT", "MODIFY", "REMOVE"]
    assert world.get(item("a")) is None


def test_a_write_that_changes_nothing_leaves_no_record(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    world.put(item("a", tags={"SS": ["x", "y"]}, n={"N": "1"}))
    assert world.put(item("a", n={"N": "1.0"}, tags={"SS": ["y", "x"]})) is None
    assert world.delete(item("b")) is None
    assert len(records(world)) == len(world.written) == 1


def test_an_expired_item_is_removed_by_the_service_itself(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    world.put(item("a"))
    world.delete(item("a"), ttl=True)
    inserted, removed = records(world)
    assert isinstance(removed.user_identity, Raw)
    assert decode_value(removed.user_identity) == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    assert b"userIdentity" not in wires(world)[0]
    assert inserted.event_name == "INSERT"


@pytest.mark.parametrize(
    ("view", "sides"),
    [
        ("KEYS_ONLY", [(False, False)] * 3),
        ("NEW_IMAGE", [(True, False), (True, False), (False, False)]),
        ("OLD_IMAGE", [(False, False), (False, True), (False, True)]),
        ("NEW_AND_OLD_IMAGES", [(True, False), (True, True), (False, True)]),
    ],
)
def test_a_view_type_shows_its_images_and_no_others(
    clock: ManualClock, view: str, sides: list[tuple[bool, bool]]
) -> None:
    world = World(clock, shards=1, view_type=view)
    world.put(item("a"))
    world.put(item("a", n={"N": "1"}))
    world.delete(item("a"))
    assert [(b'"NewImage"' in wire, b'"OldImage"' in wire) for wire in wires(world)] == sides


def test_an_item_without_its_key_is_refused(clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="'sk'"):
        World(clock).put({"pk": {"S": "a"}})


def test_what_is_put_can_be_changed_by_its_owner_without_changing_the_table(clock: ManualClock) -> None:
    world = World(clock)
    mine = item("a", n={"N": "1"})
    world.put(mine)
    mine["n"]["N"] = "2"
    kept = world.get(item("a"))
    assert kept == item("a", n={"N": "1"})


def test_sequence_numbers_may_grow_longer(clock: ManualClock) -> None:
    world = World(clock, shards=1, first_sequence=10**22 - 3_000_000)
    fill(world, world.open_shards(), 20)
    found = [record.sequence_number for record in records(world)]
    assert {len(number) for number in found} == {22, 23}
    assert found != sorted(found)


def test_a_rolled_over_shard_closes_and_has_one_child_that_takes_its_keys(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    [root] = world.open_shards()
    world.put(item("a"))
    child = world.roll_over(root)
    world.put(item("b"))
    assert world.open_shards() == [child]
    shards = by_id(world)
    assert shards[child].parent_id == root
    assert int(shards[root].last_sequence) < int(shards[child].first_sequence)
    assert [shard_id for shard_id, _ in world.written] == [root, child]


def test_a_split_divides_the_keys_between_two_children(clock: ManualClock) -> None:
    world = World(clock, shards=2)
    parent, other = world.open_shards()
    keys = keys_in(world, parent, 40)
    low, high = world.split(parent)
    homes = [world.shard_of(key) for key in keys]
    assert set(homes) == {low, high}
    assert world.open_shards() == [low, high, other]
    assert {shard.parent_id for shard in world.shards if shard.shard_id in (low, high)} == {parent}


def test_only_an_open_shard_can_end(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    [root] = world.open_shards()
    world.roll_over(root)
    with pytest.raises(ValueError, match=root):
        world.split(root)


def test_a_shard_is_not_split_below_one_key(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    shard_id = world.open_shards()[0]
    for _ in range(32):
        shard_id = world.split(shard_id)[0]
    with pytest.raises(ValueError, match="too few keys"):
        world.split(shard_id)
    assert shard_id in world.open_shards()


@pytest.mark.parametrize("wrong", [{"table": 'or"ders'}, {"table": "x"}, {"shards": 0}, {"view_type": "ALL"}])
def test_a_world_that_cannot_be_is_refused(clock: ManualClock, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        World(clock, **wrong)


def test_shard_ids_sort_in_the_order_of_birth(clock: ManualClock) -> None:
    world = World(clock, shards=8)
    generations = build_lineage(world, 3, splits=2)
    assert [shard.shard_id for shard in world.shards] == sorted(
        shard for generation in generations for shard in generation
    )


def test_64_shards_over_four_generations(clock: ManualClock) -> None:
    world = World(clock, shards=16)
    generations = build_lineage(world, 4, records=1)
    assert [len(generation) for generation in generations] == [16, 16, 16, 16]
    assert len(world.shards) == len(world.written) == 64


def test_a_shape_is_built_as_it_is_drawn(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    ids = build_shards(world, {0: 1, 1: (2, 3), 3: 4})
    parents = {shard.shard_id: shard.parent_id for shard in world.shards}
    assert [parents[ids[number]] for number in range(5)] == ["", ids[0], ids[1], ids[1], ids[3]]
    assert set(world.open_shards()) == {ids[2], ids[4]}


def test_a_lineage_is_not_built_on_a_clock_that_runs_by_itself() -> None:
    with pytest.raises(ValueError, match="clock"):
        build_lineage(World(WallClock()))


def test_records_are_trimmed_after_24_hours_and_not_before(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    world.put(item("a"))
    clock.advance(60)
    world.put(item("b"))
    clock.advance(RETENTION_S - 61)
    world.trim()
    assert len(records(world)) == 2
    clock.advance(1)
    world.trim()
    assert [decode_value(record.dynamodb.keys)["pk"]["S"] for record in records(world)] == ["b"]
    assert world.bytes_kept == sum(map(len, wires(world)))


def test_a_closed_shard_stays_listed_for_a_while_after_its_records_are_gone(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    [root] = world.open_shards()
    world.put(item("a"))
    child = world.roll_over(root)
    clock.advance(RETENTION_S)
    world.trim()
    assert root in by_id(world)
    clock.advance(LINGER_S)
    world.trim()
    assert list(by_id(world)) == [child]
    assert by_id(world)[child].parent_id == root


def test_young_roots_name_parents_that_are_trimmed(clock: ManualClock) -> None:
    world = World(clock, shards=2, created_at=clock.now() - 1e6, roots_at=clock.now() - 3600)
    listed = by_id(world)
    assert all(shard.parent_id and shard.parent_id not in listed for shard in listed.values())


def test_dropping_the_oldest_keeps_what_is_newest(clock: ManualClock) -> None:
    world = World(clock, shards=2)
    for number in range(200):
        clock.advance(1)
        world.put(item(f"i{number}"))
    world.drop_oldest(world.bytes_kept // 2)
    left = {record.sequence_number for record in records(world)}
    newest = world.written[-20:]
    assert 0 < len(left) < 150
    assert {number for _, number in newest} <= left


def test_a_disabled_stream_records_no_more_and_closes_its_shards(clock: ManualClock) -> None:
    world = World(clock, shards=2)
    world.put(item("a"))
    world.disable()
    assert world.put(item("b")) is None
    assert world.get(item("b")) == item("b")
    assert world.status == "DISABLED"
    assert world.open_shards() == []
    assert all(shard.last_sequence for shard in world.shards)


def test_a_disabled_stream_may_hide_the_ends_of_its_shards(clock: ManualClock) -> None:
    world = World(clock, shards=2)
    world.disable(show_ends=False)
    assert [shard.last_sequence for shard in world.shards] == ["", ""]


def test_one_seed_makes_one_stream(clock: ManualClock) -> None:
    def build() -> World:
        world = World(ManualClock(), seed=7, shards=3)
        build_lineage(world, 3, splits=1, records=4)
        return world

    assert build().written == build().written
    assert build().shards == build().shards
    assert World(ManualClock(), seed=8).shards != World(ManualClock(), seed=7).shards


def test_times_of_a_shard_never_go_back(clock: ManualClock) -> None:
    world = World(clock, shards=1)
    world.put(item("a"))
    world.put(item("b"), at=clock.now() - 500)
    first, second = records(world)
    assert first.created_at == second.created_at
