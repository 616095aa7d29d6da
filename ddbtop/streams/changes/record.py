"""The difference that one record makes, under every stream view."""

from __future__ import annotations

from itertools import islice
from typing import Any

from msgspec import Raw, UnsetType

from ddbtop.errors import Unreadable
from ddbtop.streams.changes.compare import Item, compare, same
from ddbtop.streams.changes.images import TOO_DEEP, UncomparableImage, read
from ddbtop.streams.changes.model import Change, ChangeKind, Changes
from ddbtop.streams.model import ViewType
from ddbtop.streams.wire import Record, decode_value
from ddbtop.text import count

_TTL_PRINCIPAL = "dynamodb.amazonaws.com"

MOST_CHANGES = 1000
"""Told of one record; a list of thousands of elements that all differ would keep the screen waiting."""

_NOTES = {
    ViewType.KEYS_ONLY: "KEYS_ONLY: the stream carries no images",
    ViewType.NEW_IMAGE: "NEW_IMAGE: what was there before is not in the stream",
    ViewType.OLD_IMAGE: "OLD_IMAGE: what is there now is not in the stream",
}
_NOTE_OF_MORE = f"only the first {count(MOST_CHANGES)} changes are told"
_NOTE_OF_DERIVED = "the old side is derived: the image before this record in the journal"


def changes(record: Record, *, previous: Raw | bytes | None = None) -> Changes:
    """What `record` changed, path by path.

    `previous` is the image of the same item that came before in the journal; it stands in for an old image that the
    stream does not carry, and the result says so. Never raises.
    """
    try:
        return _changes(record, previous)
    except UncomparableImage as error:
        return Changes(note=str(error), unreadable=True)
    except RecursionError:
        return Changes(note=TOO_DEEP, unreadable=True)


def expired_by_ttl(record: Record) -> bool:
    """Whether the service itself deleted the item at its time to live (Developer Guide, Time to Live).

    Members are in upper camel case on the wire and in lower camel case in a Lambda event.
    """
    if record.event_name != "REMOVE" or isinstance(record.user_identity, UnsetType):
        return False
    try:
        identity = decode_value(record.user_identity)
    except (Unreadable, RecursionError):
        return False
    if not isinstance(identity, dict):
        return False
    kind, principal = (identity.get(n, identity.get(n[0].lower() + n[1:])) for n in ("Type", "PrincipalId"))
    return kind == "Service" and principal == _TTL_PRINCIPAL


def _changes(record: Record, previous: Raw | bytes | None) -> Changes:
    old, new, derived = _sides(record, previous)
    if old is not None and new is not None:
        return _compared(old, new, derived)
    return Changes(_one_sided(old, new), note=_missing(record, old, new))


def _compared(old: Item, new: Item, derived: bool) -> Changes:
    found = tuple(islice(compare(old, new), MOST_CHANGES + 1))
    complete = len(found) <= MOST_CHANGES
    notes = (_NOTE_OF_DERIVED if derived else "", "" if complete else _NOTE_OF_MORE)
    return Changes(
        found[:MOST_CHANGES],
        _untouched(old, new, found),
        "; ".join(filter(None, notes)),
        derived=derived,
        complete=complete,
    )


def _sides(record: Record, previous: Raw | bytes | None) -> tuple[Item | None, Item | None, bool]:
    """The old and the new image, None where the stream does not say, and whether the old one is derived.

    Nothing was there before an INSERT and nothing is there after a REMOVE, whatever the view.
    """
    old, new = (_image(raw) for raw in (record.dynamodb.old_image, record.dynamodb.new_image))
    inserted, removed = record.event_name == "INSERT", record.event_name == "REMOVE"
    if removed and new is None:
        new = {}
    if inserted and old is None:
        old = {}
    if old is None and previous is not None:
        return read(previous), new, True
    return old, new, False


def _image(raw: Raw | UnsetType) -> Item | None:
    return None if isinstance(raw, UnsetType) else read(raw)


def _untouched(old: Item, new: Item, found: tuple[Change, ...]) -> tuple[Change, ...]:
    touched = {change.new_path[0] for change in found if change.new_path}
    touched |= {change.old_path[0] for change in found if change.old_path}
    names = (name for name in new if name not in touched and name in old and same(old[name], new[name]))
    return tuple(Change(ChangeKind.SAME, (name,), (name,), old[name], new[name]) for name in names)


def _one_sided(old: Item | None, new: Item | None) -> tuple[Change, ...]:
    if new:
        return tuple(Change(ChangeKind.UNKNOWN, new_path=(name,), new=value) for name, value in new.items())
    return tuple(Change(ChangeKind.UNKNOWN, old_path=(name,), old=value) for name, value in (old or {}).items())


def _missing(record: Record, old: Any, new: Any) -> str:
    view = record.dynamodb.view_type
    if view in _NOTES:
        return _NOTES[ViewType(view)]
    if old is None and new is None:
        return "the record carries no images"
    return "the record carries no old image" if old is None else "the record carries no new image"
