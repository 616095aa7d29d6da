"""What stands below the header while it holds: a disabled stream, a newer one, shards that others read as well."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass

from ddbtop.streams.model import RETENTION_S, StreamStatus
from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.text import count
from ddbtop.tui.look import Line, Role, fit
from ddbtop.tui.names import ShardNames

NAMED_SHARDS = 2
"""Of those that others read: more names would push what matters off the line."""

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


def banner_lines(status: SessionStatus, news: News, names: ShardNames, width: int) -> list[Line]:
    """One line each, the ones that ask for a decision first."""
    lines: list[Line] = []
    if news.newer_arn:
        lines.append(_newer(news.newer_arn, width))
    if status.described and status.stream.status in (StreamStatus.DISABLED, StreamStatus.DISABLING):
        lines.append(_disabled(status, news.disabled_at, width))
    if news.shared:
        lines.append(_shared(news.shared, names, width))
    return lines


def _newer(arn: str, width: int) -> Line:
    made = arn.rpartition("/")[2][:16].replace("T", " ")
    line: Line = [(f" This table has a newer stream, made {made} UTC. ", Role.ATTENTION)]
    return fit([*line, ("^n", Role.ACCENT), (" reads it from its beginning", Role.TEXT)], width)


def _disabled(status: SessionStatus, noticed_at: float, width: int) -> Line:
    """Since when, until when it can be read, and whether everything is."""
    newest = max((reader.last_at or 0.0 for reader in status.readers.values()), default=0.0)
    since = noticed_at or newest
    when = f" since {'' if noticed_at else '≈ '}{_moment(since)}" if since else ""
    line: Line = [(f" {status.stream.status}{when}", Role.ATTENTION)]
    if since:
        line.append((f" · readable until ≈ {_moment(since + RETENTION_S)}", Role.TEXT))
    return fit([*line, (f" · {_unread(status)}", Role.TEXT)], width)


def _unread(status: SessionStatus) -> str:
    left = sum(1 for reader in status.readers.values() if reader.state not in _ENDED)
    if left:
        return f"{count(left)} shard{'' if left == 1 else 's'} still to be read to the end"
    asked = any(reader.state is not ReaderState.NOT_ASKED for reader in status.readers.values())
    return "everything is read" if asked else "nothing comes any more; t starts earlier"


def _shared(shard_ids: Collection[str], names: ShardNames, width: int) -> Line:
    """Who the others are is not in any answer of the service's."""
    named = [names[shard_id] for shard_id in sorted(shard_ids)[:NAMED_SHARDS]]
    more = f" and {count(len(shard_ids) - len(named))} more" if len(shard_ids) > len(named) else ""
    line: Line = [(f" Others read {', '.join(named)}{more} as well", Role.ATTENTION)]
    said = " · AWS serves two readers a shard, ddbtop backs off first · who the others are is unknown"
    return fit([*line, (said, Role.TEXT)], width)


def _moment(at: float) -> str:
    """With the day where it is not today's."""
    then, today = time.localtime(at), time.localtime(time.time())
    return time.strftime("%H:%M" if then[:3] == today[:3] else "%Y-%m-%d %H:%M", then)
