"""What the start picker says in words: what a choice costs, how far that is a guess, and what the server can do."""

from __future__ import annotations

import time
from datetime import date

from ddbtop.streams.status import SessionStatus
from ddbtop.text import count, roughly
from ddbtop.tui.estimates import Estimate
from ddbtop.tui.look import Line, Role

FORMS = "also 15m, 2h30m, 09:00, yesterday 18:00 or ISO; local time"
"""What may be typed as a time."""

_MILLION = 1_000_000
_DIGITS = 2
"""Of a figure that is a guess: more would claim to know."""


def cost_line(estimate: Estimate, priced: bool) -> Line:
    """`≈ 26 M records, 78 000 calls, $0.02, 26 m`; `priced`: calls are AWS's, and cost something."""
    if estimate.records is None:
        return [("? records: nothing was read yet to judge it by", Role.DIM)]
    if estimate.counted:
        parts = [f"{_records(count(estimate.records), estimate.records)}", f"≈ {_calls(estimate.calls)}"]
    else:
        parts = [f"≈ {_records(about(estimate.records), estimate.records)}", _calls(estimate.calls)]
    if priced:
        parts.append("<$0.01" if estimate.dollars < 0.01 else f"${estimate.dollars:.2f}")
    parts.append("<1 s" if estimate.seconds < 1 else roughly(estimate.seconds))
    return [(", ".join(parts), Role.DIM)]


def basis_line(estimate: Estimate) -> Line:
    """How much of an estimate is counted."""
    if estimate.records is None:
        return []
    if estimate.counted:
        return [("Counted: all of that time is kept here.", Role.DIM)]
    if estimate.seen >= 1:
        return [("≈ counted from the second of that record on.", Role.DIM)]
    percent = min(99, round(estimate.seen * 100))
    share = f"{percent} %" if percent else "<1 %"
    return [(f"≈ {share} of that time is kept here; the rest is taken to be as busy.", Role.DIM)]


def server_line(status: SessionStatus) -> Line:
    """Whether the server can start at a time, as far as this session found out."""
    if status.reads_forward:
        return [("No AT_TIMESTAMP here: what lies before a time is read, and left out.", Role.ATTENTION)]
    if status.starts_at_times:
        return [("This server has AT_TIMESTAMP: one call a shard, no reading forward.", Role.DIM)]
    return [("AT_TIMESTAMP is not tried here yet; without it ddbtop reads forward.", Role.DIM)]


def readers_line(shared: int) -> Line:
    """`shared`: shards that refused a call of late because others read them as well."""
    if not shared:
        return []
    what = "1 shard is" if shared == 1 else f"{count(shared)} shards are"
    return [(f"{what} read by others as well; a third reader may be throttled.", Role.ATTENTION)]


def about(number: int) -> str:
    """A number that is a guess, rounded to what may be claimed: `26 M`, `3 400`, `17`."""
    digits = len(str(number))
    rounded = round(number, min(0, _DIGITS - digits))
    if rounded < _MILLION:
        return count(rounded)
    millions = rounded / _MILLION
    return f"{millions:.1f} M" if millions < 10 else f"{count(round(millions))} M"


def day(moment: float, now: float) -> str:
    """`yesterday 14:32`, or the date where it is none of the two last days."""
    then, today = time.localtime(moment), time.localtime(now)
    clock = time.strftime("%H:%M", then)
    days = date(*today[:3]).toordinal() - date(*then[:3]).toordinal()
    if days > 1:
        return f"{date(*then[:3])} {clock}"
    return f"yesterday {clock}" if days else clock


def _records(text: str, number: int) -> str:
    return f"{text} record{'' if number == 1 else 's'}"


def _calls(number: int) -> str:
    return f"{about(number)} call{'' if number == 1 else 's'}"
