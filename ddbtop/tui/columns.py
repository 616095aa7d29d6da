"""Which columns a list of records of some width has."""

from __future__ import annotations

from dataclasses import dataclass

from ddbtop.text import fit
from ddbtop.tui.look import Line, Role

FULL_WIDTH = 88
"""Columns from which a list shows everything; below it sizes go, event words become signs, shard names are cut."""
_SIZE_CELLS = 6


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
