"""Everything known about one shard and its reader: what the tree has no room for."""

from __future__ import annotations

import time

from ddbtop.streams.lineage import created_at
from ddbtop.streams.model import ITERATOR_LIFE_S, RETENTION_S, IteratorType
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from ddbtop.text import count, duration, gauge, rate, size
from ddbtop.tui.catchup import is_behind, lag_s
from ddbtop.tui.figures import BEHIND_S
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import ELLIPSIS, Line, Role
from ddbtop.tui.meter import Meter
from ddbtop.tui.names import ShardNames
from ddbtop.tui.shardlines import ITERATOR_SHORT_S, iterator_left

GAUGE_CELLS = 28
"""Cells of the iterator's gauge: about half a minute each."""
SEQUENCE_TAIL = 12
"""Digits of a sequence number that differ within a shard; `y` on a record copies all of them."""


def card_lines(
    shard_id: str,
    status: SessionStatus,
    names: ShardNames,
    meter: Meter,
    now: float,
    keys: KeyNames,
    refused_at: float = 0.0,
) -> list[Line]:
    """`refused_at`: when the service refused this reader because others read the shard as well; 0 for not of late."""
    reader = status.readers[shard_id]
    parts: list[tuple[str, Line]] = [
        ("id", [(shard_id, Role.TEXT)]),
        ("parent", _parent(reader, status, names)),
        ("position", _position(reader)),
        ("read", _read(reader)),
        ("iterator", _iterator(reader, now)),
        ("trim", _trim(reader, now)),
        ("poll", _poll(reader)),
        ("share", _share(reader, status, names, meter)),
    ]
    if refused_at:
        parts += _shared(reader, refused_at)
    elif reader.trouble is not None:
        hint = f"; {reader.trouble.hint}" if reader.trouble.hint else ""
        parts.append(("trouble", [(reader.trouble.message + hint, Role.ATTENTION)]))
        if reader.state is ReaderState.STOPPED:
            steps_over: Line = [(keys("shards.step_over"), Role.ACCENT), (" steps over it and records a gap", Role.DIM)]
            parts.append(("", steps_over))
    return [[(f" {name:10} ", Role.DIM), *line] for name, line in parts]


def _shared(reader: ReaderStatus, refused_at: float) -> list[tuple[str, Line]]:
    """What the service's refusal means, and that it says no names."""
    said = f"refused {_clock(refused_at)}, {count(reader.throttled)} in all: others read it too"
    return [
        ("readers", [(said, Role.ATTENTION)]),
        ("", [("who is unknown; AWS serves two, ddbtop backs off", Role.DIM)]),
    ]


def _clock(moment: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment))


def _parent(reader: ReaderStatus, status: SessionStatus, names: ShardNames) -> Line:
    """Where it came from, and with which siblings."""
    parent_id = reader.shard.parent_id
    made = created_at(reader.shard.shard_id)
    when = f" {_clock(made)}" if made else ""
    if not parent_id:
        return [("none listed", Role.TEXT), (f", made{when}" if made else "", Role.DIM)]
    if parent_id not in status.readers:
        return [(names[parent_id], Role.TEXT), (", trimmed and listed no more", Role.DIM)]
    siblings = [names[child] for child in status.readers[parent_id].children]
    if len(siblings) < 2:
        return [(f"{names[parent_id]}, rolled over{when}", Role.TEXT)]
    return [(f"{names[parent_id]}, split{when} into {' and '.join(siblings)}", Role.TEXT)]


def _position(reader: ReaderStatus) -> Line:
    position = reader.position
    if position.sequence_number:
        tail = position.sequence_number[-SEQUENCE_TAIL:]
        where: Line = [(f"{position.type.value} {ELLIPSIS}{tail}", Role.TEXT)]
    elif position.type is IteratorType.AT_TIMESTAMP:
        where = [(f"{position.type.value} {_clock(position.timestamp)}", Role.TEXT)]
    else:
        where = [(position.type.value, Role.TEXT)]
    if reader.exact:
        return [*where, ("   exact", Role.DIM)]
    return [*where, ("   relative" if reader.records else "   relative, nothing read yet", Role.ATTENTION)]


