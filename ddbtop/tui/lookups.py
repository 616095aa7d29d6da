"""Questions to the journal that take longer than a frame has time for, answered in a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from ddbtop.journal.reader import JournalReader

Q = TypeVar("Q")
A = TypeVar("A")


class Lookups(Generic[Q, A]):
    """Only the last questions count: what nobody looks at any more is not looked up."""

    def __init__(
        self,
        open_reader: Callable[[], JournalReader],
        look: Callable[[JournalReader, Q], A],
        answer: Callable[[Q, A], object],
    ) -> None:
        """`look` may take its time, with a reader that is its thread's own; `answer` is told there as well."""
        self._open_reader, self._look, self._answer = open_reader, look, answer
        self._changed = threading.Condition()
        self._wanted: Sequence[Q] = ()
        self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, *questions: Q) -> None:
        """In this order, in place of those that are not answered yet."""
        with self._changed:
            if self._closed:
                return
            self._wanted = questions
            self._changed.notify()
            if self._thread is None and questions:
                self._thread = threading.Thread(target=self._run, name="lookups", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """The journal may be put away afterwards; waits for at most one lookup."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        with self._open_reader() as reader:
            while question := self._next():
                self._answer(question[0], self._look(reader, question[0]))

    def _next(self) -> tuple[Q] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._wanted)
            if self._closed:
                return None
            question, *self._wanted = self._wanted
            return (question,)
