"""A stream that is read while it is replayed: nothing is left out, and nothing is asked for twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from ddbtop.errors import CannotDo, DdbtopError
from ddbtop.replay.model import RecordSource, ReplayShard
from ddbtop.replay.sources.stream import StreamReading, StreamSource
from ddbtop.streams.model import TRIM_HORIZON, Position, Shard, StartPoint, StreamInfo
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.shapes import build_shards, fill
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from ddbtop.streams.tailer import Options

PATIENCE_S = 0.2
EVERYTHING = StartPoint(TRIM_HORIZON)
TO_THE_TIP = Options(follow=False, budget=0)


@contextmanager
def reading(
    source: SimulatedSource, start: StartPoint = EVERYTHING, options: Options = TO_THE_TIP
) -> Iterator[StreamReading]:
    reading = StreamReading(source, start, options)
    try:
        yield reading
    finally:
        reading.close()


def drained(source: RecordSource) -> dict[str, list[str]]:
    """Everything, as a driver would ask: shards in turn, parents before children, until all have ended."""
    found: dict[str, list[str]] = defaultdict(list)
    ended: set[str] = set()
    while True:
        is_complete = source.is_complete
        shards = {shard.shard_id: shard for shard in source.shards}
        if is_complete and ended == shards.keys():
            return dict(found)
        ready = [s for s in shards.values() if s.shard_id not in ended and (not s.parent_id or s.parent_id in ended)]
        brought = False
        for shard in ready:
            poll = source.poll(shard.shard_id, 7)
            found[shard.shard_id] += [record.sequence_number for record in poll.records]
            brought |= bool(poll.records) or poll.is_end
            if poll.is_end:
                ended.add(shard.shard_id)
        if not brought:
            source.wait(PATIENCE_S)


def written(world: World, shard_id: str) -> list[str]:
    return [number for shard, number in world.written if shard == shard_id]


def test_every_record_of_every_shard_comes_once_and_in_order(source: SimulatedSource, world: World) -> None:
    fill(world, world.open_shards(), 20)
    shards = build_shards(world, {0: 2, 1: (3, 4)})
    fill(world, world.open_shards(), 20)
    world.disable()
    with reading(source) as made:
        assert drained(made.source()) == {shard: written(world, shard) for shard in shards.values()}


def test_a_second_run_asks_the_stream_for_nothing(source: SimulatedSource, service: Service, world: World) -> None:
    fill(world, world.open_shards(), 20)
    world.disable()
    with reading(source) as made:
        first = drained(made.source())
        asked = service.calls.counts.total()
        assert drained(made.source()) == first
        assert service.calls.counts.total() == asked


def test_children_know_their_parents_where_those_are_replayed(source: SimulatedSource, world: World) -> None:
    shards = build_shards(world, {0: 2})
    world.disable()
    with reading(source) as made:
        replayed = made.source()
        drained(replayed)
        parents = {shard.shard_id: shard.parent_id for shard in replayed.shards}
        assert parents == {shards[0]: "", shards[1]: "", shards[2]: shards[0]}


def test_no_shard_comes_before_one_that_it_descends_from(source: SimulatedSource, world: World) -> None:
    """The oldest waits until it is known whether its parent is trimmed: what descends from it is no root meanwhile."""

    def told(state: ReaderState, *lineage: str) -> SessionStatus:
        shards = {name: Shard(name, parent) for name, parent in zip(lineage, ("trimmed", *lineage), strict=False)}
        readers = {name: ReaderStatus(shards[name], ReaderState.WAITS, closed=True) for name in reversed(lineage)}
        readers["oldest"] = replace(readers["oldest"], state=state)
        return SessionStatus(StreamInfo(world.stream_arn), readers, described=True)

    with reading(source) as made:
        status = told(ReaderState.WAITS, "oldest", "child", "grandchild")
        replayed = StreamSource(cast(StreamReading, Told(made, lambda: status)))
        assert not replayed.shards
        status = told(ReaderState.BEHIND, "oldest", "child", "grandchild")
        assert replayed.shards == tuple(
            ReplayShard(*each) for each in (("oldest",), ("child", "oldest"), ("grandchild", "child"))
        )
        status = told(ReaderState.DRAINED, "oldest", "child", "grandchild", "youngest")
        assert replayed.shards[3:] == (ReplayShard("youngest", "grandchild"),)


class Told:
    """A reading whose status is what the test says."""

    def __init__(self, made: StreamReading, status: Callable[[], SessionStatus]) -> None:
        self.arn, self.journal = made.arn, made.journal
        self._status = status

    @property
    def status(self) -> SessionStatus:
        return self._status()


def test_what_lies_outside_the_start_is_not_replayed(source: SimulatedSource, world: World) -> None:
    first, second = world.open_shards()
    numbers = fill(world, [first], 10)
    fill(world, [second], 10)
    world.disable()
    with reading(source, StartPoint(Position.at(numbers[4]), first)) as made:
        assert drained(made.source()) == {first: numbers[4:]}


def test_records_are_there_before_the_reading_is_over(source: SimulatedSource, world: World) -> None:
    first, _ = world.open_shards()
    numbers = fill(world, [first], 10)
    with reading(source, options=Options(budget=0)) as made:
        replayed = made.source()
        found: list[str] = []
        while len(found) < len(numbers):
            replayed.wait(PATIENCE_S)
            for shard in replayed.shards:
                poll = replayed.poll(shard.shard_id, 3)
                assert not poll.is_end
                found += [record.sequence_number for record in poll.records]
        assert found == numbers
        assert not replayed.is_complete


def test_a_shard_that_is_read_to_its_end_ends_while_others_go_on(source: SimulatedSource, world: World) -> None:
    shards = build_shards(world, {0: 2})
    with reading(source, options=Options(budget=0)) as made:
        replayed = made.source()
        while shards[0] not in {shard.shard_id for shard in replayed.shards}:
            replayed.wait(PATIENCE_S)
        while not replayed.poll(shards[0], 1).is_end:
            replayed.wait(PATIENCE_S)
        assert not replayed.is_complete


def test_a_stream_that_does_not_exist_is_told_when_it_is_replayed(service: Service, world: World) -> None:
    gone = SimulatedSource(service, world.stream_arn.replace("orders", "others"))
    with reading(gone) as made:
        while not made.is_over:
            made.wait(PATIENCE_S)
        with pytest.raises(CannotDo, match="no such stream"):
            made.source().poll("shardId-1", 1)
        with pytest.raises(DdbtopError):
            made.check()


def test_what_had_to_go_before_it_was_replayed_is_not_passed_over(source: SimulatedSource, world: World) -> None:
    numbers = fill(world, world.open_shards(), 4000)
    assert numbers
    world.disable()
    made = StreamReading(source, EVERYTHING, TO_THE_TIP, limit_bytes=1)
    try:
        while not made.is_over:
            made.wait(PATIENCE_S)
        with pytest.raises(CannotDo, match="dropped before they were replayed"):
            drained(made.source())
    finally:
        made.close()


def test_nothing_of_a_reading_stays_behind(source: SimulatedSource, world: World, cache: Path) -> None:
    fill(world, world.open_shards(), 5)
    with reading(source) as made:
        made.source().close()
        assert any(cache.iterdir())
    assert not any(cache.iterdir())
