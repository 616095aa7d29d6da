"""The lines of the record list: every record of the journal, or those that match; addressed by index."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Protocol

from ddbtop.journal.reader import Row


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
    """A reader of rows that lie apart, for one thread."""

    def rows(self, numbers: Iterable[int]) -> list[Row]: ...


class Rows(Protocol):
    """Lines [first, end), of which only those on screen are ever read."""

    @property
    def first(self) -> int: ...

    @property
    def end(self) -> int: ...

    def number(self, index: int) -> int:
        """The record's number in the journal."""
        ...

    def index(self, number: int) -> int:
        """The line of a record, or of the next one that is shown."""
        ...

    def read(self, first: int, count: int) -> dict[int, Row]:
        """Rows by index, as far as the journal still has them."""
        ...


class AllRows:
    """Every record that is kept; the index is the record's number."""

    def __init__(self, numbers: Numbers, window: Window) -> None:
        self._numbers = numbers
        self._window = window

    @property
    def first(self) -> int:
        return self._numbers.start

    @property
    def end(self) -> int:
        return self._numbers.end

    def number(self, index: int) -> int:
        return index

    def index(self, number: int) -> int:
        return number

    def read(self, first: int, count: int) -> dict[int, Row]:
        return {row.number: row for row in self._window.window(first, count)}


class MatchingRows:
    """The records that a search found so far; the index is the place among the hits."""

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

    def read(self, first: int, count: int) -> dict[int, Row]:
        wanted = range(max(0, first), min(first + count, len(self._hits)))
        places = {self._hits[index]: index for index in wanted}
        return {places[row.number]: row for row in self._records.rows(places)}
