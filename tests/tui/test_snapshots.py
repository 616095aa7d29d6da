"""Two whole screens, compared line by line: the scene of the pictures, at both sizes.

`DDBTOP_UPDATE_SNAPSHOTS=1 pytest tests/tui/test_snapshots.py` writes them anew; look at the difference before it is
committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from screenshots.replayscene import replay
from screenshots.scene import Scene, still
from tests.tui.worlds import screen_text

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("size", [(160, 50), (80, 24)])
async def test_replay_looks_as_it_was_accepted(tmp_path: Path, size: tuple[int, int]) -> None:
    with still(tmp_path) as scene:
        async with scene.app.run_test(size=size) as pilot:
            await pilot.pause()
            scene.settle()
            await replay(scene, pilot, "g", "P")
            shown = text_of(scene)
    accept(f"replay-{size[0]}x{size[1]}", shown)


@pytest.mark.parametrize("size", [(160, 50), (80, 24)])
async def test_screen_looks_as_it_was_accepted(tmp_path: Path, size: tuple[int, int]) -> None:
    with still(tmp_path) as scene:
        async with scene.app.run_test(size=size) as pilot:
            await pilot.pause()
            scene.settle()
            await pilot.pause()
            shown = text_of(scene)
    accept(f"main-{size[0]}x{size[1]}", shown)


def text_of(scene: Scene) -> str:
    return "\n".join(line.rstrip() for line in screen_text(scene.app)) + "\n"


def accept(name: str, shown: str) -> None:
    accepted = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("DDBTOP_UPDATE_SNAPSHOTS"):
        accepted.parent.mkdir(exist_ok=True)
        accepted.write_text(shown)
    assert shown == accepted.read_text()
