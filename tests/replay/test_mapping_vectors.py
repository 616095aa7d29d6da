"""The vectors that are about more than one shard's batches: time, size, shards, ages, filters, iterators, lanes,
windows, destinations. What a source does with iterators is seen here as the polls it gives."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ddbtop.errors import WrongUsage
from ddbtop.replay.event import event_json
from ddbtop.replay.mapping.settings import settings_from_lambda
from ddbtop.replay.mapping.undocumented import lane_of
from ddbtop.replay.model import Blocked, Condition, Poll, ReplayBatch, ReplayRecord, ReplayShard
from ddbtop.replay.options import Arrival, Backoff
from tests.replay.esm import Vector, clock_time, reports, vector, vectors
from tests.replay.inmemory import NOON, OK, ListSource, closed, raises, record, returns, sequence, throttled
from tests.replay.replaying import VirtualWall, adds_up, begun_at, discarded, invocations, replay_of, windows
from tests.replay.test_mapping_core import expected, told

ELSEWHERE_COVERED = {
    "start_latest",  # a source's start
    "start_at_timestamp_rejected",
    "iterator_expires_during_slow_batch",  # a reader's and a journal's
    "trimmed_position",
    "filter_invalid_pattern_rejected",  # tests of patterns
}


def seqs(*numbers: int) -> tuple[str, ...]:
    return tuple(map(sequence, numbers))


def test_a_batching_window_waits_for_more() -> None:
    told = vector("window_waits_for_more")
    source = ListSource({"s": [Poll(timed(told, "s")), Poll((record(99, created_at=NOON + 90, shard_id="s"),), True)]})
    replay, _ = replay_of(source, told.settings, lambda _: OK, arrival=Arrival.RECORDED)
    replay.run()
    assert invocations(replay) == [seqs(1, 2, 3), seqs(99)]
    assert begun_at(replay)[0] == 10


def test_a_full_batch_does_not_wait_and_the_next_window_begins_when_it_is_done() -> None:
    told = vector("window_closed_early_by_size")
    source = ListSource({"s": [Poll(timed(told, "s")), Poll((record(99, created_at=NOON + 90, shard_id="s"),), True)]})
    replay, _ = replay_of(source, told.settings, lambda _: OK, arrival=Arrival.RECORDED)
    replay.run()
    assert invocations(replay)[:2] == told.sequences
    assert begun_at(replay)[:2] == [2, 62]


def timed(vector: Vector, shard_id: str) -> tuple[ReplayRecord, ...]:
    return tuple(record(each["seq"], created_at=NOON + each["t"], shard_id=shard_id) for each in vector.records)


def test_six_megabytes_close_a_batch() -> None:
    told = vector("payload_limit_closes_batch")
    size, count = told.records["json_bytes_each"], told.records["count"]
    source = ListSource.of(*(record(number, size=size) for number in range(1, count + 1)))
    replay, _ = replay_of(source, told.settings, lambda _: OK)
    assert "6 MB" in " ".join(replay.run().undocumented)
    assert invocations(replay) == told.sequences


def test_a_batch_is_of_one_shard() -> None:
    told = vector("two_shards_run_in_parallel")
    records = [record(number, shard_id=each["shard"]) for each in told.records for number in each["seqs"]]
    replay, _ = replay_of(ListSource.of(*records), told.settings, lambda _: OK, workers=2)
    replay.run()
    assert told.matches(invocations(replay))


def aged(vector: Vector) -> list[ReplayRecord]:
    return [record(each["seq"], created_at=NOON - each["age_s"]) for each in vector.records]


def test_an_expired_record_goes_alone() -> None:
    told_by = vector("age_drops_expired_record_alone")
    replay, _ = replay_of(ListSource.of(*aged(told_by)), told_by.settings, lambda _: OK, wall=VirtualWall())
    replay.run()
    assert invocations(replay) == told_by.sequences
    (message,) = [event.message for event in discarded(replay)]
    expectation = expected({**told_by.destination[0], "functionError": "absent"})
    expectation.pop("responseContext")
    assert told(message) == expectation


def test_an_age_ends_endless_retries() -> None:
    told_by = vector("age_ends_infinite_retries")
    source = ListSource.of(*aged(told_by))
    fails = lambda asked: raises(0.01) if asked.sequences == seqs(1) else OK  # noqa: E731
    replay, _ = replay_of(source, told_by.settings, fails, backoff=Backoff.DOUBLING)
    replay.run()
    assert told_by.matches(invocations(replay))
    assert max(begun_at(replay)) < 60
    first, second = discarded(replay)
    assert (first.batch.sequence_numbers, second.batch.sequence_numbers) == ([sequence(1)], [sequence(2)])
    context = first.message["requestContext"]
    assert (context["condition"], context["approximateInvokeCount"]) == ("RecordAgeExceeded", 7)


def test_without_a_limit_of_age_nothing_is_too_old_within_a_day() -> None:
    told_by = vector("age_minus_one_never_drops")
    replay, _ = replay_of(ListSource.of(*aged(told_by)), told_by.settings, lambda _: OK, wall=VirtualWall())
    replay.run()
    assert invocations(replay) == told_by.sequences


def test_throttled_batches_grow_too_old_as_well() -> None:
    told_by = vector("age_applies_to_throttled_batches")
    source = ListSource.of(*aged(told_by))
    replay, handler = replay_of(source, told_by.settings, lambda _: throttled(), backoff=Backoff.DOUBLING)
    replay.run()
    assert handler.asked == []
    assert [event.condition for event in discarded(replay)] == [Condition.AGE]


@pytest.mark.parametrize("told", vectors("filter"), ids=lambda told: told.name)
def test_filters_decide_while_a_batch_is_gathered(told: Vector) -> None:
    answers = {
        "filter_sequence_gap_bisect": lambda asked: raises() if sequence(4) in asked.sequences else OK,
        "filter_identifier_of_filtered_record": lambda asked: reports(sequence(2)),
    }
    records = [record(each["seq"], event_name=each["eventName"]) for each in told.records]
    replay, _ = replay_of(ListSource.of(*records), told.settings, answers.get(told.name, lambda _: OK))
    summary = replay.run()
    assert invocations(replay) == told.sequences
    assert list(summary.checkpoints.values()) == [records[-1].sequence_number]
    assert adds_up(summary.counts)
    assert summary.counts.filtered == sum(each["eventName"] != "INSERT" for each in told.records)


def test_empty_polls_are_no_end_and_without_a_window_each_poll_goes_out() -> None:
    told = vector("empty_pages_are_not_the_end")
    pages = [Poll(tuple(record(number) for number in page)) for page in told.records["get_records_pages"]]
    source = ListSource({"s": [*pages, Poll(is_end=True)]})
    replay, _ = replay_of(source, told.settings, lambda _: OK, wall=VirtualWall())
    replay.run()
    assert invocations(replay) == told.sequences


def test_a_child_begins_when_its_parent_is_done() -> None:
    told = vector("null_next_iterator_ends_shard")
    (page,) = told.records["get_records_pages"]
    shards = [ReplayShard("child", "parent"), ReplayShard("parent", "unknown")]
    polls = {
        "parent": closed([record(number, shard_id="parent") for number in page]),
        "child": closed([record(50, shard_id="child")]),
    }
    fails_once = lambda asked: raises(1.5) if asked.earlier == 0 else OK  # noqa: E731
    replay, _ = replay_of(ListSource(polls, shards), told.settings, fails_once)
    replay.run()
    assert invocations(replay) == [*told.sequences, *told.sequences, seqs(50)]
    assert begun_at(replay) == [0, 1.5, 1.5]


def test_a_failure_blocks_only_its_lane() -> None:
    told = vector("pf_failure_blocks_only_its_lane")
    items = {"a": item_of_lane(0), "b": item_of_lane(1)}
    records = [replace(record(each["seq"]), item=items[each["pk"]]) for each in told.records]
    fails = lambda asked: raises() if asked.sequences == seqs(1) else OK  # noqa: E731
    replay, _ = replay_of(ListSource.of(*records), told.settings, fails)
    summary = replay.run()
    assert sorted(set(invocations(replay))) == sorted(told.sequences)
    assert invocations(replay).count(seqs(1)) == 20
    assert list(summary.checkpoints.values()) == [""]
    (blocked,) = [event for event in replay.events if isinstance(event, Blocked)]
    assert blocked.waiting == 1


def item_of_lane(lane: int) -> bytes:
    return next(item for number in range(99) if lane_of(item := b'{"pk":{"S":"%d"}}' % number, 2) == lane)


TUMBLING = vectors("tumbling")


@pytest.mark.parametrize("told", TUMBLING, ids=lambda told: told.name)
def test_tumbling_windows(told: Vector) -> None:
    source = ListSource(*tumbling_polls(told))
    replay, handler = replay_of(source, told.settings, TUMBLING_HANDLERS[told.name])
    replay.run()
    seen = windows(handler, "state", "window", "isFinalInvokeForWindow", "isWindowTerminatedEarly", "shardId")
    assert len(handler.asked) >= len(told.invocations)
    if told.match_mode == "exact":  # but for the end of the source, which closes the last window
        assert all(added["isFinalInvokeForWindow"] for added in seen[len(told.invocations) :])
    for invocation, asked, added in zip(told.invocations, handler.asked, seen, strict=False):
        assert asked.sequences == seqs(*invocation["records"])
        assert added["isFinalInvokeForWindow"] is invocation.get("final", False)
        assert added["isWindowTerminatedEarly"] is invocation.get("early", False)
        assert added["state"] == invocation.get("state", added["state"])
        assert added["shardId"].startswith(invocation.get("shard", ""))
        if "window" in invocation:
            times = [clock_time(added["window"][edge].partition("T")[2]) for edge in ("start", "end")]
            assert times == [clock_time(time) for time in invocation["window"]]


def once(then: Any, failing: int) -> Any:
    """Answers the same each time, but raises at this call."""
    return lambda asked: raises() if asked.earlier == failing else returns(then)


TUMBLING_HANDLERS: dict[str, Any] = {
    "tw_batch_never_spans_windows": lambda asked: returns({"state": {}}),
    "tw_missing_state_is_failure": lambda asked: returns(None),
    "tw_retry_sees_old_state": once({"state": {"n": 2}}, failing=1),
    "tw_state_too_large": lambda asked: returns({"state": {"x": "y" * 1024 * 1024}}),
    "tw_shard_end_closes_window": lambda asked: returns({"state": {"n": 1}}),
    "tw_final_failure_is_retried": once({"state": {}}, failing=1),
}


def tumbling_polls(told: Vector) -> tuple[dict[str, list[Poll]], list[ReplayShard]]:
    """Shards that end."""
    shards: list[ReplayShard] = []
    polls: dict[str, list[ReplayRecord]] = {}
    for each in told.records:
        shard_id, ct = each.get("shard", "s"), clock_time(each["ct"])
        numbers = each.get("seqs") or [each["seq"]]
        polls.setdefault(shard_id, []).extend(record(n, created_at=ct, shard_id=shard_id) for n in numbers)
        shards.append(ReplayShard(shard_id, each.get("parent", "")))
    return {shard_id: closed(records) for shard_id, records in polls.items()}, list(dict.fromkeys(shards))


def test_a_destination_gets_what_was_given_up_and_can_have_its_event() -> None:
    told_by = vector("dest_s3_has_payload")
    sent: list[tuple[dict[str, Any], ReplayBatch]] = []

    def deliver(message: dict[str, Any], batch: ReplayBatch) -> tuple[str, str]:
        sent.append((message, batch))
        return "s3://bucket/key", ""

    source = ListSource.of(*map(record, told_by.records))
    replay, _ = replay_of(source, told_by.settings, lambda _: raises(), deliver=deliver)
    replay.run()
    ((message, batch),) = sent
    assert [told(message)] == [expected(each) for each in told_by.destination]
    assert event_json(batch, "arn").startswith(b'{"Records":[{"eventName"')
    assert discarded(replay)[0].destination == "s3://bucket/key"


def test_a_pause_keeps_the_place() -> None:
    told = vector("disable_and_enable_resumes")
    replay, handler = replay_of(ListSource.of(*map(record, told.records)), told.settings, lambda _: OK)
    replay.start(paused=True)
    for _ in told.records:
        replay.step()
    replay.join(10)
    assert [asked.sequences for asked in handler.asked] == told.sequences


VALIDATION = [each for each in vectors("validation") if each.name not in ELSEWHERE_COVERED]


@pytest.mark.parametrize("told", VALIDATION, ids=lambda told: told.name)
def test_settings_that_lambda_refuses_are_refused(told: Vector) -> None:
    if told.outcome == "accepted":
        settings_from_lambda(told.settings)
    else:
        with pytest.raises(WrongUsage):
            settings_from_lambda(told.settings)


def test_every_vector_is_held_against_the_program() -> None:
    by_kind = {each.name for each in vectors("core", "filter", "tumbling")} | {each.name for each in VALIDATION}
    here = Path(__file__).read_text()
    by_name = {each.name for each in vectors() if f'vector("{each.name}")' in here}
    assert {each.name for each in vectors()} == by_kind | by_name | ELSEWHERE_COVERED
