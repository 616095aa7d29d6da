"""Moments as the user's clock shows them; a server may send a number that no clock can show, which is `?`."""

from __future__ import annotations

import time

_ZONE_CHARACTERS = 5
"""Some systems have whole phrases for names of zones."""

_UNKNOWN = "?"


def clock(at: float) -> str:
    """`14:32:07`, local time."""
    then = _local(at)
    return time.strftime("%H:%M:%S", then) if then else _UNKNOWN


def day(at: float) -> str:
    """`19 Mar`, local time."""
    then = _local(at)
    return f"{then.tm_mday} {time.strftime('%b', then)}" if then else _UNKNOWN


def same_day(one: float, other: float) -> bool:
    first, second = _local(one), _local(other)
    return first is not None and second is not None and first[:3] == second[:3]


def moment(at: float, now: float) -> str:
    """`14:32:07 CET`, `19 Mar 14:32:07 CET`: with the date where it is not that of `now`, and the year likewise."""
    then, today = _local(at), _local(now)
    if then is None:
        return _UNKNOWN
    year = f" {then.tm_year}" if today is None or then.tm_year != today.tm_year else ""
    return f"{'' if same_day(at, now) else f'{day(at)}{year} '}{clock(at)} {_zone(then)}"


def _local(at: float) -> time.struct_time | None:
    try:
        return time.localtime(at)
    except (OverflowError, OSError, ValueError):
        return None


def _zone(then: time.struct_time) -> str:
    """`CET`, or `+01:00` where there is no short name."""
    name = time.strftime("%Z", then)
    if 0 < len(name) <= _ZONE_CHARACTERS:
        return name
    offset = time.strftime("%z", then)
    return f"{offset[:3]}:{offset[3:]}"
