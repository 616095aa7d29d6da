"""A function as it is deployed on AWS, invoked with the user's own credentials."""

from __future__ import annotations

import time
from dataclasses import replace

from ddbtop.errors import CallError, CutShort, NetworkFault, ServerFault, Throttled, WrongUsage
from ddbtop.replay.elsewhere import Interruptible, judged
from ddbtop.replay.model import Answer, Call, Given, HandlerError
from ddbtop.replay.runtime.payload import interrupted
from ddbtop.streams.aws import Account
from ddbtop.streams.awslambda import Invoked, LambdaService

LONGEST_S = 900.0
"""No function runs longer; Lambda itself ends the invocation, by the function's own time-out."""

LOG_TAIL_BYTES = 4096
"""What Lambda gives of the log."""

_NOT_KNOWN = "whether the function ran is not known"

_OWN_TIMEOUT = "the function's own time-out holds, not --timeout"


class DeployedHandler:
    """Calls are made once each: what is tried again is the mapping's to decide."""

    def __init__(self, text: str, function: str, workers: int, account: Account) -> None:
        if not function:
            raise WrongUsage("lambda: names no function", "for example lambda:process-orders, or its ARN")
        self._function = function
        self._workers = workers
        self._service = LambdaService(account, read_timeout_s=LONGEST_S, attempts=1)
        facts = (
            ("AWS credentials", "the deployed function's own role: it can write wherever that may"),
            ("time-out", _OWN_TIMEOUT),
            ("logs", "the last 4 KB of each invocation"),
        )
        self._given = Given(text, f"AWS Lambda in {account.region or 'no region'}", facts, is_fenced=False)
        self._waiting = Interruptible()

    @property
    def workers(self) -> int:
        return self._workers

    @property
    def given(self) -> Given:
        return self._given

    def invoke(self, call: Call, worker: int) -> Answer:
        """Raises `CallError` for a function that does not exist or may not be invoked, and where a login ended."""
        began = time.monotonic()
        answer = self._answer(call)
        return replace(answer, duration_s=time.monotonic() - began)

    def interrupt(self) -> None:
        self._waiting.interrupt()

    def close(self) -> None:
        self.interrupt()

    def _answer(self, call: Call) -> Answer:
        try:
            invoked = self._waiting.wait_for(lambda: self._service.invoke(self._function, call.event), LONGEST_S)
        except (Throttled, ServerFault) as error:
            return Answer(error=_told(error), ran=False)
        except (NetworkFault, CutShort) as error:
            return Answer(error=_told(error), ran=False, notes=(_NOT_KNOWN,))
        except InterruptedError:
            return Answer(error=interrupted(), notes=("the function was invoked and may go on running",))
        return _answered(invoked)


def _told(error: CallError) -> HandlerError:
    return HandlerError(error.code or type(error).__name__, error.message)


def _answered(invoked: Invoked) -> Answer:
    answer = judged(invoked.payload, invoked.function_error, is_marked=True)
    logs = invoked.log_tail.decode(errors="backslashreplace")
    if len(invoked.log_tail) >= LOG_TAIL_BYTES:
        logs = f"… what was printed before the last {LOG_TAIL_BYTES} bytes is in CloudWatch Logs …\n{logs}"
    return replace(answer, logs=logs, version=invoked.version)
