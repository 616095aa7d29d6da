"""The scene of every picture and snapshot: the demo's shop, standing still at one moment of one seed."""

from __future__ import annotations

import contextlib
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from unittest import mock

from ddbtop.journal.journal import Journal
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import TRIM_HORIZON, Position, StartPoint
from ddbtop.streams.outbox import Batch, ShardPage
from ddbtop.streams.simulated.catalogue import key
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.demo import STREAM_AGE_S
from ddbtop.streams.simulated.items import Item
from ddbtop.streams.simulated.orders import FIRST_ORDER
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.traffic import HISTORY_H, Traffic
from ddbtop.streams.simulated.turnover import Turnover
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from ddbtop.streams.wire import Page, Record
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.connection import Connection
from ddbtop.tui.meter import CELL_S, MINUTE_CELLS
from ddbtop.tui.place import Place
from ddbtop.tui.session import Session
from ddbtop.tui.themes import DARK

NOW = 1_774_017_127.0
"""2026-03-20 14:32:07 UTC."""

RECORDS = 2_000
"""Of the day before: enough for a lineage of a day, few enough to be read in a moment."""

MINUTE_S = 60.0
"""Before it the shop was quiet enough, so that the pictures show what goes on now."""

RATE = 6.0
"""Changes a second in that minute: a list that spans several seconds."""

SEED = 59
"""A day in which two shards became three, then four."""

CALLS_A_SECOND = 16.2
"""Four open shards at about four calls a second."""

PLACE = Place(profile="prod-readonly", account="111122223333", region="eu-west-1")


@dataclass
class StillPump:
    """A pump that has read everything and reads nothing more."""

    status: SessionStatus
    error: Exception | None = None

    def select(self, shard_id: str) -> None:
        pass

    def retry_now(self) -> None:
        pass

    def step_over(self, shard_id: str) -> None:
        pass

    def stop(self) -> None:
        pass


def shop(seed: int = SEED) -> World:
    """A stream of 37 days with a past of one, two open shards that became four, a busy last minute, and an order that
    is shipped at its end.
    """
    clock = ManualClock(NOW - MINUTE_S)
    world = World(clock, seed=seed, shards=2, created_at=NOW - STREAM_AGE_S, roots_at=NOW - MINUTE_S - HISTORY_H * 3600)
    traffic = Traffic(world, seed, RATE, Turnover(world, seed, open_shards=4))
    traffic.backfill(records=RECORDS)
    clock.advance(MINUTE_S)
    traffic.step(NOW)
    ship(world)
    return world


def ship(world: World) -> None:
    """The newest packed order leaves, in one change with a bit of everything that a difference can show."""
    head = next(order for order in orders(world) if order["status"]["S"] == "PACKED")
    head["status"] = {"S": "SHIPPED"}
    head["tracking"] = {"M": {"carrier": {"S": "DHL"}, "code": {"S": "00340434161094"}}}
    head["shipped_at"] = {"N": str(int(NOW))}
    head["signature"] = {"B": b64encode(bytes(range(0, 256, 8))).decode()}
    head["tags"] = {"SS": sorted({"insured", *head["tags"]["SS"][1:]})}
    quantity = head["lines"]["L"][0]["M"]["qty"]
    quantity["N"] = str(int(quantity["N"]) + 1)
    del head["hold"]
    world.put(head)


def orders(world: World) -> Iterator[Item]:
    """The heads of the shop's orders, from the newest on."""
    for number in range(FIRST_ORDER + RECORDS, FIRST_ORDER, -1):
        head = world.get(key(f"ORDER#{number}", "HEAD"))
        if head is not None:
            yield head


