"""Numbers in the fixed forms of the screens: short, with their unit, the same width for the same magnitude."""

from __future__ import annotations

import re

_SIZE_UNITS = ("B", "kB", "MB", "GB", "TB")
"""Powers of 1,000, as AWS bills and limits them."""

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)B?", re.IGNORECASE)

_MILLION = 1_000_000
_MINUTE = 60
_HOUR = 3600
_DAY = 86400

_ROUGH_UNITS = ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "m"))
_LEAST_OF_A_ROUGH_UNIT = 2
"""A unit is used from this many on: `90 m` says more than `2 h`."""


def count(number: int) -> str:
    """`328 114`."""
    return f"{number:,}".replace(",", " ")


def counted(number: int, what: str) -> str:
    """`1 record`, `12 records`, `0 bytes`."""
    return f"{count(number)} {what}{'' if number == 1 else 's'}"


def short_count(number: int) -> str:
    """`328 114`, `3.1 M`, `2.0 G`: never wider than seven cells below a million millions."""
    if number < _MILLION:
        return count(number)
    millions = round(number / _MILLION, 1)
    return f"{millions:.1f} M" if millions < 1000 else f"{number / _MILLION / 1000:.1f} G"


def size(number_of_bytes: int) -> str:
    """`208 B`, `1.2 kB`, `412 MB`."""
    value, unit = float(number_of_bytes), 0
    while round(value) >= 1000 and unit < len(_SIZE_UNITS) - 1:
        value /= 1000
        unit += 1
    digits = 1 if unit and round(value, 1) < 10 else 0
    return f"{value:.{digits}f} {_SIZE_UNITS[unit]}"


def bytes_of(text: str) -> int:
    """`1GB`, `250 MB`, `5000`: a size as people type it. Raises `ValueError`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    power = ("", "K", "M", "G", "T").index(found[2].upper())
    return int(float(found[1]) * 1000**power)


def rate(a_second: float, unit: str = "/s") -> str:
    """`379/s`, `14.2/s`, `0/s`; what is not zero does not look like zero."""
    if a_second <= 0:
        return f"0{unit}"
    if a_second < 0.05:
        return f"<0.1{unit}"
    if round(a_second, 1) < 100:
        return f"{a_second:.1f}{unit}"
    return f"{count(round(a_second))}{unit}"


def duration(seconds: float) -> str:
    """`121 ms`, `41 s`, `9 m`, `23 h 58 m`, `2 d 3 h`: rounded down, two units at most."""
    if 0 < seconds < 1:
        return f"{max(1, int(seconds * 1000))} ms"
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return _two(whole, _MINUTE, "m", 1, "s")
    if whole < _DAY:
        return _two(whole, _HOUR, "h", _MINUTE, "m")
    return _two(whole, _DAY, "d", _HOUR, "h")


def roughly(seconds: float) -> str:
    """`45 s`, `30 m`, `36 h`, `14 d`: rounded to one unit."""
    for length, name in _ROUGH_UNITS:
        if seconds >= _LEAST_OF_A_ROUGH_UNIT * length:
            return f"{round(seconds / length)} {name}"
    return f"{max(0, round(seconds))} s"


def gauge(seconds: float) -> str:
    """`14:21`, minutes and seconds left of something that runs out."""
    minutes, rest = divmod(max(0, int(seconds)), _MINUTE)
    return f"{minutes:02}:{rest:02}"


def _two(whole: int, length: int, name: str, part: int, part_name: str) -> str:
    value, rest = divmod(whole, length)
    parts = rest // part
    return f"{value} {name} {parts} {part_name}" if parts else f"{value} {name}"
