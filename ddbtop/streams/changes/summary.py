"""One line for what a record changed, as spans of text with a role instead of a colour."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from msgspec import Raw

from ddbtop.errors import Unreadable
from ddbtop.streams.attributes import SETS, Kind, epoch_seconds, kind_of, name_text, needs_quotes, shown
from ddbtop.streams.changes.model import Change, ChangeKind, Changes, path_text
from ddbtop.streams.changes.record import changes, expired_by_ttl
from ddbtop.streams.wire import Record, decode_value
from ddbtop.text import cell_width, count, cut, roughly
from ddbtop.text.cells import ELLIPSIS

_UNBOUNDED = 1_000_000
"""Cells; stands for no limit."""

_NAMED_ATTRIBUTES = 3
"""Beside its key, a new item is told by the names of so many attributes, a larger one by their number."""

_VALUE_CELLS = 40
_PATH_CELLS = 40
_SET_ELEMENTS = 3
"""Each way; more would push out what else changed."""

_PIECES = 12
"""Changes looked at for one line; no line has room for more."""

_LEAST_OF_A_PIECE = 16
"""Cells below which the first piece gets the room of the count as well."""

_STATUS_NAME = re.compile(r"(^|[_.-])(status|state|phase|stage)$", re.IGNORECASE)
_STATUS_CAMEL = re.compile(r"(Status|State|Phase|Stage)$")
_STATUS_VALUE = re.compile(r"[A-Z][A-Z0-9_-]{1,30}")
_BOOKKEEPING = re.compile(r"^(last_?)?(updated?|modified|changed|touched)(_?(at|on|time|date|ts))?$", re.IGNORECASE)
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_EXPIRY_NAME = re.compile(r"^(ttl|.*expir.*|time_?to_?live)$", re.IGNORECASE)


class Role(StrEnum):
    """What a span means; whoever draws it chooses the colour."""

    PLAIN = "plain"
    DIM = "dim"
    ADDED = "added"
    REMOVED = "removed"
    MODIFY = "modify"
    EXPIRY = "expiry"
    ATTENTION = "attention"


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    role: Role = Role.PLAIN


def summary(record: Record, width: int = _UNBOUNDED, *, previous: Raw | bytes | None = None) -> list[Span]:
    """`status PAID → SHIPPED  +tracking  −hold`, in at most `width` cells, every character safe to show.

    `previous` as in `changes`; a line that rests on it begins with `≈`. Never raises.
    """
    if expired_by_ttl(record):
        return _fitted([[Span("expired by TTL", Role.EXPIRY)]], 0, width)
    found = changes(record, previous=previous)
    if found.unreadable:
        return _fitted([[Span(found.note, Role.ATTENTION)]], 0, width)
    whole = _whole_item(record, found)
    if whole:
        return _fitted([[Span(whole, Role.DIM)]], 0, width)
    ordered = sorted(found.changes, key=_rank)
    pieces = [_piece(change, min(_VALUE_CELLS, max(8, width // 2))) for change in ordered[:_PIECES]]
    if found.derived:
        pieces[0].insert(0, Span("≈ ", Role.DIM))
    return _fitted(pieces, len(ordered) - len(pieces), width)


def _whole_item(record: Record, found: Changes) -> str:
    """What is said of a record that has no differences to tell, or too many; empty where they are the point."""
    size = len(found.changes)
    if record.event_name == "INSERT":
        return _new(record, found)
    if record.event_name == "REMOVE":
        return f"deleted, {_attributes(size)}" if size else "deleted"
    if not size:
        return "changed, keys only" if found.note and not found.derived else "no difference"
    if found.changes[0].kind is not ChangeKind.UNKNOWN:
        return ""
    return f"changed, {_attributes(size)} {'now' if found.changes[0].new_path else 'before'}"


def _new(record: Record, found: Changes) -> str:
    if not found.changes:
        return "new"
    keys = _key_names(record)
    rest = [change for change in found.changes if change.new_path[:1] and change.new_path[0] not in keys]
    if not 0 < len(rest) <= _NAMED_ATTRIBUTES:
        return f"new, {_attributes(len(found.changes))}"
    named = [_named(change, record.created_at) for change in rest]
    return ", ".join(text for _, text in sorted(named, key=lambda pair: pair[0]))


def _named(change: Change, now: float) -> tuple[bool, str]:
    """Whether the attribute is when the item expires, and its name, in that case with the time left."""
    name = str(change.new_path[0])
    expires = epoch_seconds(change.new["N"]) if _EXPIRY_NAME.match(name) and kind_of(change.new) is Kind.N else None
    if expires is None or expires <= now:
        return False, name_text(name)
    return True, f"{name_text(name)} in {roughly(expires - now)}"


def _attributes(number: int) -> str:
    return f"{count(number)} attribute" if number == 1 else f"{count(number)} attributes"


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
    if kind_of(change.new) is Kind.B:
        return 5
    if not top or kind_of(change.new) in SETS:
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
    kind = kind_of(change.new)
    if kind is Kind.N:
        return epoch_seconds(change.new["N"]) is not None
    return kind is Kind.S and _ISO_TIME.match(change.new["S"]) is not None


def _piece(change: Change, room: int) -> list[Span]:
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
    return _changed(change, path, room)


def _came(path: str, sign: str, role: Role, value: Any, room: int) -> list[Span]:
    return [Span(f"{path} "), Span(sign + _short(value, room), role)]


def _changed(change: Change, path: str, room: int) -> list[Span]:
    if change.type_changed:
        old, new = kind_of(change.old), kind_of(change.new)
        before = [Span(f"{path} "), Span(f"{old} ", Role.ATTENTION), Span(_short(change.old, room))]
        return [*before, _ARROW, Span(f"{new} ", Role.ATTENTION), Span(_short(change.new, room))]
    kind = kind_of(change.new)
    if kind in SETS:
        gone, came = change.elements()
        return [Span(path), *_set(gone, "−", Role.REMOVED, room), *_set(came, "+", Role.ADDED, room)]
    if kind is Kind.B:
        return _binary(change, path)
    quoted = needs_quotes(change.old, room) or needs_quotes(change.new, room)
    return [Span(f"{path} {_short(change.old, room, quoted)}"), _ARROW, Span(_short(change.new, room, quoted))]


def _set(elements: list[Any], sign: str, role: Role, room: int) -> Iterable[Span]:
    for element in elements[:_SET_ELEMENTS]:
        yield Span(f" {sign}{_short(element, room)}", role)
    if len(elements) > _SET_ELEMENTS:
        yield Span(f" {sign}{count(len(elements) - _SET_ELEMENTS)} more", role)


def _binary(change: Change, path: str) -> list[Span]:
    old, new = (shown(value).partition("  ")[0] for value in (change.old, change.new))
    return [Span(f"{path} {old} changed")] if old == new else [Span(f"{path} {old}"), _ARROW, Span(new)]


def _short(value: Any, room: int, quoted: bool = False) -> str:
    return cut(shown(value, room, terse=True, quoted=quoted), room)


_ARROW = Span(" → ", Role.MODIFY)


def _fitted(pieces: list[list[Span]], unseen: int, width: int) -> list[Span]:
    """As many pieces as fit beside the number of those that do not; the first one is cut rather than left out."""
    spans: list[Span] = []
    used = 0
    for index, piece in enumerate(pieces):
        joint = _joint(pieces[index - 1], piece) if index else ""
        left_out = unseen + len(pieces) - index - 1
        needed = cell_width(joint) + _width(piece)
        if index and used + needed + cell_width(_more(left_out)) > width:
            return _counted(spans, used, left_out + 1, width)
        spans += [Span(joint), *piece] if joint else piece
        used += needed
    return _counted(spans, used, unseen, width)


def _joint(before: list[Span], after: list[Span]) -> str:
    """A comma between two values, two spaces beside a plus or a minus."""
    signed = {Role.ADDED, Role.REMOVED}
    return "  " if before[-1].role in signed or after[0].role in signed else ", "


def _more(number: int) -> str:
    return f"  +{count(number)} more" if number else ""


def _width(spans: list[Span]) -> int:
    return sum(cell_width(span.text) for span in spans)


def _counted(spans: list[Span], used: int, left_out: int, width: int) -> list[Span]:
    """`spans` and the number of pieces left out, in `width` cells; what does not fit ends with an ellipsis."""
    more = Span(_more(left_out), Role.DIM)
    room = width - cell_width(more.text)
    if used <= room:
        return [*spans, more] if left_out else spans
    if room >= _LEAST_OF_A_PIECE:
        return [*_cut_to(spans, room), more]
    return [*spans, Span(ELLIPSIS, Role.DIM)] if used < width else _cut_to(spans, width)


def _cut_to(spans: list[Span], room: int) -> list[Span]:
    """As much of `spans`, which fill `room` or more, as leaves a cell for the ellipsis."""
    kept: list[Span] = []
    for span in spans:
        if cell_width(span.text) >= room:
            text = cut(span.text + ELLIPSIS, room)
            return [*kept, Span(text, span.role)] if text else kept
        kept.append(span)
        room -= cell_width(span.text)
    return kept
