"""The whole program in a real terminal: `ddbtop demo` inside tmux, driven by keys, read from the pane."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.long  # needs tmux, and says so where it is missing

PATIENCE_S = 30.0
"""How long anything may take before the test gives up; nothing here is timed."""


class Terminal:
    """One tmux server of its own with one pane that runs a shell."""

    def __init__(self, folder: Path, columns: int, rows: int) -> None:
        self._socket = folder / "tmux"
        environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "TERM": "xterm-256color", "PS1": "$ "}
        for name in ("TMUX", "COLUMNS", "LINES"):
            environment.pop(name, None)
        size = ("-x", str(columns), "-y", str(rows))
        subprocess.run(
            [*self._tmux, "-f", "/dev/null", "new-session", "-d", *size, "-c", str(folder), "sh"],
            check=True,
            env=environment,
        )

    @property
    def _tmux(self) -> list[str]:
        return ["tmux", "-S", str(self._socket)]

    def run(self, *words: str) -> str:
        done = subprocess.run([*self._tmux, *words], check=True, capture_output=True, text=True)
        return done.stdout

    def keys(self, *keys: str) -> None:
        self.run("send-keys", *keys)

    def type(self, text: str) -> None:
        self.run("send-keys", "-l", text)

    def text(self) -> str:
        return self.run("capture-pane", "-p")

    def until(self, holds: Callable[[str], object]) -> str:
        """The screen once something holds of it."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds(text := self.text()):
            assert time.monotonic() < deadline, f"it never came to be:\n{text}"
            time.sleep(0.05)
        return text

    def pid_of(self, word: str) -> int:
        """The process below the pane's shell whose command line has the word."""
        shell = self.run("display-message", "-p", "#{pane_pid}").strip()
        listed = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", shell], capture_output=True, text=True, check=True)
        return next(int(line.split()[0]) for line in listed.stdout.splitlines() if word in line)

    def close(self) -> None:
        subprocess.run([*self._tmux, "kill-server"], check=False, capture_output=True)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    made = Terminal(tmp_path, 160, 50)
    try:
        yield made
    finally:
        made.close()


def demo(terminal: Terminal) -> None:
    """Start the demo and wait until it follows what arrives."""
    terminal.type(f"{sys.executable} -m ddbtop demo --seed 1 --rate 30; echo left $?")
    terminal.keys("Enter")
    terminal.until(lambda text: "following" in text and "tip" in text and "behind 0 s" in text)


def test_session_in_a_real_terminal(terminal: Terminal) -> None:
    """Start, move while following, filter, copy, change the start point, quit."""
    demo(terminal)
    terminal.keys("k")
    terminal.until(lambda text: "paused" in text)
    terminal.keys("y")
    terminal.until(lambda text: "Copied the record as JSON" in text)
    deadline = time.monotonic() + PATIENCE_S
    while '"eventName"' not in terminal.run("show-buffer"):
        assert time.monotonic() < deadline
    terminal.keys("Space")
    terminal.until(lambda text: "following" in text)
    terminal.keys("/")
    terminal.type("event:MODIFY cart#")
    terminal.keys("Enter")
    terminal.until(lambda text: " match" in text and "MODIFY CART#" in text and "INSERT SESSION" not in text)
    terminal.keys("Escape")
    terminal.until(lambda text: " match" not in text)
    terminal.keys("t")
    terminal.until(lambda text: "Start reading" in text)
    terminal.keys("Enter")
    terminal.until(lambda text: "Reading from LATEST" in text and "following" in text)
    terminal.keys("?")
    terminal.until(lambda text: "Everywhere" in text)
    terminal.keys("Escape")
    terminal.run("resize-window", "-x", "80", "-y", "24")
    terminal.until(lambda text: "1 newest" in text and "following" in text)
    leave(terminal)


def test_what_matches_is_exported(terminal: Terminal, tmp_path: Path) -> None:
    demo(terminal)
    terminal.keys("/")
    terminal.type("event:MODIFY cart#")
    terminal.keys("Enter")
    terminal.until(lambda text: " match ·" in text)
    terminal.keys("e")
    terminal.until(lambda text: "Export" in text and "▌ what matches" in text and "so far" not in text)
    terminal.keys("Enter")
    text = terminal.until(lambda text: "Export" not in text and ".ndjson" in text)
    said = re.search(r"([\d ]+\d) records, .* in (\S+\.ndjson)", text)
    assert said is not None, text
    records = [json.loads(line) for line in (tmp_path / said[2]).read_text().splitlines()]
    assert len(records) == int(said[1].replace(" ", "")) > 0
    assert {record["eventName"] for record in records} == {"MODIFY"}
    assert all(record["dynamodb"]["Keys"]["pk"]["S"].startswith("CART#") for record in records)
    assert all(record["shardId"].startswith("shardId-") for record in records)
    assert (tmp_path / said[2]).stat().st_mode & 0o077 == 0
    leave(terminal)


