"""The tumbling windows of a lane: which one is open, its state, and when its final call is due."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ddbtop.replay.mapping.batching import ALWAYS, Arrived
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.mapping.undocumented import QUIET_S, STATE_LIMIT_BYTES, Rule, window_start
from ddbtop.replay.model import ReplayRecord, TumblingWindow


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of the open window."""

    at: float
    """Of the final call, or whenever the lane is free after it."""
    rule: Rule | None = None
    """What AWS does not document and decided this."""


class Windows:
    """Developer Guide, tumbling windows: state goes from one invocation to the next inside a window and a shard."""

    def __init__(self, settings: Settings) -> None:
        self._length_s = settings.tumbling_window_s
        self.open: TumblingWindow | None = None

    def of(self, record: ReplayRecord) -> TumblingWindow | None:
        """The window whose batch a record begins: the open one, or else its own; None without tumbling windows."""
        if not self._length_s or self.open is not None:
            return self.open
        start = window_start(record.created_at, self._length_s)
        return TumblingWindow(start, start + self._length_s)

    def enter(self, record: ReplayRecord) -> TumblingWindow | None:
        """Its batch is made: its window is open."""
        self.open = self.of(record)
        return self.open

    def is_late(self, record: ReplayRecord) -> bool:
        return self.open is not None and record.created_at < self.open.start

    def keep(self, state: bytes) -> None:
        """An invocation of the open window succeeded and left this state."""
        if self.open is not None:
            self.open = replace(self.open, state=state, is_early=len(state) > STATE_LIMIT_BYTES)

    def close(self) -> None:
        """The final call succeeded."""
        self.open = None

    def ending(
        self, following: Arrived | None, is_quiet: bool, ended_at: float | None, free_at: float
    ) -> Ending | None:
        """When the open window has to have its final call; None while it goes on, or where more has to be known.

        `following` is the next record, `is_quiet` that there is none for now, `ended_at` when the shard had its end,
        `free_at` since when nothing is under way.
        """
        if self.open is None:
            return None
        if self.open.is_early:
            return Ending(ALWAYS, Rule.TUMBLING_EARLY)
        by_clock = Ending(self.open.end + QUIET_S, Rule.TUMBLING_QUIET)
        next_at = ended_at if following is None else following.at
        if next_at is None:
            return by_clock if is_quiet else None
        if next_at > max(by_clock.at, free_at):
            return by_clock
        goes_on = following is not None and following.record.created_at < self.open.end
        return None if goes_on else Ending(next_at)
