"""Which columns a list of records of some width has."""

from __future__ import annotations

from dataclasses import dataclass

from ddbtop.text import cell_width, fit
from ddbtop.tui.look import Line, Role

ROOM = 60
"""Cells that key and changes have at least before anything else is shown in full."""
WITH_SORT_KEY = 18
"""Cells of the key below which it is the partition key alone."""
_SIZE_CELLS = 7
_SHORT_NAME = 4
_DOT = " · "
_LEAST_OF_SORT_KEY = 4


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
        """The columns of a list of this width: the key takes a third of what is not fixed, the changes the rest.

        The narrower, the more goes, one after the other: sizes, words of events, most digits of the shards' names.
        """
        ways = ((name_width, 6, _SIZE_CELLS), (name_width, 6, 0), (name_width, 1, 0), (_SHORT_NAME, 1, 0))
        for shard, event, size_cells in ways:
            free = width - 1 - 8 - 1 - shard - 1 - event - 1 - size_cells
            if free >= ROOM:
                break
        key = max(8, min(free * 36 // 100, 40 if event > 1 else 24))
        return cls(shard, event, key, max(1, free - key - 1), size_cells)


def heading(columns: Columns) -> Line:
    """Above signs of events stands no name, so that the shards' has room beside them."""
    size_name = fit("size", columns.size, right=True) if columns.size else ""
    if columns.event > 1:
        shard = f"{fit('shard', columns.shard)} {fit('event', columns.event)}"
    else:
        shard = fit("shard", columns.shard + 1 + columns.event)
    names = f" {'time':8} {shard} {fit('key', columns.key)} "
    return [(names + fit("what changed", columns.what) + size_name, Role.DIM)]


def key_cell(key: str, cells: int) -> str:
    """The key in exactly so many cells; the sort key goes before next to nothing of it is left."""
    partition, dot, _ = key.partition(_DOT)
    left = cells - cell_width(partition) - cell_width(_DOT)
    if dot and cell_width(key) > cells and (cells < WITH_SORT_KEY or left < _LEAST_OF_SORT_KEY):
        return fit(partition, cells)
    return fit(key, cells)
