"""The simulated service over HTTP on the loopback interface: the JSON 1.0 protocol, as SDKs speak it."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Self

from ddbtop.streams.simulated.answers import Answer, Delivery, ServiceError, answer
from ddbtop.streams.simulated.faults import CUT_AT
from ddbtop.streams.simulated.service import Service

TARGET_PREFIX = "DynamoDBStreams_20120810."

LOOPBACK = "127.0.0.1"

MAX_REQUEST_BYTES = 1 << 16
"""The longest call has an iterator of 2,048 characters; more is no call of this protocol."""

HANG_S = 120.0
"""How long a call that hangs is held: longer than the patience of any client here."""

_WRITE_BUFFER_BYTES = 1 << 16
"""Head and body of a small answer leave in one segment."""


class SimulatedServer:
    """Serves while its `with` block runs, one thread a connection. Only programs on this computer can reach it."""

    def __init__(self, service: Service, port: int = 0) -> None:
        """`port` 0 takes a free one. Raises OSError where the port is taken."""
        self.service = service
        self.stopping = threading.Event()
        self._listener = socket.create_server((LOOPBACK, port), backlog=128)
        self.port: int = self._listener.getsockname()[1]
        self.endpoint_url = f"http://{LOOPBACK}:{self.port}"
        self.hosts = frozenset({f"{LOOPBACK}:{self.port}", f"localhost:{self.port}"})
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._acceptor = threading.Thread(target=self._accept, name="simulated-server", daemon=True)

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End at once: calls under way are cut off."""
        self.stopping.set()
        with suppress(OSError), socket.create_connection((LOOPBACK, self.port), timeout=1):
            pass  # wakes the acceptor, wherever closing a listening socket does not
        self._acceptor.join()
        self._listener.close()
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            connection, address = self._listener.accept()
            if self.stopping.is_set():
                connection.close()
                return
            with self._lock:
                self._connections.add(connection)
            threading.Thread(
                target=self._serve, args=(connection, address), name="simulated-connection", daemon=True
            ).start()

    def _serve(self, connection: socket.socket, address: tuple[str, int]) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            _Connection(connection, address, self)  # type: ignore[arg-type]  # it only keeps its server
        except OSError:
            pass  # the client went away, or the server is closing: nobody is left to be told
        finally:
            with self._lock:
                self._connections.discard(connection)
            connection.close()


class _Connection(BaseHTTPRequestHandler):
    """The calls of one connection."""

    protocol_version = "HTTP/1.1"
    wbufsize = _WRITE_BUFFER_BYTES
    server: SimulatedServer  # type: ignore[assignment]

    def do_POST(self) -> None:
        refusal = self._refusal()
        if refusal is not None:
            self.close_connection = True
            self.send_error(refusal)
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(self._answer(body))

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: the terminal belongs to the inspector."""

    def version_string(self) -> str:
        return "Server"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The service's clock, also in answers that the base class makes."""
        return formatdate(self.server.service.clock.now() if timestamp is None else timestamp, usegmt=True)

    def _refusal(self) -> HTTPStatus | None:
        """Why this request is none that an SDK would send. A web page must never get an answer."""
        headers = self.headers
        if headers.get("Host") not in self.server.hosts:
            return HTTPStatus.FORBIDDEN
        if any(name.lower() == "origin" or name.lower().startswith("sec-fetch-") for name in headers):
            return HTTPStatus.FORBIDDEN
        if self.path != "/":
            return HTTPStatus.NOT_FOUND
        length = headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in headers:
            return HTTPStatus.LENGTH_REQUIRED
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if int(length) > MAX_REQUEST_BYTES else None

    def _answer(self, body: bytes) -> Answer:
        service = self.server.service
        if "Authorization" not in self.headers:
            error = ServiceError("MissingAuthenticationTokenException", "Request is missing Authentication Token")
            return answer(error.body(), service.clock.now(), error.status)
        target = self.headers.get("X-Amz-Target", "")
        operation = target.removeprefix(TARGET_PREFIX) if target.startswith(TARGET_PREFIX) else ""
        return service.answer(operation, body)

    def _send(self, given: Answer) -> None:
        if given.delivery in (Delivery.HANG, Delivery.DISCONNECT):
            self.close_connection = True
            if given.delivery is Delivery.HANG:
                self.server.stopping.wait(HANG_S)
            return
        self.send_response_only(given.status)
        self.send_header("Server", self.version_string())
        self.send_header("Date", self.date_time_string(given.server_time))
        self.send_header("Content-Type", given.content_type)
        self.send_header("Content-Length", str(len(given.body)))
        self.send_header("x-amzn-RequestId", os.urandom(26).hex().upper())
        self.send_header("x-amz-crc32", str(given.crc))
        self.end_headers()
        if given.delivery is Delivery.CUT:
            self.close_connection = True
            self.wfile.write(given.body[: int(len(given.body) * CUT_AT)])
        else:
            self.wfile.write(given.body)
