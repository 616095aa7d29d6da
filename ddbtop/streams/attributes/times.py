"""Numbers that could be times: a reading, never a certainty."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ddbtop.streams.attributes.kinds import number

_SECONDS_OF_TIMES = (978_307_200, 4_102_444_800)
"""2001 to 2100: numbers in between, or a thousand times as large, read as times."""


def reads_as_time(content: Any, near: float = 0.0) -> str | None:
    """`reads as 14:32:07 UTC` for the content of an N that could be epoch seconds or milliseconds.

    With the date unless it is the UTC day of `near`, epoch seconds. None for any other content.
    """
    seconds = epoch_seconds(content)
    if seconds is None:
        return None
    moment = datetime.fromtimestamp(int(seconds), UTC)
    same_day = near > 0 and moment.date() == datetime.fromtimestamp(near, UTC).date()
    return f"reads as {moment:%H:%M:%S} UTC" if same_day else f"reads as {moment:%Y-%m-%d %H:%M:%S} UTC"


def epoch_seconds(content: Any) -> float | None:
    """The content of an N read as a time, in seconds; None where it is none between 2001 and 2100."""
    value = number(content)
    if value is None:
        return None
    first, last = _SECONDS_OF_TIMES
    if first <= value < last:
        return float(value)
    return float(value / 1000) if first <= value / 1000 < last else None
