"""Moments as Lambda spells them."""

from __future__ import annotations

from datetime import UTC, datetime

_LAST = 253_402_300_799.0
"""The end of the year 9999: what a file calls a creation time may be any number."""


def iso_seconds(epoch: float) -> str:
    """`2019-11-14T00:13:49Z`."""
    return f"{_moment(epoch):%Y-%m-%dT%H:%M:%S}Z"


def iso_millis(epoch: float) -> str:
    """`2019-11-14T00:13:49.717Z`."""
    return _moment(epoch).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(min(max(epoch, 0.0), _LAST), UTC)
