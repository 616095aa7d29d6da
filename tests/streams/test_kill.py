"""`kill -9` while a stream is read into a journal: what comes after goes on exactly there."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ddbtop.journal.journal import Journal
from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.faults import Faults
from ddbtop.streams.simulated.server import SimulatedServer
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.world import World
from tests.streams.test_pump import kept, wait_for

READ_INTO = """
import sys
from pathlib import Path
from ddbtop.journal.journal import Journal
from ddbtop.streams.aws import Account, AwsSource
from ddbtop.streams.model import TRIM_HORIZON, StartPoint, StreamInfo
from ddbtop.streams.pump import Pump
from ddbtop.streams.tailer import Options

endpoint, arn, path = sys.argv[1], sys.argv[2], Path(sys.argv[3])
source = AwsSource(Account(region="eu-west-1", endpoint_url=endpoint, demo=True), arn)
journal = Journal.open(path) if path.exists() else Journal.create(path, StreamInfo(arn))
pump = Pump(source, StartPoint(TRIM_HORIZON), journal, Options(budget=0), resume=journal.progress())
print(journal.end, flush=True)
pump.start()
while pump.is_running:
    pump.join(0.02)
    print(journal.end, flush=True)
"""
"""A reader that says after each while how many records are committed."""


def read_and_kill(endpoint: str, arn: str, path: Path, after: int) -> int:
    """Let a child read until it has committed `after` records more, kill it; returns what it said last."""
    process = subprocess.Popen([sys.executable, "-c", READ_INTO, endpoint, arn, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    first = said = int(process.stdout.readline())
    while said < first + after:
        said = int(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.stdout.close()
    process.wait()
    return said


def check(tmp_path: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    world = World(WallClock(), seed=seed, shards=3)
    faults = Faults(seed=seed, cut=0.01, throttle=0.01, empty_pages=(0, 4), empty_share=0.02)
    path = tmp_path / "journal"
    with SimulatedServer(Service([world], faults)) as server:
        for _ in range(kills):
            for _ in range(2500):
                world.put({"pk": {"S": f"item-{rng.randrange(300)}"}, "sk": {"S": "v"}, "n": {"N": str(rng.random())}})
            world.split(rng.choice(world.open_shards()))
            said = read_and_kill(server.endpoint_url, world.stream_arn, path, rng.randrange(1, 2000))
            with Journal.open(path) as journal:
                assert journal.end >= said, "something that was committed is gone"
        read_and_kill(server.endpoint_url, world.stream_arn, path, len(world.written) - said_by(path))
    with Journal.open(path) as journal:
        wait_for(lambda: journal.end == len(world.written))
        assert sorted(kept(journal)) == sorted(world.written)


def said_by(path: Path) -> int:
    with Journal.open(path) as journal:
        return journal.end


def test_nothing_committed_is_lost_and_nothing_is_doubled(tmp_path: Path) -> None:
    check(tmp_path, kills=3, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 8))
def test_nothing_committed_is_lost_whenever_it_is_killed(tmp_path: Path, seed: int) -> None:
    check(tmp_path, kills=8, seed=seed)