def read_all(world: World) -> dict[str, Page]:
    """The records of every shard as one page."""
    source = SimulatedSource(Service([world]), world.stream_arn)
    found: dict[str, Page] = {}
    for shard in world.shards:
        iterator: str | None = source.open_iterator(shard.shard_id, TRIM_HORIZON)
        records: list[Record] = []
        raw: list[bytes] = []
        while iterator:
            page = source.get_records(iterator)
            iterator = page.next_iterator
            if not page.records:
                break
            records += page.records
            raw.append(page.raw[1:-1])
        found[shard.shard_id] = Page(records, b"[" + b",".join(raw) + b"]")
    return found


def in_order(pages: dict[str, Page]) -> list[ShardPage]:
    """Runs of records of one shard in the order they were written, as a session at the tip would have read them."""
    moments = [
        (int(record.sequence_number), shard_id, place)
        for shard_id, page in pages.items()
        for place, record in enumerate(page.records)
    ]
    runs: list[ShardPage] = []
    for shard_id, group in groupby(sorted(moments), key=lambda moment: moment[1]):
        places = [place for _, _, place in group]
        runs.append(ShardPage(shard_id, pages[shard_id].part(places[0], places[-1] + 1)))
    return runs


def status_at(world: World, pages: dict[str, Page], moment: float) -> SessionStatus:
    """What a session at the tip would have said at a moment."""
    lineage = Lineage(world.shards)
    read = {
        shard_id: [record for record in page.records if record.created_at <= moment] for shard_id, page in pages.items()
    }
    readers = {shard_id: _reader(lineage, shard_id, read[shard_id]) for shard_id in lineage}
    calls = 2_000 + int((moment - NOW) * CALLS_A_SECOND)
    return SessionStatus(world.info, readers, version=1, lineage_version=1, described=True, calls=calls)


def _reader(lineage: Lineage, shard_id: str, records: list[Record]) -> ReaderStatus:
    closed = lineage.is_closed(shard_id)
    reader = ReaderStatus(
        lineage[shard_id],
        ReaderState.DRAINED if closed else ReaderState.TIP,
        closed,
        generation=lineage.generation(shard_id),
        children=lineage.children(shard_id),
        records=len(records),
        size_bytes=sum(record.dynamodb.size_bytes for record in records),
        calls=40,
        iterator_at=None if closed else NOW - 39,
        interval_s=0.25,
        latency_s=0.121,
    )
    if not records:
        return reader
    return replace(
        reader,
        position=Position.after(records[-1].sequence_number),
        exact=True,
        first_at=records[0].created_at,
        last_at=records[-1].created_at,
        last_sequence=records[-1].sequence_number,
    )


@dataclass
class Scene:
    """The program over the shop, and what its session would have said during the last minute."""

    app: InspectorApp
    history: list[SessionStatus]

    def settle(self) -> None:
        """Let the screen know the last minute, as if it had been there."""
        meter = self.app.main.meter
        meter.reset()
        began = time.monotonic() - CELL_S * (len(self.history) - 1)
        for step, status in enumerate(self.history):
            meter.sample(began + step * CELL_S, status)
        self.app.main.tick(force=True)


@contextlib.contextmanager
def still(folder: Path, *, theme: str = DARK.name, place: Place = PLACE) -> Iterator[Scene]:
    """The inspector over the scene, with the clock on the wall stopped."""
    with mock.patch.object(time, "time", return_value=NOW):
        world = shop()
        pages = read_all(world)
        journal = Journal.create(folder / "scene.ddbtop", world.info, temporary=True)
        journal.commit(Batch(pages=in_order(pages)))
        steps = MINUTE_CELLS + 1
        history = [status_at(world, pages, NOW - (steps - 1 - step) * CELL_S) for step in range(steps)]
        session = Session(StillPump(history[-1]), StartPoint(TRIM_HORIZON), journal)
        app = InspectorApp(
            lambda _: Connection(SimulatedSource(Service([world]), world.stream_arn), place),
            StartPoint(TRIM_HORIZON),
            place,
            theme=theme,
            open_session=lambda *_: session,
        )
        try:
            yield Scene(app, history)
        finally:
            session.close().join()
