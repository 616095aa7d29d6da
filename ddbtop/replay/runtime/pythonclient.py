"""Runs a Python handler under the interpreter of its own project: `python pythonclient.py MODULE FUNCTION FOLDER...`.

It speaks the Lambda Runtime API as AWS's client for Python does. It needs Python 3.8 and the standard library alone,
and nothing of ddbtop: it is not imported, it is started.
"""

from __future__ import annotations

import contextlib
import decimal
import importlib
import io
import json
import logging
import math
import os
import re
import socket
import sys
import sysconfig
import time
import traceback
import uuid
from typing import Any, Iterable, NoReturn  # noqa: UP035 -- Python 3.8

RUNTIME = "/2018-06-01/runtime/"
CODE_PATH = "/ddbtop/code"

LOG_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s"
LOG_TIME = "%Y-%m-%dT%H:%M:%S"

MARK = uuid.uuid4().hex
"""Around the digits of a Decimal until the JSON is written: the encoder has no other way to write a number exactly."""

NOT_THE_USERS = (
    __file__,
    importlib.__file__,
    "<frozen importlib._bootstrap>",
    "<frozen importlib._bootstrap_external>",
)
"""What stands at the top of a stack before the first line of the function's own."""


class Fault(Exception):
    """An error that the runtime finds, by Lambda's name for it."""

    def __init__(self, error_type: str, message: str, trace: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.told = {"errorMessage": message, "errorType": error_type, "requestId": "", "stackTrace": list(trace)}


class CognitoIdentity:
    """Empty for an event source mapping, but there."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class Context:
    """What a handler is given beside the event."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers["lambda-runtime-invoked-function-arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.identity = CognitoIdentity()
        self.client_context = None
        self.tenant_id = None
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self) -> int:
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message: object) -> None:
        sys.stdout.write(str(message))


class Api:
    """The Runtime API at the other end of one connection, in the plain HTTP that ddbtop speaks: `http.client` takes
    as long for it as many a function.
    """

    def __init__(self, address: str) -> None:
        host, port = address.rsplit(":", 1)
        self._host = address
        self._socket = socket.create_connection((host, int(port)))
        self._answers = self._socket.makefile("rb")

    def next(self) -> tuple[bytes, dict[str, str]]:
        """The next event's JSON and what is told with it."""
        try:
            return self._ask("GET", RUNTIME + "invocation/next", b"", "")
        except OSError:
            sys.exit(0)  # whoever asks is gone, and nobody is left to be told

    def post(self, path: str, body: bytes, content_type: str = "application/json") -> None:
        self._ask("POST", path, body, content_type)

    def _ask(self, method: str, path: str, body: bytes, content_type: str) -> tuple[bytes, dict[str, str]]:
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: {content_type}\r\n"
        self._socket.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        if not self._answers.readline():
            raise ConnectionResetError("the connection ended")
        headers = {}
        for line in iter(self._answers.readline, b"\r\n"):
            name, _, value = line.decode().partition(":")
            headers[name.lower()] = value.strip()
        return self._answers.read(int(headers["content-length"])), headers


class RequestFilter(logging.Filter):
    """Gives every line the id of the invocation it was logged in."""

    request_id = ""

    def filter(self, record: logging.LogRecord) -> bool:
        record.aws_request_id = self.request_id
        record.tenant_id = None
        return True


class Encoder(json.JSONEncoder):
    """JSON as AWS's runtime writes it: a Decimal is a number, bytes are text."""

    def default(self, value: Any) -> Any:
        if isinstance(value, decimal.Decimal):
            return math.nan if value.is_nan() else MARK + str(value) + MARK
        if isinstance(value, bytes):
            return value.decode()
        return super().default(value)


ENCODER = Encoder(ensure_ascii=sys.version_info < (3, 12))
"""Since 3.12 AWS's runtime writes letters as they are."""


def main() -> None:
    module, function, *folders = sys.argv[1:]
    sys.argv[1:] = []
    sys.path[:1] = folders
    api = Api(os.environ["AWS_LAMBDA_RUNTIME_API"])
    requests = set_up_logging()
    try:
        handler = load(module, function)
    except Fault as fault:
        refuse(api, fault.told)
    except Exception as error:  # noqa: BLE001 -- whatever the module raises is reported
        refuse(api, told(error, ""))
    code = Code(api, folders)
    code.tell()
    while True:
        event, headers = api.next()
        requests.request_id = headers["lambda-runtime-aws-request-id"]
        os.environ["_X_AMZN_TRACE_ID"] = headers["lambda-runtime-trace-id"]
        serve(api, handler, event, Context(headers), code)


