"""The demo: a shop's stream with a past and a present, served on this computer while a `with` block runs."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

from ddbtop.streams.simulated.answers import Answer
from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.faults import Faults
from ddbtop.streams.simulated.server import SimulatedServer
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.traffic import HISTORY_H, HISTORY_RECORDS, Traffic
from ddbtop.streams.simulated.turnover import Turnover
from ddbtop.streams.simulated.world import World

STREAM_AGE_S = 37 * 24 * 3600.0
"""The stream was enabled so long ago: its first shards have been trimmed for weeks."""

MAX_BYTES = 256 << 20
"""Records kept in memory; beyond it the oldest go before their 24 hours are over, so that a demo can run for days."""

STEP_RECORDS = 1000
"""The driver trims and looks whether it should end after so many records, however many are due."""

MAX_BEHIND_S = 1.0
"""What is due for longer, in real seconds, is left out: a rate beyond this computer must not pile up."""

TICK_S = 0.05
"""How often the driver writes what is due, in real seconds: often enough to look like a steady flow."""

DRIVER_PATIENCE_S = 0.1
"""So long does leaving wait for the driver; one that writes very much is not worth a wait, it holds nothing."""


class DemoStream:
    """World, service, endpoint and a thread that drives them.

    The past is written when the first call arrives, which waits for it: whatever starts beside the demo is not
    slowed down by it, and every reader finds the whole past in order.
    """

    def __init__(
        self,
        seed: int = 1,
        rate: float = 50.0,
        speed: float = 1.0,
        shards: int = 4,
        faults: float = 0.0,
        port: int = 0,
        *,
        history_records: int = HISTORY_RECORDS,
    ) -> None:
        """`rate`: changes a second as the viewer counts them. `speed`: how much faster shards age than that.

        `faults`: share of the calls that fail, 0 to 1. Raises ValueError for numbers that cannot be meant and
        OSError where the port is taken.
        """
        if shards < 1:
            raise ValueError(f"a stream has at least one shard: {shards}")
        self.clock = WallClock(speed)
        now = self.clock.now()
        self.world = World(
            self.clock,
            seed=seed,
            shards=max(1, shards // 2),
            created_at=now - STREAM_AGE_S,
            roots_at=now - HISTORY_H * 3600,
            keep_written=False,
        )
        turnover = Turnover(self.world, seed, open_shards=shards)
        self._traffic = Traffic(self.world, seed, rate / speed, turnover)
        self._history_records = history_records
        self._wanted, self._ready, self._stop = threading.Event(), threading.Event(), threading.Event()
        self.service = _AwaitedService(self.world, demo_faults(seed, faults), self._wanted, self._ready)
        self._server = SimulatedServer(self.service, port)
        self._driver = threading.Thread(target=self._drive, name="demo-driver", daemon=True)
        self.endpoint_url, self.stream_arn = self._server.endpoint_url, self.world.stream_arn

    def __enter__(self) -> Self:
        self._driver.start()
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._wanted.set()
        self._server.close()
        self._driver.join(DRIVER_PATIENCE_S)

    def _drive(self) -> None:
        self._wanted.wait()
        try:
            self._traffic.backfill(records=self._history_records, stop=self._stop.is_set)
        finally:
            self._ready.set()
        behind = False
        while not self._stop.wait(0 if behind else TICK_S):
            now = self.clock.now()
            behind = self._traffic.step(now, STEP_RECORDS) == STEP_RECORDS
            self._traffic.skip_to(now - MAX_BEHIND_S * self.clock.speed)
            self.world.trim()
            self.world.drop_oldest(MAX_BYTES)


class _AwaitedService(Service):
    """Answers once the stream has its past."""

    def __init__(self, world: World, faults: Faults, wanted: threading.Event, ready: threading.Event) -> None:
        super().__init__([world], faults)
        self._wanted, self._ready = wanted, ready

    def answer(self, operation: str, body: bytes) -> Answer:
        self._wanted.set()
        self._ready.wait()
        return super().answer(operation, body)


def demo_faults(seed: int, share: float) -> Faults:
    """A share of failing calls, of every kind that a session survives; empty pages belong to any stream."""
    if not 0 <= share <= 1:
        raise ValueError(f"faults are a share of 0 to 1: {share}")
    return Faults(
        seed=seed,
        throttle=share * 0.4,
        server_error=share * 0.2,
        unavailable=share * 0.1,
        cut=share * 0.1,
        garbled=share * 0.1,
        disconnect=share * 0.1,
        inconsistent=share,
        empty_pages=(0, 4),
        empty_share=0.0005,
    )
