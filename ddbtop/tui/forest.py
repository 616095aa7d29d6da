"""The shard tree as a flat list in the order of the screen: what is folded, what hangs where.

A lineage reads downward in time. Ancestors far above the newest shards fold into the topmost one that is shown, so
that thousands of shards stay a screen of open ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ddbtop.streams.status import ReaderStatus

SHOWN_ANCESTORS = 3
"""Generations above the newest shard of a lineage that are shown unless asked otherwise: the splits of half a day."""
FEW_LEAVES = 40
"""With more newest shards than a screen has lines, ancestors fold from the first generation on."""


@dataclass(frozen=True, slots=True)
class Node:
    """One line of the tree."""

    shard_id: str
    branch: str
    """The lines drawn before the shard: `│ └─`."""
    above: int = 0
    """Ancestors folded into this one."""
    below: int = 0
    """Descendants folded into this one."""
    is_root: bool = False
    """Nothing above it is shown."""
    has_children: bool = False


class Forest:
    """What is folded and unfolded, and the lines that follow from it.

    Whatever changes, only the order of the lines is made anew; a line is put together when it is looked at.
    """

    def __init__(self) -> None:
        self.order: list[str] = []
        """Shard ids from the first line to the last."""
        self.rows: dict[str, int] = {}
        """Line number by shard id, of the shards that are shown."""
        self._readers: Mapping[str, ReaderStatus] = {}
        self._children: dict[str, tuple[str, ...]] = {}
        self._heights: dict[str, int] = {}
        self._by_generation: list[str] = []
        self._begins: set[str] = set()
        self._collapsed: set[str] = set()
        self._revealed: set[str] = set()
        self._fold_all = False
        self._has_many = False

    def update(self, readers: Mapping[str, ReaderStatus]) -> None:
        """Shards came, went, closed or got children."""
        self._readers = readers
        listed = readers.__contains__
        self._children = {
            shard_id: reader.children if all(map(listed, reader.children)) else tuple(filter(listed, reader.children))
            for shard_id, reader in readers.items()
            if reader.children
        }
        self._by_generation = sorted(readers, key=lambda shard_id: readers[shard_id].generation)
        self._heights = self._all_heights()
        self._has_many = sum(1 for height in self._heights.values() if height == 0) > FEW_LEAVES
        self._rebuild()

    def node(self, row: int) -> Node:
        shard_id = self.order[row]
        is_root = shard_id in self._begins
        return Node(
            shard_id,
            branch="" if is_root else self._branch(shard_id),
            above=len(self._ancestors(shard_id)) if is_root else 0,
            below=self._count_below(shard_id) if shard_id in self._collapsed else 0,
            is_root=is_root,
            has_children=bool(self._children.get(shard_id)),
        )

    def fold_closed(self) -> None:
        """Between the usual picture and nothing but the newest shard of each lineage."""
        self._fold_all = not self._fold_all
        self._collapsed.clear()
        self._revealed.clear()
        self._rebuild()

    def unfold(self, shard_id: str) -> None:
        """Show what is folded into a shard: first what is below, else what is above."""
        if shard_id in self._collapsed:
            self._collapsed.discard(shard_id)
            self._line_up()
        else:
            self._revealed.update(self._ancestors(shard_id))
            self._rebuild()

    def fold(self, shard_id: str) -> str:
        """Hide what is below a shard; where there is nothing to hide, its parent's line is meant. Returns whose."""
        if self._children.get(shard_id) and shard_id not in self._collapsed:
            self._collapsed.add(shard_id)
            self._line_up()
            return shard_id
        parent = self.parent(shard_id)
        return parent if parent in self.rows else shard_id

    def parent(self, shard_id: str) -> str:
        """The listed parent, empty where there is none."""
        reader = self._readers.get(shard_id)
        parent_id = reader.shard.parent_id if reader else ""
        return parent_id if parent_id in self._readers else ""

    def kin(self, shard_id: str) -> Iterator[str]:
        """The shard, its ancestors upwards, then what came out of it, downwards: what stands for it where it is folded.

        Nothing does for a shard that is listed no more.
        """
        above = shard_id if shard_id in self._readers else ""
        generation = [above] if above else []
        while above:
            yield above
            above = self.parent(above)
        while generation := [child for parent in generation for child in self._children.get(parent, ())]:
            yield from generation

    def leaves(self) -> list[str]:
        """The newest shards: those that are written to, or were the last of their lineage."""
        return [shard_id for shard_id in self._readers if not self._children.get(shard_id)]

    def _rebuild(self) -> None:
        self._begins = self._topmost()
        self._line_up()

    def _line_up(self) -> None:
        """Walk down from the topmost shown shards; explicit stack, since a lineage may be any number of shards deep."""
        children, collapsed = self._children, self._collapsed
        order: list[str] = []
        for begin in [shard_id for shard_id in self._readers if shard_id in self._begins]:
            stack = [begin]
            while stack:
                shard_id = stack.pop()
                order.append(shard_id)
                while (below := children.get(shard_id)) and shard_id not in collapsed:
                    if len(below) > 1:
                        stack.extend(below[:0:-1])
                    shard_id = below[0]
                    order.append(shard_id)
        self.order = order
        self.rows = dict(zip(order, range(len(order)), strict=True))

    def _topmost(self) -> set[str]:
        """The shards at which a shown tree begins; everything below a shown shard is shown."""
        depth = 0 if self._fold_all or self._has_many else SHOWN_ANCESTORS
        readers, heights, revealed = self._readers, self._heights, self._revealed
        shown: set[str] = set()
        begins: set[str] = set()
        for shard_id in self._by_generation:
            if readers[shard_id].shard.parent_id in shown:
                shown.add(shard_id)
            elif heights[shard_id] <= depth or shard_id in revealed:
                shown.add(shard_id)
                begins.add(shard_id)
        return begins

    def _all_heights(self) -> dict[str, int]:
        """Generations from each shard to the nearest of the newest below it; 0 for the newest themselves."""
        heights: dict[str, int] = {}
        children = self._children
        for shard_id in reversed(self._by_generation):
            below = children.get(shard_id)
            if not below:
                heights[shard_id] = 0
            elif len(below) == 1:
                heights[shard_id] = heights[below[0]] + 1
            else:
                heights[shard_id] = min([heights[child] for child in below]) + 1
        return heights

    def _ancestors(self, shard_id: str) -> list[str]:
        found: list[str] = []
        while shard_id := self.parent(shard_id):
            found.append(shard_id)
        return found

    def _branch(self, shard_id: str) -> str:
        """From the shard up to the first line of its tree: a hook for itself, a rule past each with a line to come."""
        parts: list[str] = []
        while shard_id not in self._begins:
            parent = self.parent(shard_id)
            is_last = self._children[parent][-1] == shard_id
            if parts:
                parts.append("  " if is_last else "│ ")
            else:
                parts.append("└─" if is_last else "├─")
            shard_id = parent
        return "".join(reversed(parts))

    def _count_below(self, shard_id: str) -> int:
        count, stack = 0, [shard_id]
        while stack:
            children = self._children.get(stack.pop(), ())
            count += len(children)
            stack.extend(children)
        return count
