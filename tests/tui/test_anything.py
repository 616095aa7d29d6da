"""Whatever a user does at any moment, and whatever happens to the stream: nothing ends but by its key, everything
fits, figures agree, nothing is lost or doubled, nothing is left behind.

A failure names its seed and its last steps; the same seed does the same again.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from ddbtop.replay.running.controls import RunState
from ddbtop.streams import describer, trouble
from ddbtop.streams.model import LATEST, TRIM_HORIZON, IteratorType, StartPoint
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.connection import Connection
from ddbtop.tui.screens.replay import ReplayScreen
from ddbtop.tui.session import Session
from ddbtop.tui.widgets.listing import Listing
from ddbtop.tui.widgets.records import RecordList
from ddbtop.tui.widgets.scrolled import Scrolled
from ddbtop.tui.widgets.shards import ShardList
from tests import hostile
from tests.catalogues import wait_until
from tests.tui.anystream import Account, Elsewhere
from tests.tui.anyuser import SIZES, AnyUser
from tests.tui.living import read
from tests.tui.watching import until
from tests.tui.worlds import PLACE

HISTORY_BYTES = 50_000_000
TOLD = 12
"""So many of the last steps stand in the message of a failure."""


@pytest.fixture(autouse=True)
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With tries that follow each other quickly, and with folders of its own."""
    monkeypatch.setattr(trouble, "PROBE_S", 0.05)
    monkeypatch.setattr(describer, "REFRESH_S", 0.5)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, quick: None) -> Iterator[None]:
    """No thread, no handler's process and no journal outlives the program for long."""
    before = set(threading.enumerate())
    yield
    wait_until(lambda: not [t for t in threading.enumerate() if t not in before and not t.name.startswith("asyncio")])
    wait_until(lambda: not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()])


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_is_done_holds_what_was_promised(tmp_path: Path, seed: int) -> None:
    await play(tmp_path, seed, 60)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 7))
async def test_whatever_is_done_for_long_holds_what_was_promised(tmp_path: Path, seed: int) -> None:
    await play(tmp_path, seed, 150)


async def play(folder: Path, seed: int, steps: int) -> None:
    account = Account(seed)
    first = account.worlds[seed % len(account.worlds)]
    app = InspectorApp(
        lambda arn: Connection(account.source(arn or first.stream_arn), PLACE),
        StartPoint(LATEST if seed % 3 == 0 else TRIM_HORIZON),
        PLACE,
        HISTORY_BYTES,
        elsewhere=Elsewhere(account),
    )
    done: deque[str] = deque([f"seed {seed}"], TOLD)
    async with app.run_test(size=SIZES[seed % 4]) as pilot:
        await until(app, pilot, lambda: app.main.session)
        user = AnyUser(seed, app, pilot, account, folder)
        for number in range(steps):
            done.append(f"{number} {type(app.screen).__name__}: {await user.step()}")
            await painted(app, pilot)
            assert app.is_running, done
            check_lines(app, done)
            check_lists(app, done)
            check_figures(app, done)
            check_replays(app, done)
        account.heal()
        await check_journal(app, pilot, account)
        await pilot.press("ctrl+c")
    account.heal()
    assert app.return_code == 0, done


async def painted(app: InspectorApp, pilot: Pilot[Any]) -> None:
    """Until the screen that is in front is laid out."""
    await pilot.pause(0.001)
    while app.is_running and len(app.screen._compositor.render_strips()) != app.size.height:
        await pilot.pause(0.005)


def check_lines(app: InspectorApp, done: object) -> None:
    """Every line has the width of the screen, in cells as they are counted and as they are painted."""
    for strip in app.screen._compositor.render_strips():
        assert strip.cell_length == app.size.width, (strip.text, done)
        assert sum(segment.cell_length for segment in strip) == app.size.width, (strip.text, done)
        assert not hostile.obeyed(strip.text), (strip.text, done)


def check_lists(app: InspectorApp, done: object) -> None:
    """Cursor and first line are among the lines; those of the records follow with the next tick."""
    lists = [listing for screen in app.screen_stack for listing in screen.query(Listing)]
    for listing in [listing for listing in lists if listing.first < listing.end]:
        at = listing, listing.first, listing.top, listing.cursor, listing.end, done
        assert listing.cursor < listing.end, at
        if not isinstance(listing, RecordList):
            assert isinstance(listing, Scrolled) or listing.cursor >= listing.first, at
            assert listing.first <= listing.top < listing.end, at


