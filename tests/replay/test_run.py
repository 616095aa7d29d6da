"""A run from outside: begun, paused, stepped, stopped, and what it says of itself meanwhile."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from typing import Any

import pytest

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.event import event_json
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.model import Answer, Blocked, Discarded, Event, Invoked, Invoking, Poll, ReplayShard, Stopped
from ddbtop.replay.options import Arrival, Backoff, Options
from ddbtop.replay.running.controls import RunState
from ddbtop.replay.running.run import Replay
from tests.replay.inmemory import (
    NOON,
    OK,
    STREAM_ARN,
    Asked,
    ListSource,
    ScriptedHandler,
    raises,
    record,
    returns,
    sequence,
    throttled,
)
from tests.replay.replaying import VirtualWall, adds_up, begun_at, discarded, invocations, replay_of

DAY_S = 86_400.0


def fails(*numbers: int) -> Any:
    """A handler that raises for these records."""
    bad = {sequence(number) for number in numbers}
    return lambda asked: raises(0.01) if bad & {*asked.sequences} else returns(None, 0.01)


def numbered(count: int, **kwargs: Any) -> list[Any]:
    return [record(number, **kwargs) for number in range(1, count + 1)]


def blocked(replay: Replay) -> list[Blocked]:
    return [event for event in replay.events if isinstance(event, Blocked)]


def test_a_shard_that_would_stand_still_says_so_and_ends() -> None:
    replay, handler = replay_of(ListSource.of(*numbered(50), page=7), Settings(batch_size=5), fails(8))
    summary = replay.run()
    (event,) = blocked(replay)
    assert (event.failures, event.waiting, event.more_wait, event.goes_on) == (20, 40, False, False)
    assert event.until == NOON + DAY_S
    assert event.batch.sequence_numbers == [sequence(number) for number in range(6, 11)]
    assert summary.stopped is Stopped.BLOCKED
    assert summary.left_undelivered
    assert (summary.counts.polled, summary.counts.delivered, summary.counts.pending) == (50, 5, 45)
    assert len(handler.asked) == 21


def test_a_limit_of_age_is_when_lambda_would_give_up() -> None:
    replay, _ = replay_of(ListSource.of(record(1)), Settings(max_record_age_s=600), fails(1))
    replay.run()
    assert blocked(replay)[0].until == NOON + 600


def test_children_of_a_shard_that_stands_still_wait_and_others_go_on() -> None:
    shards = [ReplayShard("a"), ReplayShard("b", "a"), ReplayShard("c"), ReplayShard("d", "b")]
    records = {"a": 1, "b": 2, "c": 3, "d": 4}
    polls = {name: [Poll((record(number, shard_id=name),), True)] for name, number in records.items()}
    replay, _ = replay_of(ListSource(polls, shards), Settings(), fails(1))
    summary = replay.run()
    assert set(summary.checkpoints) == {"a", "c"}
    assert (summary.counts.delivered, summary.counts.pending) == (1, 3)
    assert adds_up(summary.counts)
    assert [event.waiting for event in blocked(replay)] == [2], "nothing of the children is silently left out"


def test_who_does_not_want_to_stop_is_told_once_and_goes_on() -> None:
    replay, handler = replay_of(
        ListSource.of(record(1), record(2)), Settings(batch_size=1), fails(1), no_stop=True, max_invocations=50
    )
    summary = replay.run()
    assert [event.goes_on for event in blocked(replay)] == [True]
    assert len(handler.asked) == 50
    assert summary.stopped is Stopped.MAX_INVOCATIONS


def test_retries_that_end_are_no_standstill() -> None:
    replay, handler = replay_of(ListSource.of(record(1)), Settings(max_retries=30), fails(1))
    assert replay.run().stopped is None
    assert len(handler.asked) == 31
    assert not blocked(replay)


def test_throttling_without_end_is_a_standstill_whatever_the_retries() -> None:
    replay, handler = replay_of(ListSource.of(record(1)), Settings(max_retries=0), lambda _: throttled(0.1))
    assert replay.run().stopped is Stopped.BLOCKED
    assert handler.asked == []


def test_what_is_retried_for_a_day_ends_with_the_streams_retention() -> None:
    replay, _ = replay_of(ListSource.of(record(1)), Settings(), fails(1), backoff=Backoff.DOUBLING, no_stop=True)
    summary = replay.run()
    (event,) = discarded(replay)
    assert event.at - NOON == pytest.approx(DAY_S, abs=61)
    assert "responseContext" not in event.message
    assert summary.metrics["DroppedEventCount"] == 0
    assert any("24 hours" in line for line in summary.undocumented)


def test_a_file_from_long_ago_is_delivered_on_the_wall_clock() -> None:
    records = numbered(3, created_at=NOON - 30 * DAY_S)
    replay, _ = replay_of(ListSource.of(*records), Settings(), lambda _: OK, wall=VirtualWall())
    assert replay.run().counts.delivered == 3


def test_the_doubled_delay_is_taken_on_either_clock() -> None:
    for wall in (None, VirtualWall()):
        source = ListSource.of(record(1))
        replay, _ = replay_of(source, Settings(max_retries=4), fails(1), wall=wall, backoff=Backoff.DOUBLING)
        replay.run()
        starts = begun_at(replay)
        delays = [later - earlier - 0.01 for earlier, later in itertools.pairwise(starts)]
        assert delays == pytest.approx([0.5, 1, 2, 4], abs=1e-3)


def test_a_limit_of_invocations_is_one_of_each_shard_and_leaves_the_rest_pending() -> None:
    records = [record(number, shard_id="ab"[number % 2]) for number in range(40)]
    replay, handler = replay_of(
        ListSource.of(*records, page=4), Settings(batch_size=3), lambda _: OK, max_invocations=2
    )
    summary = replay.run()
    assert len(handler.asked) == 4
    assert summary.stopped is Stopped.MAX_INVOCATIONS
    assert (summary.counts.polled, summary.counts.delivered, summary.counts.pending) == (40, 12, 28)


def test_a_standstill_is_said_before_a_limit_of_invocations() -> None:
    records = [record(number, shard_id="ab"[number % 2]) for number in range(60)]
    replay, _ = replay_of(ListSource.of(*records), Settings(batch_size=1), fails(1), max_invocations=25)
    assert replay.run().stopped is Stopped.BLOCKED


def test_a_shard_that_says_it_is_its_own_parent_is_a_root() -> None:
    source = ListSource.of(record(1, shard_id="a"), shards=[ReplayShard("a", "a")])
    replay, _ = replay_of(source, Settings(), lambda _: OK)
    assert replay.run().counts.delivered == 1


def test_the_recorded_now_is_the_latest_of_any_shard() -> None:
    records = [record(1, shard_id="a"), record(2, shard_id="b")]
    replay, _ = replay_of(
        ListSource.of(*records),
        Settings(),
        lambda asked: returns(None, 100.0 if sequence(1) in asked.sequences else 1.0),
    )
    assert replay.run().now == NOON + 100


def test_a_limit_that_is_enough_stops_nothing() -> None:
    replay, _ = replay_of(ListSource.of(*numbered(4)), Settings(batch_size=2), lambda _: OK, max_invocations=2)
    assert replay.run().stopped is None


def test_records_arrive_at_their_creation_where_that_is_asked_for() -> None:
    records = [record(1), record(2, created_at=NOON + 1), record(3, created_at=NOON + 60)]
    replay, _ = replay_of(ListSource.of(*records), Settings(), lambda _: returns(None, 5.0), arrival=Arrival.RECORDED)
    replay.run()
    assert [len(each) for each in invocations(replay)] == [1, 1, 1]
    assert begun_at(replay) == [0, 5, 60]
    assert replay.summary().now == NOON + 65


def test_lanes_run_side_by_side_on_the_recorded_clock_and_say_how_long_they_waited_for_a_worker() -> None:
    replay, _ = replay_of(
        ListSource.of(*numbered(60)),
        Settings(batch_size=100, parallelization_factor=5),
        lambda _: returns(None, 10.0),
    )
    replay.run()
    begun = [event for event in replay.events if isinstance(event, Invoking)]
    assert {event.batch.lane for event in begun} == set(range(5))
    assert {event.at for event in begun} == {NOON}
    assert begun[0].worker_wait_s == 0
    assert all(event.worker_wait_s > 0 for event in begun[1:])
    assert replay.summary().now == NOON + 10


def test_a_retry_keeps_its_request_id_and_what_is_left_of_a_batch_gets_a_new_one() -> None:
    reports_2 = lambda asked: (  # noqa: E731
        returns({"batchItemFailures": [{"itemIdentifier": sequence(2)}]}) if sequence(2) in asked.sequences else OK
    )
    settings = Settings(batch_size=3, max_retries=1, report_batch_item_failures=True)
    replay, handler = replay_of(ListSource.of(*numbered(3)), settings, reports_2)
    replay.run()
    first, second, third = (asked.request_id for asked in handler.asked)
    assert first != second == third


class Gate:
    """A handler's script that waits to be let through."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.leave = threading.Semaphore(0)

    def __call__(self, asked: Asked) -> Answer:
        self.entered.release()
        assert self.leave.acquire(timeout=10)
        return OK


