"""What an item was before a record, where the stream does not carry old images: looked up in the journal."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from ddbtop.errors import DdbtopError

if TYPE_CHECKING:
    from ddbtop.journal.journal import Journal
    from ddbtop.journal.reader import Row

Answer = Callable[["Row", "Row | None"], object]
"""Told the record that was asked about and the one before it; None where the journal has none."""


class Predecessors:
    """Answers in a thread of its own, which looks through more of the journal than a frame has time for.

    Only the last question counts: what nobody looks at any more is not looked up.
    """

    def __init__(self, journal: Journal, answer: Answer) -> None:
        self._journal, self._answer = journal, answer
        self._changed = threading.Condition()
        self._wanted: Row | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="predecessors", daemon=True)
        self._thread.start()

    def ask(self, row: Row) -> None:
        with self._changed:
            self._wanted = row
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
            self._changed.wait_for(lambda: self._closed or self._wanted is not None)
            row, self._wanted = self._wanted, None
            return None if self._closed else row
