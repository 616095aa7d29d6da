"""What a run of the same records did otherwise than the run before it, counted record by record."""

from __future__ import annotations

from dataclasses import dataclass

from ddbtop.replay.findings.fates import Fate, Fates


@dataclass(frozen=True, slots=True)
class Comparison:
    """A record that no handler saw in one of the runs is told apart from one that failed."""

    newly_ok: int = 0
    newly_failing: int = 0
    same: int = 0
    not_reached: int = 0
    """Seen by the handler in the run before, not in this one so far."""


def compare(before: Fates, now: Fates, *, is_over: bool) -> Comparison:
    """`is_over`: what this run has not finished by now, it never will; else that is left out."""
    newly_ok = newly_failing = same = not_reached = 0
    for record in before.ended.keys() | before.deliveries.keys():
        was_ok = before[record] is Fate.DELIVERED
        if record not in now.ended and record not in now.deliveries:
            not_reached += 1
        elif now[record] is Fate.UNFINISHED and not is_over:
            continue
        elif was_ok == (now[record] is Fate.DELIVERED):
            same += 1
        elif was_ok:
            newly_failing += 1
        else:
            newly_ok += 1
    return Comparison(newly_ok, newly_failing, same, not_reached)
