"""When a record is too old for another attempt: MaximumRecordAgeInSeconds and the stream's own 24 hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from ddbtop.replay.mapping.settings import FOR_EVER, Settings
from ddbtop.replay.mapping.undocumented import is_too_old
from ddbtop.replay.model import ReplayRecord
from ddbtop.streams.model import RETENTION_S


def outlives_the_stream(record: ReplayRecord, read_at: float) -> bool:
    """The record was past its retention when it was read: it comes from where nothing is trimmed."""
    return is_too_old(read_at - record.created_at, RETENTION_S)


@dataclass(frozen=True, slots=True)
class Expiry:
    max_age_s: int = FOR_EVER

    @classmethod
    def of(cls, settings: Settings) -> Expiry:
        return cls(settings.max_record_age_s)

    def limit_s(self, outlives: bool = False) -> float:
        """The age at which a record is given up; `outlives`: its retention does not count."""
        retention = inf if outlives else RETENTION_S
        return retention if self.max_age_s == FOR_EVER else min(retention, self.max_age_s)

    def has_none(self, records: Sequence[ReplayRecord], now: float) -> bool:
        """Whether all of them are young enough at a glance, as they nearly always are."""
        oldest = now - min([record.created_at for record in records], default=now)
        return not is_too_old(oldest, self.limit_s())

    def has_expired(self, record: ReplayRecord, outlives: bool, now: float) -> bool:
        return is_too_old(now - record.created_at, self.limit_s(outlives))

    def is_by_retention(self, outlives: bool) -> bool:
        """Whether it is the stream that ends a record, rather than the mapping's limit."""
        return not outlives and self.limit_s() != self.max_age_s
