"""A replay as JSON: one value a line, as it happens; what has no place in it is said on stderr."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from ddbtop.cli.options import say
from ddbtop.cli.replaytext import Remarks, blocked_words
from ddbtop.replay.model import Blocked, Counts, Discarded, Event, HandlerError, Invoked, Outcome, Summary
from ddbtop.streams.lambda_form import safe_json


class JsonPrinter:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._remarks = Remarks()

    def event(self, event: Event) -> None:
        match event:
            case Invoked():
                self._print(_invocation(event))
                self._say_besides(event)
            case Discarded():
                self._print(_discarded(event))
                if event.trouble:
                    say(f"a message did not reach {event.destination}: {event.trouble}")
            case Blocked():
                say(blocked_words(event))

    def summary(self, summary: Summary) -> None:
        self._print(
            {
                "type": "summary",
                **counts_json(summary.counts),
                **summary.metrics,
                "checkpoints": {shard_id: number or None for shard_id, number in summary.checkpoints.items()},
                "clock": summary.clock,
                "arrival": summary.arrival,
                "stopped": summary.stopped,
            }
        )
        for rule in summary.undocumented:
            say(f"undocumented: {rule}")

    def _say_besides(self, event: Invoked) -> None:
        why = [event.reason] if event.outcome is Outcome.MALFORMED else []
        for remark in (*why, *self._remarks.of(event)):
            say(f"invocation {event.invoking.number}: {remark}")

    def _print(self, value: dict[str, Any]) -> None:
        print_json(self._out, value)


def print_json(out: BinaryIO, value: dict[str, Any]) -> None:
    """One line, with nothing in it that a terminal would obey."""
    out.write(safe_json(json.dumps(value).encode()) + b"\n")
    out.flush()


def counts_json(counts: Counts) -> dict[str, int]:
    """In the order of the sum that they are: polled = filtered + delivered + discarded + pending."""
    return {
        "polled": counts.polled,
        "filtered": counts.filtered,
        "delivered": counts.delivered,
        "discarded": counts.discarded,
        "pending": counts.pending,
        "invocations": counts.invocations,
        "failed": counts.failed,
    }


def _invocation(event: Invoked) -> dict[str, Any]:
    invoking, answer = event.invoking, event.answer
    return {
        "type": "invocation",
        "shardId": invoking.batch.shard_id,
        "invocation": invoking.number,
        "attempt": invoking.attempt,
        "requestId": invoking.request_id,
        "sequenceNumbers": invoking.batch.sequence_numbers,
        "outcome": event.outcome,
        "durationMs": round(answer.duration_s * 1000, 3),
        "error": _error(answer.error) if answer.error else None,
        "logs": answer.logs,
        "checkpoint": event.checkpoint or None,
        "split": [batch.sequence_numbers for batch in event.split] or None,
    }


def _error(error: HandlerError) -> dict[str, Any]:
    return {"errorType": error.error_type, "errorMessage": error.message, "stackTrace": list(error.stack_trace)}


def _discarded(event: Discarded) -> dict[str, Any]:
    return {
        "type": "discarded",
        "shardId": event.batch.shard_id,
        "sequenceNumbers": event.batch.sequence_numbers,
        "message": event.message,
    }
