"""Coming back from SIGSTOP, which no program sees coming: the terminal is as whoever had it meanwhile left it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

from textual.driver import Driver


def come_back_whole(driver: Driver | None) -> None:
    """Let SIGCONT take the terminal anew, and have the screen painted again.

    Textual sees to this after SIGTSTP, when it has left the terminal itself. After SIGSTOP it would begin a second time
    in the middle, with two readers of the keys and what the shell wrote still on the screen: it has to leave first.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        return
    resume = signal.getsignal(signal.SIGCONT)
    if driver is None or not callable(resume) or not hasattr(driver, "_must_signal_resume"):
        return  # a driver without a terminal

    def come_back(number: int, frame: FrameType | None) -> None:
        if driver._auto_restart and not driver._must_signal_resume:
            if os.tcgetpgrp(sys.__stdin__.fileno()) != os.getpgrp():  # type: ignore[union-attr]
                os.kill(os.getpid(), signal.SIGSTOP)  # `bg`: the terminal is somebody else's until `fg`
                return
            driver.suspend_application_mode()
            driver._must_signal_resume = True
        resume(number, frame)

    signal.signal(signal.SIGCONT, come_back)
