"""The message that Lambda sends to an on-failure destination: what was given up, never its data."""

from __future__ import annotations

from typing import Any

from ddbtop.replay.mapping.terms import Addresses
from ddbtop.replay.mapping.work import Work
from ddbtop.replay.model import Condition, ReplayBatch
from ddbtop.replay.moments import iso_millis, iso_seconds


def on_failure_message(addresses: Addresses, work: Work, condition: Condition, at: float) -> dict[str, Any]:
    """Developer Guide, error handling; recorded: no `responseContext` for age, `functionError` null for a report."""
    message: dict[str, Any] = {
        "requestContext": {
            "requestId": work.request_id,
            "functionArn": addresses.function_arn,
            "condition": str(condition),
            "approximateInvokeCount": max(1, work.invoked),
        }
    }
    if condition is Condition.ATTEMPTS:
        error = "Unhandled" if work.is_function_error else None
        message["responseContext"] = {"statusCode": 200, "executedVersion": "$LATEST", "functionError": error}
    message["version"] = "1.0"
    message["timestamp"] = iso_millis(at)
    message["DDBStreamBatchInfo"] = _batch_info(work.batch, addresses.stream_arn)
    return message


def _batch_info(batch: ReplayBatch, stream_arn: str) -> dict[str, Any]:
    first, last = batch.records[0], batch.records[-1]
    return {
        "shardId": batch.shard_id,
        "startSequenceNumber": first.sequence_number,
        "endSequenceNumber": last.sequence_number,
        "approximateArrivalOfFirstRecord": iso_seconds(first.created_at),
        "approximateArrivalOfLastRecord": iso_seconds(last.created_at),
        "batchSize": len(batch.records),
        "streamArn": stream_arn,
    }
