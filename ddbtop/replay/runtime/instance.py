"""One process of a handler together with the Runtime API it talks to and the pipe it prints to."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ddbtop.replay.runtime.api import RuntimeApi
from ddbtop.replay.runtime.groups import Group, Watchdog
from ddbtop.replay.runtime.output import Output
from ddbtop.replay.runtime.wake import Wake

TICK_S = 0.05
"""How often a process is looked after where the system has no handle that tells its end."""

_PIPE_BYTES = 1 << 16

_DRAIN_READS = 64
"""Pipes full that are read after an answer: a thread that prints without end must not keep the answer from coming."""


@dataclass(frozen=True, slots=True)
class Program:
    """What is started for each worker."""

    command: tuple[str, ...]
    folder: Path
    env: Mapping[str, str]
    """All of it but the address of the Runtime API."""
    function: str
    """The function's name."""


class Instance:
    """Serves its process inside `wait` and nowhere else; used by one thread at a time, but for `interrupt`."""

    def __init__(self, program: Program, watchdog: Watchdog, wake: Wake, output: Output) -> None:
        """Raises `CannotDo`."""
        self._selector = selectors.DefaultSelector()
        self.api = RuntimeApi(self._selector)
        self._output = output
        self.is_interrupted = False
        self.has_served = False
        """It has answered an invocation: what it does from then on is no part of its start."""
        self._has_ended = False
        try:
            env = {**program.env, "AWS_LAMBDA_RUNTIME_API": self.api.address}
            self._group = Group(program.command, program.folder, env, watchdog)
        except BaseException:
            self.api.close()
            self._selector.close()
            raise
        self._selector.register(self._group.output, selectors.EVENT_READ, lambda _: self._read())
        self._selector.register(wake.descriptor, selectors.EVENT_READ, lambda _: self._interrupt(wake))
        if self._group.handle >= 0:
            self._selector.register(self._group.handle, selectors.EVENT_READ, lambda _: self._notice_end())

    @property
    def has_ended(self) -> bool:
        return self._has_ended or self._group.has_ended

    def wait(self, is_done: Callable[[], bool], deadline: float) -> bool:
        """Serve until something holds, or the process has ended, or the time of `time.monotonic` is up.

        What a process sent before it ended is still heard. Returns whether it holds.
        """
        while not is_done():
            left = deadline - time.monotonic()
            served = self.turn(0 if self._has_ended else max(left, 0))
            if left <= 0 or self.is_interrupted or (self._has_ended and not served):
                return is_done()
            if self._group.handle < 0 and self._group.has_ended:
                self._has_ended = True
        return True

    def turn(self, seconds: float) -> int:
        """Serve what has arrived, waiting so long for something; how many things had."""
        found = self._selector.select(min(seconds, TICK_S) if self._group.handle < 0 else seconds)
        for key, mask in found:
            key.data(mask)
        return len(found)

    def drain(self) -> None:
        """Read what was printed so far."""
        for _ in range(_DRAIN_READS):
            if not self._read():
                return

    def end(self) -> int:
        """End the process with all it started; its return code."""
        code = self._group.end()
        self.drain()
        self.api.close()
        self._selector.close()
        self._group.close()
        return code

    def _read(self) -> bool:
        try:
            data = os.read(self._group.output, _PIPE_BYTES)
        except BlockingIOError:
            return False
        if data:
            self._output.add(data)
        else:
            self._forget(self._group.output)
        return bool(data)

    def _notice_end(self) -> None:
        self._has_ended = True
        self._forget(self._group.handle)

    def _interrupt(self, wake: Wake) -> None:
        wake.clear()
        self.is_interrupted = True

    def _forget(self, descriptor: int) -> None:
        if descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)
