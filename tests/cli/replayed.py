"""Files for `ddbtop replay`: records as a stream would have them, and handlers made from a few lines."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

from tests.replay.inmemory import NOON, SHARD, STREAM_ARN


def change(sequence: str, *, created_at: float = NOON, event: str = "INSERT", shard: str = SHARD) -> dict[str, Any]:
    """One record as a line of `tail --json`."""
    return {
        "eventID": sequence,
        "eventName": event,
        "eventSource": "aws:dynamodb",
        "eventSourceARN": STREAM_ARN,
        "shardId": shard,
        "dynamodb": {
            "ApproximateCreationDateTime": created_at,
            "Keys": {"pk": {"S": f"order#{sequence}"}},
            "NewImage": {"pk": {"S": f"order#{sequence}"}, "status": {"S": "PAID"}},
            "SequenceNumber": sequence,
            "SizeBytes": 26,
            "StreamViewType": "NEW_IMAGE",
        },
    }


def write_records(path: Path, *records: dict[str, Any]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return str(path)


def write_handler(folder: Path, body: str, before: str = "") -> str:
    """`body` finds the records' sequence numbers as `numbers`; `before` runs once."""
    path = folder / "app.py"
    path.write_text(
        f"{textwrap.dedent(before)}\n"
        "def handler(event, context):\n"
        "    numbers = [record['dynamodb']['SequenceNumber'] for record in event['Records']]\n"
        f"{textwrap.indent(textwrap.dedent(body), '    ')}\n"
    )
    return f"{path}:handler"
