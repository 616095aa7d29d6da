"""The demo's shop: believable, the same for the same seed, and with the troubles that a demo is for."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from ddbtop.streams.model import RETENTION_S
from ddbtop.streams.simulated import ManualClock, Service, SimulatedSource, Traffic, Turnover, World
from ddbtop.streams.simulated.items import size_of_item
from ddbtop.streams.simulated.orders import POISON_PRICE
from ddbtop.streams.simulated.traffic import HISTORY_H
from ddbtop.streams.simulated.visitors import HOT_CART
from tests.streams.simulated.reading import all_shards, numbers

Change = dict[str, Any]


def world(clock: ManualClock, seed: int = 1, shards: int = 2) -> World:
    return World(clock, seed=seed, shards=shards, roots_at=clock.now() - HISTORY_H * 3600)


def changes(world: World) -> list[Change]:
    """Every record that is still there, decoded, in the order of writing."""
    shards = [world.shard(shard.shard_id) for shard in world.shards]
    decoded = [msgspec.json.decode(wire) for shard in shards if shard for wire in shard.wires]
    return sorted(decoded, key=lambda change: int(change["dynamodb"]["SequenceNumber"]))


@cache
def day() -> tuple[World, tuple[Change, ...]]:
    """A day with few records, and an hour at the demo's pace."""
    clock = ManualClock()
    shop = world(clock)
    traffic = Traffic(shop, rate=3, turnover=Turnover(shop))
    traffic.backfill(records=3000)
    clock.advance(900)
    traffic.step(clock.now())
    return shop, tuple(changes(shop))


def image(change: Change) -> Change:
    shown: Change = change["dynamodb"].get("NewImage") or change["dynamodb"]["OldImage"]
    return shown


def entity(change: Change) -> str:
    keys = change["dynamodb"]["Keys"]
    return f"{keys['pk']['S'].split('#')[0]} {keys['sk']['S'].split('#')[0]}"


def test_one_seed_makes_one_day_however_it_is_stepped_through() -> None:
    def build(seed: int, steps: int) -> list[Change]:
        clock = ManualClock()
        shop = world(clock, seed)
        traffic = Traffic(shop, seed, rate=5, turnover=Turnover(shop, seed))
        traffic.backfill(records=200)
        for _ in range(steps):
            clock.advance(60 / steps)
            traffic.step(clock.now())
        return changes(shop)

    assert build(3, 1) == build(3, 20)
    assert build(3, 1) != build(4, 1)


def test_a_day_has_about_nineteen_shards_over_five_generations_and_four_open() -> None:
    shop, _ = day()
    parents = {shard.shard_id: shard.parent_id for shard in shop.shards}

    def generation(shard_id: str) -> int:
        return 0 if parents[shard_id] not in parents else 1 + generation(parents[shard_id])

    assert 15 <= len(parents) <= 24
    assert 4 <= len(shop.open_shards()) <= 5
    assert max(map(generation, parents)) in (4, 5)
    assert all(parent not in parents for shard, parent in parents.items() if generation(shard) == 0)


def test_nothing_of_a_fresh_past_is_trimmed_soon() -> None:
    shop, records = day()
    oldest = records[0]["dynamodb"]["ApproximateCreationDateTime"]
    assert len(records) == len(shop.written)
    assert oldest + RETENTION_S > shop.clock.now()


def test_every_record_can_be_read_in_order() -> None:
    shop, _ = day()
    source = SimulatedSource(Service([shop]), shop.stream_arn)
    read = {shard.shard_id: numbers(source, shard.shard_id) for shard in all_shards(source)}
    for shard_id, found in read.items():
        assert found == [number for written_to, number in shop.written if written_to == shard_id]


def test_times_follow_the_order_of_writing() -> None:
    _, records = day()
    times = [change["dynamodb"]["ApproximateCreationDateTime"] for change in records]
    assert all(one <= other for one, other in pairwise(times))


