"""Numbers that could be times: a reading, never a certainty."""

from __future__ import annotations

from typing import Any

from ddbtop.streams.attributes.kinds import number
from ddbtop.text import moment

_SECONDS_OF_TIMES = (978_307_200, 4_102_444_800)
"""2001 to 2100: numbers in between, or a thousand times as large, read as times."""


def reads_as_time(content: Any, near: float = 0.0) -> str | None:
    """`reads as 14:32:07 CET` for the content of an N that could be epoch seconds or milliseconds.

    With the date unless it is the day of `near`, epoch seconds. None for any other content.
    """
    seconds = epoch_seconds(content)
    return None if seconds is None else f"reads as {moment(seconds, near)}"


def epoch_seconds(content: Any) -> float | None:
    """The content of an N read as a time, in seconds; None where it is none between 2001 and 2100."""
    value = number(content)
    if value is None:
        return None
    first, last = _SECONDS_OF_TIMES
    if first <= value < last:
        return float(value)
    return float(value / 1000) if first <= value / 1000 < last else None
