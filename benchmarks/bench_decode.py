"""GetRecords: how fast full pages are fetched and decoded, beside boto3 and beside the least that decoding can cost.

`python -m benchmarks.bench_decode [--rounds N]`
"""

from __future__ import annotations

import argparse
import gc
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import boto3
import msgspec
from botocore.config import Config
from botocore.parsers import create_parser
from msgspec import Raw

from benchmarks.bench_journal import Table
from benchmarks.pageserver import RECORDS, full_page, page_server
from ddbtop.streams.aws import Account, AwsSource
from ddbtop.streams.wire import decode_page

ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"
ITERATOR = f"{ARN}|1|{'x' * 200}"

BOTO3_PAGES, OUR_PAGES = 4, 60
"""A turn of each: about half a second of boto3, and long enough of ours to be measured."""

DECODED_PAGES = 100
TICK_S = 0.001


class Floor(msgspec.Struct, gc=False):
    """The least that finding records in a page takes: their boundaries."""

    Records: list[Raw]


def boto3_client(url: str) -> Any:
    return boto3.client(
        "dynamodbstreams",
        endpoint_url=url,
        region_name="eu-west-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(proxies={}),
    )


def seconds_a_page(call: Callable[[], object], pages: int) -> float:
    began = time.perf_counter()
    for _ in range(pages):
        call()
    return (time.perf_counter() - began) / pages


def measure_fetching(client: Any, url: str, source: AwsSource, rounds: int, table: Table) -> None:
    """G1: turn by turn, so that all three meet the same machine."""
    undecoded = boto3_client(url)
    undecoded.meta.events.register("before-parse.dynamodb-streams.GetRecords", _drop_body)
    turns = [
        (
            seconds_a_page(lambda: client.get_records(ShardIterator=ITERATOR), BOTO3_PAGES),
            seconds_a_page(lambda: undecoded.get_records(ShardIterator=ITERATOR), OUR_PAGES),
            seconds_a_page(lambda: source.get_records(ITERATOR), OUR_PAGES),
        )
        for _ in range(rounds)
    ]
    theirs, _, ours = (statistics.median(column) for column in zip(*turns, strict=True))
    ratio = statistics.median(theirs / ours for theirs, _, ours in turns)
    ceiling = statistics.median(theirs / least for theirs, least, _ in turns)
    table.add("fetch and decode, boto3 get_records", f"{RECORDS / theirs:,.0f} records/s")
    table.add("fetch and decode, ours", f"{RECORDS / ours:,.0f} records/s")
    table.add("fetch and decode against boto3", f"{ratio:.1f} x", f"G1 >= 40 x: {verdict(ratio >= 40)}")
    table.add("fetch without decoding anything against boto3", f"{ceiling:.1f} x", "what botocore and HTTP leave")


def _drop_body(response_dict: dict[str, Any], **_: object) -> None:
    response_dict["body"] = b"{}"


def measure_decoding(body: bytes, rounds: int, table: Table) -> None:
    """G2: the same page, turn by turn."""
    floor = msgspec.json.Decoder(Floor)
    turns = [
        (
            seconds_a_page(lambda: floor.decode(body), DECODED_PAGES),
            seconds_a_page(lambda: decode_page(body), DECODED_PAGES),
        )
        for _ in range(rounds)
    ]
    least, ours = (statistics.median(column) for column in zip(*turns, strict=True))
    ratio = statistics.median(ours / least for least, ours in turns)
    table.add("decode to record boundaries, msgspec list[Raw]", f"{1000 * least:.2f} ms a page")
    table.add("decode, ours", f"{1000 * ours:.2f} ms a page")
    table.add("decode against the floor", f"{ratio:.2f} x", f"G2 <= 1.5 x: {verdict(ratio <= 1.5)}")


def measure_holding(client: Any, body: bytes, table: Table) -> None:
    """G3: how long decoding a page keeps the interpreter: processor time of the thread, so that nobody else counts."""
    shape = client.meta.service_model.operation_model("GetRecords").output_shape
    parser = create_parser("json")
    answer = {"status_code": 200, "headers": {}, "body": body}
    theirs = [thread_seconds(lambda: parser.parse(answer, shape)) for _ in range(5)]
    ours = [thread_seconds(lambda: decode_page(body)) for _ in range(DECODED_PAGES)]
    table.add("longest decode of a page, botocore", f"{1000 * max(theirs):.1f} ms")
    goal = f"G3 <= 3 ms: {verdict(max(ours) <= 0.003)}"
    table.add("longest decode of a page, ours", f"{1000 * max(ours):.2f} ms", goal)


def thread_seconds(call: Callable[[], object]) -> float:
    began = time.thread_time()
    call()
    return time.thread_time() - began


def measure_lateness(name: str, call: Callable[[], object], pages: int, table: Table) -> None:
    """How late a thread that wakes every millisecond is while another one reads pages: what a screen would feel."""
    done = threading.Event()
    late: list[float] = []

    def tick() -> None:
        due = time.perf_counter() + TICK_S
        while not done.wait(max(0.0, due - time.perf_counter())):
            now = time.perf_counter()
            late.append(now - due)
            due = now + TICK_S

    ticker = threading.Thread(target=tick)
    ticker.start()
    seconds_a_page(call, pages)
    done.set()
    ticker.join()
    late.sort()
    shown = f"{1000 * statistics.median(late):.1f} / {1000 * late[len(late) * 99 // 100]:.1f} ms"
    table.add(f"another thread is late meanwhile, {name}, p50 / p99", shown)


def verdict(met: bool) -> str:
    return "met" if met else "missed"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7)
    rounds = options.parse_args().rounds
    body, table = full_page(), Table()
    with page_server() as url:
        client = boto3_client(url)
        source = AwsSource(Account(region="eu-west-1", endpoint_url=url), ARN)
        if source.get_records(ITERATOR).records[-1].sequence_number != last_sequence(client):
            raise SystemExit("the two clients do not read the same page")
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 50, 1000)
        measure_fetching(client, url, source, rounds, table)
        measure_decoding(body, rounds, table)
        measure_holding(client, body, table)
        measure_lateness("boto3", lambda: client.get_records(ShardIterator=ITERATOR), 2 * BOTO3_PAGES, table)
        measure_lateness("ours", lambda: source.get_records(ITERATOR), 2 * OUR_PAGES, table)
        source.close()


def last_sequence(client: Any) -> str:
    return str(client.get_records(ShardIterator=ITERATOR)["Records"][-1]["dynamodb"]["SequenceNumber"])


if __name__ == "__main__":
    main()
