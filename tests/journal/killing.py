"""A writer to be killed, and the check of what it leaves. `python -m tests.journal.killing PATH SEED [MUTANT]`

The writer reads made-up shards to the end of time: every record's number and content follow from its shard and its
place in it, so whoever opens the file afterwards knows what must be there.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ddbtop.journal.append import Appender
from ddbtop.journal.journal import Journal
from ddbtop.journal.ranges import encode
from ddbtop.journal.reader import JournalReader
from ddbtop.streams.outbox import Batch, Progress, ShardPage
from tests.journal.pages import BASE, STREAM, numbered

SHARDS = tuple(f"shardId-0000000177401712700{n}-a47e11a{n}" for n in range(3))

AGAIN = 0.3
"""Share of the pages that begin before the shard's position, as after an expired iterator or a second start."""

LIVES = 60
"""A writer is killed after at most so many commits."""

PREPARED = LIVES + 40
"""Batches made before the first of them is committed: what is killed is a commit, not the making of pages."""

COMMIT_S = 0.005
"""The kill comes at most so long after an acknowledgement: a few commits, so that it can hit any part of one."""


def write_for_ever(path: Path, seed: int, out: IO[str]) -> None:
    """Commit batches, and say after each one how far the shards are read."""
    pick = random.Random(seed)
    with Journal.open(path) if path.exists() else Journal.create(path, STREAM) as journal:
        positions = {shard: int(p.last_sequence) - BASE for shard, p in journal.progress().items()}
        while True:
            for batch in [_next_batch(pick, positions) for _ in range(PREPARED)]:
                journal.commit(batch)
                out.write(json.dumps({p.shard_id: int(p.last_sequence) - BASE for p in batch.progress.values()}) + "\n")
                out.flush()


def _next_batch(pick: random.Random, positions: dict[str, int]) -> Batch:
    batch = Batch()
    for _ in range(pick.randint(1, 4)):
        shard = pick.choice(SHARDS)
        position = positions.get(shard, 0)
        first = position + 1
        if pick.random() < AGAIN:
            first = max(1, position - pick.randint(0, 30))
        last = first + pick.randint(0, 40)
        batch.pages.append(ShardPage(shard, numbered(*range(first, last + 1))))
        positions[shard] = max(position, last)
    for shard, position in positions.items():
        batch.progress[shard] = Progress(shard, "", str(BASE + position), False)
    return batch


def keep_what_is_there_already() -> None:
    """A mutant: no page is looked at for records that are stored."""

    def append_page(self: Appender, shard_page: ShardPage) -> None:
        records = shard_page.page.records
        first, last = (encode(records[index].sequence_number) for index in (0, -1))
        self._append_run(shard_page, first, last)

    Appender._append_page = append_page  # type: ignore[method-assign]


def commit_positions_apart() -> None:
    """A mutant: pages in one transaction, how far was read in the next."""
    commit = Journal.commit

    def commit_twice(self: Journal, batch: Batch) -> None:
        commit(self, Batch(pages=batch.pages))
        commit(self, Batch(progress=batch.progress))

    Journal.commit = commit_twice  # type: ignore[method-assign]


MUTANTS = {"duplicates": keep_what_is_there_already, "apart": commit_positions_apart}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one killing left behind."""

    acknowledged: int
    """Commits that the writer had spoken of."""
    violations: tuple[str, ...]


def kill_a_writer(path: Path, seed: int, mutant: str = "") -> Outcome:
    """Let a writer run for a random number of commits, kill it, and look at the file."""
    pick = random.Random(seed)
    command = [sys.executable, "-m", "tests.journal.killing", str(path), str(seed), mutant]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        said = [line for line in (child.stdout.readline() for _ in range(pick.randint(1, LIVES))) if line]
        time.sleep(pick.random() * COMMIT_S)
        os.kill(child.pid, signal.SIGKILL)
        said += child.stdout.readlines()
        errors = child.stderr.read()
    acknowledged = [json.loads(line) for line in said if line.endswith("\n")]
    found = list(_violations(path, acknowledged[-1] if acknowledged else {}))
    if child.returncode != -signal.SIGKILL:
        found.append(f"the writer ended by itself: {errors.strip().splitlines()[-1:]}")
    return Outcome(len(acknowledged), tuple(found))


def _violations(path: Path, acknowledged: dict[str, int]) -> list[str]:
    with JournalReader.open(path) as reader:
        kept: dict[str, list[int]] = defaultdict(list)
        start, end = reader.bounds()
        for row in reader.window(start, end - start):
            kept[row.shard_id].append(int(row.record.sequence_number) - BASE)
        positions = {shard: int(p.last_sequence) - BASE for shard, p in reader.progress().items()}
    found = [] if _is_whole(path) else ["the file is not whole"]
    for shard in {*kept, *positions, *acknowledged}:
        counts = Counter(kept[shard])
        last = max(counts, default=0)
        if last < acknowledged.get(shard, 0):
            found.append(f"{shard} ends at {last}, acknowledged was {acknowledged[shard]}")
        if missing := set(range(1, last + 1)) - set(counts):
            found.append(f"{shard} lacks {sorted(missing)[:5]}")
        if doubled := [number for number, count in counts.items() if count > 1]:
            found.append(f"{shard} has twice {doubled[:5]}")
        if positions.get(shard, 0) != last:
            found.append(f"{shard} is stored up to {last}, its position is {positions.get(shard)}")
    return found


def _is_whole(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


if __name__ == "__main__":
    if sys.argv[3]:
        MUTANTS[sys.argv[3]]()
    write_for_ever(Path(sys.argv[1]), int(sys.argv[2]), sys.stdout)
