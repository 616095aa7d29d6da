"""Who invokes a handler: one thread a worker, or whoever asks, where nothing else could go on meanwhile.

Handing a batch to another thread and back takes as long as many a handler.
"""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Generic, TypeVar

from ddbtop.replay.model import Answer, Call, Handler

Ticket = TypeVar("Ticket")


class Pool(Generic[Ticket]):
    """Answers go to an inbox with the ticket they were asked for; what a handler raised goes there in their place."""

    def __init__(self, handler: Handler, inbox: SimpleQueue[tuple[Ticket, Answer | Exception] | None]) -> None:
        self.under_way = 0
        self._handler = handler
        self._inbox = inbox
        self._calls: SimpleQueue[tuple[Ticket, Call] | None] = SimpleQueue()
        self._workers = max(1, handler.workers)
        self._threads = 0

    @property
    def is_free(self) -> bool:
        return self.under_way < self._workers

    def submit(self, ticket: Ticket, call: Call, *, is_alone: bool = False) -> None:
        """Where a worker is free. `is_alone`: nothing else will be asked before this is answered."""
        self.under_way += 1
        if is_alone or self._workers == 1:
            self._invoke(ticket, call, 0)
            return
        if self.under_way > self._threads:
            self._start_thread()
        self._calls.put((ticket, call))

    def returned(self) -> None:
        """An answer was taken from the inbox."""
        self.under_way -= 1

    def close(self) -> None:
        """Threads end when their calls do; those are not waited for."""
        for _ in range(self._threads):
            self._calls.put(None)

    def _start_thread(self) -> None:
        worker = self._threads
        threading.Thread(target=self._work, args=(worker,), name=f"invoke-{worker}", daemon=True).start()
        self._threads += 1

    def _work(self, worker: int) -> None:
        while asked := self._calls.get():
            self._invoke(*asked, worker)

    def _invoke(self, ticket: Ticket, call: Call, worker: int) -> None:
        answer: Answer | Exception
        try:
            answer = self._handler.invoke(call, worker)
        except Exception as error:  # noqa: BLE001 -- the replay's thread ends with it
            answer = error
        self._inbox.put((ticket, answer))
