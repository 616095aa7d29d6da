"""One record in full, as lines: what it changed attribute by attribute, its images, its JSON."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Raw

from ddbtop.errors import Unreadable
from ddbtop.streams.attributes import Kind, kind_of, name_text, needs_quotes, reads_as_time, shown
from ddbtop.streams.changes import Change, ChangeKind, Changes, changes, expired_by_ttl
from ddbtop.streams.model import ViewType
from ddbtop.streams.wire import Record, decode_value
from ddbtop.text import cell_width, count, counted, fit, moment, size, visible
from ddbtop.tui.look import ELLIPSIS, Line, Role, plain, width_of
from ddbtop.tui.roles import EVENT_ROLES
from ddbtop.tui.view import Shown, View

VALUE_CHARACTERS = 400
"""Of one value in a table: more than any line shows."""
MOST_LINES = 5_000
"""Of one view; a record of 800 KB may have more, and all of it can be copied."""
LINE_CHARACTERS = 2_000
"""Of one line of JSON; one value may have 400 KB."""

_ONE_SIDED = (ViewType.KEYS_ONLY, ViewType.NEW_IMAGE, ViewType.OLD_IMAGE)
_DERIVED = "derived: what the record before this one of the same item left, as the journal has it"

_NAME_CELLS = (8, 28)
_OLD_CELLS = (8, 40)


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """What the keys are called that do something about a record."""

    copy: str
    """Copies all of what is shown."""
    unchanged: str = ""
    """Shows what did not change; empty where nothing does."""


def record_lines(shown: Shown, view: View, width: int, keys: RecordKeys, *, unchanged: bool, brief: bool) -> list[Line]:
    """The lines of one view; `brief` leaves out everything but the changes, for a pane of a few lines."""
    record = shown.record
    if view is View.CHANGES and brief:
        found = changes(record, previous=shown.previous)
        return [_brief(change) for change in _worth_showing(found, unchanged)] or [_note(found)]
    body: list[Line]
    match view:
        case View.CHANGES:
            body = [*_head(shown, width), [], *_changes(shown, width, keys, unchanged=unchanged)]
        case View.NEW:
            body = _image(record.dynamodb.new_image, width, keys) or _absent(record, "new")
        case View.OLD:
            body = _image(record.dynamodb.old_image, width, keys) or _derived(shown, width, keys)
        case View.JSON:
            body = json_lines(shown.raw(), keys.copy)
        case View.EVENT:
            body = json_lines(shown.event(), keys.copy)
    return body


def _head(shown: Shown, width: int) -> list[Line]:
    """What the record is, in as many lines as that takes: no sequence number is cut."""
    record = shown.record
    pieces: Line = [
        (record.event_name, EVENT_ROLES.get(record.event_name, Role.ATTENTION)),
        *([("expired by TTL", Role.EXPIRY)] if expired_by_ttl(record) else []),
        (moment(record.created_at, time.time()) if record.created_at else "?", Role.TEXT),
        (size(record.dynamodb.size_bytes), Role.TEXT),
        (f"shard {shown.shard_name}", Role.TEXT),
        (f"sequence {record.sequence_number}", Role.TEXT),
    ]
    lines: list[Line] = [[]]
    for text, role in pieces:
        if lines[-1] and width_of(lines[-1]) + 2 + cell_width(text) > width:
            lines.append([])
        lines[-1].append((f"{'  ' if lines[-1] else ' '}{text}", role))
    return lines


def copied_changes(shown: Shown, width: int, *, unchanged: bool) -> str:
    """The changes for somebody who sees nothing else: of which record they are, whole values, and no keys."""
    record = shown.record
    created = moment(record.created_at, 0.0) if record.created_at else "?"
    head = f"{record.event_name}  {created}  {shown.shard_id}  sequence {record.sequence_number}"
    found = _changes(shown, width, RecordKeys(""), unchanged=unchanged, whole=True)
    return "\n".join([visible(shown.title), visible(head), *(plain(line).rstrip() for line in found)])


def _note(found: Changes) -> Line:
    return [(f" {found.note or 'no difference'}", Role.DIM)]


def _worth_showing(found: Changes, unchanged: bool) -> list[Change]:
    return [*found.changes, *(found.same if unchanged else ())]


def _brief(change: Change) -> Line:
    """` + tracking M {carrier: DHL, code: 00340434161094}`."""
    sign, role = _sign(change)
    line: Line = [(f" {sign} " if sign.strip() else " ", role), (f"{change.path} ", Role.TEXT)]
    line.append((f"{change.type_text} ", Role.TYPE))
    old, new = _sides(change)
    line += [(old, Role.TEXT)] if old else []
    line += [(" → ", Role.MODIFY)] if old and new else []
    return [*line, (new, Role.TEXT)] if new else line


def _sides(change: Change) -> tuple[str, str]:
    """The values before and after, one of them empty where there is none or the other is the same.

    Of two strings both are in quotes or none: quotes on one side would look like a part of the value.
    """
    old, new = bool(change.old_path), bool(change.new_path) and change.kind is not ChangeKind.SAME
    quoted = old and new and any(needs_quotes(value, VALUE_CHARACTERS) for value in (change.old, change.new))
    return (
        shown(change.old, VALUE_CHARACTERS, quoted=quoted) if old else "",
        shown(change.new, VALUE_CHARACTERS, quoted=quoted) if new else "",
    )


def _sign(change: Change) -> tuple[str, Role]:
    if change.kind is ChangeKind.ADDED:
        return "+", Role.INSERT
    return ("−", Role.REMOVE) if change.kind is ChangeKind.REMOVED else (" ", Role.TEXT)


def _changes(view: Shown, width: int, keys: RecordKeys, *, unchanged: bool, whole: bool = False) -> list[Line]:
    """A table: sign, path, type, old value, arrow, new value, and what can be said of the two.

    Old values have a column beside new ones, and nothing where there is none of these, as for a new or deleted item.
    What is `whole` is not cut to its column.
    """
    record = view.record
    found = changes(record, previous=view.previous)
    listed = _worth_showing(found, unchanged)
    names = _cells([change.path for change in listed], _NAME_CELLS)
    types = _cells([change.type_text for change in listed], (4, 11))
    sides = [_sides(change) for change in listed]
    beside = [old for old, new in sides if new]
    room = max(_OLD_CELLS[0], (width - names - types - 12) // 2)
    old_cells = _cells(beside, (_OLD_CELLS[0], min(_OLD_CELLS[1], room))) if any(beside) else 0
    lines = [
        _row(change, side, (names, types, old_cells), record, _padded if whole else fit)
        for change, side in zip(listed, sides, strict=True)
    ]
    if found.note:
        role = Role.ATTENTION if found.unreadable or found.derived else Role.DIM
        lines.append([(f" {'≈' if found.derived else ' '} {found.note}", role)])
    if found.unchanged and not unchanged:
        how = f", {keys.unchanged} shows them" if keys.unchanged else ""
        lines.append([(f"   {count(found.unchanged)} unchanged{how}", Role.DIM)])
    return lines


def _cells(texts: list[str], bounds: tuple[int, int]) -> int:
    return min(bounds[1], max([bounds[0], *map(cell_width, texts)]))


def _padded(text: str, cells: int) -> str:
    return text + " " * (cells - cell_width(text))


def _row(
    change: Change,
    sides: tuple[str, str],
    columns: tuple[int, int, int],
    record: Record,
    fit: Callable[[str, int], str],
) -> Line:
    sign, role = _sign(change)
    old, new = sides
    names, types, old_cells = columns
    same = change.kind is ChangeKind.SAME
    line: Line = [
        (f" {sign} ", role),
        (fit(change.path, names) + "  ", Role.DIM if same else Role.TEXT),
        (fit(change.type_text, types) + "  ", Role.TYPE),
    ]
    if not new:
        return [*line, (old, Role.DIM if same else Role.TEXT)]
    if old_cells:
        line += [(fit(old, old_cells), Role.TEXT), ("  →  ", Role.MODIFY)]
    return [*line, (new, Role.TEXT), *_remarks(change, record)]


def _remarks(change: Change, record: Record) -> Iterator[tuple[str, Role]]:
    """How much a number grew, which elements left and came, a number that reads as a time."""
    if change.delta:
        yield (f"  {change.delta}", Role.DIM)
    gone, came = change.elements()
    for sign, elements, role in (("−", gone, Role.REMOVE), ("+", came, Role.INSERT)):
        for element in elements:
            yield (f"  {sign}{shown(element, VALUE_CHARACTERS)}", role)
    if kind_of(change.new) is Kind.N and (reading := reads_as_time(change.new["N"], record.created_at)):
        yield (f"  {reading}", Role.DIM)


def _absent(record: Record, side: str) -> list[Line]:
    """Why there is no image of a side: by its nature, by the stream's view, or for no reason that is told."""
    view = record.dynamodb.view_type
    if record.event_name == ("INSERT" if side == "old" else "REMOVE"):
        text = f"{record.event_name}: there is no {side} image of it"
    elif view in _ONE_SIDED:
        text = f"{view}: the stream carries no {side} images"
    else:
        text = f"the record carries no {side} image"
    return [[(f" {text}", Role.DIM)]]


