"""Counts over the events of a replay, and Lambda's EventCount metrics (Developer Guide, types of metrics)."""

from __future__ import annotations

from ddbtop.replay.model import Counts, Discarded, Event, Invoked, Invoking, Outcome


class Tally:
    def __init__(self) -> None:
        self.invocations = self.failed = 0
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
        records = len(event.batch.records)
        if event.destination and not event.trouble:
            self._destined += records
        else:
            self._dropped += records - event.by_retention
