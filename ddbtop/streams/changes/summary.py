"""One line for what a record changed, as spans of text with a role instead of a colour."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Raw

from ddbtop.errors import Unreadable
from ddbtop.streams.attributes import (
    SETS,
    SHOWN_CHARACTERS,
    Kind,
    epoch_seconds,
    kind_of,
    name_text,
    needs_quotes,
    shown,
)
from ddbtop.streams.changes.model import Change, ChangeKind, Changes, path_text
from ddbtop.streams.changes.record import changes, expired_by_ttl
from ddbtop.streams.changes.spans import Role, Span, fitted
from ddbtop.streams.wire import Record, decode_value
from ddbtop.text import cell_width, count, counted, cut, roughly

_DERIVED = "≈ "
"""Before what rests on an image that is not the record's own."""

_UNBOUNDED = 1_000_000
"""Cells; stands for no limit."""

_NAMED_ATTRIBUTES = 3
"""Beside its key, a new item is told by the names of so many attributes, a larger one by their number."""

_VALUE_CELLS = 40
_LEAST_VALUE_CELLS = 8
_PATH_CELLS = 40
_SET_ELEMENTS = 3
"""Each way; more would push out what else changed."""

_PIECES = 12
"""Changes looked at for one line; no line has room for more."""

_STATUS_NAME = re.compile(r"(^|[_.-])(status|state|phase|stage)$", re.IGNORECASE)
_STATUS_CAMEL = re.compile(r"(Status|State|Phase|Stage)$")
_STATUS_VALUE = re.compile(r"[A-Z][A-Z0-9_-]{1,30}")
_BOOKKEEPING = re.compile(r"^(last_?)?(updated?|modified|changed|touched)(_?(at|on|time|date|ts))?$", re.IGNORECASE)
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_EXPIRY_NAME = re.compile(r"^(ttl|.*expir.*|time_?to_?live)$", re.IGNORECASE)


def summary(record: Record, width: int = _UNBOUNDED, *, previous: Raw | bytes | None = None) -> list[Span]:
    """`status PAID → SHIPPED  +tracking  −hold`, in at most `width` cells, every character safe to show.

    `previous` as in `changes`; a line that rests on it begins with `≈`. Never raises.
    """
    if expired_by_ttl(record):
        return fitted([[Span("expired by TTL", Role.EXPIRY)]], width)
    found = changes(record, previous=previous)
    if found.unreadable:
        return fitted([[Span(found.note, Role.ATTENTION)]], width)
    whole = _whole_item(record, found)
    if whole:
        return fitted([[Span(f"{_DERIVED if found.derived else ''}{whole}", Role.DIM)]], width)
    ordered = sorted(found.changes, key=_rank)
    room = _room(ordered, width)
    pieces = [_piece(change, room, len(ordered) == 1) for change in ordered[:_PIECES]]
    if found.derived:
        pieces[0].insert(0, Span(_DERIVED, Role.DIM))
    return fitted(pieces, width, unseen=len(ordered) - len(pieces), complete=found.complete)


