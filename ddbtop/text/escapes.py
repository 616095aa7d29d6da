"""What strangers' text looks like when shown: what a terminal would obey, hide or reorder becomes an escape."""

from __future__ import annotations

from ddbtop.text.cells import ELLIPSIS, UNSHOWABLE, cells_of

_MARKS_A_BASE = 3
"""Combining marks shown on one character; written languages need no more, and a flood covers the lines around it."""


def visible(text: str, limit: int | None = None) -> str:
    r"""`text` with every unshowable character as `\n`, `\x1b`, `\u202e` or `\U000e0041`.

    Looks at the first `limit` characters only and ends with an ellipsis where there are more. Marks beyond the third on
    one character are cut to an ellipsis, and a mark with nothing before it is escaped, since it would land on whatever
    stands to its left. A backslash stays as it is, so that text shown twice is the same text; a view of the JSON is
    the place to tell the two apart. Never raises.
    """
    if limit is not None and len(text) > limit:
        return visible(text[:limit]) + ELLIPSIS
    if text.isascii() and text.isprintable():
        return text
    return _escaped(text)


def _escaped(text: str) -> str:
    parts: list[str] = []
    marks = _NO_BASE
    for character in text:
        cells = cells_of(character)
        if cells > 0:
            parts.append(character)
            marks = 0
        elif cells == UNSHOWABLE or marks == _NO_BASE:
            parts.append(character.encode("unicode_escape").decode("ascii"))
            marks = _NO_BASE
        else:
            marks += 1
            if marks <= _MARKS_A_BASE:
                parts.append(character)
            elif marks == _MARKS_A_BASE + 1:
                parts.append(ELLIPSIS)
    return "".join(parts)


_NO_BASE = -1
"""In place of a number of marks: nothing is there that a mark could stand on."""
