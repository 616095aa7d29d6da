"""Moments as Lambda spells them."""

from __future__ import annotations

from datetime import UTC, datetime

LATEST = 253_402_300_799.0
"""The end of the year 9999: what is beyond it is no creation time, whatever an endpoint says."""


def iso_seconds(epoch: float) -> str:
    """`2019-11-14T00:13:49Z`."""
    return f"{_moment(epoch):%Y-%m-%dT%H:%M:%S}Z"


def iso_millis(epoch: float) -> str:
    """`2019-11-14T00:13:49.717Z`."""
    return _moment(epoch).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(min(max(epoch, 0.0), LATEST), UTC)
