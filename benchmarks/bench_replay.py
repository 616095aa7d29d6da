"""Replay: records a second through the Lambda Runtime API, from a journal to a Python handler in its own process,
beside what the same handler does in one loop, and behind boto3 without any of it.

`python -m benchmarks.bench_replay [--rounds N] [--records N]`
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.bench_decode import ITERATOR, boto3_client
from benchmarks.bench_journal import PAGE, Table, Traffic, one_page
from benchmarks.pageserver import RECORDS, page_server
from ddbtop.journal.journal import Journal
from ddbtop.journal.reader import JournalReader
from ddbtop.replay.handlers.choice import HandlerOptions, parse_handler
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.model import Answer, Call, Given, Handler, ReplayShard
from ddbtop.replay.options import Options
from ddbtop.replay.running.run import Replay
from ddbtop.replay.sources.journal import JournalSource
from ddbtop.streams.model import StreamInfo
from ddbtop.streams.wire import decode_page

BATCH = 100

ARN = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"
SHARD = "shardId-00000001774017127000-a47e11aa"

HANDLER = """
def handler(event, context=None):
    seen = 0
    for record in event["Records"]:
        seen += record["eventName"] == "MODIFY"
    return {"seen": seen}
"""

BOTO3_PAGES = 3
"""Pages of 1,000 records a turn: about half a second."""


class InMemory:
    """A handler that answers at once: what is left is the mapping's and the driver's."""

    workers = 1
    given = Given("nothing")

    def invoke(self, call: Call, worker: int) -> Answer:
        return Answer()

    def interrupt(self) -> None: ...

    def close(self) -> None: ...


def fill(path: Path, records: int) -> None:
    traffic = Traffic()
    with Journal.create(path, StreamInfo(ARN)) as journal:
        for _ in range(records // PAGE):
            journal.commit(one_page(decode_page(traffic.body(PAGE)), SHARD))


def replayed(path: Path, handler: Handler, records: int) -> float:
    """Seconds of a whole replay of a journal."""
    with closing(JournalSource(JournalReader.open(path), [ReplayShard(SHARD)])) as source:
        run = Replay(source, Settings(batch_size=BATCH), handler, Options(timeout_s=60, keep_events=False))
        began = time.perf_counter()
        summary = run.run()
        seconds = time.perf_counter() - began
    if summary.counts.delivered != records:
        raise SystemExit(f"the replay delivered {summary.counts.delivered} of {records} records")
    return seconds


def events(records: int) -> list[bytes]:
    traffic = Traffic()
    return [b'{"Records":' + _records(traffic.body(BATCH)) + b"}" for _ in range(records // BATCH)]


def _records(body: bytes) -> bytes:
    return json.dumps(json.loads(body)["Records"], separators=(",", ":")).encode()


def looped(function: Callable[[Any], object], events: list[bytes]) -> float:
    """Seconds of `json.loads` and the handler, one event after the other, nothing else."""
    began = time.perf_counter()
    for event in events:
        json.dumps(function(json.loads(event)))
    return time.perf_counter() - began


def behind_boto3(client: Any, function: Callable[[Any], object]) -> float:
    """Seconds a record: boto3 reads a page, events are built as Lambda has them, the handler runs in this process."""
    began = time.perf_counter()
    for _ in range(BOTO3_PAGES):
        page = client.get_records(ShardIterator=ITERATOR)["Records"]
        for start in range(0, len(page), BATCH):
            event = json.dumps({"Records": page[start : start + BATCH]}, default=as_lambda)
            function(json.loads(event))
    return (time.perf_counter() - began) / (BOTO3_PAGES * RECORDS)


def as_lambda(value: object) -> object:
    """boto3's datetimes and bytes in the form that Lambda hands over."""
    return value.timestamp() if isinstance(value, datetime) else base64.b64encode(bytes(value)).decode()  # type: ignore


def measure(path: Path, folder: Path, rounds: int, records: int, table: Table) -> None:
    """G15, turn by turn, so that all meet the same machine."""
    (folder / "app.py").write_text(HANDLER)
    scope: dict[str, Any] = {}
    exec(HANDLER, scope)
    batches = events(records)
    turns = []
    with page_server() as url, closing(parse_handler("app.py:handler", HandlerOptions(folder=folder))) as handler:
        handler.invoke(Call(batches[0], "0" * 36, 60), 0)
        client = boto3_client(url)
        for _ in range(rounds):
            through_api = replayed(path, handler, records)
            in_loop = looped(scope["handler"], batches)
            turns.append((through_api, in_loop, behind_boto3(client, scope["handler"]) * records))
        bare = replayed(path, InMemory(), records)
    ours, loop, boto3 = (statistics.median(column) for column in zip(*turns, strict=True))
    against_loop = statistics.median(loop / ours for ours, loop, _ in turns)
    against_boto3 = statistics.median(boto3 / ours for ours, _, boto3 in turns)
    table.add("size of an event", f"{statistics.mean(map(len, batches)):,.0f} B of {BATCH} records")
    table.add("json.loads and the handler in one loop", f"{records / loop:,.0f} records/s")
    table.add("boto3, events built, the handler in process", f"{records / boto3:,.0f} records/s")
    table.add("mapping and driver alone, from the journal", f"{records / bare:,.0f} records/s")
    table.add("replay through the Runtime API, from the journal", f"{records / ours:,.0f} records/s", "aim 90,000")
    table.add("against the loop", f"{against_loop:.2f} x", f"G15 >= 0.35 x: {verdict(against_loop >= 0.35)}")
    table.add("against boto3", f"{against_boto3:.1f} x", f"G15 >= 8 x: {verdict(against_boto3 >= 8)}")


def verdict(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=50_000)
    options = parser.parse_args()
    records = max(PAGE, options.records // PAGE * PAGE)
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "bench.ddbtop"
        fill(path, records)
        measure(path, Path(name), options.rounds, records, Table())


if __name__ == "__main__":
    main()
