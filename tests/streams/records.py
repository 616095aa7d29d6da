"""Change records built from plain items."""

from __future__ import annotations

import json
from typing import Any

from msgspec import UNSET, Raw, UnsetType

from ddbtop.streams.wire import Record, StreamRecord

NOW = 1_774_017_127.0
"""2026-03-20 14:32:07 UTC."""

TTL_IDENTITY = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}


def raw(value: Any) -> Raw:
    return Raw(json.dumps(value).encode())


def record(
    event: str,
    old: Any = None,
    new: Any = None,
    *,
    keys: dict[str, Any] | None = None,
    view: str = "NEW_AND_OLD_IMAGES",
    identity: Any = None,
) -> Record:
    """A record with the images that are not None."""
    return Record(
        event_name=event,
        dynamodb=StreamRecord(
            sequence_number="100000000000000000000001",
            created_at=NOW,
            keys=raw(keys or {}),
            old_image=_image(old),
            new_image=_image(new),
            view_type=view,
        ),
        user_identity=_image(identity),
    )


def _image(value: Any) -> Raw | UnsetType:
    if value is None:
        return UNSET
    return value if isinstance(value, Raw) else raw(value)
