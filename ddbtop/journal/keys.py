"""What tells one item from another: its key in one canonical spelling, and a short hash of it."""

from __future__ import annotations

import json
from hashlib import blake2b

import msgspec
from msgspec import Raw

from ddbtop.errors import Unreadable
from ddbtop.streams.wire import decode_value

HASH_BYTES = 8
"""Enough that a hit is nearly always the item; every hit is still compared with the key itself."""

_KEYS = msgspec.json.Decoder(dict[str, dict[str, str]])
_CANONICAL = msgspec.json.Encoder(order="sorted")


def canonical_key(keys: bytes | Raw) -> bytes:
    """The same bytes for the same `Keys`, however the server ordered, spaced or escaped them."""
    try:
        return _CANONICAL.encode(_KEYS.decode(keys))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _canonical_of_any(keys)


def key_hash(keys: bytes | Raw) -> bytes:
    return blake2b(canonical_key(keys), digest_size=HASH_BYTES).digest()


def aligned(hashes: bytes, wanted: bytes) -> list[int]:
    """Indexes of a hash in packed hashes, ascending."""
    found = []
    at = hashes.find(wanted)
    while at >= 0:
        if at % HASH_BYTES == 0:
            found.append(at // HASH_BYTES)
        at = hashes.find(wanted, at + 1)
    return found


def _canonical_of_any(keys: bytes | Raw) -> bytes:
    """Keys that the fast way refuses: lone surrogates, or values of a form that DynamoDB does not document."""
    try:
        return json.dumps(decode_value(keys), sort_keys=True, separators=(",", ":")).encode()
    except (RecursionError, Unreadable):
        return bytes(keys)
