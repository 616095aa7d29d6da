"""What stands below the header while it holds: a disabled stream, a newer one, shards that others read as well."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from ddbtop.streams.model import RETENTION_S, StreamStatus
from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.text import count, counted
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import Line, Role, fit, width_of
from ddbtop.tui.names import ShardNames

SMALL = 80
"""Columns below which a banner has one line: there is room for little else."""

NAMED_SHARDS = 2
"""Of those that others read: more names would push what matters off the line."""

_DAYS = {-1: "yesterday ", 0: "", 1: "tomorrow "}

_ENDED = (ReaderState.DRAINED, ReaderState.TRIMMED, ReaderState.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class News:
    """What banners are about, besides the session's status."""

    newer_arn: str = ""
    """Of a later stream of the same table."""
    disabled_at: float = 0.0
    """When this program saw the stream go from enabled to disabled, epoch seconds; 0 if it was found disabled."""
    shared: Collection[str] = ()
    """Ids of shards that others read as well."""


def banner_lines(status: SessionStatus, news: News, names: ShardNames, keys: KeyNames, width: int) -> list[Line]:
    """One line each, the ones that ask for a decision first."""
    lines: list[Line] = []
    if news.newer_arn:
        lines.append(_newer(news.newer_arn, keys, width))
    if status.described and status.stream.status in (StreamStatus.DISABLED, StreamStatus.DISABLING):
        lines.append(_disabled(status, news.disabled_at, keys, width))
    if news.shared:
        lines += _shared(news.shared, names, width)
    return lines


def _newer(arn: str, keys: KeyNames, width: int) -> Line:
    made = arn.rpartition("/")[2][:16].replace("T", " ")
    line: Line = [
        (" This table has a newer stream: ", Role.ATTENTION),
        (keys("start.newer"), Role.ACCENT),
        (" reads it", Role.TEXT),
        (f", made {made} UTC", Role.DIM),
    ]
    return fit(line, width)


def _disabled(status: SessionStatus, noticed_at: float, keys: KeyNames, width: int) -> Line:
    """Since when, until when it can be read, and whether everything is."""
    newest = max((reader.last_at or 0.0 for reader in status.readers.values()), default=0.0)
    since = noticed_at or newest
    when = f" since {'' if noticed_at else '≈ '}{_moment(since)}" if since else ""
    line: Line = [(f" {status.stream.status}{when}", Role.ATTENTION)]
    if since:
        line.append((f" · readable until ≈ {_moment(since + RETENTION_S)}", Role.TEXT))
    return fit([*line, (f" · {_unread(status, keys)}", Role.TEXT)], width)


def _unread(status: SessionStatus, keys: KeyNames) -> str:
    left = sum(1 for reader in status.readers.values() if reader.state not in _ENDED)
    if left:
        return f"{counted(left, 'shard')} left to read"
    asked = any(reader.state is not ReaderState.NOT_ASKED for reader in status.readers.values())
    return "everything is read" if asked else f"nothing comes any more; {keys('start.pick')} starts earlier"


def _shared(shard_ids: Collection[str], names: ShardNames, width: int) -> list[Line]:
    """One line, or two where there is room; who the others are is not in any answer of the service's."""
    named = [names[shard_id] for shard_id in sorted(shard_ids)[:NAMED_SHARDS]]
    more = f" and {count(len(shard_ids) - len(named))} more" if len(shard_ids) > len(named) else ""
    line: Line = [(f" Others read {', '.join(named)}{more} as well", Role.ATTENTION)]
    line.append((" · who they are is unknown", Role.TEXT))
    limit: Line = [("AWS serves two readers a shard, and ddbtop backs off first", Role.TEXT)]
    whole: Line = [*line, (" · ", Role.TEXT), *limit]
    if width_of(whole) <= width:
        return [whole]
    return [fit(line, width), *([fit([(" ", Role.TEXT), *limit], width)] if width >= SMALL else [])]


def _moment(at: float) -> str:
    """Local time, with the day where it is not today's."""
    then, today = time.localtime(at), time.localtime(time.time())
    days = date(*then[:3]).toordinal() - date(*today[:3]).toordinal()
    clock = time.strftime("%H:%M", then)
    if days in _DAYS:
        return f"{_DAYS[days]}{clock}"
    return f"{date(*then[:3])} {clock}"