def _room(ordered: list[Change], width: int) -> int:
    """Cells that one value may take: more where nothing else has to be told."""
    if len(ordered) > 1:
        return min(_VALUE_CELLS, max(_LEAST_VALUE_CELLS, width // 2))
    both_sides = ordered[0].old_path and ordered[0].new_path
    return min(SHOWN_CHARACTERS, max(_LEAST_VALUE_CELLS, width // 2) if both_sides else width)


def _whole_item(record: Record, found: Changes) -> str:
    """What is said of a record that has no differences to tell, or too many; empty where they are the point."""
    size = f"{'' if found.complete else '>'}{counted(len(found.changes), 'attribute')}"
    if record.event_name == "INSERT":
        return _new(record, found, size)
    if record.event_name == "REMOVE":
        return f"deleted, {size}" if found.changes else "deleted"
    if not found.changes:
        return "changed, keys only" if found.note and not found.derived else "no difference"
    if found.changes[0].kind is not ChangeKind.UNKNOWN:
        return ""
    return f"changed, {size} {'now' if found.changes[0].new_path else 'before'}"


def _new(record: Record, found: Changes, size: str) -> str:
    if not found.changes:
        return "new"
    keys = _key_names(record)
    rest = [change for change in found.changes if change.new_path[:1] and change.new_path[0] not in keys]
    if not 0 < len(rest) <= _NAMED_ATTRIBUTES:
        return f"new, {size}"
    named = [_named(change, record.created_at) for change in rest]
    return ", ".join(text for _, text in sorted(named, key=lambda pair: pair[0]))


def _named(change: Change, now: float) -> tuple[bool, str]:
    """Whether the attribute is when the item expires, and its name, in that case with the time left."""
    name = str(change.new_path[0])
    expires = epoch_seconds(change.new["N"]) if _EXPIRY_NAME.match(name) and change.new_kind is Kind.N else None
    if expires is None or expires <= now:
        return False, name_text(name)
    return True, f"{name_text(name)} in {roughly(expires - now)}"


def _key_names(record: Record) -> set[str]:
    try:
        keys = decode_value(record.dynamodb.keys)
    except (Unreadable, RecursionError):
        return set()
    return set(keys) if isinstance(keys, dict) else set()


def _rank(change: Change) -> int:
    """Status-like scalars, other scalars of the item, added, removed, what is further inside, bookkeeping."""
    top = len(change.new_path or change.old_path) == 1
    if top and change.kind is ChangeKind.ADDED:
        return 2
    if top and change.kind is ChangeKind.REMOVED:
        return 3
    if change.kind is not ChangeKind.CHANGED:
        return 4
    if _is_bookkeeping(change):
        return 6
    if change.new_kind is Kind.B:
        return 5
    if not top or change.new_kind in SETS:
        return 4
    return 0 if _is_status(change) else 1


def _is_status(change: Change) -> bool:
    name = str(change.new_path[-1])
    if _STATUS_NAME.search(name) or _STATUS_CAMEL.search(name):
        return True
    values = (change.old, change.new)
    return all(kind_of(v) is Kind.S and _STATUS_VALUE.fullmatch(v["S"]) for v in values)


def _is_bookkeeping(change: Change) -> bool:
    """When the item was last written is what the row's own time says."""
    if not _BOOKKEEPING.match(str(change.new_path[-1])):
        return False
    kind = change.new_kind
    if kind is Kind.N:
        return epoch_seconds(change.new["N"]) is not None
    return kind is Kind.S and _ISO_TIME.match(change.new["S"]) is not None


def _piece(change: Change, room: int, alone: bool) -> list[Span]:
    inside = len(change.new_path or change.old_path) > 1
    path = cut(change.path, _PATH_CELLS)
    if change.kind is ChangeKind.ADDED:
        return _came(path, "+", Role.ADDED, change.new, room) if inside else [Span(f"+{path}", Role.ADDED)]
    if change.kind is ChangeKind.REMOVED:
        return _came(path, "−", Role.REMOVED, change.old, room) if inside else [Span(f"−{path}", Role.REMOVED)]
    if change.kind is ChangeKind.MOVED:
        return [
            Span(cut(path_text(change.old_path), _PATH_CELLS)),
            Span(f" moved to [{change.new_path[-1]}]", Role.DIM),
        ]
    return _changed(change, path, room, alone)


def _came(path: str, sign: str, role: Role, value: Any, room: int) -> list[Span]:
    return [Span(f"{path} "), Span(sign + _short(value, room), role)]


def _changed(change: Change, path: str, room: int, alone: bool) -> list[Span]:
    """With nothing else to tell, what the old value leaves of its room is the new one's."""
    if change.type_changed:
        old, new = change.old_kind, change.new_kind
        before = [Span(f"{path} "), Span(f"{old} ", Role.ATTENTION), Span(_short(change.old, room))]
        return [*before, _ARROW, Span(f"{new} ", Role.ATTENTION), Span(_short(change.new, room))]
    kind = change.new_kind
    if kind in SETS:
        gone, came = change.elements()
        return [Span(path), *_set(gone, "−", Role.REMOVED, room), *_set(came, "+", Role.ADDED, room)]
    if kind is Kind.B:
        return _binary(change, path, room)
    most = 2 * room if alone else room
    quoted = needs_quotes(change.old, room) or needs_quotes(change.new, most)
    text = _short(change.old, room, quoted)
    rest = most - cell_width(text) if alone else room
    return [Span(f"{path} {text}"), _ARROW, Span(_short(change.new, rest, quoted))]


def _set(elements: list[Any], sign: str, role: Role, room: int) -> Iterable[Span]:
    for element in elements[:_SET_ELEMENTS]:
        yield Span(f" {sign}{_short(element, room)}", role)
    if len(elements) > _SET_ELEMENTS:
        yield Span(f" {sign}{count(len(elements) - _SET_ELEMENTS)} more", role)


def _binary(change: Change, path: str, room: int) -> list[Span]:
    old, new = (shown(value, room).partition("  ")[0] for value in (change.old, change.new))
    return [Span(f"{path} {old} changed")] if old == new else [Span(f"{path} {old}"), _ARROW, Span(new)]


def _short(value: Any, room: int, quoted: bool = False) -> str:
    return cut(shown(value, room, terse=True, quoted=quoted), room)


_ARROW = Span(" → ", Role.MODIFY)
