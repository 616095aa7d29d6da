"""The Lambda Runtime API for one process, on a port of its own: the next event out, a response or an error in.

It does nothing by itself: whoever owns the selector calls what is registered there.
"""

from __future__ import annotations

import json
import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass

from ddbtop.replay.model import HandlerError
from ddbtop.replay.runtime.code import CodeFile, code_files
from ddbtop.replay.runtime.connection import Connection, Request
from ddbtop.replay.runtime.payload import MAX_RESPONSE_BYTES, told_error, too_large
from ddbtop.replay.runtime.peers import is_ours, why_refused

MAX_EVENT_BYTES = 6 * 1024 * 1024
"""Lambda's quota for the payload of a synchronous invocation."""

_RUNTIME = "/2018-06-01/runtime/"

CODE_PATH = "/ddbtop/code"
"""Ours alone: the Python client tells which files of the user's it has loaded."""

_ERROR_TYPE_HEADER = "lambda-runtime-function-error-type"


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a process is given to do."""

    request_id: str
    event: bytes
    deadline: float
    """Epoch seconds."""
    function_arn: str

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", self.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(int(self.deadline * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", " ".join(self.function_arn.split())),
            ("Lambda-Runtime-Trace-Id", f"Root=1-00000000-{self.request_id.replace('-', '')[:24]};Sampled=0"),
        ]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for an invocation."""

    payload: bytes = b"null"
    error: HandlerError | None = None


class RuntimeApi:
    """What one process talks to. Never blocks; used by one thread at a time."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._connections: set[Connection] = set()
        self._waiting: list[Connection] = []
        self._offered: Invocation | None = None
        self._current = ""
        self.reply: Reply | None = None
        self.init_error: HandlerError | None = None
        self.code: tuple[CodeFile, ...] = ()
        """The user's files that the process has loaded, where it tells."""
        selector.register(self._listener, selectors.EVENT_READ, lambda _: self._accept())

    @property
    def is_asked(self) -> bool:
        """A client waits for an event: it is initialised, and done with what it had."""
        return bool(self._waiting)

    @property
    def is_taken(self) -> bool:
        """What was offered has been handed out."""
        return self._offered is None

    def offer(self, invocation: Invocation) -> None:
        """Hand this out to whoever asks next; only its answer counts from now on."""
        self._offered, self._current, self.reply = invocation, "", None
        self._hand_out()

    def close(self) -> None:
        self._selector.unregister(self._listener)
        self._listener.close()
        for connection in list(self._connections):
            self._drop(connection)

    def _accept(self) -> None:
        try:
            peer, _ = self._listener.accept()
        except OSError:  # it was gone before it was taken
            return
        connection = Connection(peer, MAX_RESPONSE_BYTES)
        if not is_ours(peer):
            connection.close()
            return
        self._connections.add(connection)
        self._selector.register(peer, selectors.EVENT_READ, lambda mask: self._turn(connection, mask))

    def _turn(self, connection: Connection, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            connection.flush()
        if mask & selectors.EVENT_READ and (request := connection.receive()) is not None:
            self._answer(connection, request)
        self._settle(connection)

    def _settle(self, connection: Connection) -> None:
        if connection.is_closed:
            self._drop(connection)
        else:
            mask = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.wants_to_send else 0)
            if self._selector.get_key(connection.socket).events != mask:
                data = self._selector.get_key(connection.socket).data
                self._selector.modify(connection.socket, mask, data)

    def _drop(self, connection: Connection) -> None:
        if connection not in self._connections:
            return
        self._selector.unregister(connection.socket)
        connection.close()
        self._connections.discard(connection)
        if connection in self._waiting:
            self._waiting.remove(connection)

    def _answer(self, connection: Connection, request: Request) -> None:
        if refusal := why_refused(request.headers, self.address):
            _tell(connection, 403, "Forbidden", refusal, ends=True)
        elif request.path == f"{_RUNTIME}invocation/next":
            self._on_next(connection, request)
        elif (found := self._route(request)) is None:
            _tell(connection, 404, "NotFound", f"the Runtime API has no {request.path}")
        elif request.method != "POST":
            _tell(connection, 405, "MethodNotAllowed", f"{request.path} takes POST")
        else:
            found(connection, request)

    def _route(self, request: Request) -> Callable[[Connection, Request], None] | None:
        if request.path == CODE_PATH:
            return self._on_code
        if request.path == f"{_RUNTIME}init/error":
            return self._on_init_error
        steps = request.path.removeprefix(f"{_RUNTIME}invocation/").split("/")
        if not request.path.startswith(_RUNTIME) or len(steps) != 2:
            return None
        request_id, what = steps
        routes = {"response": self._on_response, "error": self._on_error}
        return (routes[what] if request_id == self._current else _unknown_id) if what in routes else None

    def _on_next(self, connection: Connection, request: Request) -> None:
        if request.method != "GET":
            _tell(connection, 405, "MethodNotAllowed", f"{request.path} takes GET")
            return
        self._waiting.append(connection)
        self._hand_out()

    def _hand_out(self) -> None:
        if self._offered is None or not self._waiting:
            return
        connection, invocation = self._waiting.pop(0), self._offered
        self._offered, self._current = None, invocation.request_id
        connection.answer(200, invocation.event, invocation.headers)
        self._settle(connection)

    def _on_response(self, connection: Connection, request: Request) -> None:
        self._current = ""
        if not request.is_cut:
            self.reply = Reply(request.body or b"null")
            _accept_answer(connection)
            return
        error = too_large()
        self.reply = Reply(error=error)
        _tell(connection, 413, "RequestEntityTooLarge", error.message)

    def _on_error(self, connection: Connection, request: Request) -> None:
        self._current = ""
        self.reply = Reply(error=told_error(request.body, request.headers.get(_ERROR_TYPE_HEADER, "")))
        _accept_answer(connection)

    def _on_init_error(self, connection: Connection, request: Request) -> None:
        self.init_error = told_error(request.body, request.headers.get(_ERROR_TYPE_HEADER, ""))
        _accept_answer(connection)

    def _on_code(self, connection: Connection, request: Request) -> None:
        try:
            self.code = code_files(request.body)
        except (ValueError, TypeError, RecursionError):  # a handler can send here what it likes
            _tell(connection, 400, "InvalidRequest", "this tells no files")
        else:
            _accept_answer(connection)


def _accept_answer(connection: Connection) -> None:
    connection.answer(202, b'{"status":"OK"}\n', [("Content-Type", "application/json")])


def _unknown_id(connection: Connection, request: Request) -> None:
    _tell(connection, 400, "InvalidRequestID", "no invocation of this id is under way")


def _tell(connection: Connection, status: int, error_type: str, words: str, *, ends: bool = False) -> None:
    body = json.dumps({"errorMessage": words, "errorType": error_type}).encode()
    connection.answer(status, body, [("Content-Type", "application/json")], ends=ends)
