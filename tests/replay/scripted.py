"""Runs made of a few words: the events that a driver would append, for what shows and compares them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from ddbtop.replay.model import (
    Answer,
    Blocked,
    Condition,
    Discarded,
    Event,
    HandlerError,
    Invoked,
    Invoking,
    Outcome,
    Part,
    ReplayBatch,
    ReplayRecord,
)

AT = 1_774_017_127.0
SHARD = "shardId-00000001774015322118-a47e99d0"
FAILURE = HandlerError(
    "ValueError",
    "price of ORDER#3 is not a number",
    ('  File "app.py", line 41, in handler\n    total += Decimal(image["price"]["N"])\n',),
)


def record(number: int, shard_id: str = SHARD, **attributes: Any) -> ReplayRecord:
    """Change number so and so of the shard, of an item of its own."""
    keys = {"pk": {"S": f"ORDER#{number}"}, "sk": {"S": "HEAD"}}
    image = {**keys, "price": {"N": "12.9"}, **attributes}
    sequence = str(10**20 + number)
    event = {
        "eventName": "INSERT",
        "dynamodb": {
            "ApproximateCreationDateTime": AT,
            "Keys": keys,
            "NewImage": image,
            "SequenceNumber": sequence,
            "SizeBytes": 200,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    }
    return ReplayRecord(shard_id, sequence, AT, json.dumps(keys).encode(), json.dumps(event).encode())


class Script:
    """Appends what a driver would; ids and numbers count up by themselves."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._batches = 0
        self._invocations = 0
        self._attempts: dict[int, int] = {}

    def batch(self, records: Iterable[ReplayRecord], part: Part = Part.WHOLE, parent: int = 0) -> ReplayBatch:
        self._batches += 1
        given = tuple(records)
        shard = given[0].shard_id if given else SHARD
        return ReplayBatch(self._batches, shard, given, part, parent)

    def invoking(self, batch: ReplayBatch) -> Invoking:
        self._invocations += 1
        attempt = self._attempts[batch.id] = self._attempts.get(batch.id, 0) + 1
        event = Invoking(AT, self._invocations, batch, attempt, f"request-{batch.id}")
        self.events.append(event)
        return event

    def invoked(self, begun: Invoking, outcome: Outcome = Outcome.SUCCESS, **said: Any) -> Invoked:
        error = None if outcome in (Outcome.SUCCESS, Outcome.PARTIAL) else FAILURE
        answer = said.pop("answer", Answer(error=error, duration_s=0.004, ran=outcome is not Outcome.THROTTLED))
        event = Invoked(AT, begun, outcome, answer, **said)
        self.events.append(event)
        return event

    def invoke(self, batch: ReplayBatch, outcome: Outcome = Outcome.SUCCESS, **said: Any) -> Invoked:
        return self.invoked(self.invoking(batch), outcome, **said)

    def ok(self, records: Iterable[ReplayRecord]) -> Invoked:
        batch = self.batch(records)
        return self.invoke(batch, checkpoint=batch.records[-1].sequence_number if batch.records else "")

    def halve(self, batch: ReplayBatch) -> tuple[ReplayBatch, ...]:
        """The batch fails and two take its place."""
        middle = (len(batch.records) + 1) // 2
        parts = (
            self.batch(batch.records[:middle], Part.LEFT, batch.id),
            self.batch(batch.records[middle:], Part.RIGHT, batch.id),
        )
        self.invoke(batch, Outcome.ERROR, split=parts)
        return parts

    def report(self, batch: ReplayBatch, at: int) -> ReplayBatch:
        """The record at this place is reported: the rest takes the batch's place."""
        rest = self.batch(batch.records[at:], Part.REST, batch.id)
        self.invoke(batch, Outcome.PARTIAL, split=(rest,))
        return rest

    def discard(self, batch: ReplayBatch, attempts: int = 3) -> Discarded:
        for _ in range(attempts):
            self.invoke(batch, Outcome.ERROR)
        event = Discarded(AT, batch, Condition.ATTEMPTS, {"condition": Condition.ATTEMPTS.value}, "failed/1.json")
        self.events.append(event)
        return event

    def block(self, batch: ReplayBatch, failures: int = 20) -> Blocked:
        for _ in range(failures):
            self.invoke(batch, Outcome.ERROR)
        event = Blocked(AT, batch.shard_id, batch, failures, AT + 86_400, 1_412)
        self.events.append(event)
        return event

    def bisect(self, batch: ReplayBatch, bad: Sequence[str]) -> None:
        """As the mapping does it: left half first, until each bad record is alone and given up."""
        if not any(each.sequence_number in bad for each in batch.records):
            self.invoke(batch, checkpoint=batch.records[-1].sequence_number)
        elif len(batch.records) == 1:
            self.discard(batch)
        else:
            for part in self.halve(batch):
                self.bisect(part, bad)


def picture(poison: int = 1768) -> Script:
    """The run of the design: 70 batches, one with a record that is isolated and discarded, two more."""
    script = Script()
    records = [record(number) for number in range(1, 1851)]
    records[poison - 1] = record(poison, price={"S": "12,90"})
    for start in range(0, 1850, 25):
        part = records[start : start + 25]
        if start < poison <= start + 25:
            script.bisect(script.batch(part), [str(10**20 + poison)])
        elif start < 1825:
            script.ok(part)
    script.invoking(script.batch(records[1825:]))
    return script
