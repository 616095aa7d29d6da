"""When to ask DescribeStream for what: the whole listing page by page, now and then again, and the children of shards
that ended. No I/O and no clock in here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ddbtop.streams.clock import Instant
from ddbtop.streams.lineage import Difference, Lineage
from ddbtop.streams.model import Description

PACE_S = 0.11
"""Pause between two calls: DescribeStream allows 10 a second for an account and region (API model)."""

REFRESH_S = 15.0
"""A listing of one page is asked for so often, to notice what no ending shard announces."""

REFRESH_PAGE_S = 3.0
"""A longer listing waits so much longer for each of its pages."""

FIRST_SEARCH_S = 0.5
LONGEST_SEARCH_S = 30.0
"""Children that are not listed yet are looked for again after this, doubling."""

VANISHED_AFTER = 2
"""A shard that so many complete listings in a row left out is gone: one listing may be inconsistent."""


@dataclass(frozen=True, slots=True)
class DescribePage:
    """The call DescribeStream."""

    after: str = ""
    children_of: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer meant."""

    difference: Difference
    confirms_since: float = float("-inf")
    """A whole listing that was begun at this moment, in ticks, is now complete."""
    vanished: tuple[str, ...] = ()


@dataclass(slots=True)
class _Search:
    due: float
    tries: int = 0


class Describer:
    """Keeps a lineage true; at most one call is under way."""

    def __init__(self, lineage: Lineage, now: Instant, shard_filter: bool) -> None:
        self.complete = False
        """The first whole listing is in."""
        self.shard_filter = shard_filter
        """The server may honour `ShardFilter`; its answers are checked."""
        self._lineage = lineage
        self._in_flight = False
        self._not_before = self._refresh_at = now.ticks
        self.failures = 0
        """Calls that failed in a row."""
        self._cursor = ""
        self._cursors: set[str] = set()
        self._pass_began: float | None = None
        self._pages = 0
        self._seen: set[str] = set()
        self._missing: dict[str, int] = {}
        self._searches: dict[str, _Search] = {}

    def want(self, now: Instant, children_of: str = "", at: float = 0.0) -> None:
        """Look for the children of a shard, or (without one) at the whole listing, as soon as the pace allows.

        `at`: not before this moment, in ticks.
        """
        if not children_of:
            self._refresh_at = min(max(now.ticks, at), max(now.ticks, self._refresh_at))
        elif children_of not in self._searches:
            self._searches[children_of] = _Search(now.ticks)

    def give_up(self) -> None:
        """No shard of this stream will get children any more: it is disabled."""
        self._searches.clear()

    def forget(self, shard_ids: Iterable[str]) -> None:
        """Shards that are listed no more have no children to look for."""
        for shard_id in shard_ids:
            self._searches.pop(shard_id, None)

    def retry(self, now: Instant, at: float = 0.0) -> None:
        """Do not let a back-off last any longer than to `at`, in ticks."""
        self._not_before = min(self._not_before, max(now.ticks, at))

    def due(self) -> float:
        """When `call` will have something to say, in ticks; never, while a call is under way."""
        if self._in_flight:
            return float("inf")
        wanted = [self._refresh_at, *(search.due for search in self._searches.values())]
        return max(self._not_before, min(wanted) if self._pass_began is None else 0.0)

    def call(self, now: Instant) -> DescribePage | None:
        if now.ticks < self.due():
            return None
        self._in_flight = True
        self._not_before = now.ticks + PACE_S
        if self._pass_began is not None:
            return DescribePage(after=self._cursor)
        if now.ticks < self._refresh_at and self.shard_filter:
            parent = min(self._searches, key=lambda shard_id: self._searches[shard_id].due)
            return DescribePage(children_of=parent)
        self._begin_pass(now.ticks)
        return DescribePage()

    def answered(self, call: DescribePage, answer: Description, asked: Instant, now: Instant) -> Told:
        self._in_flight, self.failures = False, 0
        difference = self._lineage.merge(answer.shards)
        if call.children_of and all(shard.parent_id == call.children_of for shard in answer.shards):
            self._searched(call.children_of, now)
            return Told(difference)
        if call.children_of:  # the filter was ignored: this is the first page of the whole listing
            self.shard_filter = False
            self._begin_pass(asked.ticks)
        self._seen.update(shard.shard_id for shard in answer.shards)
        self._pages += 1
        if answer.last_shard_id and answer.last_shard_id not in self._cursors:
            self._cursor = answer.last_shard_id
            self._cursors.add(self._cursor)
            return Told(difference)
        return self._end_pass(difference, now)

    def failed(self, now: Instant, jitter: float) -> None:
        self._in_flight = False
        self.failures += 1
        self._not_before = now.ticks + min(0.5 * 2.0 ** min(self.failures, 8), LONGEST_SEARCH_S) * (0.5 + jitter / 2)

    def refused(self, call: DescribePage, now: Instant) -> None:
        """The service does not look for the children of this shard, which may be trimmed or open: the listing tells."""
        self._in_flight = False
        self._searched(call.children_of, now)

    def _begin_pass(self, ticks: float) -> None:
        self._pass_began, self._cursor, self._pages = ticks, "", 0
        self._cursors, self._seen = set(), set()

    def _end_pass(self, difference: Difference, now: Instant) -> Told:
        began, self._pass_began = self._pass_began, None
        assert began is not None
        if self._refresh_at <= began:
            self._refresh_at = now.ticks + max(REFRESH_S, REFRESH_PAGE_S * self._pages)
        self.complete = True
        self._missing = {s: self._missing.get(s, 0) + 1 for s in self._lineage if s not in self._seen}
        for parent in list(self._searches):
            if not self.shard_filter or self._lineage.children(parent):
                self._searched(parent, now, whole_listing=True)
        return Told(difference, began, tuple(s for s, times in self._missing.items() if times >= VANISHED_AFTER))

    def _searched(self, parent: str, now: Instant, whole_listing: bool = False) -> None:
        """Children found end a search; none found may mean not listed yet, or that the shard is still open."""
        if self._lineage.children(parent):
            self._searches.pop(parent, None)
        elif search := self._searches.get(parent):
            search.due = now.ticks + min(FIRST_SEARCH_S * 2.0 ** min(search.tries, 8), LONGEST_SEARCH_S)
            search.tries += 1
            if search.tries == 1 and not whole_listing:
                self._refresh_at = min(self._refresh_at, now.ticks)
