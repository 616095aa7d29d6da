"""Ends another thread's wait on descriptors."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

_BYTES = 1 << 10


class Wake:
    """A descriptor that is readable from `set` until `clear`. Once it is closed, nothing happens."""

    def __init__(self) -> None:
        self.descriptor, self._write = os.pipe()
        for end in (self.descriptor, self._write):
            os.set_blocking(end, False)
        self._lock = threading.Lock()
        self._is_closed = False

    def set(self) -> None:
        """From any thread."""
        with self._lock, suppress(BlockingIOError):  # a full pipe is readable, too
            if not self._is_closed:
                os.write(self._write, b"!")

    def clear(self) -> None:
        with self._lock, suppress(BlockingIOError):
            while not self._is_closed and os.read(self.descriptor, _BYTES):
                pass

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            os.close(self.descriptor)
            os.close(self._write)
