"""When a session that is behind will have caught up, judged by how fast it got nearer during the last seconds."""

from __future__ import annotations

from collections import deque

from ddbtop.streams.status import ReaderState, SessionStatus

AT_REST = (ReaderState.TIP, ReaderState.DRAINED, ReaderState.NOT_ASKED, ReaderState.TRIMMED)
"""States in which nothing is left to read."""

REMEMBERED_S = 15.0
"""How far back the pace is taken from: the last seconds say more than the minutes before."""
ENOUGH_S = 4.0
"""A pace over less than this is chance."""


def furthest_behind_s(status: SessionStatus, now: float) -> float | None:
    """Of all readers that are not at rest; None where that is not known. `now` is the service's."""
    lags = [reader.lag(now) for reader in status.readers.values() if reader.state not in AT_REST]
    known = [lag for lag in lags if lag is not None]
    return max(known) if known else None if lags or not status.described else 0.0


class CatchUp:
    """Told now and then how far behind the session is."""

    def __init__(self) -> None:
        self._known: deque[tuple[float, float]] = deque()

    def tell(self, now: float, lag_s: float | None) -> None:
        """`now` in seconds of any steady clock; None where nobody knows how far."""
        if lag_s is None:
            return
        self._known.append((now, lag_s))
        while now - self._known[0][0] > REMEMBERED_S:
            self._known.popleft()

    def left_s(self) -> float | None:
        """Seconds until the lag is gone if the pace holds; None while there is no pace, or no getting nearer."""
        if not self._known:
            return None
        (began, before), (now, lag) = self._known[0], self._known[-1]
        if now - began < ENOUGH_S or lag >= before:
            return None
        return lag * (now - began) / (before - lag)

    def reset(self) -> None:
        """Another session begins somewhere else."""
        self._known.clear()