def check_figures(app: InspectorApp, done: object) -> None:
    """The header, the list of shards and the meter say the same."""
    main = app.main
    figures, status = main._header._figures, main.query_one(ShardList)._status
    if main.session is None or figures is None or status is None or not (figures.described and status.described):
        return
    opened = [shard_id for shard_id, reader in status.readers.items() if not reader.closed]
    assert (figures.open, figures.open + figures.closed) == (len(opened), len(status.readers)), done
    assert figures.gaps == status.gaps, done
    assert (figures.rate or 0) == sum(map(main.meter.shard_rate, opened)), done


def check_replays(app: InspectorApp, done: object) -> None:
    """Every record that was polled is accounted for; a run that came to its end shows all that it counted."""
    for screen in app.screen_stack:
        if not isinstance(screen, ReplayScreen) or (run := screen.run) is None:
            continue
        is_over = run.state is RunState.ENDED and run.replay.error is None
        summary = run.replay.summary()
        counts = summary.counts
        assert counts.polled == counts.filtered + counts.delivered + counts.discarded + counts.pending, (counts, done)
        if is_over and summary.stopped is None:
            assert (run.tree.invocations, run.tree.failed) == (counts.invocations, counts.failed), (counts, done)


async def check_journal(app: InspectorApp, pilot: Pilot[Any], account: Account) -> None:
    """What is read is there once and in order, and nothing is missing where no gap says so.

    A shard that stopped goes on only when it is told to, and so does what comes after it.
    """
    session: Session | None = None
    while session is not app.main.session:
        session = app.main.session
        if session is not None:
            await _check_session(app, pilot, account, session)


async def _check_session(app: InspectorApp, pilot: Pilot[Any], account: Account, session: Session) -> None:
    world = account.world(session.status.stream.arn)

    def is_other() -> bool:
        stopped = any(reader.state is ReaderState.STOPPED for reader in session.status.readers.values())
        return app.main.session is not session or session.error is not None or stopped

    session.retry_now()
    await until(app, pilot, lambda: is_other() or _has_begun(session, world))
    if is_other():
        return
    begun = len(world.written)
    account.write(world, 30)
    written = list(world.written)
    before = begun if world.stream_arn in account.trimmed else 0
    await until(
        app, pilot, lambda: is_other() or not _expected(session, world, written, before, begun) - set(read(app))
    )
    if app.main.session is session:
        found = read(app)
        assert set(found) <= set(written)
        assert not [key for key, times in Counter(found).items() if times > 1]
        with session.open_reader() as reader:
            in_order = [(row.shard_id, row.record.sequence_number) for row in reader.window(0, session.last_number + 1)]
        for shard_id in session.status.readers:
            numbers = [int(number) for of, number in in_order if of == shard_id]
            assert numbers == sorted(numbers)


def _has_begun(session: Session, world: World) -> bool:
    """From here on it misses nothing of what is written."""
    readers = session.status.readers
    waiting = (ReaderState.WAITS, ReaderState.OPENING)
    begun = all(reader.closed or reader.state not in waiting for reader in readers.values())
    return session.status.described and begun and all(shard_id in readers for shard_id in world.open_shards())


def _expected(
    session: Session, world: World, written: list[tuple[str, str]], before: int, begun: int
) -> set[tuple[str, str]]:
    """Of what was written, all that the session cannot leave out; `before` is the first record that may be left."""
    start, readers = session.start_point, session.status.readers
    first = before if start.position.type is IteratorType.TRIM_HORIZON else begun
    wanted = set(readers)
    if start.shard_id:
        wanted = {start.shard_id}
        for shard in world.shards:
            wanted |= {shard.shard_id} if shard.parent_id in wanted else set()
    lost = (ReaderState.TRIMMED, ReaderState.NOT_ASKED)
    wanted -= {shard_id for shard_id, reader in readers.items() if reader.gaps or reader.state in lost}
    return {(shard_id, number) for shard_id, number in written[first:] if shard_id in wanted}
