"""What is under the cursor as a command of the AWS CLI that asks for the same."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime

from ddbtop.streams.model import IteratorType, Position
from ddbtop.tui.place import Place


def iterator_command(stream_arn: str, shard_id: str, position: Position, place: Place) -> str:
    """`aws dynamodbstreams get-shard-iterator …`: the iterator that reads from this position on."""
    words = ["aws", "dynamodbstreams", "get-shard-iterator", "--stream-arn", stream_arn, "--shard-id", shard_id]
    words += ["--shard-iterator-type", position.type.value]
    if position.sequence_number:
        words += ["--sequence-number", position.sequence_number]
    if position.type is IteratorType.AT_TIMESTAMP:
        words += ["--timestamp", datetime.fromtimestamp(position.timestamp, UTC).isoformat()]
    return shlex.join(words) + place.options()


def describe_command(stream_arn: str, place: Place) -> str:
    """`aws dynamodbstreams describe-stream …`: the shards of the stream."""
    return shlex.join(["aws", "dynamodbstreams", "describe-stream", "--stream-arn", stream_arn]) + place.options()
