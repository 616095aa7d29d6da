"""What became of each record of a replay, and what that took: told from the replay's events alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from ddbtop.replay.model import Discarded, Event, Invoked, Outcome, ReplayRecord


class Fate(StrEnum):
    """Where a record's way ended; of others nothing is known but that no handler has finished with them."""

    DELIVERED = "delivered"
    DISCARDED = "discarded"
    UNFINISHED = "not delivered"
    """Filtered out, still waiting, or never reached."""


RecordId = tuple[str, str]
"""Shard id and sequence number."""


@dataclass(slots=True)
class Fates:
    """Grows with the events of one replay."""

    ended: dict[RecordId, Fate] = field(default_factory=dict)
    """Records that were delivered or discarded."""
    deliveries: Counter[RecordId] = field(default_factory=Counter)
    """How often each record was handed to a handler that ran."""
    invocations: int = 0
    failed: int = 0
    worst_age_s: float = 0.0
    """Of a record when the handler was done with it."""
    began_at: float = 0.0
    ended_at: float = 0.0
    """Of the replay's clock; both 0 before the first event."""

    @classmethod
    def of(cls, events: Iterable[Event]) -> Fates:
        fates = cls()
        for event in events:
            fates.add(event)
        return fates

    def add(self, event: Event) -> None:
        self.began_at = self.began_at or event.at
        self.ended_at = max(self.ended_at, event.at)
        if isinstance(event, Invoked):
            self._invoked(event)
        elif isinstance(event, Discarded):
            self.ended.update(dict.fromkeys(map(record_id, event.batch.records), Fate.DISCARDED))

    def __getitem__(self, record: RecordId) -> Fate:
        return self.ended.get(record, Fate.UNFINISHED)

    @property
    def discarded(self) -> int:
        return sum(fate is Fate.DISCARDED for fate in self.ended.values())

    @property
    def delivered_again(self) -> int:
        """Records that a handler saw more than once."""
        return sum(times > 1 for times in self.deliveries.values())

    @property
    def duration_s(self) -> float:
        return self.ended_at - self.began_at

    def _invoked(self, event: Invoked) -> None:
        if not event.answer.ran:
            return
        self.invocations += 1
        self.failed += event.outcome is not Outcome.SUCCESS
        records = event.invoking.batch.records
        self.deliveries.update(map(record_id, records))
        for record in _finished(event):
            self.ended[record_id(record)] = Fate.DELIVERED
            self.worst_age_s = max(self.worst_age_s, event.at - record.created_at)


def record_id(record: ReplayRecord) -> RecordId:
    return record.shard_id, record.sequence_number


def _finished(event: Invoked) -> Iterable[ReplayRecord]:
    """The records that need no further invocation: all of a success, those before the rest of a partial one."""
    if event.outcome not in (Outcome.SUCCESS, Outcome.PARTIAL):
        return ()
    left = {record_id(record) for batch in event.split for record in batch.records}
    return [record for record in event.invoking.batch.records if record_id(record) not in left]
