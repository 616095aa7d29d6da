"""Whether the table has a newer stream than the one that is read: where table or stream was recreated, it has."""

from __future__ import annotations

import threading
from collections.abc import Callable

from ddbtop.errors import AccessDenied, DdbtopError

AGAIN_S = 180.0
"""Pause between two questions: ListStreams allows 5 calls a second for a whole account (API model)."""


class NewestWatch:
    """Asks in a thread of its own, since the answer takes as long as it takes, until one newer stream is found."""

    def __init__(self, newest: Callable[[], str], own: str, found: Callable[[str], object]) -> None:
        """`own` is the ARN of the stream that is read; `found` is told a newer one's, in the watch's thread."""
        self._newest, self._own, self._found = newest, own, found
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._watch, name="newest stream", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                arn = self._newest()
            except AccessDenied:
                return  # reading needs no right to list streams: who does not have it is not offered any
            except DdbtopError:
                arn = ""  # no answer means nothing; the next one may
            if is_newer(arn, self._own) and not self._stop.is_set():
                self._found(arn)
                return
            self._stop.wait(AGAIN_S)


def is_newer(arn: str, own: str) -> bool:
    """Whether it is a later stream of the same table: labels are times, and sort as such (API model)."""
    table, _, label = arn.rpartition("/")
    own_table, _, own_label = own.rpartition("/")
    return table == own_table and label > own_label