def _read(reader: ReaderStatus) -> Line:
    if not reader.records:
        return [("nothing yet", Role.DIM)]
    line: Line = [(f"{count(reader.records)} records · {size(reader.size_bytes)} JSON", Role.TEXT)]
    if reader.first_at and reader.last_at:
        line.append((f", {_clock(reader.first_at)} to {_clock(reader.last_at)}", Role.DIM))
    return line


def _iterator(reader: ReaderStatus, now: float) -> Line:
    left = iterator_left(reader, now)
    if left is None:
        return [("none in use", Role.DIM)]
    full = round(left / ITERATOR_LIFE_S * GAUGE_CELLS)
    role = Role.ATTENTION if left < ITERATOR_SHORT_S else Role.ACCENT
    text = f"{gauge(left)} left of {gauge(ITERATOR_LIFE_S)} "
    return [(text, Role.TEXT), ("█" * full, role), ("░" * (GAUGE_CELLS - full), Role.DIM)]


def _trim(reader: ReaderStatus, now: float) -> Line:
    """How long until something unread can be lost."""
    lag = lag_s(reader, now)
    if reader.state in (ReaderState.TIP, ReaderState.DRAINED) and not is_behind(reader, now):
        return [("nothing unread", Role.TEXT), ("; an unread record lives 24 h", Role.DIM)]
    if reader.state is ReaderState.TRIMMED:
        return [("all of its records are gone", Role.REMOVE)]
    if lag is None or reader.state is ReaderState.NOT_ASKED:
        return [("unknown: nothing of it was read", Role.DIM)]
    left = RETENTION_S - lag
    role = Role.REMOVE if left <= 0 else Role.ATTENTION if lag > BEHIND_S else Role.TEXT
    return [(f"the oldest unread record may go in {duration(left)}" if left > 0 else "records may be lost", role)]


def _poll(reader: ReaderStatus) -> Line:
    """How often it is asked. How long a call takes is another number after each, and stands last, or gives its room to
    what matters more."""
    if not reader.calls:
        return [("not yet", Role.DIM)]
    pace = 1 / (reader.interval_s + reader.latency_s) if reader.interval_s + reader.latency_s > 0 else 0.0
    if reader.state in (ReaderState.DRAINED, ReaderState.TRIMMED):
        return [(f"{count(reader.calls)} calls", Role.TEXT), (", none any more", Role.DIM)]
    every = f"every {duration(reader.interval_s)}" if reader.interval_s else "without a pause"
    line: Line = [(f"{every} · {rate(pace, ' calls/s')} · ", Role.TEXT)]
    if reader.throttled:
        return [*line, (f"throttled {count(reader.throttled)}", Role.ATTENTION)]
    return [*line, (f"{duration(reader.latency_s)} a call", Role.TEXT)]


def _share(reader: ReaderStatus, status: SessionStatus, names: ShardNames, meter: Meter) -> Line:
    """How much of the stream's records come from it, and how it compares with a sibling."""
    own, whole = meter.shard_rate(reader.shard.shard_id), meter.rate()
    if not own or not whole:
        if reader.closed or meter.knows(reader.shard.shard_id):
            return [("no change in the last seconds", Role.DIM)]
        at_tip = reader.state is ReaderState.TIP
        return [("not known yet" if at_tip else "unknown before it is read up to its tip", Role.DIM)]
    percent = round(100 * own / whole)
    line: Line = [(f"{percent or '<1'} % of the stream", Role.TEXT)]
    parent = status.readers.get(reader.shard.parent_id)
    for sibling in parent.children if parent else ():
        other = meter.shard_rate(sibling)
        if sibling != reader.shard.shard_id and other:
            line.append((f", {own / other:.1f} × its sibling {names[sibling]}", Role.TEXT))
    return line
