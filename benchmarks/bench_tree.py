"""The shard tree beside Textual's Tree with the same shards, all unfolded: folding one, and a split that arrives.

`python -m benchmarks.bench_tree [--shards 5000] [--rounds 21]` paints both headless at 120x40, turn by turn, and adds
up the work of each change until the frame that shows it is painted; the pause until the frame is due, the same for
both, is no part of it. Goal G11.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from benchmarks.bench_journal import Table
from ddbtop.errors import DdbtopError
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import Shard, StreamInfo
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.meter import Meter
from ddbtop.tui.names import ShardNames
from ddbtop.tui.widgets.painted import RoleApp
from ddbtop.tui.widgets.shards import ShardList

SIZE = (120, 40)
GENERATIONS = 4
"""A day of shards that live about six hours."""

BORN = 1_774_000_000.0
GOAL_MS, GOAL_RATIO = 10.0, 5.0


def shard_id(number: int) -> str:
    """In the service's form; the digits at the end differ as widely as there."""
    return f"shardId-{int(BORN + number) * 1000:020d}-{number * 2_654_435_761 % 2**32:08x}"


def lineage(count: int) -> list[Shard]:
    """As many shards in chains of a few generations."""
    wide = max(1, count // GENERATIONS)
    return [Shard(shard_id(number), shard_id(number - wide) if number >= wide else "") for number in range(count)]


def status_of(shards: list[Shard]) -> SessionStatus:
    known = Lineage(shards)
    readers = {
        shard: ReaderStatus(
            known[shard],
            ReaderState.DRAINED if known.is_closed(shard) else ReaderState.TIP,
            known.is_closed(shard),
            generation=known.generation(shard),
            children=known.children(shard),
        )
        for shard in known
    }
    return SessionStatus(StreamInfo("arn"), readers, version=len(shards), lineage_version=len(shards), described=True)


class TreesApp(RoleApp[DdbtopError]):
    """Shows one of the two at a time: neither pays for the other's frame."""

    def __init__(self, shards: list[Shard]) -> None:
        super().__init__()
        self._shards = shards
        self.ours = ShardList(ShardNames(), Meter())
        self.theirs: Tree[str] = Tree("stream")
        self.nodes: dict[str, TreeNode[str]] = {}

    def compose(self) -> ComposeResult:
        yield self.ours
        yield self.theirs

    def on_mount(self) -> None:
        self.theirs.root.expand()
        for shard in self._shards:
            parent = self.nodes.get(shard.parent_id, self.theirs.root)
            self.nodes[shard.shard_id] = parent.add(shard.shard_id[-8:], shard.shard_id, expand=True)
        self.ours.tell(status_of(self._shards), BORN)
        for leaf in [self.ours.shown(row) for row in range(self.ours.end)]:
            self.ours.select(leaf)
            self.ours.action_unfold()
        self.ours.select(self._shards[0].shard_id)

    def show_only(self, wanted: Widget) -> None:
        for widget in (self.ours, self.theirs):
            widget.display = widget is wanted


@dataclass(frozen=True)
class Change:
    """What is done to one of the two, and its undoing, which is timed as well."""

    name: str
    widget: Widget
    does: Callable[[], object]
    undoes: Callable[[], object]


async def painted_ms(app: App[DdbtopError], act: Callable[[], object]) -> float:
    """Milliseconds of this thread's work until the frame after `act` is painted."""
    painted = asyncio.Event()
    began = time.thread_time()
    act()
    app.screen.call_after_refresh(painted.set)
    await painted.wait()
    return 1000 * (time.thread_time() - began)


def changes(app: TreesApp, shards: list[Shard]) -> dict[str, tuple[Change, Change]]:
    """By what happens: ours and theirs."""
    leaf = app.ours.shown(GENERATIONS - 1)
    split = [*shards, Shard(shard_id(len(shards) + 1), leaf), Shard(shard_id(len(shards) + 2), leaf)]
    before, after = status_of(shards), status_of(split)
    ours, theirs, root = app.ours, app.theirs, app.nodes[shards[0].shard_id]

    def grow() -> None:
        for child in split[-2:]:
            app.nodes[leaf].add_leaf(child.shard_id[-8:], child.shard_id)

    return {
        "folding and unfolding": (
            Change("ddbtop", ours, ours.action_fold, ours.action_unfold),
            Change("Tree", theirs, root.collapse, root.expand),
        ),
        "a split arrives, and is taken back": (
            Change("ddbtop", ours, lambda: ours.tell(after, BORN), lambda: ours.tell(before, BORN)),
            Change("Tree", theirs, grow, app.nodes[leaf].remove_children),
        ),
    }


async def measure(count: int, rounds: int, table: Table) -> None:
    shards = lineage(count)
    app = TreesApp(shards)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        InspectorApp.settle_garbage()
        table.add(f"{count} shards, all unfolded: lines of the tree", f"{app.ours.end}")
        for what, pair in changes(app, shards).items():
            times: dict[str, list[float]] = {change.name: [] for change in pair}
            for _ in range(rounds):
                for change in pair:
                    app.show_only(change.widget)
                    await pilot.pause()
                    times[change.name] += [await painted_ms(app, change.does), await painted_ms(app, change.undoes)]
            tell(what, {name: statistics.median(found) for name, found in times.items()}, table)


def tell(what: str, found: dict[str, float], table: Table) -> None:
    ours, theirs = found["ddbtop"], found["Tree"]
    ratio = theirs / ours
    table.add(f"{what}, Tree", f"{theirs:.1f} ms")
    table.add(f"{what}, ddbtop", f"{ours:.1f} ms", verdict(f"G11 <= {GOAL_MS:.0f} ms", ours <= GOAL_MS))
    table.add(f"{what}, ratio", f"{ratio:.1f} x", verdict(f"G11 >= {GOAL_RATIO:.0f} x", ratio >= GOAL_RATIO))


def verdict(goal: str, met: bool) -> str:
    return f"{goal}: {'met' if met else 'missed'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=21)
    asked = parser.parse_args()
    table = Table()
    asyncio.run(measure(asked.shards, asked.rounds, table))


if __name__ == "__main__":
    main()
