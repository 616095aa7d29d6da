"""One worker of a handler: starts its process when needed, invokes it, and tells how that ended as Lambda would.

A process is initialised in ten seconds of its own; where that fails or takes longer, it is initialised again inside
the time-out of the invocation (Developer Guide, Lambda execution environment lifecycle).
"""

from __future__ import annotations

import threading
import time

from ddbtop.replay.model import Answer, Call, HandlerError
from ddbtop.replay.runtime import code
from ddbtop.replay.runtime.api import MAX_EVENT_BYTES, Invocation, Reply
from ddbtop.replay.runtime.groups import Watchdog, exit_words
from ddbtop.replay.runtime.instance import Instance, Program
from ddbtop.replay.runtime.output import Output
from ddbtop.replay.runtime.payload import NOT_JSON, interrupted, not_json, timed_out, why_not_json
from ddbtop.replay.runtime.wake import Wake

INIT_S = 10.0
"""Lambda's own limit for the initialisation of an execution environment."""

_RUNTIME_EXIT = "Runtime.ExitError"


class Worker:
    """Used by one thread at a time, but for `interrupt`."""

    def __init__(self, program: Program, watchdog: Watchdog, init_s: float = INIT_S) -> None:
        self._program = program
        self._watchdog = watchdog
        self._init_s = init_s
        self._instance: Instance | None = None
        self._init_failed = False
        self._turn = threading.Lock()
        """Held while an invocation is under way."""
        self._is_closed = False
        self._output = Output()
        self._wake = Wake()

    def invoke(self, call: Call) -> Answer:
        """Raises `CannotDo` where the program does not exist."""
        if len(call.event) > MAX_EVENT_BYTES:
            return _too_large(len(call.event))
        with self._turn:
            self._wake.clear()  # what was meant for the last invocation
            return Answer(error=interrupted()) if self._is_closed else self._invoke(call)

    def interrupt(self) -> None:
        """From any thread: an invocation that is under way ends now."""
        if self._turn.locked():
            self._wake.set()

    def close(self) -> None:
        """From any thread: an invocation that is under way ends now, and no other begins."""
        self._is_closed = True
        self.interrupt()
        with self._turn:
            self._end()
            self._wake.close()

    def _invoke(self, call: Call) -> Answer:
        notes = self._put_away_what_is_stale()
        if self._instance is None and not self._init_failed:
            notes += self._initialise()
        began = time.monotonic()
        deadline = began + call.timeout_s
        instance = self._instance = self._instance or self._started()
        self._init_failed = False
        instance.turn(0)
        instance.api.offer(Invocation(call.request_id, call.event, time.time() + call.timeout_s, call.function_arn))
        is_answered = instance.wait(lambda: instance.api.reply is not None or bool(instance.api.init_error), deadline)
        duration = time.monotonic() - began
        if is_answered and instance.api.reply is not None:
            return self._answered(instance, instance.api.reply, duration, notes)
        if instance.has_ended and instance.has_served and not instance.api.is_taken:
            return self._invoke(call)
        return self._failed(instance, call, min(duration, call.timeout_s), notes)

    def _put_away_what_is_stale(self) -> list[str]:
        instance = self._instance
        if instance is None:
            return []
        if instance.has_ended:
            return [f"the process had ended after its last answer ({exit_words(self._end())}); a new one was started"]
        if name := code.changed(instance.api.code):
            self._end()
            return [f"{name} has changed: a new process was started"]
        return []

    def _initialise(self) -> list[str]:
        """A process that asks for its first event, or none, and what there is to say about it."""
        instance = self._instance = self._started()
        if instance.wait(lambda: instance.api.is_asked or bool(instance.api.init_error), self._deadline()):
            if instance.api.is_asked:
                return []
            reason = "initialisation failed"
        elif instance.is_interrupted:
            return []
        else:
            reason = "the process ended" if instance.has_ended else f"initialisation took over {self._init_s:g} s"
        self._end()
        return [f"{reason}, and ran again inside the time-out of this invocation"]

    def _deadline(self) -> float:
        return time.monotonic() + self._init_s

    def _started(self) -> Instance:
        return Instance(self._program, self._watchdog, self._wake, self._output)

    def _answered(self, instance: Instance, reply: Reply, duration: float, notes: list[str]) -> Answer:
        instance.has_served = True
        instance.drain()
        error = reply.error
        if error is None and (why := why_not_json(reply.payload)):
            error, notes = not_json(why), [*notes, NOT_JSON]
        return Answer(
            payload=b"null" if error else reply.payload,
            error=error,
            duration_s=duration,
            logs=self._output.take(),
            version=code.version(instance.api.code),
            notes=tuple(notes),
        )

    def _failed(self, instance: Instance, call: Call, duration: float, notes: list[str]) -> Answer:
        """The process is no use any more: Lambda begins with a new environment, too."""
        init_error, version = instance.api.init_error, code.version(instance.api.code)
        has_ended, is_interrupted = instance.has_ended, instance.is_interrupted
        status = self._end()
        if init_error is not None:
            self._init_failed = True
            error = init_error
        elif has_ended:
            error = HandlerError(_RUNTIME_EXIT, f"RequestId: {call.request_id} Error: {exit_words(status)}")
        elif is_interrupted:
            error = interrupted()
        else:
            error = timed_out(call.request_id, call.timeout_s)
        return Answer(
            error=error,
            is_timeout=not (init_error or has_ended or is_interrupted),
            duration_s=duration,
            logs=self._output.take(),
            version=version,
            notes=tuple(notes),
        )

    def _end(self) -> int:
        instance, self._instance = self._instance, None
        return instance.end() if instance is not None else 0


def _too_large(size: int) -> Answer:
    words = f"{size} byte payload is too large for the RequestResponse invocation type (limit {MAX_EVENT_BYTES} bytes)"
    return Answer(error=HandlerError("RequestEntityTooLargeException", words), ran=False)
