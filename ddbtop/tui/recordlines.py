"""One record as a line of the list."""

from __future__ import annotations

from msgspec import Raw

from ddbtop.streams.attributes import key_text
from ddbtop.streams.changes import summary
from ddbtop.streams.model import KeyAttribute
from ddbtop.streams.wire import Record
from ddbtop.text import cell_width, clock, day, fit, same_day, size, visible
from ddbtop.tui.columns import Columns, key_cell
from ddbtop.tui.look import Line, Piece, Role, width_of
from ddbtop.tui.roles import EVENT_ROLES, key_pieces, pieces

OUT_OF_ORDER_S = 1.0
"""A record created this much before the one above it carries a mark: creation times have whole seconds."""

_TIME_CELLS = 8

_SIGNS = {"INSERT": "+", "MODIFY": "~", "REMOVE": "−"}


def record_line(
    record: Record,
    shard_name: str,
    key_schema: tuple[KeyAttribute, ...],
    columns: Columns,
    *,
    late: bool,
    above: float | None = None,
    now: float,
    previous: Raw | None = None,
) -> Line:
    """`14:32:07 a47e99d0 MODIFY ORDER#10482 · HEAD    status PAID → SHIPPED  +tracking  −hold 1.4 kB`.

    What is not of the day of `now` has a dim clock, and the first of a day, judged by when the record `above` it was
    created, a date in its place. `previous` stands in for an old image that the stream does not carry; what rests on
    it says so.
    """
    event = record.event_name if columns.event > 1 else _SIGNS.get(record.event_name, "?")
    shard = fit(shard_name, columns.shard) if cell_width(shard_name) <= columns.shard else shard_name[: columns.shard]
    what = pieces(summary(record, columns.what, previous=previous))
    line: Line = [
        ("↥" if late else " ", Role.ATTENTION),
        _when(record.created_at, above, now, late=late),
        (f" {shard} ", Role.TEXT),
        (fit(visible(event), columns.event), EVENT_ROLES.get(record.event_name, Role.ATTENTION)),
        (" ", Role.TEXT),
        *key_pieces(key_cell(key_text(record.dynamodb.keys, key_schema), columns.key)),
        (" ", Role.TEXT),
        *what,
    ]
    if columns.size:
        line.append((" " * (columns.what - width_of(what)), Role.TEXT))
        line.append((fit(size(record.dynamodb.size_bytes), columns.size, right=True), Role.TEXT))
    return line


def _when(at: float, above: float | None, now: float, *, late: bool) -> Piece:
    """`14:32:07`, or `19 Mar` where a day begins; the clock of any day but today's is dim."""
    if not at or late:
        return fit(clock(at) if at else "?", _TIME_CELLS), Role.ATTENTION if late else Role.TEXT
    is_today = same_day(at, now)
    begins = not is_today if above is None else above < at and not same_day(at, above)
    return fit(day(at) if begins else clock(at), _TIME_CELLS), Role.TEXT if is_today and not begins else Role.DIM
