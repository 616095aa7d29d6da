"""Shard iterators: text that carries a position, so that the service remembers nothing of its readers."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, replace
from itertools import count

from ddbtop.streams.model import ITERATOR_LIFE_S
from ddbtop.streams.simulated.answers import invalid

BROKEN = -1
"""The position of an iterator that is granted and then fails, as some emulators do with AT_TIMESTAMP."""

_serial = count(1)


@dataclass(frozen=True, slots=True)
class Iterator:
    """A place between two records of a shard, granted at a time."""

    arn: str
    shard_id: str
    position: int
    """The next record is the first with this sequence number or a later one."""
    granted_at: float
    skipped: int = 0
    """How many of the empty pages at this place were answered already."""

    def advanced(self, now: float, *, position: int, skipped: int = 0) -> Iterator:
        return replace(self, granted_at=now, position=position, skipped=skipped)

    def expired(self, now: float) -> bool:
        return now - self.granted_at > ITERATOR_LIFE_S

    def token(self) -> str:
        """Never twice the same text, even for the same place."""
        fields = f"{self.shard_id}/{self.position}/{self.granted_at!r}/{self.skipped}/{next(_serial)}"
        sealed = f"{fields}/{zlib.crc32(fields.encode()):08x}"
        return f"{self.arn}|1|{b64encode(sealed.encode()).decode()}"

    @classmethod
    def parse(cls, token: str) -> Iterator:
        """Raises ValidationException for what this service never granted."""
        try:
            arn, _, sealed = token.rsplit("|", 2)
            fields, seal = b64decode(sealed, validate=True).decode().rsplit("/", 1)
            shard_id, position, granted_at, skipped, _ = fields.split("/")
            if seal != f"{zlib.crc32(fields.encode()):08x}":
                raise invalid("Invalid ShardIterator")
            return cls(arn, shard_id, int(position), float(granted_at), int(skipped))
        except (ValueError, NotBase64) as error:
            raise invalid("Invalid ShardIterator") from error
