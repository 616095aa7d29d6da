"""A source and a handler in memory: records as a test writes them down, answers as it says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ddbtop.replay.model import Answer, Call, Given, HandlerError, Poll, ReplayRecord, ReplayShard

STREAM_ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"
SHARD = "shardId-00000000000000000000-a47e99d0"
NOON = 1_773_921_600.0
"""12:00 of a day in March 2026, a whole minute: where windows of tests begin."""


def sequence(number: int) -> str:
    """Strictly increasing, from 20 digits to 21: texts that compare differently from the integers they are."""
    return str(10**20 - 10 + number)


def record(
    number: int, *, created_at: float = NOON, shard_id: str = SHARD, item: str = "", event_name: str = "", size: int = 0
) -> ReplayRecord:
    keys = json.dumps({"pk": {"S": item or str(number)}})
    event = {"eventName": event_name or "MODIFY", "dynamodb": {"SequenceNumber": sequence(number)}}
    data = json.dumps(event).encode()
    if size:
        data = data[:-1] + b',"pad":"' + b"x" * (size - len(data) - 9) + b'"}'
    return ReplayRecord(shard_id, sequence(number), created_at, keys.encode(), data)


class ListSource:
    """Polls as they are listed for each shard, one after the other; what is not ended stays open for ever."""

    def __init__(self, polls: Mapping[str, Iterable[Poll]], shards: Sequence[ReplayShard] = ()) -> None:
        self._polls = {shard_id: list(each) for shard_id, each in polls.items()}
        self.shards = list(shards) or [ReplayShard(shard_id) for shard_id in polls]
        self.stream_arn = STREAM_ARN
        self.view_type = "NEW_AND_OLD_IMAGES"
        self.is_complete = True
        self.polled = 0
        self.waited = 0

    @classmethod
    def of(cls, *records: ReplayRecord, page: int = 1000, **kwargs: Any) -> ListSource:
        """One closed shard for each that the records name."""
        shards: dict[str, list[ReplayRecord]] = {}
        for each in records:
            shards.setdefault(each.shard_id, []).append(each)
        return cls({shard_id: closed(each, page) for shard_id, each in shards.items()}, **kwargs)

    def poll(self, shard_id: str, limit: int) -> Poll:
        self.polled += 1
        polls = self._polls[shard_id]
        poll = polls.pop(0) if polls else Poll()
        assert len(poll.records) <= limit
        return poll

    def wait(self, seconds: float) -> None:
        self.waited += 1

    def close(self) -> None: ...


def closed(records: Sequence[ReplayRecord], page: int = 1000) -> list[Poll]:
    pages = [tuple(records[at : at + page]) for at in range(0, len(records), page)] or [()]
    return [Poll(each, is_end=each is pages[-1]) for each in pages]


@dataclass
class Asked:
    """What a handler was asked, decoded."""

    sequences: tuple[str, ...]
    event: dict[str, Any]
    request_id: str
    earlier: int
    """So many times it was asked before, throttled calls left out."""


@dataclass
class ScriptedHandler:
    """Answers as `script` says."""

    script: Callable[[Asked], Answer]
    workers: int = 1
    asked: list[Asked] = field(default_factory=list)
    given: Given = field(default_factory=lambda: Given("scripted"))
    interrupted: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def invoke(self, call: Call, worker: int) -> Answer:
        event = json.loads(call.event)
        sequences = tuple(each["dynamodb"]["SequenceNumber"] for each in event["Records"])
        with self._lock:
            asked = Asked(sequences, event, call.request_id, len(self.asked))
            answer = self.script(asked)
            if answer.ran:
                self.asked.append(asked)
        return answer

    def interrupt(self) -> None:
        self.interrupted.set()

    def close(self) -> None: ...


def returns(value: Any, duration_s: float = 0.0) -> Answer:
    return Answer(json.dumps(value).encode(), duration_s=duration_s)


def raises(duration_s: float = 0.0) -> Answer:
    return Answer(error=HandlerError("ValueError", "price"), duration_s=duration_s)


def timed_out(duration_s: float = 3.0) -> Answer:
    error = HandlerError("Sandbox.Timedout", "Task timed out after 3.00 seconds")
    return Answer(error=error, is_timeout=True, duration_s=duration_s)


def throttled(duration_s: float = 0.0) -> Answer:
    return Answer(error=HandlerError("TooManyRequestsException", "Rate exceeded"), ran=False, duration_s=duration_s)


OK = returns(None)