@pytest.mark.parametrize("workers", [1, 2])
def test_stopping_ends_what_is_under_way_and_leaves_it_pending(workers: int) -> None:
    gate = Gate()
    replay, handler = replay_of(ListSource.of(*numbered(9)), Settings(batch_size=3), gate, workers=workers)
    handler.interrupt = gate.leave.release  # type: ignore[method-assign]
    replay.start()
    assert gate.entered.acquire(timeout=10)
    replay.stop()
    replay.join(10)
    assert replay.state is RunState.ENDED
    summary = replay.summary()
    assert summary.stopped is Stopped.INTERRUPTED
    assert (summary.counts.delivered, summary.counts.pending, summary.counts.invocations) == (0, 9, 1)
    assert not any(isinstance(event, Invoked) for event in replay.events)


def test_a_pause_shows_what_would_be_next_and_a_step_makes_it() -> None:
    paused = threading.Semaphore(0)
    replay, handler = replay_of(ListSource.of(*numbered(6)), Settings(batch_size=2), lambda _: OK)
    shown = _on_waiting(replay, paused)
    replay.start(paused=True)
    for expected in (1, 3, 5):
        assert paused.acquire(timeout=10)
        assert replay.state is RunState.PAUSED
        (batch,) = replay.waiting
        assert batch.sequence_numbers == [sequence(expected), sequence(expected + 1)]
        replay.step()
    replay.join(10)
    assert replay.state is RunState.ENDED
    assert replay.waiting == ()
    assert len(handler.asked) == 3
    assert shown


