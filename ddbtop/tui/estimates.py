"""What reading from a start point would cost: records, calls, money and time, from what this session has read.

What the journal holds is counted. For the rest a shard is taken to have been as busy as it was while it was read, or
as the shards that were read are on the whole; how much of the time asked for that concerns is part of the answer.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ddbtop.journal.density import Density
from ddbtop.streams.model import MAX_RECORDS_A_PAGE, RETENTION_S, IteratorType, Position, StartPoint
from ddbtop.streams.plan import Plan
from ddbtop.streams.pump import WORKERS
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from ddbtop.tui.figures import DOLLARS_A_CALL

if TYPE_CHECKING:
    from ddbtop.tui.session import Session

PAGE_BYTES = 1_000_000
"""GetRecords answers with at most 1 MB (API model)."""

LEAST_SEEN_S = 10.0
"""Less than this of one shard's time, over all shards, says nothing of how busy they are."""

_ALL_READ = (ReaderState.DRAINED, ReaderState.TRIMMED)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What there is to read between a start point and now."""

    records: int | None
    """None: nothing is known to judge it by."""
    calls: int = 0
    """Of GetShardIterator and GetRecords."""
    dollars: float = 0.0
    """At AWS's list price; only GetRecords is billed."""
    seconds: float = 0.0
    """Until the tip is reached."""
    seen: float = 0.0
    """The share of the time asked for, shard by shard, of which everything is kept here."""
    counted: bool = False
    """All of it is, and its beginning is a time: records of one second cannot be told apart by their creation."""


UNKNOWN = Estimate(None)


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of one shard's life: what is kept of it, and how long the rest is."""

    kept: int
    seen_s: float
    unseen_s: float


class Outlook:
    """What a session knows at one moment; every estimate comes from the same facts."""

    def __init__(
        self,
        plan: Plan,
        status: SessionStatus,
        densities: Mapping[str, Density],
        start: StartPoint,
        since: float,
        *,
        whole: bool = True,
    ) -> None:
        """`start` and `since` say what the session asked for, as a `Session` has them.

        `whole`: nothing of what was read has been dropped from the journal since.
        """
        self._plan, self._status, self._densities, self._whole = plan, status, densities, whole
        self._start, self._since, self._now = start, since, plan.now
        self._floor = max(status.stream.created_at, plan.now - RETENTION_S)
        spans = {shard_id: self._span(shard_id, self._floor) for shard_id in status.readers}
        self._rates = {s: span.kept / span.seen_s for s, span in spans.items() if span.seen_s >= LEAST_SEEN_S}
        kept, seen_s = sum(span.kept for span in spans.values()), sum(span.seen_s for span in spans.values())
        self._mean_rate = kept / seen_s if kept and seen_s >= LEAST_SEEN_S else None

    def of(self, start: StartPoint, created_at: float = 0.0) -> Estimate:
        """`created_at`: of the record that a start point by number names, 0 where it is not known.

        Raises `WrongUsage` where the start point names nothing in the stream.
        """
        positions = self._plan.positions(start)
        if start.position.sequence_number and not created_at:
            return UNKNOWN
        spans = {s: self._span(s, self._begin(position, created_at)) for s, position in positions.items()}
        seen_s, unseen_s = sum(span.seen_s for span in spans.values()), sum(span.unseen_s for span in spans.values())
        if unseen_s and self._mean_rate is None:
            return UNKNOWN
        records = round(sum(self._records(s, span) for s, span in spans.items()))
        whole_s = seen_s + unseen_s
        seen = seen_s / whole_s if whole_s else 1.0
        priced = self._priced(positions, records, spans)
        return replace(priced, seen=seen, counted=seen >= 1 and not start.position.sequence_number)

    def _begin(self, position: Position, created_at: float) -> float:
        match position.type:
            case IteratorType.LATEST:
                return self._now
            case IteratorType.TRIM_HORIZON:
                return self._floor
            case IteratorType.AT_TIMESTAMP:
                return max(self._floor, position.timestamp)
        return max(self._floor, created_at)

    def _span(self, shard_id: str, begin: float) -> _Span:
        """What lies between `begin` and now."""
        born, end = self._plan.life(shard_id, self._floor)
        start = max(born, begin)
        if end <= start:
            return _Span(0, 0.0, 0.0)
        density = self._densities.get(shard_id)
        first, last = self._seen(shard_id, self._status.readers[shard_id], density, born, end)
        first = max(start, first)
        if last <= first:
            return _Span(0, 0.0, end - start)
        # creation times are whole seconds, and the last ones may lie a little beyond the end
        kept = density.between(math.floor(first), math.inf if last >= end else last) if density else 0
        return _Span(kept, last - first, (end - start) - (last - first))

    def _seen(
        self, shard_id: str, reader: ReaderStatus, density: Density | None, born: float, end: float
    ) -> tuple[float, float]:
        """From when to when everything of a shard is kept."""
        if reader.state in (ReaderState.NOT_ASKED, ReaderState.WAITS, ReaderState.OPENING) and not reader.records:
            return end, end
        first = max(born, self._since)
        if self._start.position.sequence_number and shard_id == self._start.shard_id:
            first = reader.first_at or end
        if not self._whole:
            first = max(first, density.first_at if density else end)
        if reader.state in _ALL_READ or (reader.state is ReaderState.TIP and reader.trouble is None):
            return first, end
        return first, min(end, reader.last_at or first)

    def _records(self, shard_id: str, span: _Span) -> float:
        rate = self._rates.get(shard_id, self._mean_rate or 0.0)
        return span.kept + span.unseen_s * rate

    def _priced(self, positions: Mapping[str, Position], records: int, spans: Mapping[str, _Span]) -> Estimate:
        by_time = any(position.type is IteratorType.AT_TIMESTAMP for position in positions.values())
        if by_time and self._status.reads_forward:  # everything older is read as well, and left out
            spans = {s: self._span(s, self._floor) for s in positions}
        pages = {s: self._pages(s, self._records(s, span)) for s, span in spans.items()}
        calls = sum(pages.values()) + len(pages)
        return Estimate(records, calls, sum(pages.values()) * DOLLARS_A_CALL, self._seconds(pages, calls))

    def _pages(self, shard_id: str, records: float) -> int:
        """At least one: who asks a shard that has nothing pays for that as well."""
        density = self._densities.get(shard_id)
        of = [density] if density else list(self._densities.values())
        counted = sum(one.records for one in of)
        size_bytes = sum(one.size_bytes for one in of) / counted if counted else 1.0
        return max(1, math.ceil(records / min(MAX_RECORDS_A_PAGE, max(1.0, PAGE_BYTES / size_bytes))))

    def _seconds(self, pages: Mapping[str, int], calls: int) -> float:
        """The longest of three: by the budget, by the calls in flight at a time, and along one line of descent."""
        took = [reader.latency_s for reader in self._status.readers.values() if reader.latency_s]
        latency_s = sum(took) / len(took) if took else 0.0
        budget = self._status.budget
        along: dict[str, int] = {}
        for shard_id, count in pages.items():  # parents first
            along[shard_id] = count + 1 + along.get(self._plan.lineage.parent(shard_id), 0)
        paced = calls / budget if budget else 0.0
        return max(paced, calls * latency_s / WORKERS, max(along.values(), default=0) * latency_s)


def look_out(session: Session, plan: Plan, status: SessionStatus) -> Outlook:
    """Counts everything that the session keeps: for a thread of its own. Raises `CannotDo`.

    `status` is the one that the plan was made from: shards that came since are in neither.
    """
    return Outlook(plan, status, session.densities(), session.start_point, session.since, whole=session.keeps_all)
