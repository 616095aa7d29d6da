"""The journal: what keeping records costs beside reading them, what they take on disk, and how fast they are found.

`python -m benchmarks.bench_journal [--records N] [--folder DIR]`
"""

from __future__ import annotations

import argparse
import base64
import gc
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec

from ddbtop.journal.journal import Journal
from ddbtop.journal.query import Query
from ddbtop.journal.reader import JournalReader
from ddbtop.journal.search import Search
from ddbtop.streams.model import StreamInfo
from ddbtop.streams.outbox import Batch, Progress, ShardPage
from ddbtop.streams.wire import Page, decode_page

PAGE = 1000
ITEMS = 200_000
STATUSES = ("PAID", "PACKED", "SHIPPED", "DELIVERED", "RETURNED")
RARE = 50_000
"""One record in so many carries the word that the substring search looks for."""
WINDOW = 60
"""Records on a tall screen."""
LOOKS = 1000
TURNS = 3


@dataclass
class Table:
    """Rows of what was measured, each with the goal where there is one."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, value: str, goal: str = "") -> None:
        self.rows.append((what, value, goal))
        sys.stdout.write(f"{what:<58}{value:>24}   {goal}\n")
        sys.stdout.flush()


class Traffic:
    """Pages of a shop's changes, some 1,000 bytes of JSON a record, keys skewed as they are in life.

    `hard` adds what compresses badly: an identifier, a trace and a signature, new in each record.
    """

    def __init__(self, seed: int = 1, *, hard: bool = False) -> None:
        self._random = random.Random(seed)
        self._hard = hard
        self._number = 0

    def body(self, count: int) -> bytes:
        """A GetRecords answer."""
        records = ",".join(self._record() for _ in range(count))
        return f'{{"NextShardIterator":"{"x" * 230}","Records":[{records}]}}'.encode()

    def _record(self) -> str:
        self._number += 1
        number, pick = self._number, self._random
        item = int(ITEMS * pick.random() ** 3)
        before, after = pick.sample(STATUSES, 2)
        keys = f'"pk":{{"S":"ORDER#{item:06}"}},"sk":{{"S":"HEAD"}}'
        note = "ring at the xylophone" if number % RARE == 0 else "leave at the door"
        fixed = (
            f'"customer":{{"S":"CUSTOMER#{pick.randrange(40_000):05}"}},"total":{{"N":"{pick.random() * 1000:.2f}"}},'
            f'"currency":{{"S":"EUR"}},"placed":{{"N":"{1_774_000_000 + number // 50}"}},"note":{{"S":"{note}"}},'
            f'"ship":{{"M":{{"carrier":{{"S":"DHL"}},"code":{{"N":"{pick.randrange(10**9)}"}}}}}},'
            f'"tags":{{"SS":["fragile","gift"]}}{self._noise() if self._hard else ""}'
        )
        images = (
            f'{{{keys},{fixed},"status":{{"S":"{status}"}},"v":{{"N":"{number}"}}}}' for status in (after, before)
        )
        new, old = images
        return (
            f'{{"eventID":"{pick.getrandbits(128):032x}","eventName":"MODIFY","eventVersion":"1.1",'
            f'"eventSource":"aws:dynamodb","awsRegion":"eu-central-1","dynamodb":{{'
            f'"ApproximateCreationDateTime":{1_774_000_000 + number // 50},"Keys":{{{keys}}},"NewImage":{new},'
            f'"OldImage":{old},"SequenceNumber":"{10**23 + number}","SizeBytes":700,'
            f'"StreamViewType":"NEW_AND_OLD_IMAGES"}}}}'
        )

    def _noise(self) -> str:
        noise = self._random.randbytes(100)
        return (
            f',"id":{{"S":"{uuid.UUID(bytes=noise[:16])}"}},"trace":{{"S":"{noise[16:32].hex()}"}},'
            f'"signature":{{"B":"{base64.b64encode(noise).decode()}"}}'
        )


def one_page(page: Page, shard: str = "shardId-00000001774017127000-a47e11aa") -> Batch:
    last = page.records[-1].sequence_number
    return Batch([ShardPage(shard, page)], {shard: Progress(shard, "", last, False, "x" * 230, time.time())})


def measure_commits(journal: Journal, records: int, table: Table) -> None:
    """Decode and commit turn by turn over the same pages, so that both meet the same machine."""
    traffic, decoding, keeping, wire = Traffic(), 0.0, 0.0, 0
    slowest: list[float] = []
    for _ in range(records // PAGE):
        body = traffic.body(PAGE)
        wire += len(body)
        began = time.perf_counter()
        page = decode_page(body)
        decoded = time.perf_counter()
        journal.commit(one_page(page))
        kept = time.perf_counter()
        decoding += decoded - began
        keeping += kept - decoded
        slowest.append(kept - decoded)
    slowest.sort()
    table.add("decode only", f"{records / decoding:,.0f} records/s")
    table.add("decode and commit", f"{records / (decoding + keeping):,.0f} records/s")
    table.add("decode and commit against decode only", f"{(decoding + keeping) / decoding:.1f} x the time")
    table.add("commit of a full page, p50 / p99", f"{ms(slowest, 50)} / {ms(slowest, 99)} ms")
    table.add("wire size of a record", f"{wire / records:,.0f} B")


def ms(ordered: list[float], percent: int) -> str:
    return f"{1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]:.1f}"


def disk_ratio(folder: Path, traffic: Traffic, pages_a_commit: int, records_a_page: int, commits: int) -> float:
    """Bytes of the closed file for each byte of JSON."""
    path, wire = folder / "ratio.ddbtop", 0
    with Journal.create(path, StreamInfo("arn:bench")) as journal:
        for _ in range(commits):
            batch = Batch()
            for _ in range(pages_a_commit):
                page = decode_page(traffic.body(records_a_page))
                wire += len(page.raw)
                batch.pages.append(ShardPage("shardId-00000001774017127000-a47e11aa", page))
            journal.commit(batch)
    size = path.stat().st_size
    path.unlink()
    return size / wire


def measure_disk(folder: Path, table: Table) -> None:
    full, small = "G9 <= 0.25, stretch 0.15", "G9 <= 0.35"
    for name, hard, pages, records, commits, goal in (
        ("full pages", False, 1, PAGE, 100, full),
        ("full pages, hard to compress", True, 1, PAGE, 100, full),
        ("one-record pages, 20 a commit", False, 20, 1, 1000, small),
        ("one-record pages, 20 a commit, hard to compress", True, 20, 1, 1000, small),
        ("one record a commit", False, 1, 1, 3000, ""),
    ):
        ratio = disk_ratio(folder, Traffic(2, hard=hard), pages, records, commits)
        table.add(f"disk / wire, {name}", f"{ratio:.3f}", goal)


def measure_reading(path: Path, table: Table) -> None:
    began = time.perf_counter()
    with JournalReader.open(path) as reader:
        start, end = reader.bounds()
        table.add("open and count", f"{1000 * (time.perf_counter() - began):.1f} ms", "G21 <= 50 ms")
        places = random.Random(3).choices(range(start, end - WINDOW), k=LOOKS)
        looks = sorted(timed(partial(reader.window, place, WINDOW)) for place in places)
        table.add(f"random window of {WINDOW}, p50 / p99", f"{ms(looks, 50)} / {ms(looks, 99)} ms", "G21 p99 <= 10 ms")
        counts = statistics.median(timed(reader.counts) for _ in range(50))
        table.add("counts", f"{1000 * counts:.2f} ms")
        measure_items(reader, end, table)


def measure_items(reader: JournalReader, end: int, table: Table) -> None:
    rows = [found for place in random.Random(4).choices(range(end), k=30) if (found := reader.row(place))]
    keys = [bytes(row.record.dynamodb.keys) for row in rows]
    hashes = sorted(timed(partial(reader.hash_matches, key)) for key in keys)
    table.add("item history, record numbers, p50 / max", f"{ms(hashes, 50)} / {ms(hashes, 100)} ms", "G21 <= 50 ms")
    versions = sorted(timed(partial(reader.versions, key, 20)) for key in keys)
    table.add("newest 20 versions, opened and verified, p50 / max", f"{ms(versions, 50)} / {ms(versions, 100)} ms")
    previous = sorted(timed(partial(reader.previous_image, row)) for row in rows)
    table.add("previous image, p50 / max", f"{ms(previous, 50)} / {ms(previous, 100)} ms")


def measure_searches(path: Path, records: int, table: Table) -> None:
    for name, text, goal in (
        ("substring, rare", "xylophone", "G21 <= 2 s"),
        ("substring, in every record", "CUSTOMER#", ""),
        ("substring, in a few of every page", "ORDER#000017", ""),
        ("attribute filter", "status=SHIPPED", "G21 <= 4 s"),
        ("attribute filter, number", "total>990", ""),
        ("changed attribute", "changed:status", ""),
        ("event that never comes", "event:REMOVE", ""),
    ):
        gc.collect()
        seconds, hits = search(path, text, records)
        table.add(f"{name}: {text}", f"{seconds:.2f} s, {hits:,} hits", goal)


def search(path: Path, text: str, records: int) -> tuple[float, int]:
    began = time.perf_counter()
    running = Search(lambda: JournalReader.open(path), Query.parse(text), newest_first=True)
    running.join()
    if running.error is not None or running.scanned != records:
        raise SystemExit(f"the search for {text} ended early: {running.error}")
    return time.perf_counter() - began, len(running.hits)


def measure_yardstick(path: Path, records: int, table: Table) -> None:
    """The filter against what decoding every record into dicts would take, by every tenth page; turn by turn."""
    decoder = msgspec.json.Decoder()
    ratios = []
    for _ in range(TURNS):
        spent, seen = 0.0, 0
        for body, count in bodies(path):
            spent += timed(partial(decoder.decode, body))
            seen += count
        seconds, _ = search(path, "status=SHIPPED", records)
        ratios.append(spent * records / seen / seconds)
    ratio = f"{statistics.median(ratios):.1f} x"
    table.add("attribute filter against decoding everything into dicts", ratio, "G16 >= 5 x")


def bodies(path: Path) -> Iterator[tuple[bytes, int]]:
    with JournalReader.open(path) as reader:
        for head in reader.heads(0, 10**6)[::10]:
            if (block := reader.open_block(head.first, bytearray())) is not None:
                yield block.pages[0].raw(block.body), block.pages[0].count


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None, help="where the journal is written, default a new folder")
    options = parser.parse_args()
    records = max(PAGE, options.records // PAGE * PAGE)
    table = Table()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        path = Path(name) / "bench.ddbtop"
        with Journal.create(path, StreamInfo("arn:bench")) as journal:
            measure_commits(journal, records, table)
        table.add(f"file of {records:,} records", f"{path.stat().st_size / 1e6:,.0f} MB")
        measure_disk(Path(name), table)
        measure_reading(path, table)
        measure_searches(path, records, table)
        measure_yardstick(path, records, table)


if __name__ == "__main__":
    main()
