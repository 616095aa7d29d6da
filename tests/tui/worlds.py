"""Sessions whose every record and status is given by the test: a real journal, and a pump that stands still."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App
from textual.geometry import Region

from ddbtop.journal.journal import Journal
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import LATEST, TRIM_HORIZON, Position, StartPoint
from ddbtop.streams.outbox import Batch, ShardPage
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.connection import Connection
from ddbtop.tui.place import Place
from ddbtop.tui.session import Session

NOW = 1_774_017_127.0
"""2026-03-20 14:32:07 UTC: the moment at which all of these tests play."""

PLACE = Place(profile="prod-readonly", account="111122223333", region="eu-west-1")


@dataclass
class StillPump:
    """Shows the status it was given and notes what it is told."""

    status: SessionStatus
    error: Exception | None = None
    told: list[str] = field(default_factory=list)
    stopped: bool = False

    def select(self, shard_id: str) -> None:
        self.told.append(f"select {shard_id}")

    def retry_now(self) -> None:
        self.told.append("retry")

    def step_over(self, shard_id: str) -> None:
        self.told.append(f"step over {shard_id}")

    def stop(self) -> None:
        self.stopped = True


class Stage:
    """A world, the journal that was filled from it, and the session that shows both."""

    def __init__(self, folder: Path, world: World, start: Position = TRIM_HORIZON) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.world = world
        self.source = SimulatedSource(Service([world]), world.stream_arn)
        self._iterators: dict[str, str] = {}
        self._taken = 0
        self.journal = Journal.create(folder / "live.ddbtop", world.info, temporary=True)
        self.pump = StillPump(self.described())
        self.session = Session(self.pump, StartPoint(start), self.journal, source=self.source)

    def described(self, **changed: Any) -> SessionStatus:
        """A status as a pump at the tip of every open shard would give it."""
        lineage = Lineage(self.world.shards)
        readers = {shard_id: self._reader(lineage, shard_id) for shard_id in lineage}
        status = SessionStatus(
            self.world.info, readers, version=1, lineage_version=len(lineage), described=True, calls=10
        )
        return replace(status, **changed)

    def _reader(self, lineage: Lineage, shard_id: str) -> ReaderStatus:
        closed = lineage.is_closed(shard_id)
        return ReaderStatus(
            lineage[shard_id],
            ReaderState.DRAINED if closed else ReaderState.TIP,
            closed,
            generation=lineage.generation(shard_id),
            children=lineage.children(shard_id),
        )

    def tell(self, **changed: Any) -> None:
        """The pump shows another status."""
        before = self.pump.status
        self.pump.status = replace(self.described(), version=before.version + 1, **changed)

    def change(self, shard_id: str, **changed: Any) -> None:
        """One shard's reader stands elsewhere."""
        before = self.pump.status
        readers = {**before.readers, shard_id: replace(before.readers[shard_id], **changed)}
        self.pump.status = replace(before, readers=readers, version=before.version + 1)

    def read(self) -> None:
        """Take over into the journal whatever the world has written, shard by shard."""
        news = {shard_id for shard_id, _ in self.world.written[self._taken :]}
        self._taken = len(self.world.written)
        for shard in [shard for shard in self.world.shards if shard.shard_id in news]:
            iterator = self._iterators.get(shard.shard_id) or self.source.open_iterator(shard.shard_id, TRIM_HORIZON)
            while iterator:
                page = self.source.get_records(iterator)
                if page.records:
                    self.journal.commit(Batch(pages=[ShardPage(shard.shard_id, page)]))
                self._iterators[shard.shard_id] = iterator = page.next_iterator or ""
                if not page.records:
                    break

    def put(self, key: str, sort: str = "HEAD", **attributes: Any) -> None:
        """Write an item and read it at once."""
        self.world.put({"pk": {"S": key}, "sk": {"S": sort}, **attributes})
        self.read()


@contextlib.contextmanager
def stage(folder: Path, *, shards: int = 2, start: Position = TRIM_HORIZON, **world: Any) -> Iterator[Stage]:
    """A world that plays at `NOW`."""
    made = Stage(folder, World(ManualClock(NOW), shards=shards, **world), start)
    try:
        yield made
    finally:
        made.session.close().join()


def inspector(
    made: Stage, *, place: Place = PLACE, others: Callable[[StartPoint], Session] | None = None, **look: Any
) -> InspectorApp:
    """The program over a stage; a changed start point asks `others`. `look`: its theme, its keymap."""
    opened: list[StartPoint] = []

    def open_session(_: Any, start: StartPoint, __: int) -> Session:
        opened.append(start)
        if len(opened) == 1 or others is None:
            return made.session
        return others(start)

    start = StartPoint(LATEST)
    return InspectorApp(lambda _: Connection(made.source, place), start, place, open_session=open_session, **look)


def screen_text(app: App[Any]) -> list[str]:
    """What is on the screen, line by line."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    assert len(lines) == height
    return [line.crop(0, width).text for line in lines]


def type_ahead(app: App[Any], *keys: str) -> None:
    """Keys that are all there before the program looks at the first, as when it is busy."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))


def region_text(app: InspectorApp, selector: str) -> list[str]:
    """What one widget shows."""
    region: Region = app.screen.query_one(selector).region
    return [line[region.x : region.right] for line in screen_text(app)[region.y : region.bottom]]
