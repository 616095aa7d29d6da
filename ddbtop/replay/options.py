"""How a replay goes about it, as opposed to what a mapping is set to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ddbtop.errors import WrongUsage


class Clock(StrEnum):
    RECORDED = "recorded"
    """Nothing sleeps: now begins at the first record's creation and moves by measured handler time and chosen delays.
    For sources that end: while more may come, nothing is delivered that could become a fuller batch."""
    WALL = "wall"
    """Real waits and real ages."""


class Arrival(StrEnum):
    """When records are there, on the recorded clock; on the wall clock, when they are read."""

    BACKLOG = "backlog"
    """All at once, as after an outage."""
    RECORDED = "recorded"
    """At their creation."""


class Backoff(StrEnum):
    NONE = "none"
    DOUBLING = "doubling"


DEFAULT_TIMEOUT_S = 3.0
LONGEST_TIMEOUT_S = 900.0
"""Lambda's."""

MOST_WORKERS = 100
"""Processes of a handler: each holds files open, of which a process may have some hundreds."""


@dataclass(frozen=True, slots=True)
class Options:
    """Texts as the command line has them may be given for the choices. Raises `WrongUsage`."""

    clock: Clock = Clock.RECORDED
    arrival: Arrival = Arrival.BACKLOG
    backoff: Backoff = Backoff.NONE
    max_invocations: int = 0
    """Of each shard; 0 for no end."""
    no_stop: bool = False
    """Go on where a shard stands still."""
    timeout_s: float = DEFAULT_TIMEOUT_S
    function_arn: str = ""
    """What the handler and on-failure messages are told; empty for one made from the stream's ARN."""
    keep_events: bool = True
    """Whether `Replay.events` is filled: it keeps every record in memory."""

    def __post_init__(self) -> None:
        if self.max_invocations < 0:
            raise WrongUsage(f"the number of invocations is at least 1, not {self.max_invocations}")
        if not 0 < self.timeout_s <= LONGEST_TIMEOUT_S:
            raise WrongUsage(f"Timeout is more than 0 and at most {LONGEST_TIMEOUT_S:g} s, not {self.timeout_s:g}")
