"""How a run stands, in a few words: the header of the screen and the title of its tree."""

from __future__ import annotations

import time

from ddbtop.errors import DdbtopError
from ddbtop.replay.model import Summary
from ddbtop.replay.running.controls import RunState
from ddbtop.text import cell_width, count, counted, duration, visible
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import Line, Piece, Role, fit, join, width_of
from ddbtop.tui.replays.run import Run
from ddbtop.tui.widgets.header import WIDE

_STATES = {
    RunState.READY: ("ready", Role.DIM),
    RunState.RUNNING: ("running", Role.DIM),
    RunState.PAUSED: ("paused", Role.ATTENTION),
    RunState.ENDED: ("done", Role.DIM),
}


def waits_for(state: RunState, keys: KeyNames) -> str:
    """Why a batch that waits does so, and what ends that."""
    steps = f"{keys('replay.step')} steps"
    match state:
        case RunState.READY:
            return f"{keys('replay.run')} runs, {steps}"
        case RunState.RUNNING:
            return ""
        case RunState.PAUSED:
            return f"paused, {steps}"
        case RunState.ENDED:
            return "not run"


def head_line(table: str, version: str, summary: Summary, width: int) -> Line:
    """`ddbtop  orders  replay            handler app.py, saved 14:29:51 · recorded clock 13:58:20`.

    Where there is little room, whole parts are left out.
    """
    left: Line = [
        (" ddbtop  " if width >= WIDE else " ", Role.STRONG),
        (visible(table), Role.STRONG),
        ("  replay", Role.TEXT),
    ]
    code, saved = _code(visible(version))
    clock = f"{summary.clock} clock {_moment(summary.now)}" if summary.now else ""
    room = width - width_of(left) - 3
    for parts in ((code + saved, clock), (code, clock), ("", clock)):
        words = " · ".join(filter(None, parts))
        if cell_width(words) <= room:
            return fit(left, width, right=[(f"{words} ", Role.TEXT)])
    return fit(left, width)


def _code(version: str) -> tuple[str, str]:
    """`handler app.py` and, of a file, when it was saved; something deployed has a version without a time."""
    name, _, moment = version.rpartition(" ")
    if name and moment.count(":") == 2:
        return f"handler {name}", f", saved {moment}"
    return (f"handler {version}" if version else ""), ""


def _moment(now: float) -> str:
    """With its day where that is not today."""
    moment = time.localtime(now)
    is_today = moment[:3] == time.localtime(time.time())[:3]
    return time.strftime("%H:%M:%S" if is_today else "%d %b %H:%M:%S", moment)


def state_line(run: Run, summary: Summary, tabs: Line, width: int) -> Line:
    """`paused · 85 invocations, 8 failed`, what ended a run before its time first; and the tabs, where there are some.

    In the width that is left beside the name of the run, less is counted before anything is cut.
    """
    said, invocations, failed = _state_words(run, summary)
    for figures in (f"{invocations}{failed}", failed and f" · {failed.removeprefix(', ')}", ""):
        state = join(filter(None, ([said, (figures, Role.DIM)], tabs)), ("  ", Role.DIM))
        if width_of(state) <= width:
            break
    return state


def tabs_line(chosen: str, keys: KeyNames) -> Line:
    """`1 run  2 mapping`, the shown one lit: of a screen that has room for one of them."""
    names = (("run", "replay.pane_run"), ("mapping", "replay.pane"))
    tabs: list[Line] = [[(f"{keys(id)} {name}", Role.FOCUS if name == chosen else Role.DIM)] for name, id in names]
    return join(tabs, ("  ", Role.DIM))


def _state_words(run: Run, summary: Summary) -> tuple[Piece, str, str]:
    """How it stands, how often the handler was invoked, and how often it failed."""
    words, role = _STATES[run.state]
    error = run.replay.error
    if isinstance(error, DdbtopError):
        words, role = visible(error.message), Role.LOSS
    elif summary.stopped is not None and run.state is RunState.ENDED:
        words, role = f"stopped: {summary.stopped.value}", Role.ATTENTION
    elif waits_s := run.waits_s:
        steps = "paused, steps" if run.state is RunState.PAUSED else "waits, goes on"
        words, role = f"{steps} in {duration(waits_s)}", Role.ATTENTION
    counts = summary.counts
    if not counts.invocations:
        return (words, role), "", ""
    return (words, role), f" · {counted(counts.invocations, 'invocation')}", f", {count(counts.failed)} failed"
