"""Processes in groups of their own, which end as a group, also when ddbtop itself is killed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ddbtop.errors import CannotDo

GRACE_S = 0.3
"""Between asking a group to end and ending it: a handler has nothing to save, Lambda gives it nothing at all."""

_WATCHDOG = Path(__file__).with_name("watchdog.py")


class Watchdog:
    """Ends the groups it knows when this process is gone, for whatever reason. Used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def watch(self, group: int) -> None:
        with self._lock:
            self._groups.add(group)
            self._tell(f"+{group}\n")

    def forget(self, group: int) -> None:
        with self._lock:
            self._groups.discard(group)
            self._tell(f"-{group}\n")

    def close(self) -> None:
        with self._lock:
            if self._process is not None:
                assert self._process.stdin is not None
                self._process.stdin.close()
                self._process.wait()
                self._process = None

    def _tell(self, line: str) -> None:
        if self._process is None or self._process.poll() is not None:
            self._process = self._started()
            line = "".join(f"+{group}\n" for group in self._groups)
        assert self._process.stdin is not None
        os.write(self._process.stdin.fileno(), line.encode())

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_WATCHDOG)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


class Group:
    """A process and whatever it starts, away from the terminal, its output in one pipe."""

    def __init__(self, command: Sequence[str], folder: Path, env: Mapping[str, str], watchdog: Watchdog) -> None:
        """Raises `CannotDo` where the program cannot be started at all."""
        try:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise CannotDo(f"{command[0]} cannot be started: {error.strerror}") from error
        assert self._process.stdout is not None
        self.output = self._process.stdout.fileno()
        os.set_blocking(self.output, False)
        self._watchdog = watchdog
        watchdog.watch(self._process.pid)
        self.handle = _handle(self._process.pid)
        """A descriptor that is readable once the process has ended; -1 where the system has none."""

    @property
    def has_ended(self) -> bool:
        if self.handle < 0:
            return self._process.poll() is not None
        return _is_readable(self.handle, 0)

    def end(self) -> int:
        """Ask the group to end, then end it; the process's return code. A group that is gone is no trouble.

        The process is awaited after its group is killed: until then nothing else can have its number.
        """
        if not self.has_ended:
            self._signal(signal.SIGTERM)
            self._wait(GRACE_S)
        self._signal(signal.SIGKILL)
        code = self._process.wait()
        self._watchdog.forget(self._process.pid)
        return code

    def close(self) -> None:
        """What was printed and not yet read is gone."""
        if self.handle >= 0:
            os.close(self.handle)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _wait(self, seconds: float) -> None:
        if self.handle >= 0:
            _is_readable(self.handle, seconds)
        else:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS refuses where only a dead leader is left
            os.killpg(self._process.pid, number)


def _handle(pid: int) -> int:
    if sys.platform != "linux":
        return -1
    try:
        return os.pidfd_open(pid)
    except OSError:  # an old kernel, or a container that forbids it
        return -1


def _is_readable(descriptor: int, seconds: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def exit_words(code: int) -> str:
    """How a process ended, as Lambda puts it."""
    if code == 0:
        return "Runtime exited without providing a reason"
    if code > 0:
        return f"Runtime exited with error: exit status {code}"
    return f"Runtime exited with error: signal: {(signal.strsignal(-code) or str(-code)).lower()}"
