"""A record as GetRecords sent it becomes one on its way to a handler."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Raw

from ddbtop.journal.keys import canonical_key
from ddbtop.replay.model import ReplayRecord
from ddbtop.streams.lambda_form import lambda_record
from ddbtop.streams.wire import Record, decode_records, record_slices


def page_records(shard_id: str, raw: bytes, stream_arn: str) -> Iterator[ReplayRecord]:
    """The records of a page's JSON array, in order."""
    for record, piece in zip(decode_records(raw), record_slices(raw), strict=True):
        yield replay_record(shard_id, record, lambda_record(piece, stream_arn))


def replay_record(shard_id: str, record: Record, event: bytes | Raw) -> ReplayRecord:
    """`event`: the record in the form of a Lambda event."""
    return ReplayRecord(
        shard_id=shard_id,
        sequence_number=record.sequence_number,
        created_at=record.created_at,
        item=canonical_key(record.dynamodb.keys),
        event=bytes(event),
    )
