"""When a session that is behind will have caught up, judged by how fast it got nearer during the last seconds."""

from __future__ import annotations

from collections import deque

from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus

AT_REST = (ReaderState.TIP, ReaderState.DRAINED, ReaderState.NOT_ASKED, ReaderState.TRIMMED)
"""States in which nothing is left to read."""

REMEMBERED_S = 15.0
"""How far back the pace is taken from: the last seconds say more than the minutes before."""
ENOUGH_S = 4.0
"""A pace over less than this is chance."""


def lag_s(reader: ReaderStatus, now: float) -> float | None:
    """Whole seconds behind, the same wherever it is shown; None where that is not known. `now` is the service's."""
    lag = reader.lag(now)
    return None if lag is None else float(int(lag))


def is_behind(reader: ReaderStatus, now: float) -> bool:
    """Whether it has records yet to read, or may have: at the tip, once its calls have failed for a while."""
    return reader.state not in AT_REST or (reader.trouble is not None and bool(lag_s(reader, now)))


def furthest_behind_s(status: SessionStatus, now: float) -> float | None:
    """Of all readers that are behind; None where that is not known."""
    lags = [lag_s(reader, now) for reader in status.readers.values() if is_behind(reader, now)]
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
        """Seconds until the lag is gone if the pace holds; None while there is no pace, or no getting nearer.

        The slower pace counts, that of all that is remembered or that of the newest part: whoever has leapt over a
        quiet night and now keeps up with a busy day is not about to arrive.
        """
        if not self._known or self._known[-1][0] - self._known[0][0] < ENOUGH_S:
            return None
        now = self._known[-1][0]
        newest = next(told for told in reversed(self._known) if now - told[0] >= ENOUGH_S)
        lefts = [self._left_since(*told) for told in (self._known[0], newest)]
        return None if None in lefts else max(left for left in lefts if left is not None)

    def _left_since(self, began: float, before: float) -> float | None:
        now, lag = self._known[-1]
        return lag * (now - began) / (before - lag) if lag < before else None

    def reset(self) -> None:
        """Another session begins somewhere else."""
        self._known.clear()
