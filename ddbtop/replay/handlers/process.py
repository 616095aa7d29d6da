"""A handler that runs in processes of this machine, one for each worker."""

from __future__ import annotations

import sys
from dataclasses import replace

from ddbtop.errors import CannotDo
from ddbtop.replay.model import Answer, Call, Given
from ddbtop.replay.runtime.groups import Watchdog
from ddbtop.replay.runtime.instance import Program
from ddbtop.replay.runtime.worker import INIT_S, Worker


class ProcessHandler:
    """Processes are started when the first invocation comes to them."""

    def __init__(self, program: Program, workers: int, given: Given, init_s: float = INIT_S) -> None:
        if sys.platform == "win32":
            raise CannotDo("handlers run as processes on Linux and macOS", "name an endpoint: http://HOST:PORT")
        self._function = program.function
        self._given = given
        self._watchdog = Watchdog()
        self._workers = [Worker(program, self._watchdog, init_s) for _ in range(workers)]

    @property
    def workers(self) -> int:
        return len(self._workers)

    @property
    def given(self) -> Given:
        return self._given

    def invoke(self, call: Call, worker: int) -> Answer:
        if not call.function_arn:
            call = replace(call, function_arn=f"arn:aws:lambda:us-east-1:000000000000:function:{self._function}")
        return self._workers[worker].invoke(call)

    def interrupt(self) -> None:
        for worker in self._workers:
            worker.interrupt()

    def close(self) -> None:
        for worker in self._workers:
            worker.close()
        self._watchdog.close()
