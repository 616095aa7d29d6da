"""The two lines at the top: what is read, where, how fast, how far behind, what was lost, what reading costs."""

from __future__ import annotations

from itertools import product

from ddbtop.text import count, counted, duration, rate, roughly, short_count, size
from ddbtop.tui.figures import Figures, lag_role
from ddbtop.tui.look import Line, Role, fit, join, sparkline, width_of
from ddbtop.tui.meter import MINUTE_CELLS
from ddbtop.tui.place import Place
from ddbtop.tui.widgets.painted import Lines

WIDE = 140
"""Columns from which shards and records stand side by side."""

ROOMY = 100
"""Columns from which the header says whatever there is room for; below, only what matters most."""

_WITH_THROTTLED, _WITH_KEPT, _WITH_MINUTE = 104, 133, 150
"""Columns from which it says how often it was throttled, how much is kept, and how fast it went for a whole minute."""

SMALL = 80
"""Columns below which the header leaves out the sparkline and the price."""

_RATE_CELLS, _CALLS_CELLS, _THROTTLED_CELLS = 8, 12, 12
"""Room for the usual width of each figure, so that what stands beside it stays where it is while it changes."""

_WHOLE_CALLS = 10
"""From so many calls a second on, a narrow header leaves out their tenths."""

_SHORT_VIEWS = {"NEW_AND_OLD_IMAGES": "NEW_AND_OLD"}
_SPACE: Line = [("  ", Role.TEXT)]


def header_lines(figures: Figures | None, place: Place, width: int) -> list[Line]:
    """Both lines; without figures, what is known before the first answer."""
    if figures is None:
        name: Line = [(" ddbtop", Role.STRONG), ("  connecting …", Role.DIM)]
        return [fit(name, width, right=_where(place, "", with_account=width >= ROOMY)), []]
    return [_identity(figures, place, width), _second(figures, place, width)]


def _identity(figures: Figures, place: Place, width: int) -> Line:
    """The stream and its place, with as much of each as there is room for."""
    stream = figures.stream
    roomy = width >= ROOMY
    status = (f"● {stream.status}", Role.INSERT if stream.status == "ENABLED" else Role.ATTENTION)
    table, label = (stream.table, stream.label) if stream.table else _named(stream.arn)
    left: Line = [(" ddbtop  " if roomy else " ", Role.STRONG), (table, Role.STRONG)]
    if stream.status:
        left += [("  " if roomy else " ", Role.TEXT), status]
    full, short = ([("  ", Role.TEXT), (view, Role.TEXT)] for view in _views(stream.view_type))
    ways = [(full, label, True), (full, "", True), (full, "", False)] if roomy else []
    for view, shown_label, with_account in [*ways, (short, "", False)]:
        line, right = [*left, *view], _where(place, shown_label, with_account=with_account)
        if width_of(line) + width_of(right) < width:
            break
    return [*fit(line, width - width_of(right) - 1), *fit([], width_of(right) + 1, right=right)]


def _named(arn: str) -> tuple[str, str]:
    """Table and label of a stream of which only its ARN is known yet, `…:table/orders/stream/2026-02-11T09:14`."""
    head, table, *rest = [*arn.split("/"), ""]
    return (table, rest[1]) if head.endswith(":table") and len(rest) > 1 else (arn, "")


def _views(view: str) -> tuple[str, str]:
    return view, _SHORT_VIEWS.get(view, view)


def _where(place: Place, label: str, *, with_account: bool) -> Line:
    """The place; an endpoint that is not AWS's has a colour, so that nobody takes it for production."""
    account = place.account if with_account else ""
    known: list[Line] = [[(part, Role.DIM)] for part in (place.profile, account, place.region) if part]
    if not place.is_aws:
        known = [[(place.warning, Role.ATTENTION)]] + ([[(place.region, Role.DIM)]] if place.region else [])
    if label:
        known.append([(f"stream {label[:16]}", Role.DIM)])
    return [*join(known, (" · ", Role.DIM)), (" ", Role.TEXT)]


