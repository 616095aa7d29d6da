"""Start and end points as people write them: the API's names, sequence numbers, and times in many forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ddbtop.errors import WrongUsage
from ddbtop.streams.model import LATEST, RETENTION_S, TRIM_HORIZON, IteratorType, Position

MIN_SEQUENCE_DIGITS = 21
MAX_SEQUENCE_DIGITS = 40
"""Lengths of a sequence number (API model of GetShardIterator)."""

FORMS = "15m, 2h30m, 09:00, yesterday 18:00, 2026-02-11T09:14, or one of " + ", ".join(IteratorType)

_AGO = re.compile(r"(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+)s)?", re.IGNORECASE | re.ASCII)
_CLOCK = re.compile(r"(?:(today|yesterday)\s*)?(\d{1,2}):(\d{2})(?::(\d{2}))?", re.IGNORECASE | re.ASCII)


def parse_point(text: str, now: float) -> Position:
    """A point in a stream; `now` is epoch seconds. Times without a zone are local. Raises `WrongUsage`."""
    words = text.strip()
    name, _, value = words.partition(":")
    match name.upper():
        case "TRIM_HORIZON" | "LATEST" if not value:
            return TRIM_HORIZON if name.upper() == "TRIM_HORIZON" else LATEST
        case "AT_SEQUENCE_NUMBER":
            return Position.at(_sequence_number(value))
        case "AFTER_SEQUENCE_NUMBER":
            return Position.after(_sequence_number(value))
        case "AT_TIMESTAMP":
            return Position.at_time(parse_time(value, now))
    if words.isdecimal() and len(words) >= MIN_SEQUENCE_DIGITS:
        return Position.at(_sequence_number(words))
    return Position.at_time(parse_time(words, now))


def parse_time(text: str, now: float) -> float:
    """An instant in epoch seconds: ISO, a span back from now, a time of day. Raises `WrongUsage`."""
    words = text.strip()
    if not words:
        raise WrongUsage("a time is missing", f"understood are {FORMS}")
    try:
        if ago := _AGO.fullmatch(words):
            days, hours, minutes, seconds = (int(part or 0) for part in ago.groups())
            span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
            return (datetime.fromtimestamp(now, UTC) - span).timestamp()
        if clock := _CLOCK.fullmatch(words):
            day, *hms = clock.groups()
            hour, minute, second = (int(part or 0) for part in hms)
            moment = datetime.fromtimestamp(now).astimezone()
            moment -= timedelta(days=(day or "").lower() == "yesterday")
            return moment.replace(hour=hour, minute=minute, second=second, microsecond=0, tzinfo=None).timestamp()
        return datetime.fromisoformat(words).timestamp()
    except (ValueError, OverflowError, OSError):
        raise WrongUsage(f"{text!r} is no point of a stream", f"understood are {FORMS}") from None


def remarks(position: Position, now: float, name: str) -> list[str]:
    """What a user should know about a point, called by the name of its option: the instant meant, and whether the
    stream can have it."""
    if position.type is not IteratorType.AT_TIMESTAMP:
        return []
    meant = datetime.fromtimestamp(position.timestamp).astimezone().isoformat(sep=" ", timespec="seconds")
    said = [f"{name} is {meant}"]
    if position.timestamp > now:
        said.append("that is still ahead: nothing is shown before it comes")
    elif position.timestamp < now - RETENTION_S:
        said.append("that is more than 24 hours ago: the stream keeps no record that old, reading starts at its oldest")
    return said


def _sequence_number(text: str) -> str:
    number = text.strip()
    if not number:
        raise WrongUsage("a sequence number is missing")
    if not (number.isascii() and number.isdigit() and MIN_SEQUENCE_DIGITS <= len(number) <= MAX_SEQUENCE_DIGITS):
        raise WrongUsage(
            f"{text!r} is no sequence number", f"one has {MIN_SEQUENCE_DIGITS} to {MAX_SEQUENCE_DIGITS} digits"
        )
    return number