@pytest.mark.parametrize("size", [(160, 50), (80, 24)], ids=["160x50", "80x24"])
def test_ancestors_unfold_and_fold_again(terminal: Terminal, size: tuple[int, int]) -> None:
    demo(terminal)
    terminal.run("resize-window", "-x", str(size[0]), "-y", str(size[1]))
    terminal.keys("2")
    terminal.until(lambda text: max(map(len, text.splitlines())) <= size[0] and line(text, r"▌ +└─● \w{8}"))
    terminal.keys("g")
    folded = line(terminal.until(lambda text: line(text, r"▌▾ ○ \w{8}  \+2 above")), r"▌▾ ○ \w{8}")
    shard = folded[-8:]
    terminal.keys("Right")
    terminal.until(lambda text: line(text, rf"▌    └─○ {shard}") and line(text, r" ▾ ○ \w{8} ") and "└─" in text)
    terminal.keys("Left")
    terminal.until(lambda text: line(text, rf"▌    └─○ {shard} ▸ \+3"))
    terminal.keys("z")
    terminal.until(lambda text: line(text, r"▌▸ ● \w{8}  \+5 above"))
    terminal.keys("z")
    terminal.until(lambda text: line(text, rf" ▾ ○ {shard}  \+2 above"))
    leave(terminal)


def line(text: str, pattern: str) -> str:
    """What fits the pattern at the beginning of a line; empty where nothing does."""
    found = re.search(f"^{pattern}", text, re.MULTILINE)
    return found[0] if found else ""


def leave(terminal: Terminal) -> None:
    """Quit, and find the shell's own terminal."""
    terminal.keys("q")
    text = terminal.until(lambda text: "left 0" in text)
    assert "Traceback" not in text
    assert modes(terminal) == SHELL


SHELL = ["0", "0", "1"]
"""Alternate screen, mouse, cursor."""


def modes(terminal: Terminal) -> list[str]:
    return terminal.run("display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{cursor_flag}").split()


@pytest.mark.parametrize("by_key", [True, False], ids=["ctrl+z", "SIGTSTP"])
def test_screen_comes_back_whole_after_a_suspension(terminal: Terminal, by_key: bool) -> None:
    demo(terminal)
    terminal.keys("k")
    terminal.until(lambda text: "paused" in text)
    if by_key:
        terminal.keys("C-z")
    else:
        os.kill(terminal.pid_of("ddbtop"), signal.SIGTSTP)
    terminal.until(lambda text: "topped" in text and "paused" not in text)
    assert modes(terminal) == SHELL
    come_back(terminal)
    leave(terminal)


def test_screen_comes_back_whole_after_a_stop_that_nobody_announced(terminal: Terminal) -> None:
    """After SIGSTOP the shell has the terminal as the program left it, until somebody cleans up."""
    demo(terminal)
    settings = terminal_settings(terminal)
    program = terminal.pid_of("ddbtop")
    terminal.keys("k")
    terminal.until(lambda text: "paused" in text)
    os.kill(program, signal.SIGSTOP)
    terminal.until(lambda text: "topped" in text)
    terminal.type("stty sane; clear; echo written $((20 + 22)) meanwhile")
    terminal.keys("C-j")
    terminal.until(lambda text: "written 42 meanwhile" in text and "paused" not in text)
    terminal.type("bg")
    terminal.keys("Enter")
    deadline = time.monotonic() + PATIENCE_S
    while not state_of(program).startswith("T"):
        assert time.monotonic() < deadline, "it runs where nobody can see it"
        time.sleep(0.05)
    assert "paused" not in terminal.text()
    come_back(terminal)
    assert "meanwhile" not in terminal.text()
    assert terminal_settings(terminal) == settings
    leave(terminal)


def come_back(terminal: Terminal) -> None:
    """Into the foreground, with everything as it was and every key heard."""
    terminal.type("fg; echo left $?")
    terminal.keys("Enter")
    terminal.until(
        lambda text: all(word in text for word in ("paused", "behind", "Shards", "rec/s", "iterator", "MODIFY"))
    )
    terminal.keys("Space")
    terminal.until(lambda text: "following" in text and "behind 0 s" in text)


def terminal_settings(terminal: Terminal) -> str:
    """What stty says of the pane's own terminal."""
    pane = terminal.run("display-message", "-p", "#{pane_tty}").strip()
    with open(pane) as device:
        return subprocess.run(["stty", "-g"], stdin=device, capture_output=True, text=True, check=True).stdout


def test_size_may_change_at_every_moment(terminal: Terminal) -> None:
    demo(terminal)
    for columns, rows in ((60, 15), (40, 8), (161, 51), (20, 5), (80, 24), (1, 1), (120, 30)):
        terminal.run("resize-window", "-x", str(columns), "-y", str(rows))
        terminal.keys("k")
    terminal.until(lambda text: "paused" in text and max(map(len, text.splitlines())) > 100)
    terminal.keys("Space")
    terminal.until(lambda text: "following" in text)
    leave(terminal)


@pytest.mark.parametrize("how", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_signal_leaves_a_sane_terminal(terminal: Terminal, how: signal.Signals) -> None:
    demo(terminal)
    os.kill(terminal.pid_of("ddbtop"), how)
    terminal.until(lambda text: "left " in text and "following" not in text)
    terminal.type("echo still $((20 + 22)) here")
    terminal.keys("Enter")
    text = terminal.until(lambda text: "still 42 here" in text)
    assert "Traceback" not in text
    assert modes(terminal) == SHELL


@pytest.mark.parametrize("keys", [[], ["t"], ["/", "e"]])
def test_program_ends_with_its_terminal(terminal: Terminal, keys: list[str]) -> None:
    demo(terminal)
    program = terminal.pid_of("ddbtop")
    for key in keys:
        terminal.keys(key)
    terminal.close()
    deadline = time.monotonic() + PATIENCE_S
    while is_alive(program):
        assert time.monotonic() < deadline, "it runs on without anybody to see it"
        time.sleep(0.05)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not asked about yet does not."""
    state = state_of(pid)
    return bool(state) and not state.startswith("Z")


def state_of(pid: int) -> str:
    """As ps abbreviates it; empty where there is no such process."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()
