"""Answers of functions that run elsewhere, as the Invoke API gives them: over HTTP to an emulator, or from Lambda."""

from __future__ import annotations

import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from ddbtop.replay.model import Answer, Call, Given
from ddbtop.replay.runtime.payload import MAX_RESPONSE_BYTES, NOT_JSON, not_json, told_error, too_large, why_not_json

_T = TypeVar("_T")

_TIMED_OUT = "Task timed out after "
"""Lambda's words, and those of the emulators."""

GUESSED = "the endpoint does not mark errors: an answer with errorType and errorMessage is taken for one"


def judged(payload: bytes, function_error: str, *, is_marked: bool) -> Answer:
    """The answer of a function, by its payload and by what was said beside it.

    `is_marked`: whoever answered says of errors that they are errors, so what it does not mark is none.
    """
    if len(payload) > MAX_RESPONSE_BYTES:
        return Answer(error=too_large())
    if function_error:
        return _failed(payload, function_error)
    if not is_marked and _looks_timed_out(payload):
        return replace(_failed(payload, "Sandbox.Timedout"), is_timeout=True, notes=(GUESSED,))
    if not is_marked and _looks_failed(payload):
        return replace(_failed(payload, ""), notes=(GUESSED,))
    if why := why_not_json(payload or b"null"):
        return Answer(error=not_json(why), notes=(NOT_JSON,))
    return Answer(payload=payload or b"null")


def _failed(payload: bytes, function_error: str) -> Answer:
    error = told_error(payload, function_error)
    return Answer(error=error, is_timeout=error.error_type == "Sandbox.Timedout" or _TIMED_OUT in error.message)


def _looks_timed_out(payload: bytes) -> bool:
    return payload.startswith(_TIMED_OUT.encode())


def _looks_failed(payload: bytes) -> bool:
    try:
        told: Any = json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and isinstance(told.get("errorType"), str) and "errorMessage" in told


class Interruptible:
    """Waits for calls that cannot be ended from here, until they answer, the time is up, or someone interrupts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._awaited: set[Future[Any]] = set()

    def interrupt(self) -> None:
        """From any thread: everything awaited is not awaited any more."""
        with self._lock:
            for future in self._awaited:
                _settle(future, InterruptedError())

    def wait_for(self, call: Callable[[], _T], seconds: float) -> _T:
        """What the call returns or raises. Raises `TimeoutError` and `InterruptedError`; the call then ends unheard."""
        future: Future[_T] = Future()
        with self._lock:
            self._awaited.add(future)
        threading.Thread(target=_run, args=(future, call), name="invoke", daemon=True).start()
        try:
            return future.result(seconds)
        finally:
            with self._lock:
                self._awaited.discard(future)


def _run(future: Future[_T], call: Callable[[], _T]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 -- raised where it is awaited
        _settle(future, error)
    else:
        with suppress(InvalidStateError):
            future.set_result(result)


def _settle(future: Future[Any], error: BaseException) -> None:
    with suppress(InvalidStateError):  # whoever waited has been told already
        future.set_exception(error)


class ElsewhereHandler(ABC):
    """A function that runs elsewhere: an invocation is one call, and nothing of it is ended from here."""

    def __init__(self, workers: int, given: Given) -> None:
        self.workers = workers
        self.given = given
        self._waiting = Interruptible()

    def invoke(self, call: Call, worker: int) -> Answer:
        """Raises `DdbtopError` where no invocation can succeed."""
        began = time.monotonic()
        answer = self._answer(call)
        return replace(answer, duration_s=time.monotonic() - began)

    def interrupt(self) -> None:
        self._waiting.interrupt()

    def close(self) -> None:
        self.interrupt()

    @abstractmethod
    def _answer(self, call: Call) -> Answer:
        """What came of it, without how long it took."""
