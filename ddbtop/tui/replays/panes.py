"""The panes beside a replay's tree: the mapping, what the handler may reach, the counts, the rules nobody documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from ddbtop.replay.mapping.settings import FOR_EVER, NAMES, RANGES, Range, Settings
from ddbtop.replay.model import Given, Summary
from ddbtop.replay.options import DEFAULT_TIMEOUT_S, Clock
from ddbtop.text import cell_width, count, cut, fit, visible
from ddbtop.tui.look import ELLIPSIS, Line, Role, wrapped
from ddbtop.tui.replays.lines import milliseconds
from ddbtop.tui.replays.plan import WAY_NAMES, Plan, Selected, Way

NAME_CELLS = 27
"""Of a parameter's name, the longest of which is cut: `MaximumBatchingWindow…`."""

_FACT_CELLS = 12
_NUMBER_CELLS = 10
_VALUE_CELLS = 6

SETTING_FIELDS = tuple(each.name for each in fields(Settings))
"""In Lambda's order."""


_DEFAULTS = Settings()


def fact_lines(plan: Plan, given: Given | None, what: Selected, width: int) -> list[Line]:
    """Where the records come from and what they go to."""
    about = [
        ("handler", shortened(plan.handler, width - _FACT_CELLS - 3)),
        ("run by", shortened(given.runner, width - _FACT_CELLS - 3) if given else ""),
        ("source", what.source),
        ("from", what.begins),
        ("to", what.ends),
    ]
    return [*(_fact(name, words) for name, words in about if words), []]


def parameter_lines(plan: Plan, summary: Summary) -> list[Line]:
    """Every parameter with the values that it takes."""
    lines = [setting_line(field, plan.settings, summary) for field in SETTING_FIELDS]
    timeout_role = Role.TEXT if plan.timeout_s == DEFAULT_TIMEOUT_S else Role.STRONG
    lines.append([(f" {fit('Timeout', NAME_CELLS)}", Role.TEXT), (f"{plan.timeout_s:g} s", timeout_role)])
    return [*lines, *(_way_line(field, plan.way) for field in _shown(plan.way))]


def _shown(way: Way) -> list[str]:
    """The clock says what all times mean; the rest is worth its lines where it is not as usual.

    The interpreter stands with the handler, and when records arrive with the clock.
    """
    unusual = [field for field in ("env_file", "workers", "backoff") if getattr(way, field) != getattr(Way(), field)]
    return ["clock", *unusual]


def _way_line(field: str, way: Way) -> Line:
    if field == "clock":
        words = f"{way.clock}, {way.arrival}" if way.clock is Clock.RECORDED else "wall, really waits"
        is_usual = (way.clock, way.arrival) == (Way().clock, Way().arrival)
    else:
        words, is_usual = str(getattr(way, field)), False
    return [(f" {fit(WAY_NAMES[field], NAME_CELLS)}", Role.TEXT), (words, Role.TEXT if is_usual else Role.STRONG)]


def setting_line(field: str, settings: Settings, summary: Summary) -> Line:
    """`BatchSize                  25   1–10000`; an endless value has the colour of attention.

    What is not Lambda's default stands out.
    """
    limit, value = RANGES.get(field), setting_text(field, settings)
    endless = limit is not None and getattr(settings, field) == FOR_EVER
    usual = getattr(settings, field) == getattr(_DEFAULTS, field)
    line: Line = [
        (f" {parameter(NAMES[field])} ", Role.TEXT),
        (
            fit(value, _VALUE_CELLS) if limit else value,
            Role.ATTENTION if endless else Role.TEXT if usual else Role.STRONG,
        ),
    ]
    if field == "filters" and settings.filters.patterns and summary.counts.polled:
        passed = 1 - summary.counts.filtered / summary.counts.polled
        line.append((f" {100 * passed:.0f} %", Role.DIM))
    return [*line, (range_words(limit), Role.DIM)] if limit else line


def unusual_words(plan: Plan, *, is_remembered: bool) -> str:
    """`like process-orders · 1 changed`, or `remembered · 2 not default`; empty for a mapping as Lambda makes one."""
    changed = len(plan.differences(plan.untouched))
    if plan.like:
        return f"like {plan.adopted.name}" + (f" · {changed} changed" if changed else "")
    return f"{'remembered · ' if is_remembered else ''}{changed} not default" if changed else ""


def parameter(name: str) -> str:
    """A name in the width of all names: the unit stands with the values."""
    return fit(name.replace("InSeconds", ELLIPSIS), NAME_CELLS - 1)


