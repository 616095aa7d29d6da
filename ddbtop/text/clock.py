"""Moments as the user's clock shows them; the zone is said where a moment stands by itself."""

from __future__ import annotations

import time
from datetime import date

_ZONE_CHARACTERS = 5
"""Some systems have whole phrases for names of zones."""


def clock(at: float) -> str:
    """`14:32:07`, local time."""
    return time.strftime("%H:%M:%S", time.localtime(at))


def day(at: float) -> str:
    """`19 Mar`, local time."""
    then = _date(at)
    return f"{then.day} {then:%b}"


def same_day(one: float, other: float) -> bool:
    return _date(one) == _date(other)


def moment(at: float, now: float) -> str:
    """`14:32:07 CET`, `19 Mar 14:32:07 CET`: with the date where it is not that of `now`, and the year likewise."""
    then, today = _date(at), _date(now)
    year = f" {then.year}" if then.year != today.year else ""
    return f"{'' if then == today else f'{day(at)}{year} '}{clock(at)} {_zone(at)}"


def _date(at: float) -> date:
    return date(*time.localtime(at)[:3])


def _zone(at: float) -> str:
    """`CET`, or `+01:00` where there is no short name."""
    then = time.localtime(at)
    name = time.strftime("%Z", then)
    if 0 < len(name) <= _ZONE_CHARACTERS:
        return name
    offset = time.strftime("%z", then)
    return f"{offset[:3]}:{offset[3:]}"
