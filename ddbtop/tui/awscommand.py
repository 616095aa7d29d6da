"""What is under the cursor as a command of the AWS CLI that asks for the same."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
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


def reading_commands(stream_arn: str, positions: Mapping[str, Position], place: Place) -> str:
    """For each shard, by its id, an iterator and the first page that it leads to: a script for a shell."""
    lines = []
    for shard_id, position in positions.items():
        asked = iterator_command(stream_arn, shard_id, position, place)
        lines.append(f"iterator=$({asked} --query ShardIterator --output text)")
        lines.append(f'aws dynamodbstreams get-records --shard-iterator "$iterator"{place.options()}')
    return "\n".join(lines)


def describe_command(stream_arn: str, place: Place) -> str:
    """`aws dynamodbstreams describe-stream …`: the shards of the stream."""
    return shlex.join(["aws", "dynamodbstreams", "describe-stream", "--stream-arn", stream_arn]) + place.options()