def _on_waiting(replay: Replay, paused: threading.Semaphore) -> list[int]:
    """Tells when the run has come to rest."""
    shown: list[int] = []
    take = replay._timing.take

    def resting(inbox: Any, seconds: float | None, is_busy: bool) -> Any:
        if seconds is None and replay.waiting and not replay._driver._inbox.qsize():
            shown.append(len(replay.waiting))
            paused.release()
        return take(inbox, seconds, is_busy)

    replay._timing.take = resting  # type: ignore[method-assign]
    return shown


@pytest.mark.parametrize(
    ("settings", "begun"),
    [(Settings(batching_window_s=5), [5, 200]), (Settings(tumbling_window_s=60), [0, 61, 200, 200])],
    ids=["batching", "tumbling"],
)
def test_a_pause_takes_no_time_of_the_recorded_clock(settings: Settings, begun: list[float]) -> None:
    """What is shown as next is made already; it begins no sooner than it would have."""
    paused = threading.Semaphore(0)
    records = [record(1), record(2, created_at=NOON + 200)]
    source = ListSource.of(*records)
    replay, _ = replay_of(source, settings, lambda _: returns({"state": {}}), arrival=Arrival.RECORDED)
    _on_waiting(replay, paused)
    replay.start(paused=True)
    for _ in begun:
        assert paused.acquire(timeout=10)
        replay.step()
    replay.join(10)
    assert begun_at(replay) == begun


