"""What an item was before a record, where the stream does not carry old images: looked up in the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddbtop.errors import DdbtopError
from ddbtop.streams.model import ViewType

if TYPE_CHECKING:
    from msgspec import Raw

    from ddbtop.journal.reader import JournalReader, Row
    from ddbtop.streams.wire import Record


def is_one_sided(record: Record) -> bool:
    """Whether something may have been there before that only the journal can tell."""
    return record.dynamodb.view_type == ViewType.NEW_IMAGE and record.event_name != "INSERT"


def predecessor(reader: JournalReader, row: Row) -> Row | None:
    """The record of the same item before this one; None where the journal has none, or cannot be read.

    The list reads the same journal, and says so where it cannot.
    """
    try:
        return reader.previous_image(row)
    except DdbtopError:
        return None


def left_by(before: Row | None) -> Raw | None:
    """The image that a record left, without the page that it came in; None for nothing."""
    from msgspec import UNSET  # only streams of this view need it

    image = UNSET if before is None else before.record.dynamodb.new_image
    return None if image is UNSET else image.copy()
