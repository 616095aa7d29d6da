"""Starting: `--version` and `--help`, and the first frame in a real pseudo-terminal, beside what others have to pay.

`python -m benchmarks.bench_startup [--rounds N]`
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable

from benchmarks.bench_journal import Table

COLUMNS, ROWS = 120, 40
KEYS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}
FRAME_LIMIT_S = 20.0
"""A program that shows nothing in this time shows nothing."""

TOOLONG_HELP_MS = 223
TOOLONG_FRAME_MS = 422
"""What another Textual program took on the machine of the goals."""

BARE = "pass"
CLICK = "import click; click.command()(lambda: click.echo('hello')).main(['--help'], standalone_mode=False)"
EAGER = f"import boto3, textual.app; {CLICK}"
"""A command line whose imports are all at its top."""

TEXTUAL = """
from textual.app import App
from textual.widgets import Static
class Hello(App):
    def compose(self):
        yield Static("hello there")
Hello().run()
"""
NAIVE = f"""
import boto3
client = boto3.client(
    "dynamodbstreams", region_name="eu-west-1", endpoint_url="http://127.0.0.1:9",
    aws_access_key_id="a", aws_secret_access_key="b",
)
{TEXTUAL}"""
"""A client before the first frame, without a call."""

KIND_ASKED, KIND = b"\x1b[c", b"\x1b[?62;22c"
"""Every terminal says of what kind it is; who asks for colours waits for it."""

_ESCAPES = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|P[^\x1b]*\x1b\\|[@-Z\\-_=>])")


def ours(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "ddbtop", *arguments]


def script(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def run_ms(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return 1000 * (time.perf_counter() - began)


def frame_ms(command: list[str], words: bytes) -> float:
    """Milliseconds until `words` stand on the screen of a terminal that the command was started in."""
    screen, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | KEYS
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=inside, stdout=inside, stderr=inside, env=environment, start_new_session=True
    )
    os.close(inside)
    try:
        return 1000 * (_shown_at(screen, words) - began)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(screen)


def _shown_at(screen: int, words: bytes) -> float:
    seen = b""
    deadline = time.monotonic() + FRAME_LIMIT_S
    while time.monotonic() < deadline:
        if select.select([screen], [], [], 0.1)[0]:
            try:
                seen += (news := os.read(screen, 65536))
            except OSError:
                break
            if KIND_ASKED in news:
                os.write(screen, KIND)
            if words in _ESCAPES.sub(b"", seen):
                return time.perf_counter()
    raise SystemExit(
        f"{words.decode()!r} never came; instead: {_ESCAPES.sub(b'', seen).decode(errors='replace')[-500:]}"
    )


def compared(calls: dict[str, Callable[[], float]], rounds: int, table: Table, rest: str) -> dict[str, float]:
    """Medians in milliseconds of calls made turn by turn, after one that warms the disk cache."""
    for call in calls.values():
        call()
    turns = [{name: call() for name, call in calls.items()} for _ in range(rounds)]
    medians = {name: statistics.median(turn[name] for turn in turns) for name in calls}
    for name, value in medians.items():
        table.add(f"{rest}, {name}", f"{value:.0f} ms")
    return medians


def measure_commands(rounds: int, table: Table) -> None:
    """G12."""
    found = compared(
        {
            "Python alone": lambda: run_ms(script(BARE)),
            "click alone": lambda: run_ms(script(CLICK)),
            "everything imported first": lambda: run_ms(script(EAGER)),
            "ddbtop --version": lambda: run_ms(ours("--version")),
            "ddbtop --help": lambda: run_ms(ours("--help")),
        },
        rounds,
        table,
        "runs and ends",
    )
    for option in ("--version", "--help"):
        value = found[f"ddbtop {option}"]
        ratio = value / found["everything imported first"]
        table.add(f"{option} against everything imported first", f"{ratio:.2f} x")
        goal = 0.3 * TOOLONG_HELP_MS
        table.add(f"{option} above click alone", f"{value - found['click alone']:+.0f} ms")
        table.add(f"{option}", f"{value:.0f} ms", f"G12 <= {goal:.0f} ms: {'met' if value <= goal else 'missed'}")


def measure_frames(rounds: int, table: Table) -> None:
    """G13. The stream's endpoint does not exist: a first frame needs no answer."""
    arn = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"
    stream = ours(arn, "--endpoint-url", "http://127.0.0.1:9")
    found = compared(
        {
            "Textual alone": lambda: frame_ms(script(TEXTUAL), b"hello there"),
            "a client made first": lambda: frame_ms(script(NAIVE), b"hello there"),
            "ddbtop STREAM": lambda: frame_ms(stream, b"Records"),
            "ddbtop demo": lambda: frame_ms(ours("demo"), b"Records"),
        },
        rounds,
        table,
        "first frame",
    )
    goal = 0.5 * TOOLONG_FRAME_MS
    for name in ("ddbtop STREAM", "ddbtop demo"):
        value = found[name]
        table.add(f"{name} against Textual alone", f"{value / found['Textual alone']:.2f} x", "stretch 1.1 x")
        table.add(f"{name} against a client made first", f"{value / found['a client made first']:.2f} x")
        table.add(name, f"{value:.0f} ms", f"G13 <= {goal:.0f} ms: {'met' if value <= goal else 'missed'}")
    records = statistics.median(frame_ms(ours("demo"), b"MODIFY") for _ in range(rounds))
    table.add("first record of the demo", f"{records:.0f} ms")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=11)
    rounds = options.parse_args().rounds
    table = Table()
    measure_commands(rounds, table)
    measure_frames(rounds, table)


if __name__ == "__main__":
    main()
