"""What is known of a block of records without opening it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Extent:
    """Sums over a block, enough to see that none of its records can match."""

    inserts: int
    modifies: int
    removes: int
    first_at: float
    last_at: float
    """The earliest and the latest creation time."""
