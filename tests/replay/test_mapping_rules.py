"""Rules of a mapping at their edges, where no vector decides: throttling between failures, sizes to the byte, windows
that end early, and by which rule a record was too old.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ddbtop.replay.event import envelope_bytes
from ddbtop.replay.mapping.lanes import BLOCKED_AFTER
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.mapping.undocumented import EVENT_LIMIT_BYTES, STATE_LIMIT_BYTES, Rule, retry_delay_s
from ddbtop.replay.model import (
    Answer,
    Blocked,
    Invoked,
    Invoking,
    Outcome,
    Part,
    ReplayBatch,
    ReplayShard,
    TumblingWindow,
)
from ddbtop.replay.options import Arrival, Backoff
from ddbtop.replay.patterns import FilterCriteria
from tests.replay.esm import reports
from tests.replay.inmemory import (
    NOON,
    OK,
    SHARD,
    STREAM_ARN,
    Asked,
    ListSource,
    raises,
    record,
    returns,
    sequence,
    throttled,
)
from tests.replay.replaying import VirtualWall, begun_at, discarded, invocations, replay_of, windows

DAY_S = 86_400


def test_throttling_between_failures_uses_no_retry() -> None:
    answers = iter([throttled(), throttled(), raises(), throttled(), OK])
    replay, _ = replay_of(ListSource.of(record(1)), Settings(max_retries=1), lambda _: next(answers))
    assert replay.run().counts.delivered == 1
    assert [event.attempt for event in replay.events if isinstance(event, Invoking)] == [1, 1, 1, 2, 2]


@pytest.mark.parametrize(("surplus", "batches"), [(0, [2]), (1, [1, 1])])
def test_an_event_may_be_as_large_as_the_limit_and_not_a_byte_larger(surplus: int, batches: list[int]) -> None:
    around = envelope_bytes(ReplayBatch(0, "", ()), STREAM_ARN) + len(",")
    half = (EVENT_LIMIT_BYTES - around) // 2
    sizes = half, EVENT_LIMIT_BYTES - around - half + surplus
    records = [record(number, size=size) for number, size in enumerate(sizes, 1)]
    replay, _ = replay_of(ListSource.of(*records), Settings(), lambda _: OK)
    replay.run()
    assert [len(each) for each in invocations(replay)] == batches


def test_what_a_partial_result_leaves_is_told_as_the_rest() -> None:
    def report(asked: Asked) -> Answer:
        return returns({"batchItemFailures": [{"itemIdentifier": sequence(2)}]} if len(asked.sequences) == 3 else None)

    records = [record(number) for number in (1, 2, 3)]
    replay, _ = replay_of(ListSource.of(*records), Settings(report_batch_item_failures=True), report)
    replay.run()
    partial = next(event for event in replay.events if isinstance(event, Invoked))
    assert (partial.outcome, [part.part for part in partial.split]) == (Outcome.PARTIAL, [Part.REST])


def test_a_window_ends_early_once_the_rest_of_its_batch_is_done() -> None:
    """A state too large comes with a partial result: only the final call is told that the window was terminated."""
    large = "x" * STATE_LIMIT_BYTES

    def report(asked: Asked) -> Answer:
        failures = [{"itemIdentifier": sequence(2)}] if len(asked.sequences) == 2 else []
        return returns({"state": large, "batchItemFailures": failures})

    settings = Settings(report_batch_item_failures=True, tumbling_window_s=60)
    replay, handler = replay_of(ListSource.of(record(1), record(2)), settings, report)
    assert replay.run().counts.delivered == 2
    told = windows(handler, "isWindowTerminatedEarly", "isFinalInvokeForWindow")
    assert [tuple(each.values()) for each in told] == [(False, False), (False, False), (True, True)]


def test_a_state_that_is_small_again_when_its_batch_is_done_ends_nothing() -> None:
    def report(asked: Asked) -> Answer:
        is_whole = len(asked.sequences) == 2
        failures = [{"itemIdentifier": sequence(2)}] if is_whole else []
        return returns({"state": "x" * STATE_LIMIT_BYTES if is_whole else "", "batchItemFailures": failures})

    settings = Settings(report_batch_item_failures=True, tumbling_window_s=60)
    replay, handler = replay_of(ListSource.of(record(1), record(2)), settings, report)
    replay.run()
    assert [asked.event["isWindowTerminatedEarly"] for asked in handler.asked] == [False, False, False]


def test_the_state_of_a_partial_result_is_kept() -> None:
    def report(asked: Asked) -> Answer:
        failures = [{"itemIdentifier": sequence(2)}] if len(asked.sequences) == 2 else []
        return returns({"state": asked.event["state"] | {"/".join(asked.sequences): 1}, "batchItemFailures": failures})

    settings = Settings(report_batch_item_failures=True, tumbling_window_s=60)
    replay, handler = replay_of(ListSource.of(record(1), record(2)), settings, report)
    replay.run()
    whole, rest = f"{sequence(1)}/{sequence(2)}", sequence(2)
    assert [asked.event["state"] for asked in handler.asked] == [{}, {whole: 1}, {whole: 1, rest: 1}]


@pytest.mark.parametrize(("surplus", "is_early"), [(0, False), (1, True)])
def test_a_state_may_be_as_large_as_the_limit_and_not_a_byte_larger(surplus: int, is_early: bool) -> None:
    state = "x" * (STATE_LIMIT_BYTES - len('""') + surplus)
    replay, handler = replay_of(
        ListSource.of(record(1)), Settings(tumbling_window_s=60), lambda _: returns({"state": state})
    )
    replay.run()
    assert handler.asked[-1].event["isWindowTerminatedEarly"] is is_early


def test_a_record_older_than_its_window_counts_for_the_open_one_and_that_is_said() -> None:
    records = [record(1, created_at=NOON + 60), record(2, created_at=NOON)]
    settings = Settings(batch_size=1, tumbling_window_s=60)
    replay, handler = replay_of(ListSource.of(*records), settings, lambda _: returns({"state": {}}))
    assert str(Rule.TUMBLING_LATE) in replay.run().undocumented
    assert [asked.event["window"]["start"] for asked in handler.asked] == ["2026-03-19T12:01:00Z"] * 3


def test_a_record_never_arrives_before_the_one_that_it_follows() -> None:
    records = [record(1, created_at=NOON), record(2, created_at=NOON + 60), record(3, created_at=NOON + 1)]
    replay, _ = replay_of(ListSource.of(*records), Settings(), lambda _: OK, arrival=Arrival.RECORDED)
    replay.run()
    assert (begun_at(replay), [len(each) for each in invocations(replay)]) == ([0, 60], [1, 2])


@pytest.mark.parametrize(("limit", "rule"), [(3600, Rule.AGE), (2 * DAY_S, Rule.RETENTION)])
def test_it_is_said_whether_a_limit_or_the_stream_ended_a_record(limit: int, rule: Rule) -> None:
    settings, source = Settings(max_record_age_s=limit), ListSource.of(record(1))
    replay, _ = replay_of(source, settings, lambda _: raises(60.0), backoff=Backoff.DOUBLING, no_stop=True)
    summary = replay.run()
    assert len(discarded(replay)) == 1
    assert {str(Rule.AGE), str(Rule.RETENTION)} & {*summary.undocumented} == {str(rule)}
    assert summary.metrics["DroppedEventCount"] == (rule is Rule.AGE)


ONLY_INSERTS = FilterCriteria.parse(['{"eventName": ["INSERT"]}'])


def test_what_a_filter_stops_is_followed_all_the_same() -> None:
    """No record arrives before one that was written before it, and a shard is not over before its last record is."""
    records = [
        record(1, event_name="INSERT"),
        record(2, created_at=NOON + 60),
        record(3, created_at=NOON + 59, event_name="INSERT"),
        record(4, created_at=NOON + 90),
    ]
    child = record(5, created_at=NOON + 70, shard_id="child", event_name="INSERT")
    source = ListSource.of(*records, child, shards=[ReplayShard(SHARD), ReplayShard("child", SHARD)])
    replay, _ = replay_of(source, Settings(filters=ONLY_INSERTS), lambda _: OK, arrival=Arrival.RECORDED)
    replay.run()
    assert begun_at(replay) == [0, 60, 90]


def test_the_first_window_of_a_child_begins_with_the_child() -> None:
    """Its records were written while its parent was still under way: all of them are there by then."""
    parent = record(1, shard_id="parent")
    children = [record(number, created_at=NOON + number, shard_id="child") for number in (10, 20, 300)]
    source = ListSource.of(parent, *children, shards=[ReplayShard("parent"), ReplayShard("child", "parent")])
    settings = Settings(batching_window_s=5)
    replay, _ = replay_of(source, settings, lambda _: returns(None, 100.0), arrival=Arrival.RECORDED)
    replay.run()
    assert (begun_at(replay), [len(each) for each in invocations(replay)]) == ([0, 105, 300], [1, 2, 1])


def test_a_day_in_a_parent_ends_its_childs_records() -> None:
    """What was young when the replay began is trimmed by the time that its shard would begin."""
    records = [record(1, shard_id="parent"), record(2, shard_id="child")]
    source = ListSource.of(*records, shards=[ReplayShard("parent"), ReplayShard("child", "parent")])
    replay, _ = replay_of(source, Settings(), lambda _: returns(None, DAY_S))
    replay.run()
    assert [event.batch.sequence_numbers for event in discarded(replay)] == [[sequence(2)]]


def test_what_the_stream_ended_is_not_dropped_by_a_longer_limit() -> None:
    settings, source = Settings(max_record_age_s=DAY_S + 60, batch_size=1), ListSource.of(record(1), record(2))
    replay, _ = replay_of(source, settings, lambda _: returns(None, 2.0 * DAY_S))
    summary = replay.run()
    assert str(Rule.RETENTION) in summary.undocumented
    assert (summary.counts.discarded, summary.metrics["DroppedEventCount"]) == (1, 0)


@pytest.mark.parametrize(("surplus", "batches"), [(0, [2, 0]), (1, [1, 1, 0])])
def test_what_a_tumbling_window_adds_counts_from_its_first_batch_on(surplus: int, batches: list[int]) -> None:
    around = envelope_bytes(ReplayBatch(0, SHARD, (), window=TumblingWindow(NOON, NOON + 60)), STREAM_ARN) + len(",")
    half = (EVENT_LIMIT_BYTES - around) // 2
    sizes = half, EVENT_LIMIT_BYTES - around - half + surplus
    records = [record(number, size=size) for number, size in enumerate(sizes, 1)]
    settings = Settings(tumbling_window_s=60)
    replay, _ = replay_of(ListSource.of(*records), settings, lambda _: returns({"state": {}}))
    replay.run()
    assert [len(each) for each in invocations(replay)] == batches


def test_a_window_that_ends_early_ends_at_once() -> None:
    """Also where the clock has not reached the window, as in a backlog that is worked off faster than it arose."""
    records = [record(1), record(2, created_at=NOON + 600)]
    state = {"state": "x" * STATE_LIMIT_BYTES}
    replay, _ = replay_of(ListSource.of(*records), Settings(tumbling_window_s=60), lambda _: returns(state, 1.0))
    replay.run()
    assert begun_at(replay) == [0, 1, 2, 3]


def test_a_record_that_ages_out_is_no_standstill() -> None:
    """Each batch fails until its records are too old: that goes on, however many failures it takes in all."""
    records = [record(number, created_at=NOON + 100 * number) for number in range(4)]
    settings = Settings(batch_size=1, max_record_age_s=60)
    replay, _ = replay_of(
        ListSource.of(*records), settings, lambda _: raises(), arrival=Arrival.RECORDED, backoff=Backoff.DOUBLING
    )
    summary = replay.run()
    assert summary.counts.failed > BLOCKED_AFTER
    assert (summary.stopped, summary.counts.discarded) == (None, 4)


def test_a_quiet_window_ends_by_the_clock_whatever_arrives_later() -> None:
    """Even a record of the window itself, which then begins it anew."""
    records = [
        record(1, event_name="INSERT"),
        record(2, created_at=NOON + 100),
        record(3, created_at=NOON + 59, event_name="INSERT"),
    ]
    settings = Settings(tumbling_window_s=60, filters=ONLY_INSERTS)
    replay, _ = replay_of(ListSource.of(*records), settings, lambda _: returns({"state": {}}), arrival=Arrival.RECORDED)
    assert str(Rule.TUMBLING_QUIET) in replay.run().undocumented
    assert (begun_at(replay), [len(each) for each in invocations(replay)]) == ([0, 61, 100, 100], [1, 0, 1, 0])


@pytest.mark.parametrize(
    ("batching_s", "begun", "is_told"), [(5, [5, 61, 200, 200], False), (90, [90, 90, 200, 200], True)]
)
def test_a_batch_that_is_gathered_keeps_its_tumbling_window_open(
    batching_s: int, begun: list[float], is_told: bool
) -> None:
    records = [record(1), record(2, created_at=NOON + 1), record(3, created_at=NOON + 200)]
    settings = Settings(tumbling_window_s=60, batching_window_s=batching_s)
    replay, _ = replay_of(ListSource.of(*records), settings, lambda _: returns({"state": {}}), arrival=Arrival.RECORDED)
    assert (str(Rule.TUMBLING_GATHERING) in replay.run().undocumented) is is_told
    assert begun_at(replay) == begun


def test_a_backlog_gathers_nothing_past_the_end_of_a_tumbling_window() -> None:
    """Its records are there: it is the function that takes so long."""
    settings = Settings(tumbling_window_s=60, batching_window_s=5, batch_size=1)
    source = ListSource.of(record(1), record(2))
    replay, _ = replay_of(source, settings, lambda _: returns({"state": {}}, 100.0))
    assert str(Rule.TUMBLING_GATHERING) not in replay.run().undocumented
    assert begun_at(replay) == [0, 100, 200]


def test_a_window_goes_on_with_what_came_while_its_function_was_busy() -> None:
    """However late: once the function is free there is a record, so the window is not quiet."""
    records = [
        record(1, event_name="INSERT"),
        record(2, created_at=NOON + 100),
        record(3, created_at=NOON + 59, event_name="INSERT"),
    ]
    settings = Settings(tumbling_window_s=60, filters=ONLY_INSERTS)
    replay, _ = replay_of(
        ListSource.of(*records), settings, lambda _: returns({"state": {}}, 150.0), arrival=Arrival.RECORDED
    )
    replay.run()
    assert (begun_at(replay), [len(each) for each in invocations(replay)]) == ([0, 150, 300], [1, 1, 0])


def test_a_late_record_inside_a_batch_is_told_as_well() -> None:
    records = [record(1, created_at=NOON + 60), record(2, created_at=NOON)]
    settings = Settings(tumbling_window_s=60)
    replay, _ = replay_of(ListSource.of(*records), settings, lambda _: returns({"state": {}}))
    assert str(Rule.TUMBLING_LATE) in replay.run().undocumented


def test_what_is_left_of_a_half_is_a_part_of_a_bisect() -> None:
    """The right half reports its second record, which is given up after that: a message for a part."""

    def report(asked: Asked) -> Answer:
        bad = [each for each in asked.sequences if each == sequence(4)]
        return (
            raises()
            if len(asked.sequences) == 4
            else returns({"batchItemFailures": [{"itemIdentifier": each} for each in bad]})
        )

    settings = Settings(bisect=True, max_retries=0, report_batch_item_failures=True)
    replay, _ = replay_of(ListSource.of(*(record(number) for number in (1, 2, 3, 4))), settings, report)
    assert str(Rule.BISECT_MESSAGES) in replay.run().undocumented
    assert [event.batch.part for event in discarded(replay)] == [Part.REST]


def test_each_part_says_which_batch_it_is_of() -> None:
    records = [record(number) for number in range(4)]
    replay, _ = replay_of(ListSource.of(*records), Settings(bisect=True, max_retries=0), lambda _: raises())
    replay.run()
    split = [event for event in replay.events if isinstance(event, Invoked) and event.split]
    assert len(split) == 3
    assert all(part.parent == event.invoking.batch.id for event in split for part in event.split)


def test_the_delay_doubles_up_to_a_minute() -> None:
    assert [retry_delay_s(failures) for failures in range(1, 10)] == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]


def test_the_delay_goes_on_growing_when_expired_records_leave_a_batch() -> None:
    records = [record(1), record(2, created_at=NOON + 30)]
    settings = Settings(max_record_age_s=60)
    replay, _ = replay_of(ListSource.of(*records), settings, lambda _: raises(), backoff=Backoff.DOUBLING)
    replay.run()
    assert begun_at(replay) == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 63.5]


def test_expired_records_are_told_under_the_last_request_that_they_were_in() -> None:
    """What goes on without them has a request of its own, and goes on counting."""
    records = [record(1), record(2, created_at=NOON + 50)]
    settings = Settings(max_record_age_s=60, max_retries=2)
    replay, handler = replay_of(ListSource.of(*records), settings, lambda _: raises(40.0))
    replay.run()
    contexts = [event.message["requestContext"] for event in discarded(replay)]
    assert [(each["condition"], each["approximateInvokeCount"]) for each in contexts] == [
        ("RecordAgeExceeded", 2),
        ("RetryAttemptsExhausted", 3),
    ]
    first, second, rest = (asked.request_id for asked in handler.asked)
    assert first == second == contexts[0]["requestId"]
    assert rest == contexts[1]["requestId"] != first


def test_a_standstill_lasts_until_its_first_record_is_given_up() -> None:
    records = [record(1), record(2, created_at=NOON + 7)]
    replay, _ = replay_of(ListSource.of(*records), Settings(max_record_age_s=600), lambda _: raises())
    replay.run()
    (blocked,) = [event for event in replay.events if isinstance(event, Blocked)]
    assert blocked.until == NOON + 600


def test_a_limit_beyond_a_day_ends_what_was_kept_for_longer() -> None:
    """Records of a file outlive the stream, so it is the mapping that ends them, and its metric says so."""
    records = [record(number, created_at=NOON - 3 * DAY_S) for number in (1, 2)]
    settings = Settings(max_record_age_s=2 * DAY_S)
    replay, _ = replay_of(ListSource.of(*records), settings, lambda _: OK, wall=VirtualWall())
    summary = replay.run()
    assert str(Rule.AGE) in summary.undocumented
    assert summary.metrics["DroppedEventCount"] == 2


EMPTY_SHAPES: list[Any] = [0, False]


@pytest.mark.parametrize(
    "response", [*EMPTY_SHAPES, *({"batchItemFailures": each} for each in [*EMPTY_SHAPES, "", {}])]
)
def test_what_is_empty_but_no_listed_answer_is_a_failure_and_told(response: Any) -> None:
    settings = Settings(report_batch_item_failures=True, max_retries=0)
    replay, _ = replay_of(ListSource.of(record(1)), settings, lambda _: returns(response))
    summary = replay.run()
    assert (summary.counts.failed, summary.counts.discarded) == (1, 1)
    assert str(Rule.RESPONSE_SHAPE) in summary.undocumented


@pytest.mark.parametrize("is_mixed", [True, False])
def test_a_report_is_told_as_mixed_where_some_of_it_is_good(is_mixed: bool) -> None:
    failures = [{"itemIdentifier": "unknown"}, *([{"itemIdentifier": sequence(1)}] if is_mixed else [])]
    settings = Settings(report_batch_item_failures=True, max_retries=0)
    report = returns({"batchItemFailures": failures})
    replay, _ = replay_of(ListSource.of(record(1)), settings, lambda _: report)
    assert (str(Rule.MIXED_REPORT) in replay.run().undocumented) is is_mixed


def test_only_rules_of_windows_that_decided_something_are_told() -> None:
    records = [record(1), record(2, created_at=NOON + 59)]
    replay, _ = replay_of(ListSource.of(*records), Settings(tumbling_window_s=60), lambda _: returns({"state": {}}))
    told = Rule.TUMBLING_ALIGNMENT, Rule.TUMBLING_CHECKPOINT, Rule.TUMBLING_FINAL
    assert replay.run().undocumented == tuple(map(str, told))


@pytest.mark.parametrize(
    ("settings", "turn"),
    [
        (Settings(bisect=True), raises()),
        (Settings(report_batch_item_failures=True), reports(sequence(2))),
        (Settings(batch_size=1, max_retries=0), raises()),
    ],
    ids=["halves", "a partial result", "a batch given up"],
)
def test_whatever_brings_a_shard_on_ends_a_standstill(settings: Settings, turn: Answer) -> None:
    many = [throttled()] * (BLOCKED_AFTER - 1)
    answers = iter([*many, turn, *many])
    replay, _ = replay_of(ListSource.of(record(1), record(2)), settings, lambda _: next(answers, OK))
    summary = replay.run()
    assert (summary.stopped, summary.counts.pending) == (None, 0)


def test_the_rest_of_a_batch_that_was_not_halved_is_no_part_of_a_bisect() -> None:
    settings = Settings(report_batch_item_failures=True, max_retries=0)
    replay, _ = replay_of(ListSource.of(record(1), record(2)), settings, lambda _: reports(sequence(2)))
    assert str(Rule.BISECT_MESSAGES) not in replay.run().undocumented
    assert [event.batch.part for event in discarded(replay)] == [Part.REST]


def test_an_empty_identifier_is_of_no_record_not_even_of_one_without_a_number() -> None:
    settings = Settings(report_batch_item_failures=True, max_retries=0)
    nameless = replace(record(2), sequence_number="")
    replay, _ = replay_of(ListSource.of(record(1), nameless), settings, lambda _: reports(""))
    replay.run()
    assert [len(event.batch.records) for event in discarded(replay)] == [2]


def test_with_a_batching_window_a_batch_is_of_several_pages() -> None:
    records = [record(number) for number in range(1200)]
    for window_s, batches in ((0, [1000, 200]), (1, [1200])):
        settings = Settings(batch_size=1500, batching_window_s=window_s)
        replay, _ = replay_of(ListSource.of(*records), settings, lambda _: OK)
        replay.run()
        assert [len(each) for each in invocations(replay)] == batches
