"""What Lambda makes of an answer: success, a partial result, or one of several kinds of failure.

Recorded on AWS and stated in the Developer Guide (batch item failures, tumbling windows) but for what `undocumented`
names.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.mapping.undocumented import Rule
from ddbtop.replay.model import Answer, Outcome, ReplayBatch


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    reason: str = ""
    """Where the answer's error does not say it."""
    first_failed: int = 0
    """Of a partial result: the place in the batch of the first record that was reported."""
    state: bytes = b""
    """JSON that a tumbling window keeps where records are done."""
    rule: Rule | None = None
    """What AWS does not document and decided this."""

    @property
    def is_success(self) -> bool:
        return self.outcome is Outcome.SUCCESS

    @property
    def is_progress(self) -> bool:
        """Records at the front of the batch are done."""
        return self.is_success or (self.outcome is Outcome.PARTIAL and self.first_failed > 0)


_SUCCESS = Verdict(Outcome.SUCCESS)


def judge(answer: Answer, batch: ReplayBatch, settings: Settings) -> Verdict:
    if not answer.ran:
        return Verdict(Outcome.THROTTLED)
    if answer.error is not None or answer.is_timeout:
        return Verdict(Outcome.TIMEOUT if answer.is_timeout else Outcome.ERROR)
    if not settings.report_batch_item_failures and batch.window is None:
        return _SUCCESS
    try:
        response = json.loads(answer.payload or b"null")
    except (ValueError, RecursionError):
        return _malformed("the response is not JSON")
    if batch.window is None:
        return _reported(response, batch)
    if not isinstance(response, dict) or "state" not in response:
        return _malformed("the response has no state, which a tumbling window needs")
    verdict = _reported(response, batch) if settings.report_batch_item_failures else _SUCCESS
    return replace(verdict, state=json.dumps(response["state"], separators=(",", ":")).encode())


def _reported(response: Any, batch: ReplayBatch) -> Verdict:
    """What a mapping with ReportBatchItemFailures makes of a response."""
    if response is None or response in ("", []):
        return _SUCCESS
    if not isinstance(response, dict):
        return _malformed("the response is no object with batchItemFailures", Rule.RESPONSE_SHAPE)
    if "batchItemFailures" not in response:
        is_listed = not response or batch.window is not None
        return _SUCCESS if is_listed else Verdict(Outcome.SUCCESS, rule=Rule.RESPONSE_SHAPE)
    failures = response["batchItemFailures"]
    if failures is None or failures == []:
        return _SUCCESS
    if not isinstance(failures, list):
        return _malformed("batchItemFailures is no list", Rule.RESPONSE_SHAPE)
    return _judged(failures, batch)


def _judged(failures: Sequence[Any], batch: ReplayBatch) -> Verdict:
    places = {record.sequence_number: place for place, record in reversed(list(enumerate(batch.records)))}
    wrong = [reason for each in failures if (reason := _refusal(each, places))]
    if wrong:
        return _malformed(wrong[0], Rule.MIXED_REPORT if len(wrong) < len(failures) else None)
    first = min(places[each["itemIdentifier"]] for each in failures)
    reason = "" if first else "the first record is reported: nothing is done"
    return Verdict(Outcome.PARTIAL, reason, first)


def _refusal(failure: Any, places: dict[str, int]) -> str:
    """Why an element makes the report void; empty where it does not."""
    if not isinstance(failure, dict) or "itemIdentifier" not in failure:
        return "an element of batchItemFailures has no itemIdentifier"
    identifier = failure["itemIdentifier"]
    if identifier is None or identifier == "":
        return "an itemIdentifier is empty"
    if not isinstance(identifier, str):
        return "an itemIdentifier is no text"
    return "" if identifier in places else "an itemIdentifier is not in the batch"


def _malformed(reason: str, rule: Rule | None = None) -> Verdict:
    return Verdict(Outcome.MALFORMED, reason, rule=rule)
