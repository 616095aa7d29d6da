"""One shard as a line: in the tree, or in the short list of the newest shards that a narrow screen has room for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ddbtop.streams.lineage import created_at
from ddbtop.streams.model import ITERATOR_LIFE_S
from ddbtop.streams.status import ReaderState, ReaderStatus
from ddbtop.text import cell_width, count, fit, gauge, roughly, size
from ddbtop.tui.catchup import lag_s
from ddbtop.tui.figures import reader_role, reader_word
from ddbtop.tui.forest import Node
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import ELLIPSIS, Line, Role, sparkline

ITERATOR_SHORT_S = 180.0
"""An iterator with less than this left has a colour: it is used so seldom that something holds it up."""

NARROWEST_WITH_PARENT = 66
"""Columns below which how far behind a reader is takes the room of where its shard came from."""

_PARENT_CELLS = 14
_ITERATOR_CELLS = len("  iter 14:21")

NARROWEST_WITH_ITERATOR = 78
"""Columns that the short list needs with its last column, the time left of each iterator."""

NARROWEST_WITH_MADE, NARROWEST_WITH_READ = 92, 118
"""Columns from which the short list says when each shard was made, and what was read of it."""

TREE_WIDTH = 66
"""Columns of the tree where it stands beside the records; any more go to the lineage."""

_RIGHT_OF_LINEAGE = TREE_WIDTH - 25
"""Columns of everything but the lineage."""

_SIGNS: Line = [("   ○ closed  ", Role.DIM), ("●", Role.INSERT), (" open", Role.DIM)]
_FOLDED: Line = [("  +n", Role.INSERT), (" above: ancestors folded, ", Role.DIM)]


@dataclass(frozen=True, slots=True)
class ShardFacts:
    """What one line says of a shard besides its place in the lineage."""

    reader: ReaderStatus
    name: str
    parent_name: str
    rate: int | None
    """None while it is not known, since the tip was not reached."""
    minute: Sequence[int]
    top: float
    """The highest bar of any shard, so that sparklines can be compared."""
    now: float


def heading(width: int) -> Line:
    lineage = fit("  lineage", width - _RIGHT_OF_LINEAGE)
    return [(f"{lineage}  made   minute  rec/s  reader   behind  ", Role.DIM)]


def legend(keys: KeyNames, *, is_tree: bool) -> Line:
    """What the signs mean; only in a tree anything is folded."""
    unfolds: Line = [(keys("shards.unfold"), Role.MODIFY), (" unfolds", Role.DIM)]
    return [*_SIGNS, *_FOLDED, *unfolds] if is_tree else _SIGNS


def tree_line(node: Node, facts: ShardFacts, width: int) -> Line:
    """`├─● a47e99d0       14:02 ▂▃▅▇▆▅▃▂    182  tip         0 s`."""
    reader = facts.reader
    lag = lag_s(reader, facts.now)
    spark = sparkline(facts.minute, facts.top) if facts.minute else ""
    speed = "" if facts.rate is None else count(facts.rate)
    return [
        *_lineage(node, facts, width - _RIGHT_OF_LINEAGE),
        (f" {_clock(reader)} ", Role.DIM if reader.closed else Role.TEXT),
        (fit(spark, 8, right=True), Role.ACCENT),
        (fit(speed, 7, right=True), Role.TEXT),
        ("  ", Role.TEXT),
        (fit(reader_word(reader, facts.now), 9), reader_role(reader, lag)),
        (fit(_behind(reader, lag), 6, right=True), _behind_role(reader, lag)),
        ("  ", Role.TEXT),
    ]


def _lineage(node: Node, facts: ShardFacts, room: int) -> Line:
    closed = facts.reader.closed
    name_role = Role.DIM if closed else Role.TEXT
    is_folded = node.below or (node.above and not node.has_children)
    arrow = "▸" if is_folded else "▾" if node.has_children else " "
    branch = f" {arrow} " if node.is_root else "   " + node.branch
    spare = room - cell_width(facts.name) - 2
    if cell_width(branch) > spare:
        branch = f"  {ELLIPSIS}" + branch[len(branch) - max(0, spare - 3) :]
    glyph = ("○", Role.DIM) if closed else ("●", Role.INSERT)
    rest = _folded(node, room - cell_width(branch) - 2 - cell_width(facts.name))
    return [(branch, Role.DIM), glyph, (" ", Role.TEXT), (facts.name, name_role), (rest, Role.INSERT)]


def _folded(node: Node, room: int) -> str:
    """How many shards are folded into this one; where words do not fit, the arrow says which way."""
    above = f"  +{node.above} above" * bool(node.above)
    below = f"{'  ' if node.is_root else ' ▸ '}+{node.below}" * bool(node.below)
    least = (above + below).replace(" above", "")
    said = (f"{above}{below}{' below' * bool(node.below)}", above + below)
    return fit(next((words for words in said if cell_width(words) <= room), least), room)


def leaf_line(facts: ShardFacts, width: int) -> Line:
    """`● a47e99d0 ← 1c062810   ▂▃▅▇▆▅▃▂  182/s  tip                  0 s  iter 14:21`."""
    reader = facts.reader
    lag = lag_s(reader, facts.now)
    spark = sparkline(facts.minute, facts.top) if facts.minute else ""
    speed = "" if facts.rate is None else f"{count(facts.rate)}/s"
    state = "waits for parent" if reader.state is ReaderState.WAITS else reader_word(reader, facts.now)
    came_from = f" ← {facts.parent_name}" if facts.parent_name else ""
    came_from_cells = _PARENT_CELLS if width >= NARROWEST_WITH_PARENT else 0
    line: Line = [
        (" ●" if not reader.closed else " ○", Role.DIM if reader.closed else Role.INSERT),
        (f" {facts.name}", Role.DIM if reader.closed else Role.TEXT),
        (fit(came_from, came_from_cells) or " ", Role.DIM),
        (fit(spark, 8, right=True), Role.ACCENT),
        (fit(speed, 7, right=True), Role.TEXT),
        ("  ", Role.TEXT),
        (fit(state, 17), reader_role(reader, lag)),
        (fit(_behind(reader, lag), 7, right=True), _behind_role(reader, lag)),
    ]
    left = iterator_left(reader, facts.now)
    if left is not None and width >= NARROWEST_WITH_ITERATOR:
        line.append((f"  iter {gauge(left)}", Role.ATTENTION if left < ITERATOR_SHORT_S else Role.DIM))
    elif width >= NARROWEST_WITH_MADE:
        line.append((" " * _ITERATOR_CELLS, Role.DIM))
    if width >= NARROWEST_WITH_MADE:
        line.append((f"  made {_clock(reader)}", Role.DIM))
    if width >= NARROWEST_WITH_READ and reader.records:
        line.append((f"  {count(reader.records):>9} read, {size(reader.size_bytes)}", Role.DIM))
    return line


def _clock(reader: ReaderStatus) -> str:
    """When the shard was made, five cells."""
    made = created_at(reader.shard.shard_id)
    return time.strftime("%H:%M", time.localtime(made)) if made else " " * 5


def iterator_left(reader: ReaderStatus, now: float) -> float | None:
    """Seconds until the iterator in use expires; None without one."""
    if reader.iterator_at is None or reader.state in (ReaderState.DRAINED, ReaderState.WAITS, ReaderState.NOT_ASKED):
        return None
    return max(0.0, ITERATOR_LIFE_S - (now - reader.iterator_at))


def _behind(reader: ReaderStatus, lag: float | None) -> str:
    """`–` where nothing is read any more, `?` for unknown: never a zero that nobody asked for."""
    if reader.state in (ReaderState.DRAINED, ReaderState.NOT_ASKED, ReaderState.TRIMMED):
        return "–"
    return "?" if lag is None else roughly(lag)


def _behind_role(reader: ReaderStatus, lag: float | None) -> Role:
    return reader_role(reader, lag) if lag is None or lag else (Role.DIM if reader.closed else Role.TEXT)
