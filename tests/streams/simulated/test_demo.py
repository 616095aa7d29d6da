"""The demo as a whole: a past that is there when the first call comes, and a present that goes on."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import Any

import pytest

from ddbtop.streams.simulated import DemoStream
from ddbtop.streams.simulated.demo import demo_faults
from tests.servers import streams

PAUSE_S = 0.02
"""Between two looks at a stream that runs in real time."""

LOOKS = 1500
"""After so many the stream is taken to stand still."""


def read(client: Any, arn: str, shard_id: str, wanted: int) -> list[str]:
    """At least so many sequence numbers from the trim horizon on, or all that a closed shard has."""
    found: list[str] = []
    granted = client.get_shard_iterator(StreamArn=arn, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
    iterator = granted["ShardIterator"]
    for _ in range(LOOKS):
        if not iterator or len(found) >= wanted:
            return found
        page = client.get_records(ShardIterator=iterator)
        found += [record["dynamodb"]["SequenceNumber"] for record in page["Records"]]
        iterator = page.get("NextShardIterator")
        if not page["Records"]:
            threading.Event().wait(PAUSE_S)
    raise AssertionError(f"only {len(found)} of {wanted} records came")


def test_the_first_call_finds_the_whole_past_and_the_present_goes_on() -> None:
    with DemoStream(rate=400, history_records=600) as demo, closing(streams(demo.endpoint_url)) as client:
        shards = client.describe_stream(StreamArn=demo.stream_arn)["StreamDescription"]["Shards"]
        closed = [shard for shard in shards if "EndingSequenceNumber" in shard["SequenceNumberRange"]]
        past = [number for shard in closed for number in read(client, demo.stream_arn, shard["ShardId"], 10_000)]
        assert 300 < len(past) <= 700
        assert len(past) == len(set(past))
        [hot, *_] = sorted(demo.world.open_shards(), key=lambda shard_id: -len(_kept(demo, shard_id)))
        live = read(client, demo.stream_arn, hot, len(_kept(demo, hot)) + 20)
        assert live == sorted(live, key=int)
        assert live[-1] > max(past, key=int)


def _kept(demo: DemoStream, shard_id: str) -> list[int]:
    shard = demo.world.shard(shard_id)
    return [] if shard is None else shard.sequences


def test_a_fast_demo_goes_on_rolling_over() -> None:
    with DemoStream(rate=50, speed=40_000, history_records=50) as demo, closing(streams(demo.endpoint_url)) as client:

        def newest() -> str:
            listed = client.describe_stream(StreamArn=demo.stream_arn)["StreamDescription"]["Shards"]
            return max(str(shard["ShardId"]) for shard in listed)

        first = newest()
        assert any(newest() != first or threading.Event().wait(PAUSE_S) for _ in range(LOOKS))


def test_a_demo_that_nobody_asked_anything_ends_like_any_other() -> None:
    with DemoStream() as demo:
        pass
    assert demo.world.bytes_kept == 0


def test_the_faults_of_a_demo_are_a_share_of_the_calls() -> None:
    rates = demo_faults(1, 0.2).rates()
    assert sum(rate for _, rate in rates) == pytest.approx(0.2)
    assert demo_faults(1, 0.0).rates() == []
    with pytest.raises(ValueError, match="share"):
        demo_faults(1, 2)


@pytest.mark.parametrize("wrong", [{"shards": 0}, {"rate": -1}, {"speed": 0}])
def test_numbers_that_cannot_be_meant_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        DemoStream(**wrong)  # type: ignore[arg-type]
