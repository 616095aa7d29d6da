"""What a reader knows to be lost, one gap at a time."""

from __future__ import annotations

from dataclasses import dataclass

from ddbtop.streams.model import Gap
from ddbtop.streams.wire import Record


@dataclass(slots=True)
class _OpenGap:
    """A gap that is noticed while its far side is still unknown."""

    after: str
    from_time: float
    reason: str
    before: str = ""
    to_time: float = 0.0


class Losses:
    def __init__(self) -> None:
        self.count = 0
        self.after = self.reason = ""
        """Of the newest gap: the record before it, and why there is one."""
        self._open: _OpenGap | None = None

    def note(self, after: str, from_time: float, reason: str) -> None:
        """Something behind the record `after` is lost; a gap that is still open covers it."""
        if self._open is None:
            self._open = _OpenGap(after, from_time, reason)
            self.count += 1
            self.after, self.reason = after, reason

    def reached(self, record: Record) -> None:
        """A record came: the far side of a gap that has none yet."""
        if self._open and not self._open.before:
            self._open.before, self._open.to_time = record.sequence_number, record.created_at

    def take(self, shard_id: str, noticed_at: float, even_open: bool) -> Gap | None:
        """A gap whose far side is known, with `even_open` any; it is handed over once."""
        gap = self._open
        if gap is None or not (gap.before or even_open):
            return None
        self._open = None
        return Gap(shard_id, gap.after, gap.before, gap.from_time, gap.to_time, gap.reason, noticed_at)
