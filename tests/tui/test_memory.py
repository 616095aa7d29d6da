"""What was read and put away does not stay in memory."""

from __future__ import annotations

import gc
import platform
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ddbtop.tui.app import InspectorApp

PROGRAM = """
import sys
from ddbtop.tui.memory import give_back_pages

def resident_mb():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))

if sys.argv[1] == "told":
    give_back_pages()
first = bytearray(1_000_000)
del first  # from here on glibc expects more of the kind
before, pinned, pages = resident_mb(), [], []
for _ in range(100):
    pages.append(bytearray(b"x") * 1_000_000)
    pinned.append(bytearray(2_000))  # what stays lies between what goes
del pages
print(resident_mb() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries cannot be told")
def test_pages_that_are_put_away_go_back_to_the_system() -> None:
    kept = {word: int(subprocess.check_output([sys.executable, "-c", PROGRAM, word])) for word in ("told", "untold")}
    assert kept["told"] < 20 < 60 < kept["untold"], kept


@pytest.fixture
def settled() -> Iterator[None]:
    before = gc.get_threshold()
    InspectorApp.settle_garbage()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("settled")
def test_no_pass_of_the_garbage_collector_has_much_to_free() -> None:
    """A key waits until it is through."""
    freed: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        freed.append(info.get("collected", 0))

    gc.callbacks.append(note)
    try:
        for _ in range(100_000):
            cycle: list[object] = []
            cycle.append(cycle)
    finally:
        gc.callbacks.remove(note)
    assert sum(freed) > 90_000
    assert max(freed) < 5_000
