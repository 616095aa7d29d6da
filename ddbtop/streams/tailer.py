"""A whole stream being read: which call is due next, parents before children, within one budget of calls.

No I/O and no threads: `calls` says what to ask now, `answered` and `failed` are told the outcome, `take` hands over
what was read, `wake_at` says when to look again. `pump` drives it with real threads, tests with a virtual clock.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from ddbtop.errors import (
    CallError,
    CannotDo,
    DdbtopError,
    NotFound,
    Refused,
    WrongUsage,
)
from ddbtop.streams.clock import Instant
from ddbtop.streams.completion import Completion
from ddbtop.streams.describer import DescribePage, Describer
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import Description, Position, StartPoint, StreamInfo, StreamStatus
from ddbtop.streams.orphans import Orphans
from ddbtop.streams.outbox import Batch, Progress, ShardPage
from ddbtop.streams.pace import FASTEST_POLL_S
from ddbtop.streams.reader import GetPage, OpenIterator, Reader
from ddbtop.streams.roster import Roster
from ddbtop.streams.schedule import LIVE, Budget, CallQueue
from ddbtop.streams.seek import Seek
from ddbtop.streams.standings import Standings
from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.streams.trouble import Trouble
from ddbtop.streams.wire import Page

DEFAULT_BUDGET = 50.0
"""Calls a second over all shards: at AWS's price about 3.6 cents an hour."""

UNDESCRIBED_FAILURES = 3
"""A stream that could not be described so many times in a row, before anything of it was read, is trouble to tell."""

Call: TypeAlias = DescribePage | OpenIterator | GetPage


@dataclass(frozen=True, slots=True)
class Options:
    """How a session reads, besides where."""

    follow: bool = True
    """Go on after the tip."""
    end: Position | None = None
    """Stop before this place."""
    budget: float = DEFAULT_BUDGET
    """Calls a second; 0 for no limit."""


class Abilities(Protocol):
    """What a server may be able to do; found out for certain while reading."""

    @property
    def at_timestamp(self) -> bool: ...

    @property
    def shard_filter(self) -> bool: ...


