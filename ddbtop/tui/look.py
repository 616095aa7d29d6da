"""What is painted, before it has a colour: lines of text pieces, each with the role that says what it means."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from ddbtop.text import cell_width, cut

ELLIPSIS = "…"

BARS = "▁▂▃▄▅▆▇█"


class Role(StrEnum):
    """What a piece of text means; `app.tcss` gives each role its colour as the class `role--<value>`."""

    TEXT = "text"
    STRONG = "strong"
    """Names: the stream, a pane, an item."""
    DIM = "dim"
    ACCENT = "accent"
    FOCUS = "focus"
    """The name of the focused pane, the selected tab."""
    INSERT = "insert"
    MODIFY = "modify"
    REMOVE = "remove"
    EXPIRY = "expiry"
    ATTENTION = "attention"
    LOSS = "loss"
    TYPE = "type"


Piece = tuple[str, Role]
Line = list[Piece]


def plain(line: Line) -> str:
    return "".join(text for text, _ in line)


def width_of(line: Line) -> int:
    return sum(cell_width(text) for text, _ in line)


def fit(line: Line, width: int, *, right: Line | None = None) -> Line:
    """The line in exactly `width` cells: cut with an ellipsis or padded, `right` kept whole at the right edge."""
    tail = right or []
    room = width - width_of(tail)
    if room <= 0:
        return clip(tail, width)
    used = width_of(line)
    if used > room:
        return clip(line, room) + tail
    return [*line, (" " * (room - used), Role.TEXT), *tail]


def clip(line: Line, width: int) -> Line:
    """The part of the line that fits, its last cell an ellipsis if something is missing."""
    if width_of(line) <= width:
        return line
    if width <= 0:
        return []
    kept: Line = []
    room = width
    for text, role in line:
        cells = cell_width(text)
        if cells >= room:
            kept.append((cut(text + ELLIPSIS, room), role))
            return kept
        kept.append((text, role))
        room -= cells
    return kept


def join(parts: Iterable[Line], separator: Piece) -> Line:
    line: Line = []
    for part in parts:
        if line:
            line.append(separator)
        line.extend(part)
    return line


def sparkline(values: Iterable[float], top: float = 0.0) -> str:
    """One bar a value, from nothing to the highest; all at the lowest bar where nothing happened."""
    heights = list(values)
    highest = max(top, *heights, 0.0) if heights else 0.0
    if highest <= 0:
        return BARS[0] * len(heights)
    steps = len(BARS) - 1
    return "".join(BARS[0 if value <= 0 else max(1, round(value / highest * steps))] for value in heights)


def wrapped(text: str, width: int) -> list[str]:
    """Text in lines of at most `width` cells, broken between words where that can be; a line has one at least."""
    width = max(1, width)
    lines: list[str] = []
    line = ""
    for word in text.split():
        while cell_width(word) > width:
            lines, line = [*lines, line] if line else lines, ""
            head = _head(word, width)
            lines.append(head)
            word = word[len(head) :]
        longer = f"{line} {word}" if line else word
        if cell_width(longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line] if line else lines


def _head(word: str, width: int) -> str:
    """As many characters as fit, at least one."""
    used = 0
    for place, character in enumerate(word):
        used += cell_width(character)
        if used > width:
            return word[: max(1, place)]
    return word
