"""Every vector that is about one shard and its batches, through the whole replay."""

from __future__ import annotations

from typing import Any

import pytest

from ddbtop.replay.mapping.settings import settings_from_lambda
from ddbtop.replay.model import Discarded
from ddbtop.replay.running.run import Replay
from tests.replay.esm import Vector, script, vectors
from tests.replay.inmemory import ListSource, ScriptedHandler, record, sequence

CORE = vectors("core")


@pytest.mark.parametrize("vector", CORE, ids=[each.name for each in CORE])
def test_one_shard_is_invoked_as_recorded_and_documented(vector: Vector) -> None:
    source = ListSource.of(*(record(number) for number in vector.records))
    handler = ScriptedHandler(script(vector.spec))
    replay = Replay(source, settings_from_lambda(vector.settings), handler)
    summary = replay.run()
    assert vector.matches([asked.sequences for asked in handler.asked])
    messages = [event.message for event in replay.events if isinstance(event, Discarded)]
    assert [told(message) for message in messages] == [expected(each) for each in vector.destination]
    counts = summary.counts
    assert counts.polled == counts.filtered + counts.delivered + counts.discarded + counts.pending
    assert counts.polled == len(vector.records)


def told(message: dict[str, Any]) -> dict[str, Any]:
    context, info = message["requestContext"], message["DDBStreamBatchInfo"]
    response = message.get("responseContext", {"functionError": "absent"})
    return {
        "condition": context["condition"],
        "start": info["startSequenceNumber"],
        "end": info["endSequenceNumber"],
        "batchSize": info["batchSize"],
        "approximateInvokeCount": context["approximateInvokeCount"],
        "functionError": response["functionError"],
    }


def expected(message: dict[str, Any]) -> dict[str, Any]:
    return message | {"start": sequence(message["start"]), "end": sequence(message["end"])}
