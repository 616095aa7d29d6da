"""The tumbling windows of a lane: which one is open, its state, and when its final call is due."""

from __future__ import annotations

from dataclasses import replace

from ddbtop.replay.mapping.batching import Arrived
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.mapping.undocumented import QUIET_S, STATE_LIMIT_BYTES, window_start
from ddbtop.replay.model import ReplayRecord, TumblingWindow


class Windows:
    """Developer Guide, tumbling windows: state goes from one invocation to the next inside a window and a shard."""

    def __init__(self, settings: Settings) -> None:
        self._length_s = settings.tumbling_window_s
        self.open: TumblingWindow | None = None

    def of(self, record: ReplayRecord) -> TumblingWindow | None:
        """The window whose batch a record begins, opened if none is; None without tumbling windows."""
        if self._length_s and self.open is None:
            start = window_start(record.created_at, self._length_s)
            self.open = TumblingWindow(start, start + self._length_s)
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

    def final_due(self, following: Arrived | None, is_quiet: bool, ended_at: float | None) -> float | None:
        """When the open window has to have its final call; None while it goes on, or where more has to be known.

        `following` is the next record, `is_quiet` that there is none for now, `ended_at` when the shard had its end.
        """
        if self.open is None:
            return None
        if self.open.is_early:
            return self.open.start
        by_clock = self.open.end + QUIET_S
        if following is not None:
            return min(by_clock, following.at) if following.record.created_at >= self.open.end else None
        if ended_at is not None:
            return min(by_clock, ended_at)
        return by_clock if is_quiet else None
