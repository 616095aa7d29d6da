"""The tree of a replay as it grows: what an event costs and a screenful of lines, at 10,000 invocations and more.

`python -m benchmarks.bench_replaytree [--invocations 10000]` grows three runs event by event: all good, every tenth
batch bisected down to one record, and every record reported one by one. A frame at 10 a second is 100 ms.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable

from ddbtop.replay.model import Event, Outcome
from ddbtop.tui.replays.lines import TreeFacts, replay_line
from ddbtop.tui.replays.tree import Entry, ReplayTree
from tests.replay.scripted import Script, record

SCREEN_LINES = 50
WIDTH = 112
SCROLLS = 200
BATCH = 100


def good(invocations: int) -> list[Event]:
    script = Script()
    some = [record(number) for number in range(4)]
    for _ in range(invocations):
        script.ok(some)
    return script.events


def bisected(invocations: int) -> list[Event]:
    """Every tenth batch has a record that fails."""
    script = Script()
    some = [record(number) for number in range(BATCH)]
    number = 0
    while len(script.events) < 2 * invocations:
        number += 1
        if number % 10:
            script.ok(some)
        else:
            script.bisect(script.batch(some), [some[number % BATCH].sequence_number])
    return script.events


def reported(invocations: int) -> list[Event]:
    """One batch of which one record after the other is reported."""
    script = Script()
    batch = script.batch(record(number) for number in range(min(invocations, 2_000)))
    while len(batch.records) > 1:
        batch = script.report(batch, 1)
    script.invoke(batch, Outcome.SUCCESS)
    return script.events


def measure(name: str, events: list[Event]) -> None:
    began = time.perf_counter()
    tree = ReplayTree()
    slowest = 0.0
    for event in events:
        before = time.perf_counter()
        tree.add(event)
        slowest = max(slowest, time.perf_counter() - before)
    grown = time.perf_counter() - began
    lines = len(tree)
    each = f"{grown / len(events) * 1e6:.1f} µs an event, slowest {slowest * 1e3:.2f} ms"
    screen = f"{screens(tree) * 1e3:.2f} ms a screen of {SCREEN_LINES} lines, {folds(tree) * 1e3:.2f} ms a fold"
    sys.stdout.write(f"{name:9} {tree.invocations:7,} invocations, {lines:6,} lines: {each}; {screen}\n")


def screens(tree: ReplayTree) -> float:
    """Seconds for one screen at a place that was not shown before."""
    chance, facts = random.Random(1), TreeFacts(max_retries=2)

    def scroll() -> None:
        top = chance.randrange(max(1, len(tree) - SCREEN_LINES))
        for line in range(top, min(len(tree), top + SCREEN_LINES)):
            replay_line(tree.entry(line), facts, WIDTH)

    return _each(scroll)


def folds(tree: ReplayTree) -> float:
    chance = random.Random(1)

    def fold() -> None:
        entry = tree.entry(chance.randrange(len(tree)))
        tree.toggle(entry, chance.random() < 0.5)
        tree.line_of(Entry(entry.node))

    return _each(fold)


def _each(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    for _ in range(SCROLLS):
        work()
    return (time.perf_counter() - began) / SCROLLS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--invocations", type=int, default=10_000)
    invocations = parser.parse_args().invocations
    for name, events in (("good", good), ("bisected", bisected), ("reported", reported)):
        measure(name, events(invocations))


if __name__ == "__main__":
    main()