def _second(figures: Figures, place: Place, width: int) -> Line:
    """The line of figures, with as many words on being behind and as long a sparkline as there is room for."""
    right = _cost(figures, place, width)
    room = width - width_of(right) - 2
    sparklines = (MINUTE_CELLS, MINUTE_CELLS // 2, 0) if width >= _WITH_MINUTE else (MINUTE_CELLS // 2, 0)
    separator = "  ·  " if width >= ROOMY else "  "
    line = _flow(figures, "", 0, separator)
    measured = figures.rate is not None and width >= SMALL
    for cells, words in product(sparklines if measured else (0,), _behind_words(figures, width)):
        line = _flow(figures, words, cells, separator)
        if width_of(line) <= room:
            break
    return fit(line, width, right=right)


def _flow(figures: Figures, words: str, cells: int, separator: str) -> Line:
    """How fast, how far behind, what was lost."""
    speed = "?" if figures.rate is None else count(figures.rate)
    line: Line = [(f" {speed}/s".rjust(_RATE_CELLS), Role.TEXT)]
    if cells:
        line.append((f" {sparkline(figures.minute[-cells:]).rjust(cells)}", Role.ACCENT))
    lag = "?" if figures.lag_s is None else duration(figures.lag_s)
    line += [*_SPACE, (f"behind {lag}", lag_role(figures.lag_s)), (words, Role.TEXT)]
    line.append((separator, Role.DIM))
    return [*line, (f"gaps {figures.gaps}", Role.REMOVE if figures.gaps else Role.DIM)]


def _behind_words(figures: Figures, width: int) -> list[str]:
    """Where, how fast it is read and how long that will take, from the most words to none."""
    left = f", ≈ {roughly(figures.left_s)} left" if figures.is_late and figures.left_s is not None else ""
    pace = f", reading {count(figures.reading)}/s" if left else ""
    if figures.behind:
        where = [f" on {figures.behind} of {figures.open} open shards", f" on {figures.behind} open"]
    elif figures.behind_closed:
        where = [f" on {counted(figures.behind_closed, 'closed shard')}", f" on {figures.behind_closed} closed"]
    else:
        return [""]
    long, short = where
    return [f"{long}{pace}{left}", f"{long}{left}", f"{short}{left}", left, short, ""]


def _cost(figures: Figures, place: Place, width: int) -> Line:
    """What reading takes: room on disk, calls, their price where there is one.

    What has no usual width stands first, so that nothing after it moves. While catching up, a narrow header has no
    room for the price.
    """
    priced = place.is_aws and width >= (ROOMY if figures.is_late else SMALL)
    price = f"${figures.dollars_an_hour:.3f}/h" if priced else ""
    calls = rate(figures.call_rate, " calls/s")
    if width < ROOMY and figures.call_rate >= _WHOLE_CALLS:
        calls = f"{count(round(figures.call_rate))} calls/s"
    calls = calls.rjust(_CALLS_CELLS if width >= ROOMY else _CALLS_CELLS - 1)
    parts: list[Line] = []
    if width >= _WITH_KEPT and figures.described:
        parts.append([(_kept(figures), Role.DIM)])
    if width < WIDE and figures.described:
        parts.append([(f"{figures.open}/{figures.open + figures.closed} open", Role.TEXT)])
    parts.append([(f"{calls} ≈ {price}" if price else calls, Role.TEXT)])
    if width >= _WITH_THROTTLED:
        throttled = f"throttled {figures.throttled}".ljust(_THROTTLED_CELLS)
        parts.append([(throttled, Role.ATTENTION if figures.throttled else Role.DIM)])
    return [*join(parts, ("  ·  " if width >= ROOMY else "  ", Role.DIM)), (" ", Role.TEXT)]


def _kept(figures: Figures) -> str:
    """What it takes on disk is much less than what was read, and says that it is something else."""
    kept = figures.kept
    of = f" of {short_count(kept.read)}" if kept.read != kept.records else ""
    return f"kept {short_count(kept.records)}{of}, disk {size(kept.size_bytes)}"


class Header(Lines):
    """Knows the place; is told the figures."""

    def __init__(self, place: Place, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._place = place
        self._figures: Figures | None = None

    def move(self, place: Place) -> None:
        """The place as it turned out to be."""
        self._place = place
        self.again()

    def tell(self, figures: Figures | None) -> None:
        self._figures = figures
        self.again()

    def made(self, width: int) -> list[Line]:
        return header_lines(self._figures, self._place, width)
