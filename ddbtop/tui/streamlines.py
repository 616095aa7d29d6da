"""One stream of the picker as a line: whose it is, whether it is on, what its records hold, how many shards it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddbtop.streams.census import Details
from ddbtop.text import count, fit, visible
from ddbtop.tui.look import Line, Role

if TYPE_CHECKING:
    from ddbtop.streams.aws import StreamEntry

WIDE = 100
"""Columns from which view types have their whole name."""
SMALL = 72
"""Columns below which labels and closed shards go."""

_STATUS, _OPEN, _CLOSED = 9, 5, 7
_LABEL = 16
"""A label is a time to the millisecond; to the minute it fits beside the rest."""
_VIEW, _SHORT_VIEW = 18, 11
_TABLE = 64
"""Wider, the eye would lose the line on its way from a name to what is said of it."""
_SHORT_NAMES = {"NEW_AND_OLD_IMAGES": "NEW_AND_OLD"}
_GAP = "  "


@dataclass(frozen=True, slots=True)
class StreamColumns:
    """Cells of each column; 0 leaves it out."""

    table: int
    view: int
    closed: int
    label: int

    @classmethod
    def of(cls, width: int) -> StreamColumns:
        """Names of tables get what the others leave."""
        view = _VIEW if width >= WIDE else _SHORT_VIEW
        closed, label = (_CLOSED, _LABEL) if width >= SMALL else (0, 0)
        others = [_STATUS, view, _OPEN, closed, label]
        taken = sum(cells + len(_GAP) for cells in others if cells)
        return cls(max(8, min(width - taken - 2, _TABLE)), view, closed, label)


def heading(columns: StreamColumns) -> Line:
    return [(_joined(columns, "table", "status", "view type", "open", "closed", "stream"), Role.DIM)]


def stream_line(entry: StreamEntry, details: Details, columns: StreamColumns) -> Line:
    """What is not known yet stays empty; what cannot be known says why."""
    name: Line = [(" ", Role.TEXT), (fit(visible(entry.table), columns.table), Role.TEXT)]
    if details.error:
        return [*name, (f"{_GAP}{visible(details.error)}", Role.ATTENTION)]
    more = "" if details.whole else ">"
    shards = (f"{more}{count(details.open)}", count(details.closed)) if details.status else ("", "")
    on = details.status == "ENABLED"
    cells: Line = [
        (_GAP + fit(visible(details.status), _STATUS), Role.INSERT if on else Role.ATTENTION),
        (_GAP + fit(_view(details.view_type, columns), columns.view), Role.TEXT),
        (_GAP + fit(shards[0], _OPEN, right=True), Role.TEXT),
    ]
    if columns.closed:
        cells.append((_GAP + fit(shards[1], columns.closed, right=True), Role.DIM))
        cells.append((_GAP + fit(visible(entry.label[:_LABEL]), columns.label), Role.DIM))
    return [*name, *cells]


def _joined(columns: StreamColumns, *names: str) -> str:
    table, status, view, opened, closed, label = names
    line = f" {fit(table, columns.table)}{_GAP}{fit(status, _STATUS)}{_GAP}{fit(view, columns.view)}"
    line += f"{_GAP}{fit(opened, _OPEN, right=True)}"
    if columns.closed:
        line += f"{_GAP}{fit(closed, columns.closed, right=True)}{_GAP}{fit(label, columns.label)}"
    return line


def _view(name: str, columns: StreamColumns) -> str:
    return visible(_SHORT_NAMES.get(name, name) if columns.view < _VIEW else name)
