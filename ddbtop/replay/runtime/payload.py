"""What a function returned, before the mapping reads it: JSON, or an error as runtimes report it."""

from __future__ import annotations

import json
from typing import Any

from ddbtop.replay.model import HandlerError

MAX_RESPONSE_BYTES = 6_291_556
"""Lambda's quota for the response of a synchronous invocation, by Lambda's own message."""

TIMED_OUT = "Sandbox.Timedout"

NOT_JSON = "AWS does not say what Lambda does with a response that is not JSON; ddbtop takes it for an error"
"""A note beside the error of `why_not_json`."""


def too_large() -> HandlerError:
    words = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
    return HandlerError("Function.ResponseSizeTooLarge", words)


def timed_out(request_id: str, seconds: float) -> HandlerError:
    return HandlerError(TIMED_OUT, f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds")


def interrupted() -> HandlerError:
    return HandlerError("Interrupted", "the replay was interrupted before the answer came")


def not_json(why: str) -> HandlerError:
    return HandlerError("Runtime.MarshalError", f"the response is not JSON: {why}")


def why_not_json(payload: bytes) -> str:
    """Why bytes are no JSON; empty if they are. `NaN` passes, since Lambda's Python runtime writes it."""
    try:
        json.loads(payload)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return str(error)
    return ""


def told_error(body: bytes, error_type: str = "") -> HandlerError:
    """An error as runtimes report it; whatever of it is missing or of another form is left out.

    `error_type` is what was told beside the body, for a body that does not.
    """
    try:
        told: Any = json.loads(body)
    except (ValueError, RecursionError):
        told = body.decode(errors="backslashreplace")
    if not isinstance(told, dict):
        told = {"errorMessage": told if isinstance(told, str) else json.dumps(told)}
    trace = told.get("stackTrace") or told.get("trace") or []
    frames = trace if isinstance(trace, list) else [trace]
    lines = tuple(frame if isinstance(frame, str) else json.dumps(frame) for frame in frames)
    return HandlerError(
        str(told.get("errorType") or error_type or "Runtime.Unknown"), str(told.get("errorMessage") or ""), lines
    )
