"""A server in a process of its own that answers every request with the same full page: only the client is measured.

`python -m benchmarks.pageserver` prints its port and serves until its standard input ends.
"""

from __future__ import annotations

import socketserver
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase

from benchmarks.bench_journal import Traffic

RECORDS = 1000


def full_page() -> bytes:
    """A GetRecords answer of 1,000 records and 1.1 MB."""
    return Traffic(seed=1).body(RECORDS)


@contextmanager
def page_server() -> Iterator[str]:
    """The endpoint URL of a server in another process."""
    command = [sys.executable, "-m", "benchmarks.pageserver"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


class _Answers(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        while _read_request(self.rfile):
            self.wfile.write(self.server.answer)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, body: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        head = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: 1\r\n"
            f"Date: Fri, 20 Mar 2026 14:32:07 GMT\r\nx-amz-crc32: {zlib.crc32(body)}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.answer = head.encode() + body


def _read_request(stream: BufferedIOBase) -> bool:
    """Reads one request to its end; False where the client has gone."""
    length = 0
    while (line := stream.readline().strip().lower()) != b"":
        if line.startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    return bool(length) and len(stream.read(length)) == length


def main() -> None:
    with _Server(full_page()) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
