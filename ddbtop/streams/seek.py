"""A start point becomes one position a shard, for the shards of the first description and for those that come later."""

from __future__ import annotations

from collections.abc import Callable

from ddbtop.errors import WrongUsage
from ddbtop.streams.bounds import Bounds
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import LATEST, TRIM_HORIZON, IteratorType, Position, StartPoint

COARSE_TIME_S = 60.0
"""DynamoDB Local rounds creation times down to whole minutes; its ARNs carry the region `ddblocal`."""


class Seek:
    """Which shards a session reads, from where, and up to where."""

    def __init__(self, arn: str, start: StartPoint, end: Position | None, follow: bool, began_at: float) -> None:
        """`end`: stop before this place; `follow`: go on after the tip. `began_at`: epoch seconds."""
        self.start = start
        self.end = end
        self.began_at = began_at
        self._precision_s = COARSE_TIME_S if ":ddblocal:" in arn else 1.0
        self._not_after = 0.0 if follow or end is not None else began_at
        self._ends_in = ""

    def correct(self, seconds: float) -> None:
        """Our clock was so much behind the service's when the session began."""
        self.began_at += seconds
        self._not_after += seconds if self._not_after else 0.0

    @property
    def needs_everything(self) -> bool:
        """Whether no shard may be begun before the description is complete."""
        return bool(self.start.shard_id or self._sequence or self.end) or self._is_latest

    @property
    def ends(self) -> bool:
        return bool(self._not_after or self.end)

    def settle(self, lineage: Lineage) -> None:
        """Find the shards that the start and the end mean, in a complete lineage. Raises `WrongUsage`."""
        start = self.start
        if start.shard_id or self._sequence:
            shard_id = _one_shard(lineage, start.shard_id, self._sequence)
            self.start = StartPoint(start.position, shard_id, start.descendants)
        if self.end and self.end.sequence_number:
            self._ends_in = _one_shard(lineage, self._end_scope(lineage), self.end.sequence_number, option="--to")

    def first(self, shard_id: str, lineage: Lineage) -> Position | None:
        """Where to begin in a shard of the first description; None: it is not asked for."""
        if not self._in_scope(shard_id, lineage):
            return None
        named = shard_id == self.start.shard_id
        if self._is_latest:
            return LATEST if named or not lineage.is_closed(shard_id) else None
        if named:
            return self.start.position
        return TRIM_HORIZON if self._sequence else self.start.position

    def missed(self, shard_id: str, lineage: Lineage) -> Position | None:
        """Where to begin in a shard that appeared since an earlier session ended; None: it is not asked for."""
        return TRIM_HORIZON if self._in_scope(shard_id, lineage) else None

    def later(self, shard_id: str, lineage: Lineage, asked: Callable[[str], bool]) -> Position | None:
        """Where to begin in a shard that appeared since; `asked` tells whether a shard is part of the session.

        Its oldest record, whatever the start point was: what came before the session is left out by time.
        """
        if self.start.shard_id or self._ends_in:
            parent = lineage.parent(shard_id)
            goes_on = self.start.descendants and not self._ends_in
            return TRIM_HORIZON if goes_on and parent and asked(parent) else None
        return TRIM_HORIZON

    def bounds(self, shard_id: str, resumed: bool = False) -> Bounds:
        """`resumed`: the session goes on where an earlier one ended, so what came in between belongs to it."""
        return Bounds(
            precision_s=self._precision_s,
            not_before=0.0 if resumed else self._not_before,
            not_after=self._not_after,
            until_time=self.end.timestamp if self.end else 0.0,
            until_sequence=self._until_sequence if shard_id == self._ends_in else 0,
        )

    @property
    def _sequence(self) -> str:
        return self.start.position.sequence_number

    @property
    def _is_latest(self) -> bool:
        """LATEST, or a time that is still ahead, which no iterator can be asked for."""
        position = self.start.position
        return position.type is IteratorType.LATEST or position.timestamp > self.began_at

    @property
    def _not_before(self) -> float:
        if self.start.position.type is IteratorType.LATEST:
            return self.began_at
        return self.start.position.timestamp

    @property
    def _until_sequence(self) -> int:
        assert self.end is not None
        number = int(self.end.sequence_number)
        return number + 1 if self.end.type is IteratorType.AFTER_SEQUENCE_NUMBER else number

    def _in_scope(self, shard_id: str, lineage: Lineage) -> bool:
        if self._ends_in and shard_id != self._ends_in and shard_id not in lineage.ancestors(self._ends_in):
            return False
        scope = self.start.shard_id
        return not scope or shard_id == scope or (self.start.descendants and scope in lineage.ancestors(shard_id))

    def _end_scope(self, lineage: Lineage) -> str:
        """A start in one shard, and an end that this shard may hold, mean the same shard."""
        start, end = self.start.shard_id, self.end.sequence_number if self.end else ""
        return start if start and start in lineage.holding(end) else ""


def _one_shard(lineage: Lineage, part: str, sequence_number: str, option: str = "--from") -> str:
    """The one shard that an id's part, a sequence number, or both, can mean."""
    named = lineage.matching(part) if part else list(lineage)
    if not named:
        raise WrongUsage(f"no shard of this stream has {part!r} in its id", "`ddbtop shards` lists them")
    holding = set(lineage.holding(sequence_number)) if sequence_number else set(named)
    found = [shard_id for shard_id in named if shard_id in holding]
    if len(found) == 1:
        return found[0]
    if not found and part and len(named) == 1:
        return named[0]  # the shard is named outright: let the service answer for the number
    if not found:
        raise WrongUsage(f"no shard of this stream can hold the sequence number of {option}: {sequence_number}")
    names = ", ".join(found[:8]) + (f" and {len(found) - 8} more" if len(found) > 8 else "")
    what = f"{option} {sequence_number} may be in" if sequence_number else f"--shard {part} may mean"
    raise WrongUsage(f"{what} any of {len(found)} shards: {names}", "name one of them with --shard")
