"""An event source mapping as a pure state machine: polls in, wanted invocations out, answers in, events out.

Shards are begun after their parents, each with its lanes. What is said about all of them together is said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ddbtop.replay.mapping.shards import ShardRun
from ddbtop.replay.mapping.tally import Tally
from ddbtop.replay.mapping.terms import Terms
from ddbtop.replay.model import Counts, ReplayShard, Stopped, Summary


class Mapping:
    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.tally = Tally()
        self.began_at = 0.0
        """When shards begin that no record comes before."""
        self.is_interrupted = False
        self._runs: dict[str, ShardRun] = {}

    @property
    def runs(self) -> Iterable[ShardRun]:
        """Those that were begun."""
        return self._runs.values()

    def startable(self, shards: Iterable[ReplayShard]) -> Iterator[tuple[str, float]]:
        """Shards that may begin and from when on, given all that are known: those without a parent among them, and
        those whose parent is done, which may have been empty and done before anything began."""
        known = {shard.shard_id for shard in shards}
        for shard in shards:
            if shard.shard_id in self._runs:
                continue
            parent = self._runs.get(shard.parent_id)
            if parent is not None and parent.is_done:
                yield shard.shard_id, max(parent.done_at, self.began_at)
            elif parent is None and (shard.parent_id not in known or shard.parent_id == shard.shard_id):
                yield shard.shard_id, self.began_at

    def start(self, shard_id: str, at: float) -> ShardRun:
        run = self._runs[shard_id] = ShardRun(self.terms, shard_id, at)
        return run

    @property
    def stopped(self) -> Stopped | None:
        if self.is_interrupted:
            return Stopped.INTERRUPTED
        reasons = {run.stopped for run in self._runs.values()}
        return next((each for each in (Stopped.BLOCKED, Stopped.MAX_INVOCATIONS) if each in reasons), None)

    def counts(self) -> Counts:
        ledgers = [run.ledger for run in self._runs.values()]
        return Counts(
            polled=sum(ledger.polled for ledger in ledgers),
            filtered=sum(ledger.filtered for ledger in ledgers),
            delivered=sum(ledger.delivered for ledger in ledgers),
            discarded=sum(ledger.discarded for ledger in ledgers),
            pending=sum(ledger.pending for ledger in ledgers),
            invocations=self.tally.invocations,
            failed=self.tally.failed,
        )

    def summary(self, now: float) -> Summary:
        counts = self.counts()
        options = self.terms.options
        return Summary(
            counts,
            self.tally.metrics(counts),
            {run.shard_id: run.ledger.checkpoint for run in self._runs.values()},
            str(options.clock),
            str(options.arrival),
            self.stopped,
            now,
            tuple(map(str, self.terms.rules)),
        )
