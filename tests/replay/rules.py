"""Lambda's rules for one shard written down once more, as plainly as they can be: what a replay is held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ddbtop.replay.mapping.lanes import BLOCKED_AFTER
from ddbtop.replay.mapping.settings import FOR_EVER, Settings
from ddbtop.replay.model import ReplayRecord

DAY_S = 86_400.0


@dataclass
class Behaviour:
    """What a handler does with a batch, by the records in it; the same for each run."""

    kinds: dict[str, str]
    """By sequence number: raise, timeout, report, malformed, throttle twice, raise twice."""
    duration_s: float = 0.0
    _asked: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def outcome(self, sequences: Sequence[str]) -> tuple[str, list[str]]:
        """One word, and the records that are reported."""
        key = tuple(sequences)
        earlier = self._asked[key]
        self._asked[key] += 1
        kinds = [self.kinds.get(each, "ok") for each in sequences]
        for kind in ("raise", "timeout", "malformed"):
            if kind in kinds:
                return kind, []
        if "throttle twice" in kinds and earlier < 2:
            return "throttle", []
        if "raise twice" in kinds and earlier < 2:
            return "raise", []
        reported = [each for each, kind in zip(sequences, kinds, strict=True) if kind == "report"]
        return ("report", reported) if reported else ("ok", [])


@dataclass
class Told:
    """What the rules say happens."""

    invocations: list[tuple[str, ...]] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    discarded: list[tuple[str, int, tuple[str, ...]]] = field(default_factory=list)
    """Condition, approximateInvokeCount and records."""
    is_blocked: bool = False


def by_the_rules(records: Sequence[ReplayRecord], settings: Settings, behaviour: Behaviour) -> Told:
    return _Process(settings, behaviour, records[0].created_at if records else 0.0).shard(records)


class _Process:
    def __init__(self, settings: Settings, behaviour: Behaviour, now: float) -> None:
        self.settings, self.behaviour, self.now = settings, behaviour, now
        self.told = Told()
        self.standing = 0

    def shard(self, records: Sequence[ReplayRecord]) -> Told:
        size = self.settings.batch_size
        for at in range(0, len(records), size):
            work = [list(records[at : at + size])]
            while work and not self.told.is_blocked:
                work = self.batch(work.pop(0)) + work
        return self.told

    def batch(self, batch: list[ReplayRecord]) -> list[list[ReplayRecord]]:
        """Until it is done, given up or in halves; returns the halves."""
        failures = invoked = 0
        while batch:
            batch = self.young(batch, invoked)
            if not batch or self.told.is_blocked:
                break
            sequences = tuple(record.sequence_number for record in batch)
            kind, reported = self.behaviour.outcome(sequences)
            self.now += self.behaviour.duration_s
            if kind != "throttle":
                self.told.invocations.append(sequences)
            invoked += 1
            reports = self.settings.report_batch_item_failures
            if kind == "ok" or (kind in ("report", "malformed") and not reports):
                self.told.delivered += sequences
                self.standing = 0
                break
            if kind == "report" and sequences[0] not in reported:
                first = min(map(sequences.index, reported))
                self.told.delivered += sequences[:first]
                batch, failures, invoked, self.standing = batch[first:], 0, 0, 0
                continue
            if kind != "throttle":
                if self.settings.bisect and len(batch) > 1:
                    self.standing = 0
                    middle = -(-len(batch) // 2)
                    return [batch[:middle], batch[middle:]]
                failures += 1
                if failures > self.settings.max_retries != FOR_EVER:
                    self.told.discarded.append(("RetryAttemptsExhausted", invoked, sequences))
                    self.standing = 0
                    break
            if kind == "throttle" or self.settings.max_retries == FOR_EVER:
                self.standing += 1
                self.told.is_blocked = self.standing >= BLOCKED_AFTER
        return []

    def young(self, batch: list[ReplayRecord], invoked: int) -> list[ReplayRecord]:
        limit = self.settings.max_record_age_s
        limit_s = DAY_S if limit == FOR_EVER else min(limit, DAY_S)
        old = [record for record in batch if self.now - record.created_at >= limit_s]
        if old:
            sequences = tuple(record.sequence_number for record in old)
            self.told.discarded.append(("RecordAgeExceeded", max(1, invoked), sequences))
            self.standing = 0
        return [record for record in batch if record not in old]