def serve(api: Api, handler: Any, event: bytes, context: Context, code: Code) -> None:
    """One invocation. What ends the process, `sys.exit` for one, passes through."""
    path = RUNTIME + "invocation/" + context.aws_request_id
    try:
        body, content_type = marshalled(handler(json.loads(event), context))
        path += "/response"
    except Exception as error:  # noqa: BLE001 -- whatever the function raises is reported
        failure = error.told if isinstance(error, Fault) else told(error, context.aws_request_id)
        body, content_type = json.dumps(failure).encode(), "application/json"
        path += "/error"
    flush()
    code.tell()
    api.post(path, body, content_type)


def set_up_logging() -> RequestFilter:
    """The root logger as AWS's runtime sets it up; the filter that it carries."""
    for stream in (sys.stdout, sys.stderr):
        assert isinstance(stream, io.TextIOWrapper)
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    requests = RequestFilter()
    logging.Formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter(LOG_FORMAT, LOG_TIME))
    handler.addFilter(requests)
    logging.getLogger().addHandler(handler)
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
    if level in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        logging.getLogger().setLevel(level)
    return requests


def load(module: str, function: str) -> Any:
    """The handler; raises `Fault` with Lambda's words, or whatever the module raises."""
    if module.split(".")[0] in sys.builtin_module_names:
        words = f"Cannot use built-in module {module} as a handler module"
        raise Fault("Runtime.BuiltInModuleConflict", words)
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        words = f"Unable to import module '{module}': {error}"
        raise Fault("Runtime.ImportModuleError", words) from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        words = f"Syntax error in module '{module}': {error}"
        raise Fault("Runtime.UserCodeSyntaxError", words, trace) from error
    try:
        return getattr(loaded, function)
    except AttributeError as error:
        words = f"Handler '{function}' missing on module '{module}'"
        raise Fault("Runtime.HandlerNotFound", words) from error


def refuse(api: Api, failure: dict[str, Any]) -> NoReturn:
    """End a process that cannot be initialised."""
    flush()
    api.post(RUNTIME + "init/error", json.dumps(failure).encode())
    sys.exit(1)


def flush() -> None:
    """Show what was printed; a function may have put anything in the place of these streams."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()


def marshalled(response: object) -> tuple[bytes, str]:
    """The response's bytes and what they are. Raises `Fault`."""
    if isinstance(response, bytes):
        return response, "application/unknown"
    try:
        text = ENCODER.encode(response)
    except Exception as error:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error
    if MARK in text:
        text = re.sub(f'"{MARK}(.*?){MARK}"', r"\1", text)
    return text.encode("utf-8", "surrogatepass"), "application/json"


def told(error: BaseException, request_id: str) -> dict[str, Any]:
    """An exception as AWS's runtime reports it, with the stack from the function's own first line on."""
    frames = traceback.extract_tb(error.__traceback__)
    while frames and frames[0].filename in NOT_THE_USERS:
        del frames[0]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list([(at.filename, at.lineno or 0, at.name, at.line) for at in frames]),
    }


class Code:
    """Tells which files of the project are loaded, whenever there are more of them."""

    def __init__(self, api: Api, folders: list[str]) -> None:
        self._api = api
        self._folders = [os.path.realpath(folder) + os.sep for folder in folders]
        elsewhere = {sys.prefix, sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), os.path.dirname(__file__)}
        self._elsewhere = [os.path.realpath(path) + os.sep for path in elsewhere if path and not self._holds(path)]
        self._seen = 0

    def tell(self) -> None:
        if len(sys.modules) == self._seen:
            return
        self._seen = len(sys.modules)
        files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        own = sorted(path for path in files if isinstance(path, str) and self._is_own(os.path.realpath(path)))
        self._api.post(CODE_PATH, json.dumps([entry for path in own for entry in stamp(path)]).encode())

    def _is_own(self, path: str) -> bool:
        return path.startswith(tuple(self._folders)) and not path.startswith(tuple(self._elsewhere))

    def _holds(self, path: str) -> bool:
        """A project can lie inside the interpreter's own folder, `/usr` for one: that folder then tells nothing."""
        return any(folder.startswith(os.path.realpath(path) + os.sep) for folder in self._folders)


def stamp(path: str) -> list[list[Any]]:
    try:
        found = os.stat(path)
    except OSError:
        return []
    return [[path, found.st_mtime_ns, found.st_size]]


if __name__ == "__main__":
    main()
