"""The streams of an account as they are listed, and what DescribeStream says of those that somebody looks at.

One thread makes every call, so that the pace holds, and needs no screen.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from ddbtop.errors import CallError, CutShort, NetworkFault, ServerFault, Throttled
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import Description

if TYPE_CHECKING:
    from ddbtop.streams.aws import StreamEntry

LIST_PACE_S = 0.2
"""Pause between two pages of ListStreams: it allows 5 a second for an account and region (API model)."""

DESCRIBE_PACE_S = 0.125
"""Pause between two calls of DescribeStream: it allows 10 a second, and the account's consumers need some of them."""

RETRY_S = 2.0
"""A call that was throttled, or that got no answer, is made again after this."""

PAGE = 100
"""Entries on a page of ListStreams."""

_PASSING = (Throttled, ServerFault, NetworkFault, CutShort)
"""Errors that may be gone the next time."""


class Catalogue(Protocol):
    """The calls of one account that a census needs."""

    @property
    def region(self) -> str: ...

    @property
    def endpoint_url(self) -> str:
        """Where calls go; empty for AWS's own endpoints."""
        ...

    def streams(self) -> Iterator[StreamEntry]:
        """ListStreams, page by page. Raises `DdbtopError`."""
        ...

    def describe(self, arn: str, after: str = "") -> Description:
        """One page of DescribeStream. Raises `CallError`."""
        ...


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of one stream besides its name."""

    status: str = ""
    view_type: str = ""
    open: int = 0
    closed: int = 0
    whole: bool = False
    """All pages of shards are in; before that, there may be more."""
    error: str = ""
    """Why nothing is known, where asking again would not help."""


UNKNOWN = Details()


class Census:
    """Its lists only grow and its values are frozen: any thread may look at them at any time."""

    def __init__(
        self, connect: Callable[[], Catalogue], list_pace_s: float = LIST_PACE_S, pace_s: float = DESCRIBE_PACE_S
    ) -> None:
        """`connect` runs in the census's thread: it may import and look for credentials as long as it needs."""
        self.region = ""
        """Empty until it is known where the streams are."""
        self.endpoint_url = ""
        """As the catalogue has it, once the region is known."""
        self.entries: list[StreamEntry] = []
        """As the service lists them, in no order."""
        self.details: dict[str, Details] = {}
        """By ARN."""
        self.done = False
        """No more entries will come."""
        self.error: Exception | None = None
        """Why the listing ended early; a bug, unless it is a `DdbtopError`."""
        self.version = 0
        """Grows with every answer."""
        self._connect = connect
        self._list_pace_s, self._pace_s = list_pace_s, pace_s
        self._wanted: Sequence[str] = ()
        self._lineages: dict[str, tuple[Lineage, str]] = {}
        self._stopped = False
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="census", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """No further call is made; one under way is not waited for."""
        self._stopped = True
        self._wake.set()

    def look_at(self, arns: Sequence[str]) -> None:
        """These streams are to be described next, in this order, and no others."""
        self._wanted = arns
        self._wake.set()

    def _run(self) -> None:
        try:
            catalogue = self._connect()
            self.endpoint_url, self.region = catalogue.endpoint_url, catalogue.region
            self._work(catalogue)
        except Exception as error:  # noqa: BLE001 -- raised again where it can be seen, by who reads `error`
            self.error = error
            self.done = True
            self.version += 1

    def _work(self, catalogue: Catalogue) -> None:
        listing = catalogue.streams()
        list_at = describe_at = time.monotonic()
        while not self._stopped:
            self._wake.clear()
            if not self.done and time.monotonic() >= list_at:
                self._list(listing)
                list_at = time.monotonic() + self._list_pace_s
            wanted = self._next()
            if wanted and time.monotonic() >= describe_at:
                pause = self._pace_s if self._describe(catalogue, wanted) else RETRY_S
                describe_at = time.monotonic() + pause
            due = ([] if self.done else [list_at]) + ([describe_at] if self._next() else [])
            self._wait(min(due) - time.monotonic() if due else None)

    def _wait(self, seconds: float | None) -> None:
        """Until a call is due; being looked at differently is a reason to think again."""
        if seconds is None or seconds > 0:
            self._wake.wait(seconds)

    def _list(self, listing: Iterator[StreamEntry]) -> None:
        """One page. What was listed before an error stays."""
        before = len(self.entries)
        try:
            for entry in islice(listing, PAGE):  # one by one: an error may come in the middle
                self.entries.append(entry)
        except CallError as error:
            self.error = error
        self.done = self.error is not None or len(self.entries) < before + PAGE
        self.version += 1

    def _next(self) -> str:
        """The stream to describe: unknown ones first, then those with further pages of shards."""
        known = self.details
        unknown = (arn for arn in self._wanted if arn not in known)
        partly = (arn for arn in self._wanted if arn in known and not known[arn].whole and not known[arn].error)
        return next(unknown, "") or next(partly, "")

    def _describe(self, catalogue: Catalogue, arn: str) -> bool:
        """One page; False if the call is better made again after a while."""
        lineage, after = self._lineages.get(arn, (Lineage(), ""))
        try:
            page = catalogue.describe(arn, after)
        except _PASSING:
            return False
        except CallError as error:
            self.details[arn] = Details(error=error.message)
        else:
            self._learn(arn, page, lineage, after)
        self.version += 1
        return True

    def _learn(self, arn: str, page: Description, lineage: Lineage, after: str) -> None:
        lineage.merge(page.shards)
        closed = sum(lineage.is_closed(shard_id) for shard_id in lineage)
        whole = not page.last_shard_id or page.last_shard_id == after
        self.details[arn] = Details(page.stream.status, page.stream.view_type, len(lineage) - closed, closed, whole)
        if whole:
            self._lineages.pop(arn, None)
        else:
            self._lineages[arn] = (lineage, page.last_shard_id)
