"""One record as a line of the list, and which columns a list of some width has."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ddbtop.streams.attributes import key_text
from ddbtop.streams.changes import summary
from ddbtop.streams.model import KeyAttribute
from ddbtop.streams.wire import Record
from ddbtop.text import fit, size, visible
from ddbtop.tui.look import Line, Role, width_of
from ddbtop.tui.roles import EVENT_ROLES, key_pieces, pieces

FULL_WIDTH = 88
"""Columns from which a list shows everything; below it sizes go, event words become signs, shard names are cut."""
OUT_OF_ORDER_S = 1.0
"""A record created this much before the one above it carries a mark: creation times have whole seconds."""

_SIZE_CELLS = 6
_SIGNS = {"INSERT": "+", "MODIFY": "~", "REMOVE": "−"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each column; 0 leaves it out."""

    shard: int
    event: int
    key: int
    what: int
    size: int

    @classmethod
    def of(cls, width: int, name_width: int) -> Columns:
        """The columns of a list of this width: the key takes a third of what is not fixed, the changes the rest."""
        full = width >= FULL_WIDTH
        shard, event, size_cells = (name_width, 6, _SIZE_CELLS + 1) if full else (4, 1, 0)
        free = width - 1 - 8 - 1 - shard - 1 - event - 1 - size_cells
        key = max(8, min(free * 36 // 100, 40)) if full else max(8, min(free * 35 // 100, 24))
        return cls(shard, event, key, max(1, free - key - 1), size_cells)


def heading(columns: Columns) -> Line:
    event = "event" if columns.event > 1 else ""
    size_name = fit("size", columns.size, right=True) if columns.size else ""
    names = f" {'time':8} {fit('shard', columns.shard)} {fit(event, columns.event)} {fit('key', columns.key)} "
    return [(names + fit("what changed", columns.what) + size_name, Role.DIM)]


def record_line(
    record: Record, shard_name: str, key_schema: tuple[KeyAttribute, ...], columns: Columns, *, late: bool
) -> Line:
    """`14:32:07 a47e99d0 MODIFY ORDER#10482 · HEAD    status PAID → SHIPPED  +tracking  −hold 1.4 kB`."""
    clock = time.strftime("%H:%M:%S", time.localtime(record.created_at)) if record.created_at else "?"
    event = record.event_name if columns.event > 1 else _SIGNS.get(record.event_name, "?")
    shard = fit(shard_name, columns.shard) if columns.size else shard_name[: columns.shard]
    what = pieces(summary(record, columns.what))
    line: Line = [
        ("↥" if late else " ", Role.ATTENTION),
        (fit(clock, 8), Role.ATTENTION if late else Role.TEXT),
        (f" {shard} ", Role.TEXT),
        (fit(visible(event), columns.event), EVENT_ROLES.get(record.event_name, Role.ATTENTION)),
        (" ", Role.TEXT),
        *key_pieces(fit(key_text(record.dynamodb.keys, key_schema), columns.key)),
        (" ", Role.TEXT),
        *what,
    ]
    if columns.size:
        line.append((" " * (columns.what - width_of(what)), Role.TEXT))
        line.append((fit(size(record.dynamodb.size_bytes), columns.size, right=True), Role.TEXT))
    return line
