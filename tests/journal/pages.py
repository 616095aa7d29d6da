"""Pages for tests, as a server would send them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from ddbtop.streams.model import KeyAttribute, StreamInfo
from ddbtop.streams.outbox import Batch, Progress, ShardPage
from ddbtop.streams.wire import Page, decode_page

STREAM = StreamInfo(
    "arn:aws:dynamodb:eu-central-1:111122223333:table/orders/stream/2026-03-19T08:12:44.031",
    "orders",
    "2026-03-19T08:12:44.031",
    "ENABLED",
    "NEW_AND_OLD_IMAGES",
    1_774_000_000.0,
    (KeyAttribute("pk", True), KeyAttribute("sk", False)),
)
SHARD = "shardId-00000001774017127000-a47e11aa"
BASE = 300_000_000_000_000_000_000
"""Sequence numbers of tests count from here: 21 digits, the fewest that the service uses."""


def record(
    number: int, *, key: str = "", event: str = "MODIFY", at: float = 1_774_017_127.0, **new: Any
) -> dict[str, Any]:
    """One record in wire form; `new` are attributes of its new image."""
    keys = {"pk": {"S": key or f"ORDER#{number}"}, "sk": {"S": "HEAD"}}
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": at,
        "Keys": keys,
        "SequenceNumber": str(BASE + number),
        "SizeBytes": 208,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    if event != "REMOVE":
        change["NewImage"] = keys | {"status": {"S": "PACKED"}, "n": {"N": str(number)}} | new
    if event != "INSERT":
        change["OldImage"] = keys | {"status": {"S": "PAID"}, "n": {"N": str(number)}}
    return {"eventID": f"{number:032x}", "eventName": event, "eventSource": "aws:dynamodb", "dynamodb": change}


def page(records: Iterable[dict[str, Any]]) -> Page:
    return decode_page(json.dumps({"Records": list(records)}, separators=(",", ":")).encode())


def numbered(*numbers: int) -> Page:
    return page(record(number) for number in numbers)


def batch(*pages: Page, shard: str = SHARD, progress: bool = True) -> Batch:
    """Pages of one shard and the position behind the last of them."""
    kept = Batch([ShardPage(shard, one) for one in pages])
    if progress and pages and pages[-1].records:
        kept.progress[shard] = Progress(shard, "", pages[-1].records[-1].sequence_number, False)
    return kept
