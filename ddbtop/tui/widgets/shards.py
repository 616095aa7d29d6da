"""The shards: the lineage as a tree, or only its newest shards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from ddbtop.streams.status import ReaderState, SessionStatus
from ddbtop.tui.look import Line, Role
from ddbtop.tui.meter import Meter
from ddbtop.tui.names import ShardNames
from ddbtop.tui.shardlines import ShardFacts, leaf_line, legend, tree_line
from ddbtop.tui.shardrows import Order, ShardRows
from ddbtop.tui.widgets.listing import Listing
from ddbtop.tui.widgets.painted import names_at


class ShardList(Listing):
    """Its cursor belongs to a shard, wherever that one's line goes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right,l", "unfold", "unfold", tooltip="Show what is folded into a shard", id="shards.unfold", show=False
        ),
        Binding(
            "left,h", "fold", "fold", tooltip="Hide the shards below, or go to the parent", id="shards.fold", show=False
        ),
    ]

    @dataclass
    class Selected(Message):
        """Another shard is under the cursor."""

        shard_id: str

    def __init__(self, names: ShardNames, meter: Meter, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._names = names
        self._meter = meter
        self._rows = ShardRows(meter)
        self._status: SessionStatus | None = None
        self._is_another = False
        self._selected = ""
        self._now = 0.0
        self._scale = 0
        self._painted: dict[int, Line] = {}

    @property
    def end(self) -> int:
        return len(self._rows)

    @property
    def order(self) -> Order:
        return self._rows.order

    @property
    def selected(self) -> str:
        """The id of the shard under the cursor, empty while there is none."""
        return self._selected

    @property
    def is_stopped(self) -> bool:
        """Whether the shard under the cursor goes on only when it is told to."""
        reader = self._status.readers.get(self._selected) if self._status else None
        return reader is not None and reader.state is ReaderState.STOPPED

    def shown(self, row: int) -> str:
        """The id of the shard on a line; empty where there is none."""
        return self._rows.shard_at(row)

    def show_tree(self, as_tree: bool) -> None:
        if as_tree != self._rows.as_tree:
            self._rows.as_tree = as_tree
            self._reshaped()

    def sort(self) -> None:
        """By the next order."""
        self._rows.order = self._rows.order.following
        self._reshaped()

    def attach(self) -> None:
        """The next status is another session's, whatever number its lineage has."""
        self._is_another = True

    def tell(self, status: SessionStatus, now: float, *, resort: bool = False) -> None:
        """A newer status; only lines that read differently are painted again. `resort`: figures by which shards are
        sorted have changed as well."""
        same = self._status is not None and status.lineage_version == self._status.lineage_version
        reshaped, self._is_another = self._is_another or not same, False
        self._status, self._now = status, now
        if reshaped:
            self._names.update(status.readers)
            self._rows.update(status.readers, now)
            self._selected = self._selected or self._rows.first_open()
            self._reshaped()
            return
        if resort and self.order is not Order.LINEAGE and self._rows.arrange(now, status.readers):
            self._reshaped()
            return
        self._scale = self._highest_bar()
        before, self._painted = self._painted, {}
        width, on_screen = self.size.width, range(self.top, self.top + self.height)
        self.refresh_indexes(
            index for index, line in before.items() if index in on_screen and self.line(index, width) != line
        )

    def select(self, shard_id: str) -> None:
        """Put the cursor on a shard, if it is shown."""
        row = self._rows.row(shard_id)
        if row is not None:
            self.place(row)
            self._selected = shard_id

    def line(self, index: int, width: int) -> Line:
        if index not in self._painted:
            self._painted[index] = self._line(index, width)
        return self._painted[index]

    def empty(self, width: int) -> list[Line]:
        known = self._status is not None and self._status.described
        return [] if known else [[("   reading the list of shards …", Role.DIM)]]

    def render_line(self, y: int) -> Strip:
        if self._rows.as_tree and self.end and self.top + y == self.end + 1:
            return self.strip(legend(names_at(self), is_tree=self._rows.is_tree), self.size.width)
        return super().render_line(y)

    def moved(self) -> None:
        self._selected = self._rows.shard_at(self.cursor)
        self.post_message(self.Selected(self._selected))

    def on_resize(self) -> None:
        self._painted.clear()
        super().on_resize()

    def action_unfold(self) -> None:
        self._rows.forest.unfold(self._selected)
        self._reshaped()

    def action_fold(self) -> None:
        shown = self._rows.forest.fold(self._selected)
        self._reshaped()
        if shown != self._selected:
            self.move_to(self._rows.row(shown) or 0)

    def action_fold_closed(self) -> None:
        self._rows.forest.fold_closed()
        self._reshaped()

    def _reshaped(self) -> None:
        """Lines came, went or moved: the cursor stays with its shard, or with what now stands for it."""
        before = [self._painted.get(self.top + y) for y in range(self.height)]
        was_lit, ended = self.cursor - self.top, self.end
        self._rows.arrange(self._now)
        self._painted = {}
        row = self._rows.row_for(self._selected)
        self.place(self.cursor if row is None else row)
        self._refresh_changed(before, was_lit, ended)
        found = self._rows.shard_at(self.cursor)
        if found != self._selected:
            self._selected = found
            self.post_message(self.Selected(found))

    def _refresh_changed(self, before: Sequence[Line | None], was_lit: int, ended: int) -> None:
        """Paint again what reads differently: among thousands of lines, most of what moves is not on the screen."""
        if min(ended, self.end) < self.top + self.height:
            self.refresh()
            return
        width = self.size.width
        self.refresh_indexes(
            index
            for index, line in enumerate(before, self.top)
            if (index == self.cursor) != (index == self.top + was_lit) or self.line(index, width) != line
        )

    def _line(self, index: int, width: int) -> Line:
        facts = self._facts(self._rows.shard_at(index))
        line = tree_line(self._rows.node(index), facts, width) if self._rows.as_tree else leaf_line(facts, width)
        return [("▌", Role.ACCENT), *_without_first_cell(line)] if index == self.cursor and self.has_focus else line

    def _highest_bar(self) -> int:
        """Of the shards on screen: their common scale."""
        rows = range(max(self.top, self.first), min(self.top + self.height, self.end))
        return max((bar for row in rows for bar in self._meter.shard_minute(self._rows.shard_at(row))), default=0)

    def _facts(self, shard_id: str) -> ShardFacts:
        assert self._status is not None
        parent = self._rows.forest.parent(shard_id)
        return ShardFacts(
            self._status.readers[shard_id],
            self._names[shard_id],
            self._names[parent] if parent else "",
            self._meter.shard_rate(shard_id) if self._meter.knows(shard_id) else None,
            self._meter.shard_minute(shard_id),
            self._scale,
            self._now,
        )


def _without_first_cell(line: Line) -> Line:
    (text, role), *rest = line
    return [(text[1:], role), *rest]
