"""Which shards have a line, and in which order: the tree, its newest shards only, or a list sorted by something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from ddbtop.streams.lineage import created_at
from ddbtop.streams.status import ReaderStatus
from ddbtop.tui.catchup import AT_REST, lag_s
from ddbtop.tui.forest import Forest, Node
from ddbtop.tui.meter import Meter


class Order(StrEnum):
    """What the shards are sorted by; the value is the word that is shown."""

    LINEAGE = "lineage"
    RATE = "rate"
    LAG = "lag"
    MADE = "made"

    @property
    def following(self) -> Order:
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


class ShardRows:
    """Rows by number and by shard. Sorted by anything but lineage, shards that are read to their end have no row."""

    def __init__(self, meter: Meter) -> None:
        self.forest = Forest()
        self.order = Order.LINEAGE
        self.as_tree = True
        """Sorted by lineage: with the ancestors, or only the newest shards."""
        self._meter = meter
        self._readers: Mapping[str, ReaderStatus] = {}
        self._list: Sequence[str] = ()
        self._rows: Mapping[str, int] = {}

    def __len__(self) -> int:
        return len(self._list)

    @property
    def is_tree(self) -> bool:
        return self.as_tree and self.order is Order.LINEAGE

    def update(self, readers: Mapping[str, ReaderStatus], now: float) -> None:
        """Shards came, went, closed or got children."""
        self._readers = readers
        self.forest.update(readers)
        self.arrange(now)

    def arrange(self, now: float, readers: Mapping[str, ReaderStatus] | None = None) -> bool:
        """Make the rows anew after something was folded or sorted, or figures changed; says whether they differ."""
        before = self._list
        self._readers = self._readers if readers is None else readers
        if self.is_tree:
            self._list, self._rows = self.forest.order, self.forest.rows
        else:
            self._list = self.forest.leaves() if self.order is Order.LINEAGE else self._sorted(now)
            self._rows = {shard_id: row for row, shard_id in enumerate(self._list)}
        return self._list != before

    def shard_at(self, row: int) -> str:
        """Empty where there is no such row."""
        return self._list[row] if 0 <= row < len(self._list) else ""

    def row(self, shard_id: str) -> int | None:
        return self._rows.get(shard_id)

    def row_for(self, shard_id: str) -> int | None:
        """The row of a shard, or of the one that stands for it; None where none does."""
        return next((self._rows[kin] for kin in self.forest.kin(shard_id) if kin in self._rows), None)

    def node(self, row: int) -> Node:
        return self.forest.node(row) if self.is_tree else Node(self._list[row], "", is_root=True)

    def first_open(self) -> str:
        """The shard to look at first: the first that is written to."""
        return next((leaf for leaf in self.forest.leaves() if not self._readers[leaf].closed), "")

    def _sorted(self, now: float) -> list[str]:
        """Open shards and those that are still read; equals stay in the order of the description."""
        live = [s for s, reader in self._readers.items() if not reader.closed or reader.state not in AT_REST]
        if self.order is Order.RATE:
            return sorted(live, key=self._meter.shard_rate, reverse=True)
        if self.order is Order.MADE:
            return sorted(live, key=lambda shard_id: created_at(shard_id) or 0.0, reverse=True)
        return sorted(live, key=lambda shard_id: _lateness(self._readers[shard_id], now), reverse=True)


def _lateness(reader: ReaderStatus, now: float) -> float:
    """Unknown stands below what is known to be behind and above what is not."""
    lag = lag_s(reader, now)
    return 0.5 if lag is None else lag