def _derived(shown: Shown, width: int, keys: RecordKeys) -> list[Line]:
    """The image before, where there is one, and that it is not the record's own."""
    if shown.previous is None:
        return _absent(shown.record, "old")
    return [[(f" ≈ {_DERIVED}", Role.ATTENTION)], *_image(shown.previous, width, keys)]


def _image(raw: Any, width: int, keys: RecordKeys) -> list[Line]:
    """An item with everything in it, one value a line; nothing where there is no image."""
    if not isinstance(raw, Raw):
        return []
    try:
        item = decode_value(raw)
    except (Unreadable, RecursionError):
        item = None
    if not isinstance(item, dict):
        return [[(" the image is not of a form that could be read; JSON shows it as it came", Role.ATTENTION)]]
    lines: list[Line] = []
    for line in _members(item, width):
        if len(lines) == MOST_LINES:
            return [*lines, [(f" {ELLIPSIS} and more; {keys.copy} copies all of it", Role.DIM)]]
        lines.append(line)
    return lines


def _members(item: dict[str, Any], width: int) -> Iterator[Line]:
    """Depth first without recursion: hostile documents nest deeper than the interpreter does."""
    stack: list[tuple[str, Any, int]] = [(name_text(name), value, 0) for name, value in reversed(item.items())]
    while stack:
        name, value, level = stack.pop()
        kind = kind_of(value)
        indent = "  " * min(level, width // 4)
        head: Line = [(f" {indent}{fit(name, 24)} ", Role.TEXT), (f"{kind.value:4} ", Role.TYPE)]
        if kind is Kind.M and value["M"]:
            yield [*head, (counted(len(value["M"]), "member"), Role.DIM)]
            stack.extend((name_text(key), member, level + 1) for key, member in reversed(value["M"].items()))
        elif kind is Kind.L and value["L"]:
            yield [*head, (counted(len(value["L"]), "element"), Role.DIM)]
            numbered = enumerate(value["L"])
            stack.extend((f"[{index}]", element, level + 1) for index, element in reversed(list(numbered)))
        else:
            yield [*head, (shown(value, LINE_CHARACTERS), Role.TEXT)]


def json_lines(raw: bytes, copy_key: str) -> list[Line]:
    """Indented, otherwise as it came: escapes and the spelling of numbers are kept."""
    if not raw:
        return [[(" dropped to keep to the limit of the history", Role.DIM)]]
    try:
        text = msgspec.json.format(raw, indent=2).decode("utf-8", "backslashreplace")
    except (msgspec.MsgspecError, RecursionError):
        text = raw.decode("utf-8", "backslashreplace")
    found = text.split("\n")
    lines = [_json_line(line) for line in found[:MOST_LINES]]
    if len(found) > MOST_LINES:
        more = count(len(found) - MOST_LINES)
        lines.append([(f" {ELLIPSIS} {more} more lines; {copy_key} copies all of it", Role.DIM)])
    return lines


def _json_line(text: str) -> Line:
    name, colon, value = text.partition('": ')
    rest = len(value or name) - LINE_CHARACTERS
    more: Line = [(f"{ELLIPSIS} {count(rest)} more", Role.DIM)] if rest > 0 else []
    if not colon or not name.lstrip().startswith('"'):
        return [(f" {text[:LINE_CHARACTERS]}", Role.TEXT), *more]
    return [(f" {name}{colon}", Role.DIM), (value[:LINE_CHARACTERS], Role.TEXT), *more]
