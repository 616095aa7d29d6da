"""What the pane of a record is about, and the views it has of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from msgspec import Raw

    from ddbtop.streams.wire import Record


class View(StrEnum):
    """The tabs of a record."""

    CHANGES = "Changes"
    NEW = "New"
    OLD = "Old"
    JSON = "JSON"
    EVENT = "Event"


@dataclass(frozen=True, slots=True)
class Shown:
    """A record and what is needed to say everything about it."""

    record: Record
    shard_name: str
    title: str
    raw: Callable[[], bytes]
    """Its JSON as it came; empty once it is dropped."""
    event: Callable[[], bytes]
    """Its JSON as Lambda hands it to a function."""
    shard_id: str = ""
    previous: Raw | None = None
    """The image of the same item before it in the journal, where the stream carries no old image."""
