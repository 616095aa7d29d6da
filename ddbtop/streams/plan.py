"""What a start point would read of the shards known now, by the rules that a session follows, and when shards lived."""

from __future__ import annotations

from collections.abc import Iterable

from ddbtop.streams.lineage import Lineage, created_at
from ddbtop.streams.model import Position, Shard, StartPoint
from ddbtop.streams.seek import Seek


class Plan:
    """Looks at one description of a stream; asked as often as somebody types."""

    def __init__(self, arn: str, shards: Iterable[Shard], now: float) -> None:
        self._arn = arn
        self.now = now
        self.lineage = Lineage(shards)

    def positions(self, start: StartPoint) -> dict[str, Position]:
        """Where each shard would be begun, by its id, parents first; shards that are not asked for are left out.

        Raises `WrongUsage` where the start point names nothing in the stream, or too much.
        """
        seek = Seek(self._arn, start, None, True, self.now)
        seek.settle(self.lineage)
        lineage = self.lineage
        found = ((shard_id, seek.first(shard_id, lineage)) for shard_id in sorted(lineage, key=lineage.generation))
        return {shard_id: position for shard_id, position in found if position is not None}

    def life(self, shard_id: str, floor: float) -> tuple[float, float]:
        """From when to when it was written to, as far as its id and its children's tell; not before `floor`."""
        begin = max(floor, created_at(shard_id) or floor)
        if not self.lineage.is_closed(shard_id):
            return begin, self.now
        ends = [end for child in self.lineage.children(shard_id) if (end := created_at(child)) is not None]
        return begin, min(self.now, *ends) if ends else self.now
