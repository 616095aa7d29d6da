"""How a run stands, in a few words: the header of the screen and the title of its tree."""

from __future__ import annotations

import time

from ddbtop.errors import DdbtopError
from ddbtop.replay.controls import RunState
from ddbtop.replay.model import Summary
from ddbtop.text import count, visible
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import Line, Role, fit
from ddbtop.tui.replayrun import Run
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
    """`ddbtop  orders  replay            handler app.py 14:29:51 · recorded clock 13:58:20`."""
    left: Line = [
        (" ddbtop  " if width >= WIDE else " ", Role.STRONG),
        (visible(table), Role.STRONG),
        ("  replay", Role.TEXT),
    ]
    handler = f"handler {visible(version)}" if version else ""
    moment = time.strftime("%H:%M:%S", time.localtime(summary.now)) if summary.now else ""
    clock = f"{summary.clock} clock {moment}" if moment else ""
    return fit(left, width, right=[(" · ".join(filter(None, (handler, clock))) + " ", Role.TEXT)])


def state_words(run: Run, summary: Summary) -> Line:
    """`paused · 85 invocations, 8 failed`; what ended a run before its time comes first."""
    words, role = _STATES[run.state]
    error = run.replay.error
    if isinstance(error, DdbtopError):
        words, role = visible(error.message), Role.LOSS
    elif summary.stopped is not None and run.state is RunState.ENDED:
        words, role = f"stopped: {summary.stopped.value}", Role.ATTENTION
    tree = run.tree
    plural = "s" if tree.invocations > 1 else ""
    counted = (
        f" · {count(tree.invocations)} invocation{plural}, {count(tree.failed)} failed" if tree.invocations else ""
    )
    return [(words, role), (counted, Role.DIM)]