def test_a_run_to_the_next_failure_pauses_there() -> None:
    paused = threading.Semaphore(0)
    replay, handler = replay_of(ListSource.of(*numbered(9)), Settings(batch_size=1, max_retries=0), fails(4, 8))
    _on_waiting(replay, paused)
    replay.start(paused=True)
    counts = []
    for _ in range(2):
        assert paused.acquire(timeout=10)
        replay.run_to_failure()
    assert paused.acquire(timeout=10)
    counts.append(len(handler.asked))
    replay.resume()
    replay.join(10)
    assert counts == [8]
    assert len(handler.asked) == 9


def test_a_handler_that_cannot_run_ends_the_run_with_its_reason() -> None:
    def cannot(asked: Asked) -> Answer:
        raise CannotDo("no such program: bootstrap")

    for workers in (1, 2):
        replay, _ = replay_of(ListSource.of(record(1)), Settings(), cannot, workers=workers)
        replay.start()
        replay.join(10)
        assert isinstance(replay.error, CannotDo)
        assert replay.summary().counts.pending == 1
    with pytest.raises(CannotDo, match="bootstrap"):
        replay_of(ListSource.of(record(1)), Settings(), cannot)[0].run()


def test_a_source_that_cannot_be_read_ends_the_run_with_its_reason() -> None:
    class Broken(ListSource):
        def poll(self, shard_id: str, limit: int) -> Poll:
            raise CannotDo("events.json, line 3: this is not JSON")

    replay, _ = replay_of(Broken({"s": []}), Settings(), lambda _: OK)
    replay.start()
    replay.join(10)
    assert str(replay.error) == "events.json, line 3: this is not JSON"
    assert replay.state is RunState.ENDED


def test_shards_that_appear_while_it_runs_are_replayed() -> None:
    class Growing(ListSource):
        def wait(self, seconds: float) -> None:
            self.shards.append(ReplayShard("late"))
            self.is_complete = True

    source = Growing({"early": [Poll((record(1),), True)], "late": [Poll((record(2),), True)]}, [ReplayShard("early")])
    source.is_complete = False
    replay, _ = replay_of(source, Settings(), lambda _: OK)
    assert replay.run().counts.delivered == 2


def lineage(*shards: tuple[str, str], **polls: list[Poll]) -> ListSource:
    return ListSource(polls, [ReplayShard(*shard) for shard in shards])


def test_the_recorded_clock_begins_with_the_first_record_where_older_shards_are_empty() -> None:
    """As where a range begins in the middle of a lineage, or a capture tells of shards that were trimmed."""
    source = lineage(
        ("root", ""),
        ("left", "root"),
        ("right", "root"),
        root=[Poll(is_end=True)],
        left=[Poll((record(1, created_at=NOON + 5, shard_id="left"),), True)],
        right=[Poll((record(2, created_at=NOON, shard_id="right"),), True)],
    )
    replay, _ = replay_of(source, Settings(max_retries=0), fails(2))
    assert replay.run().now == pytest.approx(NOON + 0.01)
    assert begun_at(replay) == [0.0, 0.0]
    (given_up,) = discarded(replay)
    assert given_up.message["timestamp"] == "2026-03-19T12:00:00.010Z"


