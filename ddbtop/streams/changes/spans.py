"""Spans of text with a role instead of a colour, and how many of them a line has room for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise
from math import ceil

from ddbtop.text import cell_width, count, cut
from ddbtop.text.cells import ELLIPSIS

_LEAST_OF_A_PIECE = 16
"""Cells below which the first piece gets the room of the count as well."""

_ENOUGH_CELLS = 12
"""Of what came or went, however long it is."""


class Role(StrEnum):
    """What a span means; whoever draws it chooses the colour."""

    PLAIN = "plain"
    DIM = "dim"
    ADDED = "added"
    REMOVED = "removed"
    MODIFY = "modify"
    EXPIRY = "expiry"
    ATTENTION = "attention"


_SIGNED = (Role.ADDED, Role.REMOVED)


@dataclass(frozen=True, slots=True)
class Span:
    text: str
    role: Role = Role.PLAIN


Piece = list[Span]
"""What is said of one change; never empty."""


def fitted(pieces: list[Piece], width: int, *, unseen: int = 0, complete: bool = True) -> list[Span]:
    """As many pieces as fit, one more cut where that leaves enough of it, and the number of those left out.

    The first one is cut rather than left out. `unseen` more exist than are handed over, and with `complete` false
    nobody knows how many beyond those.
    """
    mark = "" if complete else ">"
    joints = ["", *(_joint(before, piece) for before, piece in pairwise(pieces))]
    widths = [cell_width(joint) + _width(piece) for joint, piece in zip(joints, pieces, strict=True)]
    ends = list(accumulate(widths))
    for whole in range(len(pieces), 0, -1):
        left_out, used = unseen + len(pieces) - whole, ends[whole - 1]
        if whole < len(pieces):
            more = _more(left_out - 1, mark)
            room = width - used - cell_width(joints[whole] + more)
            if room >= _least(pieces[whole]):
                last = [Span(joints[whole]), *_cut(pieces[whole], room), Span(more, Role.DIM)]
                return _shown([*_joined(pieces[:whole], joints), *last])
        more = _more(left_out, mark)
        if used + cell_width(more) <= width or whole == 1:
            return _shown(_counted(_joined(pieces[:whole], joints), used, more, width))
    return []


def _least(piece: Piece) -> int:
    """Cells from which the beginning of a later piece says more than its being counted: of two values the name, of
    what came or went most of it, `−ho…`.
    """
    if piece[0].role in _SIGNED:
        return min(_ENOUGH_CELLS, ceil(_width(piece) * 2 / 3))
    return cell_width(piece[0].text.partition(" ")[0] + " " + ELLIPSIS)


def _width(piece: Piece) -> int:
    return sum(cell_width(span.text) for span in piece)


def _joined(pieces: list[Piece], joints: list[str]) -> list[Span]:
    return [span for joint, piece in zip(joints, pieces, strict=False) for span in (Span(joint), *piece)]


def _shown(spans: list[Span]) -> list[Span]:
    return [span for span in spans if span.text]


def _joint(before: Piece, after: Piece) -> str:
    """A comma between two values, two spaces beside a plus or a minus."""
    return "  " if before[-1].role in _SIGNED or after[0].role in _SIGNED else ", "


def _more(number: int, mark: str) -> str:
    return f"  +{mark}{count(number)} more" if number else ""


def _counted(spans: list[Span], used: int, more: str, width: int) -> list[Span]:
    """`spans` and the number of pieces left out, in `width` cells; what does not fit ends with an ellipsis."""
    room = width - cell_width(more)
    if used <= room:
        return [*spans, Span(more, Role.DIM)] if more else spans
    if room >= _LEAST_OF_A_PIECE:
        return [*_cut(spans, room), *([Span(more, Role.DIM)] if more else [])]
    return [*spans, Span(ELLIPSIS, Role.DIM)] if used < width else _cut(spans, width)


def _cut(spans: list[Span], room: int) -> list[Span]:
    """As much of `spans`, which fill `room` or more, as leaves a cell for the ellipsis."""
    kept: list[Span] = []
    for span in spans:
        if cell_width(span.text) >= room:
            text = cut(span.text + ELLIPSIS, room)
            return [*kept, Span(text, span.role)] if text else kept
        kept.append(span)
        room -= cell_width(span.text)
    return kept
