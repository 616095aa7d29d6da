"""One start point being read: a pump, the temporary journal that it fills, and the screen's view of both.

A changed start point is a new session with a pump and a journal of its own, so that a late answer of the old one
reaches nobody.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from ddbtop.errors import DdbtopError
from ddbtop.journal.journal import Journal
from ddbtop.journal.reader import JournalReader
from ddbtop.journal.temporary import temporary_journal
from ddbtop.streams.model import IteratorType, StartPoint, StreamInfo
from ddbtop.streams.pump import Pump
from ddbtop.streams.status import SessionStatus
from ddbtop.streams.tailer import Options
from ddbtop.tui.athand import AtHand
from ddbtop.tui.connection import Connection
from ddbtop.tui.figures import Kept
from ddbtop.tui.lookups import Lookups
from ddbtop.tui.memory import give_back_pages
from ddbtop.tui.place import Place
from ddbtop.tui.predecessors import predecessor
from ddbtop.tui.rows import AllRows, Numbers
from ddbtop.tui.stuck import stuck

if TYPE_CHECKING:
    from ddbtop.journal.density import Density
    from ddbtop.journal.query import Query
    from ddbtop.journal.reader import Row
    from ddbtop.journal.search import Search
    from ddbtop.journal.vocabulary import Vocabulary
    from ddbtop.streams.source import Source


class Reading(Protocol):
    """What a session needs of a pump."""

    @property
    def status(self) -> SessionStatus: ...

    @property
    def error(self) -> Exception | None: ...

    def select(self, shard_id: str) -> None: ...

    def retry_now(self) -> None: ...

    def step_over(self, shard_id: str) -> None: ...

    def stop(self) -> None: ...


class Session:
    """Made in a thread of its own, since connecting takes as long as it takes; used by the screen's thread."""

    def __init__(
        self,
        pump: Reading,
        start: StartPoint,
        journal: Journal,
        *,
        place: Place | None = None,
        newest: Callable[[], str] | None = None,
        source: Source | None = None,
    ) -> None:
        """`place`, `newest`, `source`: as a `Connection` has them; without a place, there is what the user typed."""
        self.start_point = start
        self.place, self.newest, self.source = place, newest, source
        self._journal = journal
        self._pump = pump
        self._began_at = time.time()
        self._reader: JournalReader | None = None
        self._search: Search | None = None
        self._predecessors: dict[Hashable, Lookups[Row, Row | None]] = {}
        self._at_hand: list[AtHand] = []
        self._closing: threading.Thread | None = None

    @classmethod
    def open(cls, connect: Callable[[], Connection], start: StartPoint, history_bytes: int, budget: float) -> Session:
        """Connect and begin to read, at most `budget` calls a second. Raises `DdbtopError`."""
        give_back_pages()
        connection = connect()
        source = connection.source
        journal = temporary_journal(StreamInfo(source.arn), limit_bytes=history_bytes)
        pump = Pump(source, start, journal, Options(budget=budget), on_stream=journal.set_stream)
        pump.start()
        return cls(pump, start, journal, place=connection.place, newest=connection.newest, source=source)

    @property
    def status(self) -> SessionStatus:
        return self._pump.status

    @property
    def error(self) -> Exception | None:
        """Why nothing will be read any more; None while something may. A bug, unless it is a `DdbtopError`."""
        return self._pump.error or self.status.ended_by

    @property
    def failure(self) -> Exception | None:
        """Why there is nothing to look at: it ended, or met trouble, before the first shard was known; or a bug."""
        error = self.error
        if error is not None and not isinstance(error, DdbtopError):
            return error
        return None if self.status.described else error or self.status.trouble

    @property
    def is_answered(self) -> bool:
        """The service has told of the stream: it is there, and may be read."""
        return self.status.described or bool(self.status.stream.status)

    @property
    def trouble(self) -> DdbtopError | None:
        """Why nothing can be read at the moment, or ever again."""
        error = self.error
        if isinstance(error, DdbtopError):
            return error
        return self.status.trouble or stuck(self.status, self._began_at + self.status.clock_offset, self.now)

    @property
    def since(self) -> float:
        """From when on changes are shown, epoch seconds; 0 for as long as the stream keeps them."""
        position = self.start_point.position
        if position.type is IteratorType.LATEST:
            return self._began_at + self.status.clock_offset
        return position.timestamp

    @property
    def now(self) -> float:
        """Epoch seconds of the service's clock."""
        return time.time() + self.status.clock_offset

    @property
    def reader(self) -> JournalReader:
        """The screen's own connection to the journal."""
        if self._reader is None:
            self._reader = self._journal.reader()
        return self._reader

    def open_reader(self) -> JournalReader:
        """A connection of its own, for one other thread."""
        return self._journal.reader()

    @property
    def last_number(self) -> int:
        return self._journal.end - 1

    @property
    def numbers(self) -> Numbers:
        """Which records are kept."""
        return self._journal

    @property
    def keeps_all(self) -> bool:
        """Whether nothing of what was read has been dropped since."""
        return self._journal.start == 0

    def densities(self) -> dict[str, Density]:
        """How many records of each shard were created when; takes its time, and may be asked by any thread."""
        with self._journal.reader() as reader:
            return reader.densities()

    def rows(self) -> AllRows:
        return AllRows(self._journal, self.reader)

    def kept(self) -> Kept:
        counts = self.reader.counts()
        return Kept(records=counts.records, read=self._journal.end, size_bytes=counts.disk_bytes)

    def search(self, query: Query) -> Search:
        """Look for records in the background, in place of any search before."""
        from ddbtop.journal.search import Search  # only who filters pays for it at start

        self.end_search()
        self._search = Search(self._journal.reader, query)
        return self._search

    def at_hand(self, arrived: Callable[[], object]) -> AtHand:
        """Records that lie apart, for one list; `arrived` is told in another thread when more of them are there."""
        made = AtHand(self.reader, self._journal.reader, arrived)
        self._at_hand.append(made)
        return made

    def find_predecessors(self, asker: Hashable, answer: Callable[[Row, Row | None], object], *rows: Row) -> None:
        """Look in the background for the records of the same items before these; `answer` is told there.

        Of each asker only the last question counts.
        """
        if asker not in self._predecessors:
            self._predecessors[asker] = Lookups(self._journal.reader, predecessor, answer)
        self._predecessors[asker].ask(*rows)

    def learn_words(self, answer: Callable[[Vocabulary], object]) -> None:
        """Look in the background which words the records are made of; `answer` is told there."""
        from ddbtop.journal.vocabulary import vocabulary  # only who filters pays for it at start

        def learn() -> None:
            with suppress(DdbtopError), self._journal.reader() as reader:  # a journal that fails is said by the list
                answer(vocabulary(reader))

        threading.Thread(target=learn, name="words", daemon=True).start()

    def end_search(self) -> None:
        if self._search is not None:
            threading.Thread(target=self._search.close, name="end of search", daemon=True).start()
            self._search = None

    def select(self, shard_id: str) -> None:
        """Poll this shard quickly."""
        self._pump.select(shard_id)

    def retry_now(self) -> None:
        self._pump.retry_now()

    def step_over(self, shard_id: str) -> None:
        """Leave out what stopped this shard; a gap records it."""
        self._pump.step_over(shard_id)

    def close(self) -> threading.Thread:
        """Stop reading and drop what was read, in a thread: a call that hangs must not hold up the screen."""
        if self._closing is None:
            self.end_search()
            if self._reader is not None:
                self._reader.close()
            self._closing = threading.Thread(target=self._put_away, name="closing", daemon=True)
            self._closing.start()
        return self._closing

    def _put_away(self) -> None:
        self._pump.stop()
        for finder in self._predecessors.values():
            finder.close()
        for records in self._at_hand:
            records.close()
        self._journal.close()
