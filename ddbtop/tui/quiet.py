"""What stands in the list while nothing has arrived: since when, what is read, and how to see more."""

from __future__ import annotations

import time

from ddbtop.streams.model import RETENTION_S, IteratorType
from ddbtop.streams.status import SessionStatus
from ddbtop.tui.look import Line, Role

_MARGIN = "   "


def quiet_lines(status: SessionStatus, since: float, now: float, width: int, height: int) -> list[Line]:
    """`Nothing has changed since 14:32:07. Reading 4 open shards.`, and the keys that start earlier.

    `since` is 0 where everything that the stream keeps was asked for: then there is no earlier.
    """
    if not status.described:
        return [[], [(f"{_MARGIN}reading the list of shards …", Role.DIM)]]
    opened = sum(1 for reader in status.readers.values() if not reader.closed)
    shards = "1 open shard" if opened == 1 else f"{opened} open shards"
    when = time.strftime("since %H:%M:%S", time.localtime(since)) if since else "in the last 24 h"
    horizon = time.strftime("%H:%M", time.localtime(max(status.stream.created_at, now - RETENTION_S)))
    lines: list[Line] = [
        [(f"Nothing has changed {when}. Reading {shards}.", Role.TEXT)],
        [],
    ]
    if since:
        lines.append(
            [
                ("t", Role.ACCENT),
                (f"   start earlier   {IteratorType.TRIM_HORIZON} reaches back to {horizon}", Role.TEXT),
            ]
        )
        lines.append([("b", Role.ACCENT), ("   the last 15 minutes", Role.TEXT)])
    margin = " " * max(len(_MARGIN), min(13, (width - 64) // 2))
    return [[]] * min(2, max(0, height - len(lines))) + [[(margin, Role.TEXT), *line] for line in lines]
