"""What an item was before a record, where the stream does not carry old images: looked up in the journal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ddbtop.errors import DdbtopError
from ddbtop.streams.model import ViewType

if TYPE_CHECKING:
    from msgspec import Raw

    from ddbtop.journal.journal import Journal
    from ddbtop.journal.reader import Row
    from ddbtop.streams.wire import Record

Answer = Callable[["Row", "Row | None"], object]
"""Told the record that was asked about and the one before it; None where the journal has none."""


def is_one_sided(record: Record) -> bool:
    """Whether something may have been there before that only the journal can tell."""
    return record.dynamodb.view_type == ViewType.NEW_IMAGE and record.event_name != "INSERT"


def left_by(before: Row | None) -> Raw | None:
    """The image that a record left, without the page that it came in; None for nothing."""
    from msgspec import UNSET  # only streams of this view need it

    image = UNSET if before is None else before.record.dynamodb.new_image
    return None if image is UNSET else image.copy()


class Predecessors:
    """Answers in a thread of its own, which looks through more of the journal than a frame has time for.

    Only the last question counts: what nobody looks at any more is not looked up.
    """

    def __init__(self, journal: Journal, answer: Answer) -> None:
        self._journal, self._answer = journal, answer
        self._changed = threading.Condition()
        self._wanted: Sequence[Row] = ()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="predecessors", daemon=True)
        self._thread.start()

    def ask(self, *rows: Row) -> None:
        """In this order."""
        with self._changed:
            self._wanted = rows
            self._changed.notify()

    def close(self) -> None:
        """The journal may be put away afterwards; waits for at most one lookup."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        with self._journal.reader() as reader:
            while (row := self._next()) is not None:
                try:
                    before = reader.previous_image(row)
                except DdbtopError:
                    before = None  # a journal that cannot be read is said by the list, which reads it as well
                self._answer(row, before)

    def _next(self) -> Row | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._wanted)
            if self._closed:
                return None
            row, *self._wanted = self._wanted
            return row
