"""A function as it is deployed on AWS, invoked with the user's own credentials."""

from __future__ import annotations

from dataclasses import replace

from ddbtop.errors import CallError, CutShort, NetworkFault, ServerFault, Throttled, WrongUsage
from ddbtop.replay.handlers.elsewhere import ElsewhereHandler, judged
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


class DeployedHandler(ElsewhereHandler):
    """Calls are made once each: what is tried again is the mapping's to decide."""

    def __init__(self, text: str, function: str, workers: int, account: Account) -> None:
        if not function:
            raise WrongUsage("lambda: names no function", "for example lambda:process-orders, or its ARN")
        self._function = function
        self._service = LambdaService(account, read_timeout_s=LONGEST_S, attempts=1)
        facts = (
            ("AWS credentials", "the deployed function's own role: it can write wherever that may"),
            ("time-out", _OWN_TIMEOUT),
            ("logs", "the last 4 KB of each invocation"),
        )
        super().__init__(workers, Given(text, f"AWS Lambda in {account.region or 'no region'}", facts, is_fenced=False))

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
