"""An endpoint that knows its users, for tests: a real HTTP server that answers by access key and signed region."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from ddbtop.streams.simulated.answers import ServiceError, answer
from ddbtop.streams.simulated.server import LOOPBACK, TARGET_PREFIX
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.world import World

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/")
"""Of a signature's version 4: the access key and the region."""

UNKNOWN = ("UnrecognizedClientException", "The security token included in the request is invalid.")
EXPIRED = ("ExpiredTokenException", "The security token included in the request is expired")


class Gatekeeper:
    """Lets known keys through to the streams of the region that they sign for."""

    def __init__(self, worlds: Iterable[World], keys: Iterable[str]) -> None:
        by_region: dict[str, list[World]] = {}
        for world in worlds:
            by_region.setdefault(world.region, []).append(world)
        self._services = {region: Service(of_region) for region, of_region in by_region.items()}
        self.keys = set(keys)
        self.expired: set[str] = set()
        self.hold = threading.Event()
        """Calls wait for it before they are answered."""
        self.hold.set()
        self.calls: Counter[str] = Counter()
        """By key, refused ones as well."""
        self.arrived = threading.Semaphore(0)
        """Released by every call before it waits."""
        self.waiting = 0
        """Calls that are not answered yet."""
        self.connections = 0
        """How many are open."""
        self.counting = threading.Lock()
        self._server = _Server((LOOPBACK, 0), _Connection)
        self._server.gatekeeper = self
        self.endpoint_url = f"http://{LOOPBACK}:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="gatekeeper", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()

    def service(self, key: str, region: str) -> Service:
        """Raises `ServiceError` for who is not let through."""
        if key in self.expired or key not in self.keys:
            raise ServiceError(*(EXPIRED if key in self.expired else UNKNOWN))
        if region not in self._services:
            raise ServiceError("ResourceNotFoundException", "Requested resource not found")
        return self._services[region]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    gatekeeper: Gatekeeper


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._count(1)

    def finish(self) -> None:
        self._count(-1)
        super().finish()

    def _count(self, step: int) -> None:
        gatekeeper = self.server.gatekeeper
        with gatekeeper.counting:
            gatekeeper.connections += step

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        found = _CREDENTIAL.search(self.headers.get("Authorization", ""))
        key, region = found.groups() if found else ("", "")
        gatekeeper = self.server.gatekeeper
        with gatekeeper.counting:
            gatekeeper.calls[key] += 1
            gatekeeper.waiting += 1
        gatekeeper.arrived.release()
        gatekeeper.hold.wait()
        with gatekeeper.counting:
            gatekeeper.waiting -= 1
        try:
            service = gatekeeper.service(key, region)
            given = service.answer(self.headers["X-Amz-Target"].removeprefix(TARGET_PREFIX), body)
        except ServiceError as error:
            given = answer(error.body(), 0.0, error.status)
        self.send_response(given.status)
        self.send_header("Content-Type", given.content_type)
        self.send_header("Content-Length", str(len(given.body)))
        self.send_header("x-amz-crc32", str(given.crc))
        self.end_headers()
        self.wfile.write(given.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""
