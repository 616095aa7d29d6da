"""What a query looks at: a record, or only as much of it as the query asks for, which decodes faster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ddbtop.streams.wire import decode_records

_ASKABLE = re.compile(r'[^\x00-\x1f"\\\ud800-\udfff]+')
"""Names that msgspec can look for."""


class Change(Protocol):
    """`wire.StreamRecord`, or a part of it."""

    @property
    def created_at(self) -> float: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def keys(self) -> Raw: ...
    @property
    def new_image(self) -> Any:
        """Raw JSON, attributes that were asked for, or UNSET."""

    @property
    def old_image(self) -> Any: ...


class Subject(Protocol):
    """`wire.Record`, or a part of it."""

    @property
    def event_name(self) -> str: ...
    @property
    def user_identity(self) -> Raw | UnsetType: ...
    @property
    def dynamodb(self) -> Change: ...


def images_of(subject: Subject) -> tuple[Any, ...]:
    """The images that a record has; only its key where it has none. An image contains the key."""
    change = subject.dynamodb
    new, old = change.new_image, change.old_image
    if new is UNSET:
        return (change.keys,) if old is UNSET else (old,)
    return (new,) if old is UNSET else (new, old)


def is_askable(name: str) -> bool:
    return _ASKABLE.fullmatch(name) is not None


def field_of(name: str) -> str:
    """Under which field of `attributes_type` an attribute is found."""
    return f"a{name.encode().hex()}"


def attributes_type(names: Iterable[str]) -> type[msgspec.Struct]:
    """An image of which only these attributes are decoded, each to raw JSON or UNSET."""
    members = [
        (field_of(name), Raw | UnsetType, msgspec.field(name=name, default=UNSET)) for name in sorted(set(names))
    ]
    return msgspec.defstruct("Attributes", members, gc=False)


class SubjectDecoder:
    """Decodes a page's records no further than `names` of their attributes."""

    def __init__(self, names: Iterable[str]) -> None:
        image = attributes_type(names) | UnsetType
        change = msgspec.defstruct(
            "Change",
            [
                ("created_at", float, msgspec.field(name="ApproximateCreationDateTime", default=0.0)),
                ("size_bytes", int, msgspec.field(name="SizeBytes", default=0)),
                ("keys", Raw, msgspec.field(name="Keys", default=Raw(b"{}"))),
                ("new_image", image, msgspec.field(name="NewImage", default=UNSET)),
                ("old_image", image, msgspec.field(name="OldImage", default=UNSET)),
            ],
            gc=False,
        )
        subject = msgspec.defstruct(
            "Subject",
            [
                ("dynamodb", change),
                ("event_name", str, msgspec.field(name="eventName", default="")),
                ("user_identity", Raw | UnsetType, msgspec.field(name="userIdentity", default=UNSET)),
            ],
            gc=False,
        )
        self._decoder = msgspec.json.Decoder(list[subject])  # type: ignore[valid-type]

    def decode(self, raw: bytes) -> Sequence[Subject]:
        """The page's records; whole ones where it holds something that only the slow way can decode."""
        try:
            return self._decoder.decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return decode_records(raw)
