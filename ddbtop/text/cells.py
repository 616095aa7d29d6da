"""How many terminal cells text takes, as the library that draws the screen counts them."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, east_asian_width

ELLIPSIS = "…"
"""Stands for what is left out; one cell wide."""

UNSHOWABLE = -1
"""In place of a width: a character that is never sent to a terminal as it is."""

_IDEOGRAPHIC_SPACE = 0x3000
"""The one blank besides U+0020 that is shown as it is: ordinary in Japanese and Chinese, and two cells of gap."""

_INVISIBLE = (
    (0x034F, 0x034F),  # combining grapheme joiner
    (0x115F, 0x1160),  # Hangul fillers
    (0x17B4, 0x17B5),  # Khmer inherent vowels
    (0x180B, 0x180F),  # Mongolian variation selectors
    (0x3164, 0x3164),  # Hangul filler
    (0xFE00, 0xFE0F),  # variation selectors; terminals disagree on what they do to a width
    (0xFFA0, 0xFFA0),  # halfwidth Hangul filler
    (0xE0100, 0xE01EF),  # more variation selectors
)
"""Drawn as nothing, so that two texts which look alike could differ in them; Python calls them printable."""

_JOINING = (
    (0x1160, 0x11FF),  # Hangul vowels and final consonants, drawn into the syllable before them
    (0xD7B0, 0xD7FB),
    (0x1F3FB, 0x1F3FF),  # skin tones
)
"""Take no cell of their own though they are no combining marks by category."""

_WIDE = (
    (0x2630, 0x2637),
    (0x268A, 0x268F),
    (0x4DC0, 0x4DFF),
    (0x1D300, 0x1D356),
    (0x1D360, 0x1D376),
)
"""Wide since Unicode 16, whichever version Python knows."""


def cell_width(text: str) -> int:
    """Cells that `text` takes; `text` is our own or went through `visible`."""
    if text.isascii():
        return len(text)
    return sum(map(_cells_taken, text))


def cut(text: str, cells: int) -> str:
    """`text` if it fits, otherwise as much of it as leaves one cell for an ellipsis."""
    if cells <= 0:
        return ""
    if text.isascii():
        return text if len(text) <= cells else text[: cells - 1] + ELLIPSIS
    used = 0
    kept = 0
    for index, character in enumerate(text):
        used += max(0, cells_of(character))
        if used < cells:
            kept = index + 1
        elif used > cells:
            return text[:kept] + ELLIPSIS
    return text


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """Cut or filled with spaces to exactly `cells`; `right` puts the text at the right end."""
    shown = cut(text, cells)
    gap = " " * (cells - cell_width(shown))
    return gap + shown if right else shown + gap


@lru_cache(maxsize=8192)
def cells_of(character: str) -> int:
    """0, 1 or 2 cells, or `UNSHOWABLE`.

    Unshowable is what Python does not call printable (controls, formats such as bidirectional overrides and joiners,
    surrogates, private use, blanks that look like a space) and what is drawn as nothing. Characters newer than Python's
    Unicode are among them: nobody here knows their width.
    """
    code = ord(character)
    if code == _IDEOGRAPHIC_SPACE:
        return 2
    if not character.isprintable() or _within(code, _INVISIBLE):
        return UNSHOWABLE
    if category(character).startswith("M") or _within(code, _JOINING):
        return 0
    return 2 if east_asian_width(character) in "WF" or _within(code, _WIDE) else 1


@lru_cache(maxsize=8192)
def _cells_taken(character: str) -> int:
    return max(0, cells_of(character))


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code <= last for first, last in ranges)