def test_the_recorded_clock_waits_for_a_record_to_begin_with() -> None:
    class Growing(ListSource):
        def wait(self, seconds: float) -> None:
            self.shards.append(ReplayShard("child", "root"))
            self.is_complete = True

    polls = {"root": [Poll(is_end=True)], "child": [Poll((record(1, shard_id="child"),), True)]}
    source = Growing(polls, [ReplayShard("root")])
    source.is_complete = False
    replay, _ = replay_of(source, Settings(), lambda _: OK)
    assert replay.run().counts.delivered == 1
    assert begun_at(replay) == [0.0]


def test_a_shard_that_appears_below_an_empty_one_begins_with_the_clock() -> None:
    class Growing(ListSource):
        def wait(self, seconds: float) -> None:
            self.shards.append(ReplayShard("child", "empty"))
            self.is_complete = True

    polls = {
        "other": [Poll((record(1, shard_id="other"),), True)],
        "empty": [Poll(is_end=True)],
        "child": [Poll((record(2, shard_id="child"),), True)],
    }
    source = Growing(polls, [ReplayShard("other"), ReplayShard("empty")])
    source.is_complete = False
    replay, _ = replay_of(source, Settings(), lambda _: OK)
    assert replay.run().counts.delivered == 2
    assert begun_at(replay) == [0.0, 0.0]


def test_records_nowhere_are_no_reason_to_wait() -> None:
    source = lineage(("root", ""), ("child", "root"), root=[Poll(is_end=True)], child=[Poll(is_end=True)])
    replay, _ = replay_of(source, Settings(), lambda _: OK)
    assert (replay.run().counts.polled, source.waited) == (0, 0)


def test_on_the_recorded_clock_a_slow_source_changes_no_batch() -> None:
    records = numbered(7)
    pages = [Poll(), Poll(tuple(records[:2])), Poll(), Poll(), Poll(tuple(records[2:])), Poll(), Poll(is_end=True)]
    replay, _ = replay_of(ListSource({"s": pages}), Settings(batch_size=3), lambda _: OK)
    replay.run()
    assert [len(each) for each in invocations(replay)] == [3, 3, 1]


def test_a_quiet_tumbling_window_is_ended_by_the_wall_clock() -> None:
    source = ListSource({"s": [Poll((record(1, created_at=NOON + 5),)), *[Poll()] * 400, Poll(is_end=True)]})
    replay, handler = replay_of(
        source, Settings(tumbling_window_s=60), lambda _: returns({"state": {}}), wall=VirtualWall()
    )
    summary = replay.run()
    assert [asked.event["isFinalInvokeForWindow"] for asked in handler.asked] == [False, True]
    assert 61 <= begun_at(replay)[1] < 62
    assert any("ends by the clock" in line for line in summary.undocumented)


def test_metrics_have_lambdas_meaning() -> None:
    replay, _ = replay_of(
        ListSource.of(*numbered(4)), Settings(batch_size=2, max_retries=1), fails(3), deliver=lambda *_: ("dir/1", "")
    )
    assert replay.run().metrics == {
        "PolledEventCount": 4,
        "FilteredOutEventCount": 0,
        "InvokedEventCount": 6,
        "FailedInvokeEventCount": 4,
        "DroppedEventCount": 0,
        "OnFailureDestinationDeliveredEventCount": 2,
    }


def test_of_a_partial_result_the_rest_failed_in_the_metrics() -> None:
    def report(asked: Asked) -> Answer:
        failures = [{"itemIdentifier": sequence(2)}] if len(asked.sequences) == 3 else []
        return returns({"batchItemFailures": failures})

    replay, _ = replay_of(ListSource.of(*numbered(3)), Settings(report_batch_item_failures=True), report)
    assert replay.run().metrics["FailedInvokeEventCount"] == 2


def test_throttled_events_invoked_nothing_in_the_metrics() -> None:
    answers = iter([throttled(), OK])
    replay, _ = replay_of(ListSource.of(*numbered(3)), Settings(), lambda _: next(answers))
    metrics = replay.run().metrics
    assert (metrics["InvokedEventCount"], metrics["FailedInvokeEventCount"]) == (3, 3)


