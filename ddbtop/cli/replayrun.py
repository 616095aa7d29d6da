"""Waiting for a replay to end, with its reading told of and the keyboard obeyed meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddbtop.cli.replaysource import Opened
    from ddbtop.replay.running.run import Replay

INTERRUPTED = 130
"""The exit code."""

LOOK_S = 0.1
"""What happened to the reading is said so soon, and an interrupt from the keyboard noticed."""


def drive(run: Replay, opened: Opened) -> bool:
    """Until the run has ended; whether an interrupt from the keyboard ended it. A second one does not wait."""
    ended = _start(run)
    is_interrupted = False
    try:
        while not ended.wait(LOOK_S):
            opened.look()
    except KeyboardInterrupt:
        is_interrupted = True
        run.stop()
        ended.wait()
    opened.look()
    return is_interrupted


def _start(run: Replay) -> threading.Event:
    """Set once the run has ended. An interrupt while it is joined would let Python take its thread for ended."""
    ended = threading.Event()

    def wait() -> None:
        run.join()
        ended.set()

    run.start()
    threading.Thread(target=wait, name="end of replay", daemon=True).start()
    return ended
