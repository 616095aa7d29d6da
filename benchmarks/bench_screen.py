"""The inspector in a real pseudo-terminal while records arrive: a key's way to the screen, CPU, memory, and quitting.

`python -m benchmarks.bench_screen [--rate 10000] [--seconds 10]` serves the demo from a process of its own, opens the
inspector on it at 120x40, types characters that no record holds into the filter line, and times each until it is in the
output. Goals G7, G8, G19 and "quit in under half a second".
"""

from __future__ import annotations

import argparse
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from pathlib import Path

from benchmarks.bench_journal import Table

COLUMNS, ROWS = 120, 40
KEYS = 40
FIRST_CHARACTER = 0x0531
"""Armenian capitals: nothing that the demo writes."""

PATIENCE_S = 10.0


@contextmanager
def demo(rate: float) -> Iterator[tuple[str, str]]:
    """Endpoint and ARN of a demo served by another process."""
    command = [sys.executable, "-m", "ddbtop", "demo", "--serve", "0", "--rate", str(rate)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stderr is not None
    arn = server.stdout.readline().strip()
    endpoint = next(word.rstrip(",") for word in server.stderr.readline().split() if word.startswith("http"))
    try:
        yield endpoint, arn
    finally:
        server.terminate()
        server.communicate()


class Terminal:
    """A program in a pseudo-terminal whose output is read all the time, as a terminal would."""

    def __init__(self, *words: str) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execv(sys.executable, [sys.executable, "-m", "ddbtop", *words])
        ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        self.written = 0

    def read(self, seconds: float) -> bytes:
        """What arrives within so many seconds."""
        found, end = b"", time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            found += self._some(left)
        return found

    def until(self, wanted: bytes) -> float:
        """Seconds until `wanted` is in the output."""
        began, seen = time.monotonic(), b""
        while wanted not in seen:
            if time.monotonic() - began > PATIENCE_S:
                raise SystemExit(f"{wanted!r} did not reach the screen")
            seen = seen[-200:] + self._some(PATIENCE_S)
        return time.monotonic() - began

    def type(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def ended(self) -> float:
        """Seconds until the program is gone."""
        began = time.monotonic()
        while os.waitpid(self.pid, os.WNOHANG)[0] == 0:
            self._some(0.01)
        return time.monotonic() - began

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

    def _some(self, seconds: float) -> bytes:
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            read = os.read(self.fd, 1 << 16)
        except OSError:
            return b""
        self.written += len(read)
        return read


def latencies(terminal: Terminal) -> list[float]:
    """One key after another, each timed until it is on the screen."""
    found = []
    for number in range(KEYS):
        character = chr(FIRST_CHARACTER + number % 38)
        terminal.type(character)
        found.append(terminal.until(character.encode()))
        terminal.type("\x7f")
        terminal.read(0.12)
    return sorted(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=10_000)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    table = Table()
    with demo(asked.rate) as (endpoint, arn):
        terminal = Terminal(arn, "--endpoint-url", endpoint, "--from", "LATEST")
        terminal.until(b"following")
        terminal.read(5)
        cpu, began = terminal.cpu_s(), time.monotonic()
        terminal.read(asked.seconds)
        share = (terminal.cpu_s() - cpu) / (time.monotonic() - began)
        terminal.type("/")
        terminal.read(0.5)
        times = latencies(terminal)
        memory = terminal.memory_mb()
        terminal.type("\x1b")
        terminal.read(0.5)
        terminal.type("q")
        quitting = terminal.ended()
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    table.add(f"{asked.rate:.0f} records/s, {COLUMNS}x{ROWS}: key to screen, p50", f"{p50 * 1000:.0f} ms")
    table.add("key to screen, p95", f"{p95 * 1000:.0f} ms", _verdict("G7 <= 50 ms", p95 <= 0.05))
    table.add("CPU of the whole program", f"{share:.0%}", _verdict("G19 <= 45 %", share <= 0.45))
    table.add("memory", f"{memory:.0f} MB", _verdict("G9 <= 130 MB", memory <= 130))
    table.add("quitting", f"{quitting * 1000:.0f} ms", _verdict("< 500 ms", quitting < 0.5))


def _verdict(goal: str, met: bool) -> str:
    return f"{goal}: {'met' if met else 'missed'}"


if __name__ == "__main__":
    main()
