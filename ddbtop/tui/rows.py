"""The lines of the record list: every record of the journal, or those that match; addressed by index."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Protocol

from ddbtop.journal.reader import JournalReader, Row

if TYPE_CHECKING:
    from ddbtop.journal.timeorder import TimeOrder


class Numbers(Protocol):
    """What is known of a journal without a query: it grows at the end and, when bounded, at the start."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


class Window(Protocol):
    """A reader of rows, for one thread."""

    def window(self, first: int, count: int) -> list[Row]: ...


class Records(Protocol):
    """A reader of rows that lie apart, for one thread: of those asked for it gives what is at hand, and the first."""

    def rows(self, numbers: Sequence[int]) -> list[Row]: ...


class Rows(Protocol):
    """Lines [first, end), of which only those on screen are ever read."""

    @property
    def first(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def arrived(self) -> int:
        """The number of the record that arrives next, shown or not."""
        ...

    @property
    def grows(self) -> bool:
        """Whether what arrives is shown at the end, so that it can be followed."""
        ...

    def number(self, index: int) -> int:
        """The record's number in the journal."""
        ...

    def index(self, number: int) -> int:
        """The line of a record, or of the next one that is shown."""
        ...

    def read(self, first: int, count: int, urgent: int) -> dict[int, Row]:
        """Rows by index, as far as the journal still has them and they are at hand; the `urgent` one always is."""
        ...

    def is_kept(self, index: int) -> bool:
        """Whether the journal still has a row, at hand or not."""
        ...


class AllRows:
    """Every record that is kept; the index is the record's number."""

    grows = True

    def __init__(self, numbers: Numbers, window: Window) -> None:
        self._numbers = numbers
        self._window = window

    @property
    def first(self) -> int:
        return self._numbers.start

    @property
    def end(self) -> int:
        return self._numbers.end

    @property
    def arrived(self) -> int:
        return self._numbers.end

    def number(self, index: int) -> int:
        return index

    def index(self, number: int) -> int:
        return number

    def read(self, first: int, count: int, urgent: int) -> dict[int, Row]:
        return {row.number: row for row in self._window.window(first, count)}

    def is_kept(self, index: int) -> bool:
        return index >= self._numbers.start


class MatchingRows:
    """The records that a search found so far; the index is the place among the hits."""

    grows = True

    def __init__(self, hits: Sequence[int], numbers: Numbers, records: Records) -> None:
        self._hits = hits
        self._numbers = numbers
        self._records = records
        self._first = 0

    @property
    def first(self) -> int:
        """Hits whose records were dropped are left out."""
        self._first = bisect_left(self._hits, self._numbers.start, lo=self._first)
        return self._first

    @property
    def end(self) -> int:
        return len(self._hits)

    @property
    def arrived(self) -> int:
        return self._numbers.end

    @property
    def count(self) -> int:
        """Matches that are still kept."""
        return self.end - self.first

    def place(self, number: int) -> int:
        """Which match a record is, from 1; 0 for one that does not match, as far as is known."""
        index = bisect_left(self._hits, number)
        return index - self.first + 1 if index < self.end and self._hits[index] == number else 0

    def beside(self, number: int, step: int) -> int | None:
        """The nearest match after a record, or before it where `step` is negative; None as long as none is known."""
        index = bisect_right(self._hits, number) if step > 0 else bisect_left(self._hits, number) - 1
        return self._hits[index] if self.first <= index < self.end else None

    def number(self, index: int) -> int:
        return self._hits[index] if 0 <= index < len(self._hits) else self._numbers.end

    def index(self, number: int) -> int:
        return bisect_left(self._hits, number)

    def read(self, first: int, count: int, urgent: int) -> dict[int, Row]:
        wanted = range(max(0, first), min(first + count, len(self._hits)))
        places = {self._hits[index]: index for index in wanted}
        return {places[row.number]: row for row in self._records.rows(_first(self.number(urgent), places))}

    def is_kept(self, index: int) -> bool:
        return self.number(index) >= self._numbers.start


class TimeRows:
    """Records in the order of their creation, as they were when the order was made: nothing moves under the cursor."""

    first = 0
    grows = False

    def __init__(self, order: TimeOrder, reader: JournalReader, numbers: Numbers, records: Records) -> None:
        self._order, self._reader, self._numbers, self._records = order, reader, numbers, records

    @property
    def end(self) -> int:
        return len(self._order)

    @property
    def arrived(self) -> int:
        return self._numbers.end

    def number(self, index: int) -> int:
        return next(iter(self._order.numbers(self._reader, index, 1)), -1)

    def index(self, number: int) -> int:
        return self._order.line(self._reader, number)

    def read(self, first: int, count: int, urgent: int) -> dict[int, Row]:
        lines = list(enumerate(self._order.numbers(self._reader, first, count), max(0, first)))
        kept = sorted(number for _, number in lines if number >= self._numbers.start)
        rows = {row.number: row for row in self._records.rows(_first(self.number(urgent), kept))}
        return {index: rows[number] for index, number in lines if number in rows}

    def is_kept(self, index: int) -> bool:
        return self.number(index) >= self._numbers.start

    def place(self, number: int) -> int:
        """The line of a record, from 1; 0 for one that has none."""
        index = self.index(number)
        return index + 1 if self.number(index) == number else 0

    def beside(self, number: int, step: int) -> int | None:
        """The record on the next line, or on the one before, also for a record that has no line itself."""
        index = self.index(number)
        if step < 0:
            index -= 1
        elif self.number(index) == number:
            index += 1
        return self.number(index) if 0 <= index < self.end else None


def _first(urgent: int, numbers: Iterable[int]) -> list[int]:
    """The urgent one before the others, where it is among them."""
    return sorted(numbers, key=lambda number: (number != urgent, number))
