"""Whatever the records, the settings, the clock and the handler: nothing is lost and nothing is out of order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil, log2
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ddbtop.replay.mapping.settings import FOR_EVER, NO_FILTERS, Settings
from ddbtop.replay.model import (
    Discarded,
    Event,
    Invoked,
    Invoking,
    Outcome,
    Poll,
    ReplayRecord,
    ReplayShard,
    Summary,
)
from ddbtop.replay.options import Arrival, Backoff
from ddbtop.replay.patterns import FilterCriteria
from ddbtop.replay.running.run import Replay
from tests.replay.behaviour import Behaviour
from tests.replay.inmemory import NOON, ListSource, record, sequence
from tests.replay.replaying import VirtualWall, adds_up, discarded, replay_of

UNHURRIED = settings(deadline=None, max_examples=120, suppress_health_check=[HealthCheck.too_slow])
KINDS = ["ok", "ok", "ok", "raise", "timeout", "report", "malformed", "throttle twice", "raise twice"]
ONLY_INSERTS = FilterCriteria.parse(['{"eventName": ["INSERT"]}'])


mappings = st.builds(
    Settings,
    batch_size=st.integers(1, 9),
    bisect=st.booleans(),
    max_retries=st.sampled_from([FOR_EVER, 0, 1, 3]),
    max_record_age_s=st.sampled_from([FOR_EVER, 60, 90_000]),
    report_batch_item_failures=st.booleans(),
)


@st.composite
def shards(draw: st.DrawFn) -> tuple[list[ReplayRecord], dict[str, str]]:
    """Records of one shard, and what the handler does with each."""
    count = draw(st.integers(0, 30))
    steps = draw(st.lists(st.sampled_from([0.0, 0.0, 1.0, 40.0]), min_size=count, max_size=count))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=count, max_size=count))
    records = [record(number, created_at=NOON + sum(steps[: number + 1])) for number in range(count)]
    return records, {each.sequence_number: kind for each, kind in zip(records, kinds, strict=True)}


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[ReplayShard], dict[str, list[ReplayRecord]], dict[str, str]]:
    """A few shards, some of them children of others, whose records are changes of a few items."""
    ids = [f"shard-{number}" for number in range(draw(st.integers(1, 4)))]
    parents = [draw(st.sampled_from(["", "unknown", *ids[:number]])) for number in range(len(ids))]
    records: dict[str, list[ReplayRecord]] = {shard_id: [] for shard_id in ids}
    kinds: dict[str, str] = {}
    for number in range(draw(st.integers(0, 40))):
        shard_id = draw(st.sampled_from(ids))
        records[shard_id].append(
            record(
                number,
                created_at=NOON + draw(st.integers(0, 3)) * number,
                shard_id=shard_id,
                item=draw(st.sampled_from("abcdef")),
                event_name=draw(st.sampled_from(["INSERT", "INSERT", "MODIFY"])),
            )
        )
        kinds[sequence(number)] = draw(st.sampled_from(KINDS))
    return list(map(ReplayShard, ids, parents)), records, kinds


everything = st.builds(
    Settings,
    batch_size=st.integers(1, 7),
    batching_window_s=st.sampled_from([0, 0, 5]),
    parallelization_factor=st.sampled_from([1, 2, 5]),
    bisect=st.booleans(),
    max_retries=st.sampled_from([FOR_EVER, 0, 2]),
    max_record_age_s=st.sampled_from([FOR_EVER, 60]),
    report_batch_item_failures=st.booleans(),
    filters=st.sampled_from([NO_FILTERS, ONLY_INSERTS]),
)
tumbling = st.builds(
    Settings,
    batch_size=st.integers(1, 7),
    tumbling_window_s=st.sampled_from([10, 30]),
    max_retries=st.sampled_from([0, 2]),
    report_batch_item_failures=st.booleans(),
    bisect=st.booleans(),
)


def polls_of(records: list[ReplayRecord], page: int, ends_late: bool) -> list[Poll]:
    pages = [Poll(tuple(records[at : at + page])) for at in range(0, len(records), page)]
    if ends_late or not pages:
        return [*pages, Poll(is_end=True)]
    return [*pages[:-1], replace(pages[-1], is_end=True)]


@UNHURRIED
@given(
    worlds(),
    st.one_of(everything, tumbling),
    st.booleans(),
    st.sampled_from(Arrival),
    st.sampled_from(Backoff),
    st.sampled_from([0, 0, 3]),
    st.integers(1, 20),
    st.booleans(),
    st.data(),
)
def test_nothing_is_lost_and_nothing_is_out_of_order(
    world: tuple[list[ReplayShard], dict[str, list[ReplayRecord]], dict[str, str]],
    mapping: Settings,
    on_the_wall: bool,
    arrival: Arrival,
    backoff: Backoff,
    max_invocations: int,
    page: int,
    ends_late: bool,
    data: st.DataObject,
) -> None:
    shards, records, kinds = world
    source = ListSource({each: polls_of(records[each], page, ends_late) for each in records}, shards)
    wall = VirtualWall() if on_the_wall else None
    behaviour = Behaviour(kinds, data.draw(st.sampled_from([0.0, 1.0, 30.0])))
    replay, _ = replay_of(
        source,
        mapping,
        behaviour.answer,
        wall=wall,
        arrival=arrival,
        backoff=backoff,
        max_invocations=max_invocations,
    )
    summaries: list[Summary] = []
    replay._on_event = lambda event: summaries.append(replay.summary())
    final = replay.run()
    assert all(adds_up(each.counts) for each in [*summaries, final])
    Audit(mapping, shards, records).check(replay, final)


class Audit:
    """Reads the events of a run and keeps its own books."""

    def __init__(
        self, mapping: Settings, shards: Sequence[ReplayShard], records: dict[str, list[ReplayRecord]]
    ) -> None:
        self.mapping = mapping
        self.records = records
        self.parents = {shard.shard_id: shard.parent_id for shard in shards if shard.parent_id in records}
        self.passing = {
            each.sequence_number
            for mine in records.values()
            for each in mine
            if not mapping.filters.patterns or b'"INSERT"' in each.event
        }
        self.delivered: list[str] = []
        self.discarded: list[str] = []

    @property
    def done(self) -> set[str]:
        return {*self.delivered, *self.discarded}

    def check(self, replay: Replay, final: Summary) -> None:
        for event in replay.events:
            self.see(event)
        assert len(self.done) == len(self.delivered) + len(self.discarded), "each record comes to one end"
        assert final.counts.delivered == len(self.delivered)
        assert final.counts.discarded == len(self.discarded)
        if final.stopped is None:
            assert self.done == self.passing
            assert final.counts.pending == 0
            assert final.counts.polled == sum(map(len, self.records.values()))
        for shard_id, checkpoint in final.checkpoints.items():
            self.check_checkpoint(shard_id, checkpoint)
            if final.stopped is None and self.records[shard_id]:
                assert checkpoint == self.records[shard_id][-1].sequence_number

    def see(self, event: Event) -> None:
        match event:
            case Invoking():
                self.check_order(event)
            case Invoked(outcome=Outcome.SUCCESS):
                self.delivered += event.invoking.batch.sequence_numbers
            case Invoked(outcome=Outcome.PARTIAL, split=(left,)):
                rest = left.sequence_numbers
                self.delivered += [each for each in event.invoking.batch.sequence_numbers if each not in rest]
            case Discarded():
                self.discarded += event.batch.sequence_numbers
        if isinstance(event, Invoked | Discarded):
            batch = event.invoking.batch if isinstance(event, Invoked) else event.batch
            self.check_checkpoint(batch.shard_id, event.checkpoint)

    def check_order(self, event: Invoking) -> None:
        """Every earlier change of the items in a batch is done or in it, and so is all of the parents."""
        batch = event.batch
        assert len(batch.records) <= self.mapping.batch_size
        ours = {*batch.sequence_numbers}
        items = {each.item for each in batch.records}
        last = max((int(each) for each in ours), default=0)
        for earlier in self.earlier(batch.shard_id, last):
            if earlier.item in items or earlier.shard_id != batch.shard_id:
                number = earlier.sequence_number
                assert number not in self.passing or number in self.done or number in ours

    def earlier(self, shard_id: str, last: int) -> Iterator[ReplayRecord]:
        yield from (each for each in self.records[shard_id] if int(each.sequence_number) < last)
        parent = self.parents.get(shard_id)
        while parent:
            yield from self.records[parent]
            parent = self.parents.get(parent)

    def check_checkpoint(self, shard_id: str, checkpoint: str) -> None:
        for each in self.records[shard_id]:
            if checkpoint and int(each.sequence_number) <= int(checkpoint):
                assert each.sequence_number in self.done or each.sequence_number not in self.passing


@UNHURRIED
@given(st.integers(1, 400), st.data())
def test_bisect_finds_a_poison_record_within_its_bound(count: int, data: st.DataObject) -> None:
    poison = data.draw(st.integers(1, count))
    source = ListSource.of(*map(record, range(1, count + 1)))
    fails = Behaviour({sequence(poison): "raise"})
    mapping = Settings(batch_size=count, bisect=True, max_retries=0)
    replay, handler = replay_of(source, mapping, fails.answer)
    summary = replay.run()
    assert [event.batch.sequence_numbers for event in discarded(replay)] == [[sequence(poison)]]
    assert summary.counts.delivered == count - 1
    assert len(handler.asked) <= 1 + 2 * ceil(log2(count))


@UNHURRIED
@given(shards(), mappings, st.lists(st.sampled_from(["resume", "step", "run to failure"]), max_size=12))
def test_pausing_and_stepping_change_nothing(
    shard: tuple[list[ReplayRecord], dict[str, str]], mapping: Settings, commands: list[str]
) -> None:
    records, kinds = shard
    plain, _ = replay_of(ListSource.of(*records), mapping, Behaviour(kinds, 0.5).answer)
    plain.run()
    paused, _ = replay_of(ListSource.of(*records), mapping, Behaviour(kinds, 0.5).answer)
    waiting = list(commands)

    def go_on(event: Event) -> None:
        if isinstance(event, Invoking):
            paused.pause()
            command = waiting.pop() if waiting else "resume"
            {"resume": paused.resume, "step": paused.step, "run to failure": paused.run_to_failure}[command]()
        elif isinstance(event, Invoked) and event.outcome is not Outcome.SUCCESS:
            paused.step()

    paused._on_event = go_on
    paused.run()
    assert [story(event) for event in paused.events] == [story(event) for event in plain.events]
    assert paused.summary() == plain.summary()


class Written:
    """A shard whose records are there from their creation on; it ends with the last of them."""

    stream_arn, view_type, is_complete = "arn", "", True
    shards = (ReplayShard("s"),)

    def __init__(self, records: list[ReplayRecord], wall: VirtualWall) -> None:
        self._records, self._wall = list(records), wall

    def poll(self, shard_id: str, limit: int) -> Poll:
        arrived = tuple(each for each in self._records if each.created_at <= self._wall.moment)[:limit]
        del self._records[: len(arrived)]
        return Poll(arrived, is_end=not self._records)

    def wait(self, seconds: float) -> None: ...

    def close(self) -> None: ...


timed = st.builds(
    Settings,
    batch_size=st.integers(1, 6),
    batching_window_s=st.sampled_from([0, 2, 30]),
    max_retries=st.sampled_from([0, 2]),
    max_record_age_s=st.sampled_from([FOR_EVER, 60]),
    report_batch_item_failures=st.booleans(),
    tumbling_window_s=st.sampled_from([0, 0, 10]),
    bisect=st.booleans(),
)


@UNHURRIED
@given(shards(), timed, st.sampled_from([0.0, 0.25, 3.0, 17.5]), st.sampled_from(Backoff))
def test_the_recorded_clock_tells_what_the_wall_clock_would_have_shown(
    shard: tuple[list[ReplayRecord], dict[str, str]], mapping: Settings, duration_s: float, backoff: Backoff
) -> None:
    records, kinds = shard
    recorded, _ = replay_of(
        ListSource({"s": polls_of(records, 7, False)}),
        mapping,
        Behaviour(kinds, duration_s).answer,
        arrival=Arrival.RECORDED,
        backoff=backoff,
    )
    recorded.run()
    wall = VirtualWall(records[0].created_at if records else NOON)
    source = Written(records, wall)
    lived, _ = replay_of(source, mapping, Behaviour(kinds, duration_s).answer, wall=wall, backoff=backoff)
    lived.run()
    assert [story(event) for event in recorded.events] == [story(event) for event in lived.events]


def story(event: Event) -> Any:
    """An event without what differs from run to run."""
    match event:
        case Invoking():
            return event.at, event.number, event.batch, event.attempt
        case Invoked():
            return event.at, event.outcome, event.checkpoint, event.split
        case Discarded():
            return event.at, event.batch, event.condition, event.checkpoint
        case _:
            return event
