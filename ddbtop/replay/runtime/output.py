"""What a function prints, kept up to a limit."""

from __future__ import annotations

MAX_BYTES = 1 << 16
"""Of one invocation: more than anyone reads, little enough to keep thousands."""


class Output:
    """The beginning and the end of what was printed; what is left out between them is counted."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._half = max_bytes // 2
        self._start = bytearray()
        self._end = bytearray()
        self._left_out = 0

    def add(self, data: bytes) -> None:
        room = self._half - len(self._start)
        self._start += data[:room]
        self._end += data[room:]
        if (surplus := len(self._end) - self._half) > 0:
            del self._end[:surplus]
            self._left_out += surplus

    def take(self) -> str:
        """All that was kept, which is forgotten here. What is not UTF-8 is written as `\\xff`."""
        parts = [bytes(self._start)]
        if self._left_out:
            parts.append(f"\n… {self._left_out:,} bytes were printed here that are not kept …\n".encode())
        parts.append(bytes(self._end))
        self._start, self._end, self._left_out = bytearray(), bytearray(), 0
        return b"".join(parts).decode(errors="backslashreplace")
