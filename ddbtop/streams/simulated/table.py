"""The items of a simulated table, and what writes to them change."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec
from msgspec import Raw

from ddbtop.streams.model import KeyAttribute, ViewType
from ddbtop.streams.simulated.items import Item, key_of, same_item, size_of_item

_SHOWN = {
    ViewType.KEYS_ONLY: (),
    ViewType.NEW_IMAGE: ("NewImage",),
    ViewType.OLD_IMAGE: ("OldImage",),
    ViewType.NEW_AND_OLD_IMAGES: ("NewImage", "OldImage"),
}


@dataclass(frozen=True, slots=True)
class Image:
    """An item as JSON, encoded and measured once when it is written."""

    wire: bytes
    size: int

    @classmethod
    def of(cls, item: Item) -> Image:
        return cls(_wire(item), size_of_item(item))


def _wire(item: Item) -> bytes:
    try:
        return msgspec.json.encode(item)
    except UnicodeEncodeError:  # a lone surrogate, which the service keeps and sends as an escape
        return json.dumps(item, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Change:
    """What one write did to one item."""

    event: str
    keys: Image
    partition: int
    """Hash of the partition key, 32 bits: it decides which shard records the change."""
    new: Image | None
    old: Image | None

    def shown(self, view: ViewType) -> tuple[dict[str, object], int]:
        """The members of a record's `dynamodb` that a view type shows, and their size."""
        images = {"NewImage": self.new, "OldImage": self.old}
        sides = {name: image for name in _SHOWN[view] if (image := images[name]) is not None}
        size = self.keys.size + sum(image.size for image in sides.values())
        members: dict[str, object] = {"Keys": Raw(self.keys.wire)}
        members |= {name: Raw(image.wire) for name, image in sides.items()}
        return members | {"SizeBytes": size, "StreamViewType": view}, size


class Table:
    """Items by their keys. Not safe to use from several threads: its world locks."""

    def __init__(self, key_schema: Sequence[tuple[str, str]]) -> None:
        """`key_schema`: names and key types, the partition key (HASH) first."""
        self.key_schema = tuple(KeyAttribute(name, kind == "HASH") for name, kind in key_schema)
        self._names = [attribute.name for attribute in self.key_schema]
        self._items: dict[bytes, Image] = {}

    def get(self, key: Item) -> Item | None:
        """The item as it is now: a copy."""
        image = self._items.get(self._keys(key).wire)
        return None if image is None else msgspec.json.decode(image.wire)

    def put(self, item: Item) -> Change | None:
        """None where the item was the same before."""
        keys, new = self._keys(item), Image.of(item)
        old = self._items.get(keys.wire)
        if old and (old.wire == new.wire or same_item(msgspec.json.decode(old.wire), item)):
            return None
        self._items[keys.wire] = new
        return Change("MODIFY" if old else "INSERT", keys, self.partition(item), new, old)

    def delete(self, key: Item) -> Change | None:
        """None where there was no such item."""
        keys = self._keys(key)
        old = self._items.pop(keys.wire, None)
        return None if old is None else Change("REMOVE", keys, self.partition(key), None, old)

    def partition(self, key: Item) -> int:
        """The hash that decides where changes of an item with this key go."""
        wire = msgspec.json.encode(key_of(key, self._names[:1]))
        return int.from_bytes(blake2b(wire, digest_size=4).digest(), "big")

    def _keys(self, item: Item) -> Image:
        return Image.of(key_of(item, self._names))