def test_a_day_has_its_rhythm() -> None:
    clock = ManualClock()
    shop = world(clock)
    Traffic(shop).backfill(records=2000)
    hours = Counter(change["dynamodb"]["ApproximateCreationDateTime"] // 3600 % 24 for change in changes(shop))
    assert hours[19] > 4 * hours[7]


@pytest.mark.parametrize("wanted", [1000, 3000])
def test_a_past_has_about_as_many_records_as_asked_for(wanted: int) -> None:
    written = Traffic(world(ManualClock())).backfill(records=wanted)
    assert written == pytest.approx(wanted, rel=0.1)


def test_the_rate_is_records_a_second() -> None:
    clock = ManualClock()
    traffic = Traffic(world(clock), rate=20)
    clock.advance(150)
    assert traffic.step(clock.now()) == pytest.approx(150 * 20, rel=0.1)


def test_a_rate_of_nothing_is_a_quiet_stream() -> None:
    clock = ManualClock()
    traffic = Traffic(world(clock), rate=0)
    clock.advance(1e6)
    assert traffic.step(clock.now()) == 0


def test_traffic_ends_with_its_stream() -> None:
    clock = ManualClock()
    shop = world(clock)
    traffic = Traffic(shop, rate=10, turnover=Turnover(shop))
    shop.disable()
    clock.advance(24 * 3600)
    assert traffic.step(clock.now()) == 0


def test_a_step_can_be_bounded_and_the_rest_left_out() -> None:
    clock = ManualClock()
    traffic = Traffic(world(clock), rate=100)
    clock.advance(100)
    assert traffic.step(clock.now(), most=50) == 50
    traffic.skip_to(clock.now())
    assert traffic.step(clock.now()) == 0


def test_one_table_holds_the_entities_of_a_shop() -> None:
    _, records = day()
    assert set(map(entity, records)) == {
        "ORDER HEAD",
        "ORDER LINE",
        "CART ITEMS",
        "CUSTOMER STATS",
        "STOCK LEVEL",
        "SESSION META",
    }
    assert {change["eventName"] for change in records} == {"INSERT", "MODIFY", "REMOVE"}


def test_every_type_of_attribute_occurs() -> None:
    _, records = day()

    def kinds(value: dict[str, Any]) -> set[str]:
        [(kind, content)] = value.items()
        nested = content.values() if kind == "M" else content if kind == "L" else []
        return {kind}.union(*map(kinds, nested))

    found = {kind for change in records for value in image(change).values() for kind in kinds(value)}
    assert found == {"S", "N", "B", "BOOL", "NULL", "SS", "L", "M"}


def test_one_key_is_hot() -> None:
    _, records = day()
    keys = Counter(change["dynamodb"]["Keys"]["pk"]["S"] for change in records)
    [(hottest, count), (_, second)] = keys.most_common(2)
    assert hottest == HOT_CART
    assert count > 0.2 * len(records)
    assert count > 3 * second


def test_sessions_expire_by_their_time_to_live() -> None:
    _, records = day()
    expired = [change for change in records if change.get("userIdentity")]
    assert len(expired) > 50
    for change in expired:
        assert (entity(change), change["eventName"]) == ("SESSION META", "REMOVE")
        assert int(image(change)["ttl"]["N"]) <= change["dynamodb"]["ApproximateCreationDateTime"]


def test_orders_go_from_paid_to_delivered() -> None:
    _, records = day()
    steps = Counter(
        (change["dynamodb"]["OldImage"]["status"]["S"], change["dynamodb"]["NewImage"]["status"]["S"])
        for change in records
        if entity(change) == "ORDER HEAD" and change["eventName"] == "MODIFY"
    )
    moved = {step for step in steps if step[0] != step[1]}
    assert moved == {("PAID", "PACKED"), ("PACKED", "SHIPPED"), ("SHIPPED", "DELIVERED")}


def test_a_shipped_order_gains_tracking_and_loses_its_hold() -> None:
    _, records = day()
    shipped = [
        change["dynamodb"]
        for change in records
        if entity(change) == "ORDER HEAD"
        and change["eventName"] == "MODIFY"
        and change["dynamodb"]["NewImage"]["status"]["S"] == "SHIPPED" != change["dynamodb"]["OldImage"]["status"]["S"]
    ]
    assert shipped
    for change in shipped:
        assert set(change["NewImage"]) - set(change["OldImage"]) == {"tracking", "shipped_at"}
        assert set(change["OldImage"]) - set(change["NewImage"]) == {"hold"}


def test_an_order_now_and_then_has_a_price_that_is_text_and_one_is_met_early() -> None:
    _, records = day()
    orders = [change for change in records if entity(change) == "ORDER HEAD" and change["eventName"] == "INSERT"]
    poisoned = [index for index, change in enumerate(orders) if image(change)["price"] == {"S": POISON_PRICE}]
    assert poisoned[0] < 20
    assert 0 < len(poisoned) < len(orders) / 20
    assert all("N" in image(change)["price"] for index, change in enumerate(orders) if index not in poisoned)


def test_a_poisonous_price_is_corrected_before_the_order_goes_on() -> None:
    _, records = day()
    orders = [change for change in records if entity(change) == "ORDER HEAD" and change["eventName"] == "MODIFY"]
    changed = [change["dynamodb"] for change in orders]
    poisoned = [change for change in changed if change["OldImage"]["price"] == {"S": POISON_PRICE}]
    assert poisoned
    for change in poisoned:
        assert change["NewImage"] == change["OldImage"] | {"price": {"N": "12.9"}}


def test_sizes_are_those_of_the_images() -> None:
    _, records = day()
    for change in records[::50]:
        told = change["dynamodb"]
        sides = [told[side] for side in ("Keys", "NewImage", "OldImage") if side in told]
        assert told["SizeBytes"] == sum(map(size_of_item, sides))


def test_delivered_orders_leave_the_table_so_that_it_does_not_grow_for_ever() -> None:
    clock = ManualClock()
    shop = world(clock)
    traffic = Traffic(shop, rate=0.4)

    def orders_after(hours: float) -> int:
        clock.advance(hours * 3600)
        traffic.step(clock.now())
        heads = Counter(change["eventName"] for change in changes(shop) if entity(change) == "ORDER HEAD")
        return heads["INSERT"] - heads["REMOVE"]

    settled = orders_after(2.5)
    assert 0 < orders_after(2.5) < 1.3 * settled


def test_shards_split_up_to_the_wanted_number_and_then_mostly_roll_over() -> None:
    clock = ManualClock()
    shop = World(clock, shards=2)
    turnover = Turnover(shop, open_shards=8)
    for _ in range(60):
        turnover.act()
    assert 8 <= len(shop.open_shards()) <= 16