def test_a_batch_that_is_halved_failed_whole_in_the_metrics_whatever_was_reported() -> None:
    def report(asked: Asked) -> Answer:
        bad = sequence(1)
        return returns({"batchItemFailures": [{"itemIdentifier": bad}] if bad in asked.sequences else []})

    settings = Settings(bisect=True, max_retries=0, report_batch_item_failures=True)
    replay, _ = replay_of(ListSource.of(*numbered(4)), settings, report)
    assert replay.run().metrics["FailedInvokeEventCount"] == 4 + 2 + 1


def test_what_could_not_be_delivered_is_dropped_and_says_why() -> None:
    replay, _ = replay_of(
        ListSource.of(record(1)), Settings(max_retries=0), fails(1), deliver=lambda *_: ("dir/", "no space left")
    )
    summary = replay.run()
    assert [event.trouble for event in discarded(replay)] == ["no space left"]
    assert summary.metrics["DroppedEventCount"] == 1


def test_only_rules_that_decided_something_are_named() -> None:
    plain, _ = replay_of(ListSource.of(*numbered(5)), Settings(bisect=True), lambda _: OK)
    assert plain.run().undocumented == ()
    failing, _ = replay_of(ListSource.of(*numbered(4)), Settings(bisect=True, max_retries=1), fails(2))
    said = failing.run().undocumented
    assert said[:2] == (
        "bisect order: left half first (one public recording)",
        "retry delay: none here; Lambda waits, by an unpublished schedule",
    )


def test_an_event_is_made_of_the_bytes_of_its_records() -> None:
    strange = replace(record(1), event=b'{"n":1.50,"s":"\\ud800"}')
    replay, _ = replay_of(ListSource.of(strange, record(2)), Settings(), lambda _: OK)
    replay._handler = handler = Recording()
    replay = Replay(ListSource.of(strange, record(2)), Settings(), handler)
    replay.run()
    assert handler.event == b'{"Records":[{"n":1.50,"s":"\\ud800"},' + record(2).event + b"]}"
    (begun,) = [event for event in replay.events if isinstance(event, Invoking)]
    assert event_json(begun.batch, STREAM_ARN) == handler.event


class Recording(ScriptedHandler):
    def __init__(self) -> None:
        super().__init__(lambda _: OK)
        self.event = b""
        self.arn = ""

    def invoke(self, call: Any, worker: int) -> Answer:
        self.event, self.arn = call.event, call.function_arn
        return OK


def test_a_function_without_a_name_is_in_the_region_and_account_of_the_stream() -> None:
    handler = Recording()
    Replay(ListSource.of(record(1)), Settings(), handler).run()
    assert handler.arn == "arn:aws:lambda:eu-west-1:111122223333:function:ddbtop-replay"


def test_events_need_not_be_kept() -> None:
    seen: list[Event] = []
    handler = ScriptedHandler(fails(2))
    replay = Replay(
        ListSource.of(*numbered(4)),
        Settings(batch_size=1, max_retries=0),
        handler,
        Options(keep_events=False),
        on_event=seen.append,
    )
    replay.run()
    assert replay.events == []
    assert [type(event) for event in seen].count(Discarded) == 1


def test_a_summary_adds_up_at_any_moment() -> None:
    replay, _ = replay_of(
        ListSource.of(*numbered(3000), page=50),
        Settings(batch_size=7, bisect=True, max_retries=0, parallelization_factor=3),
        fails(*range(1, 3000, 97)),
        workers=3,
    )
    replay.start()
    while replay.state is not RunState.ENDED:
        assert adds_up(replay.summary().counts)
    assert replay.error is None
    assert replay.summary().counts.discarded == len(range(1, 3000, 97))


def test_options_that_mean_nothing_are_refused() -> None:
    with pytest.raises(WrongUsage, match="Timeout is more than 0"):
        Options(timeout_s=0)
    with pytest.raises(WrongUsage, match="at least 1"):
        Options(max_invocations=-1)
