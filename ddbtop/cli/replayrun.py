"""Waiting for a replay to end, with its reading told of and the keyboard obeyed meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ddbtop.cli.ending import code_of

if TYPE_CHECKING:
    from ddbtop.cli.replaysource import Opened
    from ddbtop.replay.running.run import Replay

LOOK_S = 0.1
"""What happened to the reading is said so soon, and an interrupt from the keyboard noticed."""


def drive(run: Replay, opened: Opened) -> int:
    """Until the run has ended; the exit code where a signal ended it, else 0. A second one is not waited for."""
    ended = _start(run)
    code = 0
    try:
        while not ended.wait(LOOK_S):
            opened.look()
    except KeyboardInterrupt as interrupt:
        code = code_of(interrupt)
        run.stop()
        ended.wait()
    opened.look()
    return code


def _start(run: Replay) -> threading.Event:
    """Set once the run has ended. An interrupt while it is joined would let Python take its thread for ended."""
    ended = threading.Event()

    def wait() -> None:
        run.join()
        ended.set()

    run.start()
    threading.Thread(target=wait, name="end of replay", daemon=True).start()
    return ended
