"""How a command ends that is ended from outside: from the keyboard, or by a SIGTERM."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

INTERRUPTED, TERMINATED = 130, 143
"""Exit codes: what a shell makes of the two signals, 128 and their numbers."""


class Terminated(KeyboardInterrupt):
    """A SIGTERM: whatever is under way is put away as after an interrupt."""


def code_of(interrupt: KeyboardInterrupt) -> int:
    return TERMINATED if isinstance(interrupt, Terminated) else INTERRUPTED


@contextmanager
def terminable() -> Iterator[None]:
    """Inside, a SIGTERM raises `Terminated` in the main thread; signals reach no other."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_: int, __: object) -> NoReturn:
    raise Terminated
