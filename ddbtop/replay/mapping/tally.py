"""Counts over the events of a replay, and Lambda's EventCount metrics (Developer Guide, types of metrics)."""

from __future__ import annotations

from ddbtop.replay.mapping.settings import FOR_EVER, Settings
from ddbtop.replay.mapping.undocumented import is_too_old
from ddbtop.replay.model import Condition, Counts, Discarded, Event, Invoked, Invoking, Outcome


class Tally:
    def __init__(self, settings: Settings) -> None:
        self.invocations = self.failed = 0
        self._settings = settings
        self._invoked = self._failed_invokes = self._dropped = self._destined = 0

    def note(self, event: Event) -> None:
        match event:
            case Invoking():
                self.invocations += 1
            case Invoked():
                self._note_invoked(event)
            case Discarded():
                self._note_discarded(event)

    def metrics(self, counts: Counts) -> dict[str, int]:
        return {
            "PolledEventCount": counts.polled,
            "FilteredOutEventCount": counts.filtered,
            "InvokedEventCount": self._invoked,
            "FailedInvokeEventCount": self._failed_invokes,
            "DroppedEventCount": self._dropped,
            "OnFailureDestinationDeliveredEventCount": self._destined,
        }

    def _note_invoked(self, event: Invoked) -> None:
        records = len(event.invoking.batch.records)
        self.failed += event.outcome is not Outcome.SUCCESS
        if event.answer.ran:
            self._invoked += records
        if event.outcome is not Outcome.SUCCESS:
            self._failed_invokes += sum(len(part.records) for part in event.split) if event.split else records

    def _note_discarded(self, event: Discarded) -> None:
        """What reached a destination is not dropped; nor is, in Lambda's meaning, what the stream's retention ended."""
        records = event.batch.records
        if event.destination and not event.trouble:
            self._destined += len(records)
        elif event.condition is Condition.AGE:
            limit_s = self._settings.max_record_age_s
            by_limit = [limit_s != FOR_EVER and is_too_old(event.at - each.created_at, limit_s) for each in records]
            self._dropped += sum(by_limit)
        else:
            self._dropped += len(records)
