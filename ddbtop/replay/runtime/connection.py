"""One HTTP/1.1 connection of a runtime client, without ever blocking: httptools reads what it sends."""

from __future__ import annotations

import http
import socket
from collections.abc import Sequence
from dataclasses import dataclass

import httptools

READ_BYTES = 1 << 18

MAX_HEAD_BYTES = 2 << 20
"""AWS's own clients send up to 1 MB of an error's cause in one header."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked, whole."""

    method: str
    path: str
    headers: dict[str, str]
    """By names in small letters."""
    body: bytes
    size: int
    """Of the body as it was sent; more than was kept, where that was too large."""

    @property
    def is_cut(self) -> bool:
        return self.size > len(self.body)


class Connection:
    """Requests in, answers out, one after the other."""

    def __init__(self, peer: socket.socket, max_body_bytes: int) -> None:
        peer.setblocking(False)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = peer
        self.is_closed = False
        self._reader = _Reader(max_body_bytes)
        self._unsent = memoryview(b"")
        self._ends = False
        """The connection is over once everything is sent."""

    @property
    def wants_to_send(self) -> bool:
        return bool(self._unsent)

    def receive(self) -> Request | None:
        """What has arrived, once it is a whole request. What is no HTTP is answered, so that its author sees it."""
        try:
            data = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        if not data:  # whoever does not listen any more is not answered
            self.close()
        elif refusal := self._reader.read(data):
            self._ends = True
            self.answer(*refusal)
        elif self._reader.waits_for_leave:
            self._reader.waits_for_leave = False
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        request, self._reader.request = self._reader.request, None
        return None if self.is_closed or self._ends else request

    def answer(self, status: int, body: bytes, headers: Sequence[tuple[str, str]] = (), *, ends: bool = False) -> None:
        """Answer the request that came last; `ends`: and hear no other."""
        self._ends = self._ends or ends or not self._reader.keeps_alive
        lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if self._ends:
            lines.append("Connection: close")
        self._send("\r\n".join([*lines, "", ""]).encode() + body)

    def flush(self) -> None:
        """Send what the client had no room for."""
        unsent, self._unsent = self._unsent, memoryview(b"")
        self._send(unsent)

    def close(self) -> None:
        self.is_closed = True
        self._unsent = memoryview(b"")
        self.socket.close()

    def _send(self, data: bytes | memoryview) -> None:
        if self._unsent:
            self._unsent = memoryview(bytes(self._unsent) + bytes(data))
            return
        try:
            sent = self.socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.close()
            return
        self._unsent = memoryview(data)[sent:]
        if self._ends and not self._unsent:
            self.close()


class _Reader:
    """What httptools finds in the bytes of a connection; it calls the methods that begin with `on_`."""

    def __init__(self, max_body_bytes: int) -> None:
        self.request: Request | None = None
        """The last one that is whole: no runtime client asks again before it was answered."""
        self.keeps_alive = True
        self.waits_for_leave = False
        """It sends its body once it is told to continue."""
        self._max_body_bytes = max_body_bytes
        self._parser = httptools.HttpRequestParser(self)
        self._head_bytes = 0
        self._is_in_head = True
        self._url = bytearray()
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._size = 0

    def read(self, data: bytes) -> tuple[int, bytes] | None:
        """Status and words of a refusal, or nothing."""
        self._head_bytes += len(data) if self._is_in_head else 0
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self.request = None
            return 400, f"this is not HTTP as it is understood here: {error}\n".encode()
        if self._is_in_head and self._head_bytes > MAX_HEAD_BYTES:
            return 431, b"the headers are too large\n"
        return None

    def on_message_begin(self) -> None:
        self._url, self._headers, self._body, self._size = bytearray(), {}, bytearray(), 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._is_in_head, self._head_bytes = False, 0
        self.waits_for_leave = self._headers.get("expect", "").lower() == "100-continue"

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        self._body += body[: self._max_body_bytes - len(self._body)]

    def on_message_complete(self) -> None:
        self._is_in_head = True
        self.waits_for_leave = False
        self.keeps_alive = self._parser.should_keep_alive()
        method, path = self._parser.get_method().decode("latin-1"), self._url.decode("latin-1").partition("?")[0]
        self.request = Request(method, path, self._headers, bytes(self._body), self._size)
