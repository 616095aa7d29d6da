"""What stands in the list while nothing has arrived: since when, what is read, and how to see more."""

from __future__ import annotations

import time

from ddbtop.streams.model import RETENTION_S, IteratorType
from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.text import cell_width, count, counted, fit
from ddbtop.tui.catchup import AT_REST
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import Line, Role

_MARGIN = "   "


def quiet_lines(status: SessionStatus, since: float, now: float, keys: KeyNames, width: int, height: int) -> list[Line]:
    """`Nothing has changed since 14:32:07. Reading 4 open shards.`, and the keys that start earlier.

    That nothing has changed is known once every reader has read what was asked for; before, what is left is said.
    `since` is 0 where everything that the stream keeps was asked for: then there is no earlier.
    """
    if not status.described:
        return [[], [(f"{_MARGIN}reading the list of shards …", Role.DIM)]]
    when = time.strftime("since %H:%M:%S", time.localtime(since)) if since else "in the last 24 h"
    horizon = time.strftime("%H:%M", time.localtime(max(status.stream.created_at, now - RETENTION_S)))
    lines: list[Line] = [*([(text, Role.TEXT)] for text in _known(status, when)), []]
    if since:
        earlier = f"start earlier   {IteratorType.TRIM_HORIZON} reaches back to {horizon}"
        ways = [(keys("start.pick"), earlier), (keys("start.earlier"), "the last 15 minutes")]
        cells = max(cell_width(key) for key, _ in ways)
        lines += [[(fit(key, cells), Role.ACCENT), (f"   {words}", Role.TEXT)] for key, words in ways]
    margin = " " * max(len(_MARGIN), min(13, (width - 64) // 2))
    return [[]] * min(2, max(0, height - len(lines))) + [[(margin, Role.TEXT), *line] for line in lines]


def _known(status: SessionStatus, when: str) -> list[str]:
    """What is known of a stream of which no record has come."""
    asked = [reader for reader in status.readers.values() if reader.state is not ReaderState.NOT_ASKED]
    unread = sum(1 for reader in asked if reader.state not in AT_REST)
    if not unread:
        opened = sum(1 for reader in status.readers.values() if not reader.closed)
        shards = counted(opened, "open shard")
        return [f"Nothing has changed {when}. Reading {shards}."]
    left = "1 shard" if len(asked) == 1 else f"{count(unread)} of {count(len(asked))} shards"
    return [f"Reading what has changed {when}.", f"No record yet, still to read: {left}."]
