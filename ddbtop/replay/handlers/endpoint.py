"""A function behind an endpoint of the Invoke API: a runtime interface emulator, or `sam local start-lambda`."""

from __future__ import annotations

import base64
import binascii
import http.client
import re
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.handlers.elsewhere import ElsewhereHandler, judged
from ddbtop.replay.model import Answer, Call, Given, HandlerError
from ddbtop.replay.runtime.payload import MAX_RESPONSE_BYTES, interrupted, timed_out
from ddbtop.replay.runtime.worker import INIT_S

DEFAULT_NAME = "function"
"""What the runtime interface emulator calls the one it has."""

FORM = "an endpoint is http://HOST:PORT, or http://HOST:PORT/NAME"

_WHOLE_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")

_TOLD = ("Function-Error", "Log-Result")

_STARTING = "the time-out runs from the request on; the endpoint's own start-up, up to 10 s, is allowed for"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a function is invoked."""

    host: str
    port: int
    name: str

    @classmethod
    def parse(cls, text: str) -> Endpoint:
        """Raises `WrongUsage`."""
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port or 80
        except ValueError as error:
            raise WrongUsage(f"{text} is no endpoint: {str(error).lower()}", FORM) from None
        whole = _WHOLE_PATH.fullmatch(parts.path)
        name = whole[1] if whole else parts.path.strip("/")
        if parts.scheme != "http" or not host or "/" in name or parts.query or parts.username:
            raise WrongUsage(f"{text} is no endpoint", FORM)
        return cls(host, port, name or DEFAULT_NAME)

    @property
    def path(self) -> str:
        return f"/2015-03-31/functions/{quote(self.name, safe=':$')}/invocations"

    def __str__(self) -> str:
        return f"http://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class _Response:
    status: int
    body: bytes
    function_error: str
    """As `X-Amz-Function-Error` has it; empty where there is none, or where the endpoint does not tell."""
    log_tail: str
    """As `X-Amz-Log-Result` has it, base64."""


class EndpointHandler(ElsewhereHandler):
    """Each invocation is one connection: a broken one is then this invocation's and no other's."""

    def __init__(self, text: str, workers: int) -> None:
        self._endpoint = Endpoint.parse(text)
        facts = (
            ("AWS credentials", "whatever the endpoint has; ddbtop gives and withholds none"),
            ("network", "whatever the endpoint reaches"),
        )
        super().__init__(workers, Given(text, f"{self._endpoint}, as it is set up", facts, is_fenced=False))

    def _answer(self, call: Call) -> Answer:
        limit = call.timeout_s + INIT_S
        try:
            return self._judged(self._waiting.wait_for(lambda: self._post(call.event, limit), limit))
        except TimeoutError:
            return Answer(error=timed_out(call.request_id, call.timeout_s), is_timeout=True, notes=(_STARTING,))
        except InterruptedError:
            return Answer(error=interrupted())
        except (http.client.HTTPException, ConnectionResetError, BrokenPipeError) as error:
            return self._broken(error)
        except OSError as error:
            raise CannotDo(f"{self._endpoint} does not answer: {error.strerror or error}", "is it running?") from error

    def _post(self, event: bytes, seconds: float) -> _Response:
        connection = http.client.HTTPConnection(self._endpoint.host, self._endpoint.port, timeout=seconds)
        try:
            connection.request("POST", self._endpoint.path, event, {"Content-Type": "application/json"})
            response = connection.getresponse()
            body = response.read(MAX_RESPONSE_BYTES + 1)
            return _Response(response.status, body, *(response.getheader(f"X-Amz-{name}", "") for name in _TOLD))
        finally:
            connection.close()

    def _judged(self, response: _Response) -> Answer:
        if response.status == http.client.NOT_FOUND:
            raise CannotDo(f"{self._endpoint} has no function {self._endpoint.name}", FORM)
        if response.status >= http.client.BAD_REQUEST and not response.function_error:
            words = " ".join(response.body.decode(errors="backslashreplace").split())
            error = HandlerError(f"HTTP {response.status}", words[:500])
            return Answer(error=error, ran=False, notes=("the endpoint refused the invocation",))
        answer = judged(response.body, response.function_error, is_marked=False)
        return replace(answer, logs=_decoded(response.log_tail))

    def _broken(self, error: Exception) -> Answer:
        words = f"{self._endpoint} ended the connection before it answered: {error or type(error).__name__}"
        return Answer(error=HandlerError("Runtime.ExitError", words), notes=("whether the function ran is not known",))


def _decoded(encoded: str) -> str:
    try:
        return base64.b64decode(encoded).decode(errors="backslashreplace")
    except binascii.Error:
        return ""