class Tailer:
    def __init__(
        self,
        arn: str,
        start: StartPoint,
        options: Options,
        server: Abilities,
        now: Instant,
        *,
        resume: Mapping[str, Progress] | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.lineage = Lineage()
        self.stream = StreamInfo(arn)
        self._seek = Seek(arn, start, options.end, options.follow, now.epoch)
        self._describer = Describer(self.lineage, now, server.shard_filter)
        known = resume or {}
        self._roster = Roster(self.lineage, self._seek, known, now)
        self._readers = self._roster.readers
        self._orphans = Orphans(known)
        self._completion = Completion(self.lineage, self._readers, self._seek.ends)
        self._rng = rng or random.Random()
        self._by_time = server.at_timestamp
        self._time_worked = False
        self._budget = Budget(options.budget, now.ticks)
        self._queue = CallQueue()
        self._in_flight = 0
        self._selected = ""
        self._batch = Batch()
        self._progressed: set[str] = set()
        self._ended_by: DdbtopError | None = None
        self._trouble = Trouble(now)
        self._standings = Standings(self.lineage, self._readers)
        self._calls = self._version = self._lineage_version = 0
        self._offset = 0.0

    # What to do next

    def calls(self, now: Instant, free: int) -> list[Call]:
        """Up to `free` calls to make at once; each must be answered with `answered` or `failed`."""
        made: list[Call] = []
        if self._ended_by or self.finished(now):
            return made
        while len(made) < free and not self._trouble.holds_back(now, self._in_flight):
            call = self._next_call(now)
            if call is None:
                break
            made.append(call)
            self._in_flight += 1
            self._calls += 1
            self._trouble.probed(now)
        return made

    def wake_at(self) -> float:
        """When `calls` may have something to say without a further answer, in ticks."""
        due = min(self._describer.due(), max(self._queue.due(), self._budget.ready_at))
        if not self._trouble:
            return due
        return float("inf") if self._in_flight else max(due, self._trouble.probe_at)

    def answered(self, call: Call, answer: Description | str | Page, asked: Instant, now: Instant) -> None:
        """A call succeeded; `asked` is when it was sent."""
        self._in_flight -= 1
        if self._trouble.ended_by(call):
            self._wake_all(now)
        if isinstance(call, DescribePage):
            assert isinstance(answer, Description)
            self._described(call, answer, asked, now)
            return
        reader = self._readers[call.shard_id]
        reader.in_flight = False
        if isinstance(call, OpenIterator):
            assert isinstance(answer, str)
            reader.opened(answer, asked, now)
        else:
            assert isinstance(answer, Page)
            self._time_worked = self._time_worked or reader.asked_by_time
            self._deliver(reader, reader.read(answer, asked, now))
        self._settled(reader, now)

    def failed(self, call: Call, error: CallError, now: Instant) -> None:
        """A call was answered with an error, or not at all."""
        self._in_flight -= 1
        self._version += 1
        self._trouble.note(call, error, now)
        if isinstance(call, DescribePage):
            self._not_described(call, error, now)
            return
        reader = self._readers[call.shard_id]
        reader.in_flight = False
        if reader.doubts_time(error):
            self._by_time = False
            self._reopen_by_time()
        evidence = reader.failed(error, now, self._rng.random())
        if evidence:
            self._batch.evidence.append(evidence)
        if self._trouble:
            reader.due = min(reader.due, self._trouble.probe_at)
        self._settled(reader, now)

    # What others may change

    def select(self, shard_id: str, now: Instant) -> None:
        """Keep this shard's polls quick."""
        self._selected = shard_id
        reader = self._readers.get(shard_id)
        if reader and reader.state is ReaderState.TIP and not reader.in_flight:
            reader.due = min(reader.due, now.ticks + FASTEST_POLL_S)
            self._enqueue(reader)

    def set_budget(self, calls_a_second: float, now: Instant) -> None:
        self._budget = Budget(calls_a_second, now.ticks)
        self._version += 1

    def step_over(self, shard_id: str, now: Instant) -> None:
        """Leave out what stopped this shard; a gap records it."""
        if reader := self._readers.get(shard_id):
            reader.step_over(now)
            self._settled(reader, now)

    def retry_now(self, now: Instant) -> None:
        """Do not wait for any back-off to pass."""
        self._trouble.probe_at = now.ticks
        self._describer.retry(now)
        self._wake_all(now)

    def set_offset(self, offset: float) -> None:
        """The server's clock minus ours, seconds: shown, and already part of every `Instant`.

        When the session began is told anew, too, as long as no reader has been told.
        """
        if offset != self._offset:
            if not self._readers:
                self._seek.correct(offset - self._offset)
                began = self._roster.began
                self._roster.began = Instant(began.ticks, began.epoch + offset - self._offset)
            self._offset = offset
            self._version += 1

    # What came of it

    def take(self, now: Instant, final: bool = False) -> Batch:
        """Everything read since the last time, with the positions that belong to it.

        `final`: nothing will follow, so gaps are handed over whose far side is not known yet.
        """
        if final:
            open_gaps = (reader.take_gap(now, final) for reader in self._readers.values())
            self._batch.gaps += [gap for gap in open_gaps if gap]
        self._note_progress(set(self._progressed))
        batch, self._batch = self._batch, Batch()
        return batch

    @property
    def waiting_bytes(self) -> int:
        """How much `take` would hand over."""
        return sum(len(entry.page.raw) for entry in self._batch.pages)

    def finished(self, now: Instant) -> bool:
        """Everything that was asked for is read; never true for a session that follows."""
        return self._describer.complete and self._completion.is_reached(now)

    def status(self, now: Instant) -> SessionStatus:
        readers = self._standings.renewed()
        return SessionStatus(
            stream=self.stream,
            readers=readers,
            version=self.version,
            lineage_version=self._lineage_version,
            described=self._describer.complete,
            calls=self._calls,
            throttled=self._standings.throttled,
            gaps=self._standings.gaps,
            clock_offset=self._offset,
            budget=self._budget.rate,
            reads_forward=not self._by_time,
            starts_at_times=self._time_worked,
            trouble=self._trouble.error,
            finished=self.finished(now),
            ended_by=self._ended_by,
        )

    @property
    def version(self) -> int:
        """Grows whenever `status` would differ."""
        return self._version + self._standings.version

    # Descriptions

    def _described(self, call: DescribePage, answer: Description, asked: Instant, now: Instant) -> None:
        was_complete = self._describer.complete
        self._version += 1
        if answer.stream != self.stream:
            self.stream = answer.stream
        told = self._describer.answered(call, answer, asked, now)
        if told.difference:
            self._lineage_version += 1
        self._standings.touch((*told.difference.added, *told.difference.changed))
        self._completion.is_disabled = answer.stream.status == StreamStatus.DISABLED
        if self._completion.is_disabled:
            self._describer.give_up()
        self._orphans.listed(told.difference.added)
        if self._describer.complete and not was_complete:
            self._orphans.listed_first(self.lineage)
            if not self._settle():
                return
        if self._describer.complete or not self._seek.needs_everything:
            self._add_readers(now, later=was_complete)
        self._close_readers(now)
        self._confirm_ends(told.confirms_since, now)
        self._start_children(now, told.confirms_since)
        self._forget(told.vanished)

    def _not_described(self, call: DescribePage, error: CallError, now: Instant) -> None:
        """Whoever asks for children may be refused; a stream that is refused itself cannot be read at all."""
        self._version += 1
        if call.children_of and isinstance(error, NotFound | Refused):
            self._describer.refused(call, now)
            return
        self._describer.failed(now, self._rng.random())
        if isinstance(error, NotFound):
            what = "the stream is gone" if self._describer.complete else "there is no such stream"
            self._ended_by = CannotDo(f"{what}: {error.message}", error.hint)
        elif isinstance(error, Refused) and not self._describer.complete:
            self._ended_by = CannotDo(f"the stream cannot be described: {error.message}", error.hint)
        elif not self._trouble and not self._readers and self._describer.failures >= UNDESCRIBED_FAILURES:
            self._trouble.begin(call, error, now)
        if self._trouble:
            self._describer.retry(now, at=self._trouble.probe_at)

    def _settle(self) -> bool:
        try:
            self._seek.settle(self.lineage)
        except WrongUsage as error:
            self._ended_by = error
        return self._ended_by is None

    def _add_readers(self, now: Instant, later: bool) -> None:
        for shard_id in self.lineage:
            if shard_id in self._readers:
                continue
            if self._roster.comes_back(shard_id):
                self._standings.come_back(shard_id)
            else:
                self._roster.add(shard_id, later)
            self._standings.touch([shard_id])
            if self._readers[shard_id].is_over:
                self._over(self._readers[shard_id], now)

    def _close_readers(self, now: Instant) -> None:
        disabled = self.stream.status == StreamStatus.DISABLED
        for shard_id, reader in self._readers.items():
            if not reader.closed and shard_id in self.lineage and (disabled or self.lineage.is_closed(shard_id)):
                reader.close(now)
                self._settled(reader, now)

    def _confirm_ends(self, since: float, now: Instant) -> None:
        """A description asked for at `since` decides about the shards that got no next iterator before it."""
        for reader in self._readers.values():
            if reader.state is not ReaderState.ENDING or reader.ending_since > since:
                continue
            if reader.closed or reader.shard_id not in self.lineage:
                reader.confirm_end(now)
            else:
                reader.deny_end(now, self._rng.random())
            self._settled(reader, now)

    def _start_children(self, now: Instant, confirmed_since: float) -> None:
        """Parents before children; a parent that two whole listings leave out is trimmed."""
        for shard_id, reader in self._readers.items():
            if reader.state is not ReaderState.WAITS:
                continue
            parent_id = self.lineage[shard_id].parent_id
            parent = self._readers.get(parent_id)
            if parent_id and parent is None and not self._is_orphan(shard_id, parent_id, now, confirmed_since):
                continue
            if parent is None or parent.is_over:
                self._start(shard_id, parent, now)

    def _is_orphan(self, shard_id: str, parent_id: str, now: Instant, confirmed_since: float) -> bool:
        if not self._describer.complete:
            return False
        decided_by = self._orphans.decided_by(shard_id, now)
        if confirmed_since < decided_by:
            self._describer.want(now, at=decided_by)
            return False
        if self._orphans.is_loss(shard_id, parent_id):
            self._readers[shard_id].note_lost_parent(parent_id)
        return True

    def _forget(self, shard_ids: Iterable[str]) -> None:
        """Shards that are listed no more, once nothing of them is being read."""
        gone = [s for s in shard_ids if s in self.lineage and s in self._readers and self._readers[s].is_over]
        if not gone:
            return
        self._note_progress(self._progressed & set(gone))
        self._standings.renewed()
        self.lineage.forget(gone)
        self._describer.forget(gone)
        self._roster.dismiss(gone)
        self._standings.forget(gone)
        self._standings.touch(self._readers)
        self._lineage_version += 1

    # Readers

    def _next_call(self, now: Instant) -> Call | None:
        describe = self._describer.call(now)
        if describe:
            return describe
        if not self._budget.allows(now.ticks):
            return None
        while entry := self._queue.pop(now.ticks):
            shard_id, due = entry
            reader = self._readers.get(shard_id)
            if reader is None or reader.in_flight or reader.due != due or self._completion.is_done(reader, now):
                continue
            if call := reader.call(self._by_time, now):
                reader.in_flight = True
                self._budget.spend(now.ticks)
                return call
        return None

    def _enqueue(self, reader: Reader) -> None:
        """An entry whose time is not the reader's any more is void."""
        behind = LIVE if reader.state is ReaderState.TIP else reader.last_at or 0.0
        self._queue.push(reader.shard_id, reader.due, behind)

    def _settled(self, reader: Reader, now: Instant) -> None:
        """After whatever happened to a reader: what follows for the others, and when it is due again."""
        self._standings.touch([reader.shard_id])
        if gap := reader.take_gap(now):
            self._batch.gaps.append(gap)
        if reader.state is ReaderState.ENDING:
            self._look_for_end(reader, now)
        elif reader.is_over:
            self._over(reader, now)
        elif reader.is_reading and not reader.in_flight:
            if reader.shard_id == self._selected and reader.state is ReaderState.TIP:
                reader.due = min(reader.due, now.ticks + FASTEST_POLL_S)
            self._enqueue(reader)

    def _look_for_end(self, reader: Reader, now: Instant) -> None:
        if reader.closed and not reader.lost_shard:
            reader.confirm_end(now)
            self._settled(reader, now)
        else:
            self._describer.want(now, reader.shard_id if not reader.lost_shard else "")

    def _over(self, reader: Reader, now: Instant) -> None:
        if reader.state is not ReaderState.NOT_ASKED:
            self._progressed.add(reader.shard_id)
        children = self.lineage.children(reader.shard_id)
        for child_id in children:
            self._start(child_id, reader, now)
        asked = reader.state is not ReaderState.NOT_ASKED and not reader.reached_end
        if asked and not children and self.stream.status != StreamStatus.DISABLED:
            self._describer.want(now, reader.shard_id)

    def _start(self, shard_id: str, parent: Reader | None, now: Instant) -> None:
        """The parent is over, or there is none."""
        reader = self._readers.get(shard_id)
        if reader is None or reader.state is not ReaderState.WAITS:
            return
        if parent and parent.reached_end:
            reader.state = ReaderState.NOT_ASKED  # all that it holds is younger than the end
        else:
            reader.start(now)
        self._settled(reader, now)

    def _deliver(self, reader: Reader, page: Page) -> None:
        if page.records:
            self._batch.pages.append(ShardPage(reader.shard_id, page))
        self._progressed.add(reader.shard_id)

    def _note_progress(self, shard_ids: set[str]) -> None:
        for shard_id in shard_ids:
            self._batch.progress[shard_id] = self._progress(self._readers[shard_id])
        self._progressed -= shard_ids

    def _progress(self, reader: Reader) -> Progress:
        parent_id = self.lineage[reader.shard_id].parent_id if reader.shard_id in self.lineage else ""
        drained = reader.state in (ReaderState.DRAINED, ReaderState.TRIMMED) and not reader.reached_end
        return Progress(
            shard_id=reader.shard_id,
            parent_id=parent_id,
            last_sequence=reader.last_sequence,
            drained=drained,
            iterator=reader.iterator,
            iterator_at=reader.iterator_at,
            stands_at=reader.position.timestamp,
        )

    def _reopen_by_time(self) -> None:
        for reader in self._readers.values():
            if not reader.in_flight and not reader.exact and reader.is_reading:
                reader.forget_iterator()

    def _wake_all(self, now: Instant) -> None:
        for reader in self._readers.values():
            if reader.is_reading and not reader.in_flight and reader.due > now.ticks and reader.trouble:
                reader.due = now.ticks
                self._enqueue(reader)