def range_words(limit: Range) -> str:
    """Short: `−1–10000`, `−1, 60–604800`, `0–300 s`."""
    if not limit.endless:
        return limit.words
    values = f"{limit.low}–{limit.high}" if limit.low else f"{FOR_EVER}–{limit.high}"
    return (f"{FOR_EVER}, {values}" if limit.low else values).replace("-", "−")


def setting_text(field: str, settings: Settings) -> str:
    value = getattr(settings, field)
    if field == "filters":
        patterns = len(settings.filters.patterns)
        return "none" if not patterns else f"{patterns} pattern{'s' if patterns > 1 else ''}"
    if isinstance(value, bool):
        return "on" if value else "off"
    return "−1" if value == FOR_EVER else str(value) or "nowhere"


def access_lines(given: Given | None, width: int) -> list[Line]:
    """What the handler was given and can reach."""
    if given is None:
        return [[(" told when the run begins", Role.DIM)]]
    cells = min(width // 2, max((cell_width(name) for name, _ in given.facts), default=0) + 3)
    lines: list[Line] = []
    for name, words in given.facts:
        head, *rest = wrapped(words, max(8, width - cells - 2)) or [""]
        lines.append([(f" {fit(name, cells - 1)} ", Role.TEXT), (head, Role.TEXT)])
        lines += [[(" " * (cells + 1) + more, Role.TEXT)] for more in rest]
    return lines


def counts_lines(summary: Summary, durations: Sequence[float], destination: str) -> list[Line]:
    """The sum as one writes it on paper, and that it adds up."""
    counts = summary.counts
    parts = [
        ("filtered out", counts.filtered),
        ("delivered", counts.delivered),
        ("discarded", counts.discarded),
        ("pending", counts.pending),
    ]
    whole = sum(number for _, number in parts)
    lines = [_count("polled", counts.polled)] + [_count(name, number) for name, number in parts]
    if counts.discarded:
        where = f"   in {destination}" if destination else "   to nowhere"
        lines[3] = [(piece[0], Role.REMOVE if place == 0 else piece[1]) for place, piece in enumerate(lines[3])]
        lines[3].append((where, Role.DIM))
    adds_up = whole == counts.polled
    lines.append([(f" {'':13}{fit('─' * len(count(whole)), _NUMBER_CELLS - 1, right=True)}", Role.DIM)])
    verdict = ("   adds up", Role.DIM) if adds_up else (f"   {count(counts.polled - whole)} unaccounted for", Role.LOSS)
    lines += [[*_count("", whole), verdict], []]
    failed = (f"   {count(counts.failed)} failed", Role.REMOVE if counts.failed else Role.DIM)
    return [*lines, [*_count("invocations", counts.invocations), failed], _durations(durations)]


def undocumented_lines(rules: Sequence[str], width: int) -> list[Line]:
    """Each rule from the margin, its further lines set in."""
    lines: list[Line] = []
    for rule in rules:
        head, *rest = wrapped(rule, max(10, width - 4)) or [""]
        lines.append([(f" {head}", Role.TEXT)])
        lines += [[(f"   {more}", Role.TEXT)] for more in rest]
    return lines


def adoption_lines(adoption: Sequence[str], width: int) -> list[Line]:
    """While there is nothing else to tell: what was taken over, then what was not."""
    lines: list[Line] = []
    for number, words in enumerate(adoption):
        role = Role.ATTENTION if number else Role.TEXT
        head, *rest = wrapped(visible(words), max(20, width - 4)) or [""]
        lines += [[(f" {head}", role)], *([(f"   {part}", role)] for part in rest)]
    return lines


def shortened(path: str, cells: int) -> str:
    """The end of a path says more than its beginning."""
    if cell_width(path) <= cells:
        return path
    parts = Path(path).parts
    for first in range(1, len(parts)):
        tail = "…/" + "/".join(parts[first:])
        if cell_width(tail) <= cells:
            return tail
    return cut(path, cells)


def _fact(name: str, words: str) -> Line:
    return [(f" {fit(name, _FACT_CELLS)} ", Role.TEXT), (words, Role.TEXT)]


def _count(name: str, number: int) -> Line:
    return [(f" {fit(name, 13)}", Role.TEXT), (fit(count(number), _NUMBER_CELLS - 1, right=True), Role.TEXT)]


def _durations(durations: Sequence[float]) -> Line:
    """Of all invocations that ran, sorted."""
    if not durations:
        return []
    p50, p95 = (milliseconds(durations[min(len(durations) - 1, int(len(durations) * part))]) for part in (0.5, 0.95))
    return [(f" duration  p50 {p50}   p95 {p95}   max {milliseconds(durations[-1])}", Role.TEXT)]
