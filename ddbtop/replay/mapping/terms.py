"""What all lanes of a mapping share: its settings, and what numbers and names are given to."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from uuid import uuid4

from ddbtop.replay.mapping.expiry import Expiry
from ddbtop.replay.mapping.settings import FOR_EVER, Settings
from ddbtop.replay.mapping.undocumented import Rule, retry_delay_s
from ddbtop.replay.options import Backoff, Options


def new_request_id() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Addresses:
    """What a handler and messages are told besides the batch."""

    stream_arn: str
    function_arn: str


@dataclass(frozen=True, slots=True)
class Terms:
    settings: Settings
    options: Options
    addresses: Addresses
    new_request_id: Callable[[], str] = new_request_id
    """Nobody but who is handed one can know it."""
    batch_ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    invocations: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    rules: dict[Rule, None] = field(default_factory=dict)
    """What AWS does not document and decided something so far, in the order in which it first did."""

    @property
    def expiry(self) -> Expiry:
        return Expiry.of(self.settings)

    def note(self, *rules: Rule | None) -> None:
        self.rules.update((rule, None) for rule in rules if rule is not None)

    def are_attempts_used(self, failures: int) -> bool:
        limit = self.settings.max_retries
        return limit != FOR_EVER and failures > limit

    def delay_s(self, failures: int) -> float:
        """Before the next attempt, after so many failures in a row."""
        if self.options.backoff is Backoff.DOUBLING:
            self.note(Rule.RETRY_DOUBLING)
            return retry_delay_s(failures)
        self.note(Rule.RETRY_AT_ONCE)
        return 0.0
