"""What a replay shows is what the rules say, event by event: whatever the shards, the records, the settings and the
handler. Each world is made from a number, so that one that tells something can be had again."""

from __future__ import annotations

import json
from random import Random

import pytest

from ddbtop.replay.mapping.settings import FOR_EVER, NO_FILTERS, Settings
from ddbtop.replay.model import Discarded, Invoked, ReplayRecord, ReplayShard, Stopped
from ddbtop.replay.options import Arrival, Backoff
from ddbtop.replay.patterns import FilterCriteria
from ddbtop.replay.running.run import Replay
from tests.replay.behaviour import Behaviour
from tests.replay.inmemory import NOON, ListSource, closed, record, sequence
from tests.replay.replaying import adds_up, replay_of
from tests.replay.rules import Invocation, Loss, World, by_the_rules

KINDS = ["raise", "timeout", "report", "malformed", "throttle twice", "raise twice", "large state", "throttle"]
ONLY_INSERTS = FilterCriteria.parse(['{"eventName": ["INSERT"]}'])
SMALL_EVENT, SMALL_STATE = 1500, 100
"""Limits that a few records and a few words exceed."""


def world_of(seed: int) -> World:
    """Shards below one another, bursts and pauses, items that come again, and all that a handler can do."""
    random = Random(seed)
    pick = random.choice
    tumbling_s = pick([0, 0, 10, 60])
    settings = Settings(
        batch_size=pick([1, 2, 3, 4, 7, 100]),
        batching_window_s=pick([0, 0, 2, 30]),
        parallelization_factor=1 if tumbling_s else pick([1, 1, 1, 3]),
        bisect=pick([True, False]),
        max_retries=pick([FOR_EVER, 0, 1, 3]),
        max_record_age_s=pick([FOR_EVER, 60, 120, 90_000]),
        report_batch_item_failures=pick([True, False]),
        tumbling_window_s=tumbling_s,
        filters=pick([NO_FILTERS, ONLY_INSERTS]),
    )
    ids = [f"shard-{number}" for number in range(random.randint(1, 4))]
    shards = [ReplayShard(each, pick(["", "unknown", *ids[:number]])) for number, each in enumerate(ids)]
    random.shuffle(shards)
    records, kinds = _records(random, ids)
    duration_s, ends = pick([0.0, 0.25, 3.0, 25.0, 30_000.0]), pick(["ok", "ok", "raise twice", "raise"])
    return World(
        shards,
        records,
        settings,
        Behaviour(kinds, duration_s, ends, 2 * SMALL_STATE),
        pick(list(Arrival)),
        pick(list(Backoff)),
        pick([0, 0, 0, 5]),
        lambda each: settings.filters is NO_FILTERS or b'"INSERT"' in each.event,
        SMALL_EVENT,
        SMALL_STATE,
    )


def _records(random: Random, ids: list[str]) -> tuple[dict[str, list[ReplayRecord]], dict[str, str]]:
    records: dict[str, list[ReplayRecord]] = {each: [] for each in ids}
    pauses = random.choice([[0.0], [0.0, 1.0, 2.0], [0.0, 0.0, 1.0, 20.0], [0.0, 0.0, 70.0], [0.0, 0.25], [-3.0, 1.0]])
    at, trouble, kinds = NOON, random.choice([0.0, 0.1, 0.4]), {}
    for number in range(random.choice([0, 3, 8, 25])):
        at = max(NOON - 30, at + random.choice(pauses))
        shard_id, item = random.choice(ids), random.choice("abcdef")
        name, size = random.choice(["INSERT", "INSERT", "MODIFY"]), random.choice([0, 0, 0, 600])
        records[shard_id].append(
            record(number, created_at=at, shard_id=shard_id, item=item, event_name=name, size=size)
        )
        if random.random() < trouble:
            kinds[sequence(number)] = random.choice(KINDS)
    return records, kinds


def replayed(world: World, random: Random) -> Replay:
    """With the records in pages of some size, and some number of workers, which must not matter."""
    pages = {each: closed(records, random.choice([1, 3, 1000])) for each, records in world.records.items()}
    replay, _ = replay_of(
        ListSource(pages, world.shards),
        world.settings,
        world.behaviour.answer,
        workers=random.choice([1, 3]),
        arrival=world.arrival,
        backoff=world.backoff,
        max_invocations=world.max_invocations,
    )
    replay.run()
    return replay


def told(replay: Replay) -> dict[tuple[str, int], list[Invocation | Loss]]:
    """By shard and lane."""
    lanes: dict[tuple[str, int], list[Invocation | Loss]] = {}
    for event in replay.events:
        if isinstance(event, Invoked):
            batch = event.invoking.batch
            lanes.setdefault((batch.shard_id, batch.lane), []).append(_invocation(event))
        elif isinstance(event, Discarded):
            lanes.setdefault((event.batch.shard_id, event.batch.lane), []).append(_loss(event))
    return lanes


def _invocation(event: Invoked) -> Invocation:
    begun, window = event.invoking, event.invoking.batch.window
    open_window = (window.start, json.loads(window.state), window.is_final, window.is_early) if window else None
    return Invocation(begun.at, event.at, begun.batch.sequence_numbers, begun.attempt, str(event.outcome), open_window)


def _loss(event: Discarded) -> Loss:
    context = event.message["requestContext"]
    error = event.message.get("responseContext", {"functionError": "absent"})["functionError"]
    sequences = event.batch.sequence_numbers
    return Loss(event.at, sequences, context["condition"], context["approximateInvokeCount"], error)


def check(seed: int) -> None:
    rules, world = by_the_rules(world_of(seed)), world_of(seed)
    replay = replayed(world, Random(seed))
    summary, happened = replay.summary(), told(replay)
    assert adds_up(summary.counts)
    for shard_id, lanes in rules.items():
        is_cut = len(lanes) > 1 and summary.stopped is not None
        for number, lane in enumerate(lanes):
            ours = happened.pop((shard_id, number), [])
            assert ours == (lane.told[: len(ours)] if is_cut else lane.told), (shard_id, number)
    assert not happened
    lanes = [lane for each in rules.values() for lane in each]
    if world.settings.parallelization_factor > 1 and summary.stopped:
        return  # which lane came how far before the shard was stopped is nobody's rule
    assert summary.counts.delivered == sum(lane.delivered for lane in lanes)
    stops = {lane.stopped for lane in lanes} - {None}
    assert summary.stopped is (Stopped.BLOCKED if Stopped.BLOCKED in stops else next(iter(stops), None))
    if not stops:
        assert summary.counts.pending == 0
        ends = {each: records[-1].sequence_number if records else "" for each, records in world.records.items()}
        assert summary.checkpoints == ends


def test_a_replay_goes_by_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    with_small_limits(monkeypatch)
    for seed in range(600):
        check(seed)


@pytest.mark.long
def test_many_replays_go_by_the_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    with_small_limits(monkeypatch)
    for seed in range(600, 10_000):
        check(seed)


def with_small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ddbtop.replay.mapping.batching.EVENT_LIMIT_BYTES", SMALL_EVENT)
    monkeypatch.setattr("ddbtop.replay.mapping.windows.STATE_LIMIT_BYTES", SMALL_STATE)
