"""Shards as a forest: who came out of whom, as far as descriptions have told.

Descriptions are eventually consistent: a parent may be missing (trimmed, or not listed yet), a child may be listed
while its parent still looks open, and one page may contradict the one before. So a fact once told is kept, a shard
that has a child counts as closed, and a parent that is not listed makes its child a root.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ddbtop.streams.model import Shard


@dataclass(frozen=True, slots=True)
class Difference:
    """What a description told that was not known."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Known shards that closed, got a parent, got a child, or stand in another generation."""

    def __bool__(self) -> bool:
        return bool(self.added or self.changed)


class Lineage:
    """The shards known so far, in the order in which they were told."""

    def __init__(self, shards: Iterable[Shard] = ()) -> None:
        self._shards: dict[str, Shard] = {}
        self._children: dict[str, list[str]] = {}
        self._generations: dict[str, int] = {}
        self.merge(shards)

    def __contains__(self, shard_id: str) -> bool:
        return shard_id in self._shards

    def __iter__(self) -> Iterator[str]:
        return iter(self._shards)

    def __len__(self) -> int:
        return len(self._shards)

    def __getitem__(self, shard_id: str) -> Shard:
        return self._shards[shard_id]

    def merge(self, shards: Iterable[Shard]) -> Difference:
        """Take in what a description told."""
        added: list[str] = []
        changed: dict[str, None] = {}
        for told in shards:
            known = self._shards.get(told.shard_id)
            merged = told if known is None else _merged(known, told)
            if merged.parent_id and self._is_ancestor(merged.shard_id, of=merged.parent_id):
                merged = replace(merged, parent_id="")
            if merged == known:
                continue
            self._shards[merged.shard_id] = merged
            if known is None:
                added.append(merged.shard_id)
            else:
                changed[merged.shard_id] = None
            if merged.parent_id and (known is None or not known.parent_id):
                self._children.setdefault(merged.parent_id, []).append(merged.shard_id)
                if merged.parent_id in self._shards:
                    changed[merged.parent_id] = None
            if known is None or merged.parent_id != known.parent_id:
                changed.update(dict.fromkeys(self.descendants(merged.shard_id)))
            self._generations.clear()
        new = set(added)
        return Difference(tuple(added), tuple(shard_id for shard_id in changed if shard_id not in new))

    def forget(self, shard_ids: Iterable[str]) -> None:
        """Drop shards that are listed no more; their children become roots."""
        for shard_id in shard_ids:
            shard = self._shards.pop(shard_id)
            siblings = self._children.get(shard.parent_id, [])
            if shard_id in siblings:
                siblings.remove(shard_id)
        self._generations.clear()

    def parent(self, shard_id: str) -> str:
        """The id of the parent, empty where there is none or it is not listed."""
        parent_id = self._shards[shard_id].parent_id
        return parent_id if parent_id in self._shards else ""

    def children(self, shard_id: str) -> tuple[str, ...]:
        return tuple(self._children.get(shard_id, ()))

    def is_closed(self, shard_id: str) -> bool:
        """Nothing more is written to it: it has an ending sequence number, or a child."""
        return bool(self._shards[shard_id].last_sequence or self._children.get(shard_id))

    def roots(self) -> list[str]:
        return [shard_id for shard_id in self._shards if not self.parent(shard_id)]

    def generation(self, shard_id: str) -> int:
        """0 for a root, else one more than its parent's."""
        chain: list[str] = []
        known = self._generations
        while shard_id and shard_id not in known:
            chain.append(shard_id)
            shard_id = self.parent(shard_id)
        generation = known[shard_id] if shard_id else -1
        for link in reversed(chain):
            generation += 1
            known[link] = generation
        return generation

    def ancestors(self, shard_id: str) -> list[str]:
        """From the parent up to the root."""
        found = []
        while shard_id := self.parent(shard_id):
            found.append(shard_id)
        return found

    def descendants(self, shard_id: str) -> list[str]:
        found: list[str] = []
        queue = [shard_id]
        while queue:
            children = self.children(queue.pop())
            found.extend(children)
            queue.extend(children)
        return found

    def matching(self, part: str) -> list[str]:
        """The shards whose id contains `part`; one that equals it wins alone."""
        if part in self._shards:
            return [part]
        return [shard_id for shard_id in self._shards if part.lower() in shard_id.lower()]

    def holding(self, sequence_number: str) -> list[str]:
        """The shards whose range of sequence numbers does not exclude this one."""
        number = int(sequence_number)
        return [
            shard.shard_id
            for shard in self._shards.values()
            if int(shard.first_sequence or 0) <= number
            and (not shard.last_sequence or number <= int(shard.last_sequence))
        ]

    def _is_ancestor(self, shard_id: str, *, of: str) -> bool:
        """Guards against descriptions whose parents go in a circle; such a link is left out."""
        while of:
            if of == shard_id:
                return True
            of = self._shards[of].parent_id if of in self._shards else ""
        return False


def _merged(known: Shard, told: Shard) -> Shard:
    return Shard(
        known.shard_id,
        known.parent_id or told.parent_id,
        told.first_sequence or known.first_sequence,
        told.last_sequence or known.last_sequence,
    )


def created_at(shard_id: str) -> float | None:
    """When a shard was made, epoch seconds, read from its id; None for ids of another form.

    Ids of the form `shardId-<20 digits>-<8 hex>` carry the creation time in milliseconds. Known from other clients,
    not documented by AWS: for display only.
    """
    parts = shard_id.split("-")
    if (
        len(parts) == 3
        and parts[0] == "shardId"
        and len(parts[1]) == 20
        and parts[1].isdecimal()
        and parts[1].isascii()
    ):
        return int(parts[1]) / 1000
    return None
