"""The whole path with real threads: simulated stream, HTTP, botocore, pump, journal."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ddbtop.errors import CannotDo
from ddbtop.journal.journal import Journal
from ddbtop.streams.aws import Account, AwsSource
from ddbtop.streams.model import LATEST, TRIM_HORIZON, StartPoint, StreamInfo
from ddbtop.streams.outbox import Batch
from ddbtop.streams.pump import Pump
from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.faults import Fault, Faults
from ddbtop.streams.simulated.server import SimulatedServer
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.shapes import fill
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState
from ddbtop.streams.tailer import Options

PATIENCE_S = 60.0
"""A deadline that only a defect reaches."""

UNBOUNDED = Options(budget=0)


@contextmanager
def serving(world: World, faults: Faults | None = None) -> Iterator[tuple[Service, AwsSource]]:
    service = Service([world], faults)
    with SimulatedServer(service) as server:
        account = Account(region="eu-west-1", endpoint_url=server.endpoint_url, demo=True)
        source = AwsSource(account, world.stream_arn)
        yield service, source
        source.close()


@contextmanager
def pumping(source: AwsSource, journal: Journal, options: Options = UNBOUNDED, **more: object) -> Iterator[Pump]:
    pump = Pump(source, StartPoint(more.pop("start", TRIM_HORIZON)), journal, options, **more)  # type: ignore[arg-type]
    pump.start()
    try:
        yield pump
    finally:
        pump.stop()
    assert pump.error is None


def wait_for(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not done():
        assert time.monotonic() < deadline, "not in time"
        pause.wait(0.01)


def kept(journal: Journal) -> list[tuple[str, str]]:
    reader = journal.reader()
    try:
        rows = reader.window(journal.start, journal.end - journal.start)
        return [(row.shard_id, row.record.sequence_number) for row in rows]
    finally:
        reader.close()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.create(tmp_path / "journal", StreamInfo("")) as journal:
        yield journal


@pytest.mark.parametrize("start", [TRIM_HORIZON, LATEST], ids=lambda start: start.type)
def test_the_journal_holds_exactly_what_was_written_while_it_was_read(journal: Journal, start: object) -> None:
    world = World(WallClock(), shards=6)
    rng = random.Random(1)
    faults = Faults(server_error=0.01, throttle=0.01, cut=0.01, garbled=0.01, empty_pages=(0, 4), empty_share=0.01)
    with serving(world, faults) as (_, source), pumping(source, journal, start=start) as pump:
        wait_for(lambda: pump.status.described and all(r.iterator_at for r in pump.status.readers.values()))
        for turn in range(200):
            for _ in range(50):
                world.put({"pk": {"S": f"item-{rng.randrange(300)}"}, "sk": {"S": "v"}, "n": {"N": str(rng.random())}})
            if turn % 20 == 0:
                world.split(rng.choice(world.open_shards()))
        wait_for(lambda: journal.end == len(world.written))
    assert sorted(kept(journal)) == sorted(world.written)


def test_two_thousand_shards_are_described_within_the_limits_and_seen_from_the_first_page(journal: Journal) -> None:
    world = World(WallClock(), shards=2000)
    with serving(world) as (service, source), pumping(source, journal, Options(), start=LATEST) as pump:
        wait_for(lambda: bool(pump.status.readers))
        assert not pump.status.described
        wait_for(lambda: pump.status.described)
        assert len(pump.status.readers) == 2000
        assert service.calls.peaks["DescribeStream"] <= 10


def test_stopping_does_not_wait_for_calls_that_hang(journal: Journal) -> None:
    world = World(WallClock(), shards=4)
    with serving(world) as (service, source):
        service.inject(Fault.HANG, operation="GetRecords", times=None)
        before = set(threading.enumerate())
        pump = Pump(source, StartPoint(TRIM_HORIZON), journal)
        pump.start()
        wait_for(lambda: service.calls.counts["GetRecords"] >= 2)
        pump.stop()
        assert not pump.is_running
        hanging = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("call-")]
        assert len(hanging) >= 2, "stopping waited for the calls"


def test_a_sink_that_cannot_keep_what_was_read_ends_the_pump_with_its_error() -> None:
    class Full:
        def commit(self, batch: Batch) -> None:
            raise CannotDo("the disk is full")

    world = World(WallClock(), shards=1)
    fill(world, world.open_shards(), 1)
    with serving(world) as (_, source):
        pump = Pump(source, StartPoint(TRIM_HORIZON), Full())
        pump.start()
        pump.join(PATIENCE_S)
        assert isinstance(pump.error, CannotDo)
        pump.stop()


def test_a_pump_that_was_stopped_goes_on_where_the_journal_ends(journal: Journal) -> None:
    world = World(WallClock(), shards=2)
    with serving(world) as (_, source):
        fill(world, world.open_shards(), 20)
        with pumping(source, journal):
            wait_for(lambda: journal.end == 40)
        children = [child for shard in world.open_shards() for child in world.split(shard)]
        fill(world, children, 20)
    with serving(world) as (_, source), pumping(source, journal, resume=journal.progress()):
        wait_for(lambda: journal.end == 120)
    assert sorted(kept(journal)) == sorted(world.written)


def test_everything_up_to_the_tip_ends_the_pump(journal: Journal) -> None:
    world = World(WallClock(), shards=2)
    fill(world, world.open_shards(), 20)
    parents = world.open_shards()
    children = [world.roll_over(shard) for shard in parents]
    fill(world, children, 20)
    with serving(world) as (_, source):
        pump = Pump(source, StartPoint(TRIM_HORIZON), journal, Options(follow=False))
        pump.start()
        pump.join(PATIENCE_S)
        assert not pump.is_running
    assert pump.status.finished
    assert {pump.status.readers[shard].state for shard in parents} == {ReaderState.DRAINED}
    assert sorted(kept(journal)) == sorted(world.written)


def test_a_server_whose_clock_is_ahead_is_understood(journal: Journal) -> None:
    class Ahead(WallClock):
        def now(self) -> float:
            return super().now() + 3600

    world = World(Ahead(), shards=1)
    with serving(world) as (_, source), pumping(source, journal, start=LATEST) as pump:
        (root,) = world.open_shards()
        wait_for(lambda: root in pump.status.readers and pump.status.readers[root].state is ReaderState.TIP)
        assert 3595 < pump.status.clock_offset < 3605
        child = world.roll_over(root)
        fill(world, [child], 3)
        wait_for(lambda: journal.end == 3)
