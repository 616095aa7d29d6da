"""The shard tree as a flat list in the order of the screen: what is folded, what hangs where.

A lineage reads downward in time. Ancestors far above the newest shards fold into the topmost one that is shown, so
that thousands of shards stay a screen of open ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ddbtop.streams.status import ReaderStatus

SHOWN_ANCESTORS = 3
"""Generations above the newest shard of a lineage that are shown unless asked otherwise: the splits of half a day."""
FEW_LEAVES = 40
"""With more leaves than a screen has lines, ancestors fold from the first generation on."""


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
    """What is folded and unfolded, and the lines that follow from it."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.rows: dict[str, int] = {}
        """Line number by shard id, of the shards that are shown."""
        self._readers: Mapping[str, ReaderStatus] = {}
        self._heights: dict[str, int] = {}
        self._collapsed: set[str] = set()
        self._revealed: set[str] = set()
        self._fold_all = False

    def update(self, readers: Mapping[str, ReaderStatus]) -> None:
        """Shards came, went, closed or got children."""
        self._readers = readers
        self._heights = _heights(readers)
        self._rebuild()

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
        else:
            self._revealed.update(self._ancestors(shard_id))
        self._rebuild()

    def fold(self, shard_id: str) -> str:
        """Hide what is below a shard; where that is hidden already, the parent's line is meant. Returns whose."""
        parent = self.parent(shard_id)
        if self._children(shard_id) and shard_id not in self._collapsed:
            self._collapsed.add(shard_id)
            self._rebuild()
            return shard_id
        return parent if parent in self.rows else shard_id

    def parent(self, shard_id: str) -> str:
        """The listed parent, empty where there is none."""
        reader = self._readers.get(shard_id)
        parent_id = reader.shard.parent_id if reader else ""
        return parent_id if parent_id in self._readers else ""

    def leaves(self) -> list[str]:
        """The newest shards: those that are written to, or were the last of their lineage."""
        return [shard_id for shard_id in self._readers if not self._children(shard_id)]

    def _children(self, shard_id: str) -> list[str]:
        return [child for child in self._readers[shard_id].children if child in self._readers]

    def _ancestors(self, shard_id: str) -> list[str]:
        found: list[str] = []
        while (shard_id := self.parent(shard_id)) and shard_id not in found:
            found.append(shard_id)
        return found

    def _depth(self) -> int:
        many = sum(1 for height in self._heights.values() if height == 0) > FEW_LEAVES
        return 0 if self._fold_all or many else SHOWN_ANCESTORS

    def _rebuild(self) -> None:
        """Walk down from the topmost shown shards; explicit stack, since a lineage may be any number of shards deep."""
        depth = self._depth()
        readers = self._readers
        nodes: list[Node] = []
        above = self._hidden_above(depth)
        for root in above:
            stack = [(root, "", "")]
            while stack:
                shard_id, branch, below_branch = stack.pop()
                children = [child for child in readers[shard_id].children if child in readers]
                folded = shard_id in self._collapsed
                nodes.append(
                    Node(
                        shard_id,
                        branch,
                        above=above.get(shard_id, 0),
                        below=self._count_below(shard_id) if folded else 0,
                        is_root=shard_id in above,
                        has_children=bool(children),
                    )
                )
                if not folded:
                    for place, child in enumerate(reversed(children)):
                        hook, rest = ("└─", "  ") if place == 0 else ("├─", "│ ")
                        stack.append((child, below_branch + hook, below_branch + rest))
        self.nodes = nodes
        self.rows = {node.shard_id: row for row, node in enumerate(nodes)}

    def _hidden_above(self, depth: int) -> dict[str, int]:
        """The shards at which a shown tree begins, each with the number of ancestors hidden above it."""
        shown: set[str] = set()
        begin: dict[str, int] = {}
        for shard_id in sorted(self._readers, key=lambda known: self._readers[known].generation):
            parent = self.parent(shard_id)
            if parent in shown:
                shown.add(shard_id)
            elif self._heights[shard_id] <= depth or shard_id in self._revealed:
                shown.add(shard_id)
                begin[shard_id] = self._readers[shard_id].generation if parent else 0
        return {shard_id: begin[shard_id] for shard_id in self._readers if shard_id in begin}

    def _count_below(self, shard_id: str) -> int:
        count, stack = 0, [shard_id]
        while stack:
            children = self._children(stack.pop())
            count += len(children)
            stack.extend(children)
        return count


def _heights(readers: Mapping[str, ReaderStatus]) -> dict[str, int]:
    """Generations between each shard and the nearest newest shard below it; 0 for the newest themselves."""
    heights: dict[str, int] = {}
    level = [shard_id for shard_id, reader in readers.items() if not any(child in readers for child in reader.children)]
    height = 0
    while level:
        parents: list[str] = []
        for shard_id in level:
            if shard_id not in heights:
                heights[shard_id] = height
                parent_id = readers[shard_id].shard.parent_id
                if parent_id in readers:
                    parents.append(parent_id)
        level, height = parents, height + 1
    return heights
