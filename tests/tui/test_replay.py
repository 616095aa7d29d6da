"""Every key of a replay does what its tooltip says, over the real driver and a handler in its own process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ddbtop.replay.controls import RunState
from ddbtop.tui.replaytree import State
from ddbtop.tui.widgets.replaytree import RunTree
from tests.tui.replays import opened, replay_screen, sell, stands, until, write_handler
from tests.tui.worlds import NOW, Stage, inspector, region_text, screen_text, stage

WIDE, SMALL = (160, 50), (80, 24)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    with stage(tmp_path, shards=1) as made:
        sell(made)
        yield made


def given(made: Stage) -> list[list[str]]:
    """What the handler was handed, batch by batch."""
    file = made.folder / "given.ndjson"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def test_space_runs_to_the_end_and_everything_adds_up(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        assert given(made) == []
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        await pilot.pause()
        text = "\n".join(screen_text(app))
    assert "done · 9 invocations, 5 failed" in text
    assert "poison: ORDER#5 · HEAD" in text
    assert "12   adds up" in text
    assert [batch for batch in given(made) if "ORDER#5" in batch][-1] == ["ORDER#5"]


async def test_n_makes_one_invocation_and_says_what_waits(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        assert given(made) == [[f"ORDER#{number}" for number in range(4)]]
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 2))
        assert len(given(made)) == 2
        await until(pilot, lambda: "paused, n steps" in "\n".join(region_text(app, "#replay-tree")))


async def test_f_stops_at_the_failure_with_the_cursor_on_it(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("f")
        await until(pilot, stands(screen, RunState.PAUSED, 2))
        entry = app.screen.query_one(RunTree).entry
        assert entry is not None
        assert entry.node.state is State.FAILED
        await until(pilot, lambda: "KeyError: 'N'" in "\n".join(region_text(app, "#replay-details")))
