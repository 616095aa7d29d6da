"""Which records the list shows: all or those that match, in the order of their arrival or of their creation."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddbtop.errors import DdbtopError
from ddbtop.tui.rows import MatchingRows, Rows, TimeRows

if TYPE_CHECKING:
    from ddbtop.journal.query import Query
    from ddbtop.journal.reader import JournalReader
    from ddbtop.journal.search import Search
    from ddbtop.journal.timeorder import TimeOrder
    from ddbtop.tui.session import Session


@dataclass
class _Times:
    """Orders of time as they are made in a thread, over what there was when they were asked for."""

    all: TimeOrder
    matches: TimeOrder | None
    ready: bool = False
    error: DdbtopError | None = None


class Listed:
    """One session's records under a filter and an order; a widget shows the rows."""

    def __init__(self, session: Session, arrived: Callable[[], object]) -> None:
        """`arrived` is told, in another thread, when rows are there that could not be read at once."""
        self.session = session
        self._records = session.at_hand(arrived)
        self.search: Search | None = None
        """The filter in force; None while everything is shown."""
        self.matches: MatchingRows | None = None
        self.only_matches = True
        """Whether a filter leaves out what does not match, or marks what does."""
        self.by_time = False
        """Whether the order of creation was asked for; it is there once `times` are."""
        self._times: _Times | None = None
        self._shown: _Times | None = None

    def look_for(self, query: Query | None) -> None:
        """Another filter, or none; at first it shows only what matches."""
        self.only_matches = True
        self._times = self._shown = None
        if query is not None:
            self.search = self.session.search(query)
            self.matches = MatchingRows(self.search.hits, self.session.numbers, self._records)
        else:
            self.search = self.matches = None
            self.session.end_search()

    def turn_by_time(self, by_time: bool) -> None:
        self.by_time = by_time
        self._times = self._shown = None

    @property
    def ordered(self) -> bool:
        """Whether the rows are in the order of time."""
        return self._shown is not None

    @property
    def left_out(self) -> int:
        """Records that came after the order of time was made; of those, where only matches are shown, that match."""
        if self._shown is None:
            return 0
        rows = (self.matches if self.only_matches else None) or self.session.rows()
        return rows.end - rows.index(self._shown.all.end)

    @property
    def found(self) -> int:
        """How many match, of those that can be in the order that is shown."""
        if self._shown is not None and self._shown.matches is not None:
            return len(self._shown.matches)
        return self.matches.count if self.matches is not None else 0

    def place(self, number: int) -> int:
        """Which match a record is in the order that is shown, from 1; 0 for one that is none, as far as is known."""
        if self._shown is not None and self._shown.matches is not None:
            return self._by_time(self._shown.matches).place(number)
        return self.matches.place(number) if self.matches is not None else 0

    @property
    def error(self) -> DdbtopError | None:
        """Why there is no order of time."""
        return self._times.error if self._times else None

    def order(self) -> bool:
        """Go on with what was asked for: once the filter has looked through everything, in a thread.

        True once, when the rows have become others.
        """
        if self.by_time and self._times is None and (self.search is None or self.search.done):
            self._begin_to_order()
        if self._times is None or not self._times.ready or self._shown is not None:
            return False
        self._shown = self._times
        return True

    def rows(self) -> Rows:
        filtered = self.matches if self.only_matches else None
        if self._shown is None:
            return filtered or self.session.rows()
        order = self._shown.matches if filtered is not None else None
        return self._by_time(order or self._shown.all)

    def marks(self) -> MatchingRows | None:
        return None if self.only_matches else self.matches

    def beside(self, number: int, step: int) -> int | None:
        """The match after a record, or before it, in the order that is shown; None as long as none is known."""
        if self._shown is not None and self._shown.matches is not None:
            return self._by_time(self._shown.matches).beside(number, step)
        return self.matches.beside(number, step) if self.matches is not None else None

    def may_find(self, number: int, step: int) -> bool:
        """Whether a match that is nearer than any that is known may be found yet."""
        if self.search is None or self.search.done:
            return False
        return step > 0 or self.search.reached < number

    def _by_time(self, order: TimeOrder) -> TimeRows:
        return TimeRows(order, self.session.reader, self.session.numbers, self._records)

    def _begin_to_order(self) -> None:
        from ddbtop.journal.timeorder import TimeOrder  # only who orders by time pays for it at start

        first, end = self.session.reader.bounds()
        hits = self.search.hits if self.search is not None else None
        matches = None if hits is None else TimeOrder(first, end, array("Q", hits))
        self._times = _Times(TimeOrder(first, end), matches)
        open_reader = self.session.open_reader
        threading.Thread(target=self._make, args=(self._times, open_reader), name="order of time", daemon=True).start()

    @staticmethod
    def _make(times: _Times, open_reader: Callable[[], JournalReader]) -> None:
        try:
            with open_reader() as reader:
                times.all.count(reader)
                if times.matches is not None:
                    times.matches.count(reader)
        except DdbtopError as error:
            times.error = error
        else:
            times.ready = True
