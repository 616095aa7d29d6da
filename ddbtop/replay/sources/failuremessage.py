"""The message of an on-failure destination, bare or inside the envelope that a queue or a topic puts around it.

It tells which range of a shard was given up and no records; only an S3 object carries the event as well (Developer
Guide, retain discarded batches).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ddbtop.errors import CannotDo
from ddbtop.journal.ranges import is_sequence_number

_BATCH = "DDBStreamBatchInfo"

_TELLTALES = (_BATCH.encode(), b'"s3"')
"""Without one of these nothing is parsed in vain."""

_MAX_ENVELOPES = 6
"""A message in a topic's in a queue's in a list takes four."""


@dataclass(frozen=True, slots=True)
class FailureMessage:
    """A batch that was given up."""

    stream_arn: str
    shard_id: str
    first: str
    last: str
    """Sequence numbers, both inside."""
    batch_size: int
    first_at: float
    """Creation time of the first record, epoch seconds; 0 where it is not told."""
    condition: str
    payload: bytes = b""
    """The event, where the message comes from a bucket."""


def find_message(data: bytes, name: str) -> FailureMessage | None:
    """The message that a file holds; None where it holds something else. Raises `CannotDo` where it is not one that
    can be used; `name` is what an error calls the file."""
    if not any(telltale in data for telltale in _TELLTALES):
        return None
    found = list(_unwrapped(_parsed(data), 0, name))
    if len(found) > 1:
        raise CannotDo(f"{name} holds {len(found)} on-failure messages", "a replay takes one: keep that in the file")
    return _message(found[0], name) if found else None


def _unwrapped(value: Any, depth: int, name: str) -> Iterator[dict[str, Any]]:
    """The messages inside whatever SQS, SNS or their commands have put around them."""
    if isinstance(value, list):
        for each in value:
            yield from _unwrapped(each, depth + 1, name)
    if not isinstance(value, dict) or depth > _MAX_ENVELOPES or "dynamodb" in value:
        return
    if _BATCH in value:
        yield value
    elif "s3" in value:
        raise _tells_of_an_object(value["s3"], name)
    else:
        for member in ("Messages", "Records", "Sns"):
            yield from _unwrapped(value.get(member), depth + 1, name)
        for text in ("Body", "body", "Message"):
            if isinstance(value.get(text), str):
                yield from _unwrapped(_parsed(value[text].encode(errors="replace")), depth + 1, name)


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None  # more than one JSON value, or none: no message


def _tells_of_an_object(s3: Any, name: str) -> CannotDo:
    try:
        place = f"s3://{s3['bucket']['name']}/{s3['object']['key']}"
    except (KeyError, TypeError):
        place = "s3://BUCKET/KEY"
    return CannotDo(f"{name} only tells that an S3 object was made", f"replay the object itself: aws s3 cp {place} .")


def _message(told: dict[str, Any], name: str) -> FailureMessage:
    batch = told[_BATCH]
    names = ("streamArn", "shardId", "startSequenceNumber", "endSequenceNumber")
    missing = [each for each in names if not isinstance(batch, dict) or not isinstance(batch.get(each), str)]
    if missing:
        raise CannotDo(f"{name}: {_BATCH} of the on-failure message has no {missing[0]}")
    arn, shard_id, first, last = (batch[each] for each in names)
    if not (is_sequence_number(first) and is_sequence_number(last) and int(first) <= int(last)):
        raise CannotDo(f"{name}: the on-failure message tells no range of sequence numbers: {first} to {last}")
    context = told.get("requestContext")
    condition = str(context.get("condition", "")) if isinstance(context, dict) else ""
    size = batch.get("batchSize")
    first_at = _epoch(batch.get("approximateArrivalOfFirstRecord"))
    count = size if isinstance(size, int) else 0
    return FailureMessage(arn, shard_id, first, last, count, first_at, condition, _payload(told.get("payload")))


def _payload(value: Any) -> bytes:
    """Documented as text; written as an object by others."""
    if isinstance(value, str):
        return value.encode(errors="surrogatepass")
    return json.dumps(value).encode() if isinstance(value, dict) else b""


def _epoch(text: Any) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (TypeError, ValueError):
        return 0.0
