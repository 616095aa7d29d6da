"""How soon a shard is asked again: after records, after empty pages, after failures."""

from __future__ import annotations

from ddbtop.streams.clock import Instant

FASTEST_POLL_S = 0.25
"""Pause after a page with records, and of the selected shard: Lambda polls a shard four times a second."""

SLOWEST_POLL_S = 2.0
"""Longest pause between two polls of a quiet shard."""

SLOWING = 1.5
"""Each empty page makes the pause so many times longer."""

TIP_EMPTY_PAGES = 5
TIP_EMPTY_S = 2.0
"""A shard is taken to be at its tip after so many empty pages in a row, over at least so many seconds.

Empty pages come between records too, and AWS does not say how many. Community figure (bloop plans for about 5 empty
pages a shard), not documented: shown as assumed.
"""

FIRST_BACKOFF_S = 0.25
LONGEST_BACKOFF_S = 30.0


class Pace:
    """The polls of one shard while nothing fails."""

    def __init__(self) -> None:
        self.interval = FASTEST_POLL_S
        """Pause between two polls at the tip, seconds."""
        self._empties = 0
        """Empty pages in a row."""
        self._empty_since = 0.0

    def records_came(self) -> None:
        self._empties = 0
        self.interval = FASTEST_POLL_S

    def nothing_came(self, now: Instant) -> None:
        if not self._empties:
            self._empty_since = now.ticks
        self._empties += 1

    def is_quiet(self, now: Instant) -> bool:
        """Whether nothing came so often and so long that this is taken for the tip."""
        return self._empties >= TIP_EMPTY_PAGES and now.ticks - self._empty_since >= TIP_EMPTY_S

    def next_at_tip(self, now: Instant) -> float:
        """When to ask again at the tip, where nothing came: later and later."""
        self.interval = min(self.interval * SLOWING, SLOWEST_POLL_S)
        return now.ticks + self.interval

    def next_before_tip(self, now: Instant) -> float:
        """When to ask again where nothing came: empty pages come between records, so at once while few did."""
        if self._empties < TIP_EMPTY_PAGES:
            return now.ticks
        return max(now.ticks + FASTEST_POLL_S, self._empty_since + TIP_EMPTY_S)


def backoff(failures: int, jitter: float) -> float:
    """Seconds to wait after so many failures in a row: doubling, half of it spread at random."""
    whole = min(FIRST_BACKOFF_S * 2.0 ** min(failures - 1, 16), LONGEST_BACKOFF_S)
    return whole * (0.5 + jitter / 2)
