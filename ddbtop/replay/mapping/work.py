"""A batch on its way, and how it comes apart: into halves, into what is done and the rest, into expired and not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ddbtop.replay.mapping.batching import Arrived
from ddbtop.replay.mapping.terms import Terms
from ddbtop.replay.mapping.undocumented import left_half
from ddbtop.replay.model import Part, ReplayBatch, ReplayRecord, TumblingWindow


@dataclass(slots=True)
class Work:
    batch: ReplayBatch
    numbers: tuple[int, ...]
    """Of its records, in the shard's ledger."""
    request_id: str
    failures: int = 0
    """That count for MaximumRetryAttempts, since the batch was made or its checkpoint moved."""
    invoked: int = 0
    """`approximateInvokeCount`."""
    is_function_error: bool = False
    """How the last attempt failed."""
    retries: int = 0
    """In a row, throttled ones included: what the delay grows with."""
    is_of_a_bisect: bool = False
    """A half, or what was left of one."""

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def is_final(self) -> bool:
        """The call at the end of a tumbling window."""
        return self.batch.part is Part.FINAL


def whole(terms: Terms, shard_id: str, lane: int, taken: Sequence[Arrived], window: TumblingWindow | None) -> Work:
    """A new batch of records; of none, the final call of a window."""
    part = Part.WHOLE if taken else Part.FINAL
    batch = ReplayBatch(next(terms.batch_ids), shard_id, tuple(_records(taken)), part, lane=lane, window=window)
    return Work(batch, tuple(arrived.number for arrived in taken), terms.new_request_id())


def bisected(terms: Terms, work: Work) -> tuple[Work, Work]:
    middle = left_half(len(work))
    places = range(len(work))
    return (_part(terms, work, places[:middle], Part.LEFT), _part(terms, work, places[middle:], Part.RIGHT))


def rest(terms: Terms, work: Work, first: int) -> Work:
    """What is left from a place on, as a batch that nothing has happened to yet."""
    return _part(terms, work, range(first, len(work)), Part.REST)


def expired(terms: Terms, work: Work, places: Sequence[int]) -> tuple[Work, Work | None]:
    """The expired records alone, and the others with what happened to them so far; the same batch if all expired."""
    if len(places) == len(work):
        return work, None
    gone = set(places)
    old = _part(terms, work, places, Part.REST)
    young = _part(terms, work, [place for place in range(len(work)) if place not in gone], Part.REST)
    for each in (old, young):
        each.failures, each.invoked, each.retries = work.failures, work.invoked, work.retries
    old.request_id = work.request_id
    return old, young


def _part(terms: Terms, work: Work, places: Sequence[int], part: Part) -> Work:
    batch = replace(
        work.batch,
        id=next(terms.batch_ids),
        records=tuple(work.batch.records[place] for place in places),
        part=part,
        parent=work.batch.id,
    )
    numbers = tuple(work.numbers[place] for place in places)
    is_of_a_bisect = work.is_of_a_bisect or part in (Part.LEFT, Part.RIGHT)
    return Work(batch, numbers, terms.new_request_id(), is_of_a_bisect=is_of_a_bisect)


def _records(taken: Sequence[Arrived]) -> list[ReplayRecord]:
    return [arrived.record for arrived in taken]
