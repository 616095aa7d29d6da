"""The event of an invocation, joined from the bytes of its records; nothing in them is parsed."""

from __future__ import annotations

import json

from ddbtop.replay.model import ReplayBatch
from ddbtop.replay.moments import iso_seconds


def event_json(batch: ReplayBatch, stream_arn: str) -> bytes:
    """What a function is handed for a batch: `{"Records": [...]}`, and what a tumbling window adds to it."""
    return b"%b%b%b" % (_BEGIN, b",".join([record.event for record in batch.records]), _end(batch, stream_arn))


def envelope_bytes(batch: ReplayBatch, stream_arn: str) -> int:
    """The size of an event without its records and the commas between them."""
    return len(_BEGIN) + len(_end(batch, stream_arn))


_BEGIN = b'{"Records":['


def _end(batch: ReplayBatch, stream_arn: str) -> bytes:
    """Developer Guide, tumbling windows: `window`, `state`, `shardId`, `eventSourceARN` and how the window ends."""
    window = batch.window
    if window is None:
        return b"]}"
    times = {"start": iso_seconds(window.start), "end": iso_seconds(window.end)}
    members = {
        "window": json.dumps(times),
        "state": window.state.decode(),
        "shardId": json.dumps(batch.shard_id),
        "eventSourceARN": json.dumps(stream_arn),
        "isFinalInvokeForWindow": json.dumps(window.is_final),
        "isWindowTerminatedEarly": json.dumps(window.is_early),
    }
    return ("]," + ",".join(f'"{name}":{value}' for name, value in members.items()) + "}").encode()
