"""Two whole screens, compared line by line: the scene of the pictures, at both sizes.

`DDBTOP_UPDATE_SNAPSHOTS=1 pytest tests/tui/test_snapshots.py` writes them anew; look at the difference before it is
committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from screenshots.scene import still
from tests.tui.worlds import screen_text

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("size", [(160, 50), (80, 24)])
async def test_screen_looks_as_it_was_accepted(tmp_path: Path, size: tuple[int, int]) -> None:
    with still(tmp_path) as scene:
        async with scene.app.run_test(size=size) as pilot:
            await pilot.pause()
            scene.settle()
            await pilot.pause()
            shown = "\n".join(line.rstrip() for line in screen_text(scene.app)) + "\n"
    accepted = SNAPSHOTS / f"main-{size[0]}x{size[1]}.txt"
    if os.environ.get("DDBTOP_UPDATE_SNAPSHOTS"):
        accepted.parent.mkdir(exist_ok=True)
        accepted.write_text(shown)
    assert shown == accepted.read_text()
