"""One HTTP/1.1 connection of a runtime client, without ever blocking: h11 reads and writes it."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from dataclasses import dataclass

import h11

READ_BYTES = 1 << 18

MAX_HEAD_BYTES = 2 << 20
"""AWS's own clients send up to 1 MB of an error's cause in one header."""

CLOSE = ("Connection", "close")


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
        self._max_body_bytes = max_body_bytes
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._unsent = memoryview(b"")
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._size = 0

    @property
    def wants_to_send(self) -> bool:
        return bool(self._unsent)

    def receive(self) -> Request | None:
        """What has arrived, once it is a whole request."""
        try:
            data = self.socket.recv(READ_BYTES)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        if not data:  # whoever does not listen any more is not answered
            self.close()
            return None
        try:
            self._http.receive_data(data)
            return self.next_request()
        except h11.RemoteProtocolError as error:
            self._refuse(error)
            return None

    def next_request(self) -> Request | None:
        """A request that arrived together with the one before it, too. Raises `h11.RemoteProtocolError`."""
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                self._head, self._body, self._size = event, bytearray(), 0
            elif isinstance(event, h11.Data):
                self._keep(event.data)
            elif isinstance(event, h11.EndOfMessage) and self._head is not None:
                return self._whole(self._head)
            elif event is h11.NEED_DATA and self._http.they_are_waiting_for_100_continue:
                self._send(self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
            else:
                return None

    def answer(self, status: int, body: bytes, headers: Sequence[tuple[str, str]] = ()) -> None:
        """Answer the request that came last."""
        sized = [*headers, ("Content-Length", str(len(body)))]
        head = self._http.send(h11.Response(status_code=status, headers=sized)) or b""
        rest = self._http.send(h11.Data(data=body)) or b""
        end = self._http.send(h11.EndOfMessage()) or b""
        self._send(b"".join((head, rest, end)))
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()

    def flush(self) -> None:
        """Send what the client had no room for."""
        unsent, self._unsent = self._unsent, memoryview(b"")
        self._send(unsent)

    def close(self) -> None:
        self.is_closed = True
        self._unsent = memoryview(b"")
        self.socket.close()

    def _keep(self, data: bytes | bytearray) -> None:
        self._size += len(data)
        room = self._max_body_bytes - len(self._body)
        self._body += data[:room]

    def _whole(self, head: h11.Request) -> Request:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
        path = head.target.decode("latin-1").partition("?")[0]
        return Request(head.method.decode("latin-1"), path, headers, bytes(self._body), self._size)

    def _refuse(self, error: h11.RemoteProtocolError) -> None:
        """What is no HTTP is answered, so that its author sees it, and heard no more."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self.answer(error.error_status_hint, str(error).encode(), [CLOSE])
        self.close()

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
