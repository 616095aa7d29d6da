"""When figures are told anew: often enough to be true, seldom enough to be read."""

from __future__ import annotations

from ddbtop.streams.status import SessionStatus

TICK_S = 1 / 20
"""How often the screen looks whether something arrived; a key is answered at once."""
STATUS_S = 0.5
"""Figures change at most so often: faster, nobody could read them."""
STANDSTILL_S = 1.0
"""So often figures are told anew though nothing happened: lags and iterators age by themselves."""


class Pace:
    """Remembers what was told, and when."""

    def __init__(self) -> None:
        self._told_at = 0.0
        self._version = self._lineage_version = -1

    def is_due(self, status: SessionStatus, now: float, *, at_once: bool) -> bool:
        """Whether this status is to be told; `now` in seconds of any steady clock. A lineage that changed never waits.

        `at_once` overrules the pace.
        """
        waited = now - self._told_at
        changed = status.version != self._version and waited >= STATUS_S
        if not (at_once or changed or status.lineage_version != self._lineage_version or waited >= STANDSTILL_S):
            return False
        self._told_at, self._version, self._lineage_version = now, status.version, status.lineage_version
        return True
