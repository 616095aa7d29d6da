"""What stands at the right of the records' rule: what matches, in which order, and whether the newest are followed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from ddbtop.text import count
from ddbtop.tui.look import Line, Role, join

if TYPE_CHECKING:
    from ddbtop.journal.search import Search
    from ddbtop.tui.listed import Listed


MARK = "•"
"""Stands at the left of a record that matches, where the others are shown as well."""


class Standing(Protocol):
    """Where the user stands in a list."""

    @property
    def number(self) -> int | None: ...

    @property
    def following(self) -> bool: ...

    @property
    def arrived(self) -> int: ...


def list_state(listed: Listed, standing: Standing) -> Line:
    """`match 12 of 345 · by time, ≈ across shards · 31 newer left out`."""
    parts: list[Line] = []
    if listed.search is not None:
        parts.extend(_found(listed.search, listed, standing.number))
        if not listed.only_matches:
            parts.append([(f"all shown, matches {MARK}", Role.DIM)])
    if listed.ordered:
        newer = listed.left_out
        left_out = f" · {count(newer)} newer left out" if newer else ""
        parts.append([("by time, ≈ across shards", Role.ATTENTION), (left_out, Role.DIM)])
        return join(parts, (" · ", Role.DIM))
    if listed.error is not None:
        parts.append([(f"no order of time: {listed.error.message}", Role.ATTENTION)])
    elif listed.by_time:
        parts.append([("ordering by time", Role.DIM)])
    if standing.following:
        parts.append([("following", Role.DIM)])
    else:
        parts.append([("paused", Role.ATTENTION), (f" · {count(standing.arrived)} new", Role.DIM)])
    return join(parts, (" · ", Role.DIM))


def _found(search: Search, listed: Listed, number: int | None) -> Iterator[Line]:
    """`match 12 of 345` or, beside the matches, `345 match`, and how much of what is kept that was said of."""
    done = search.done
    place = 0 if number is None else listed.place(number)
    found = count(listed.found)
    text = f"match {count(place)} of {found}" if place else f"{found} match"
    yield [(text, Role.TEXT), ("" if done else " so far", Role.DIM)]
    if search.error is not None:
        yield [(f"the search ended: {search.error.message}", Role.ATTENTION)]
    elif not done:
        yield [(f"{count(search.scanned)} of {count(search.total)} looked through", Role.DIM)]
