"""Records that lie apart in the journal: what a frame has time for is read at once, the rest a little later."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from ddbtop.journal.reader import JournalReader, Row
from ddbtop.tui.lookups import Lookups

AT_ONCE_BYTES = 2_000_000
"""So much may be taken out of its compression before the screen goes on, some 5 ms: two full blocks, or many small."""


class AtHand:
    """What a screen looks at, and nothing else; used by the thread that paints."""

    def __init__(
        self, reader: JournalReader, open_reader: Callable[[], JournalReader], arrived: Callable[[], object]
    ) -> None:
        """`arrived` is told, in another thread, when more can be read than before."""
        self._reader, self._arrived = reader, arrived
        self._lookups = Lookups(open_reader, _look, self._found)
        self._new: deque[tuple[int, Row | None]] = deque()
        self._known: dict[int, Row | None] = {}
        """None for what is not kept any more."""

    def rows(self, numbers: Sequence[int]) -> list[Row]:
        """These records, as far as they are at hand, and always the first of them; the others are looked for."""
        while self._new:
            number, row = self._new.popleft()
            self._known[number] = row
        known = self._known = {number: self._known[number] for number in numbers if number in self._known}
        read = self._reader.rows([number for number in numbers if number not in known], opening_bytes=AT_ONCE_BYTES)
        known.update((row.number, row) for row in read)
        if missing := [number for number in numbers if number not in known]:
            self._lookups.ask(*missing)
        return [row for number in numbers if (row := known.get(number)) is not None]

    def close(self) -> None:
        """The journal may be put away afterwards."""
        self._lookups.close()

    def _found(self, number: int, row: Row | None) -> None:
        """In the thread that looks."""
        self._new.append((number, row))
        self._arrived()


def _look(reader: JournalReader, number: int) -> Row | None:
    return next(iter(reader.rows([number])), None)
