"""How a replay is run here: interpreter, variables, workers and the clock, with waits that can be steered."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Input

from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.options import Arrival, Backoff, Clock
from ddbtop.replay.running.controls import RunState
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.world import World
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.replays.plan import Way
from ddbtop.tui.replays.remembered import remembered
from ddbtop.tui.screens.replay import ReplayScreen
from ddbtop.tui.widgets.replaysettings import SettingsForm
from tests.tui.replays import given, opened, replay_screen, run_of, sell, stands, until, write_handler
from tests.tui.worlds import Stage, inspector, region_text, screen_text

WIDE, SMALL = (160, 50), (80, 24)

TELLING = """
import json, os, sys

def handler(event, context):
    with open({told!r}, "w") as told:
        json.dump([sys.executable, os.environ.get("COLOUR")], told)
"""

STUBBORN = Settings(batch_size=100)
"""Without an end of retries."""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Of this moment: on the wall clock ages are real."""
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    made = Stage(tmp_path, World(ManualClock(time.time()), shards=1))
    sell(made)
    yield made
    made.session.close().join()


def field(app: InspectorApp, name: str) -> Input:
    return app.screen.query_one(f"#setting-{name}", Input)


def waiting_screen(made: Stage) -> ReplayScreen:
    screen = replay_screen(made, write_handler(made.folder), STUBBORN)
    screen.plan = type(screen.plan)(screen.plan.handler, STUBBORN, way=Way(clock=Clock.WALL, backoff=Backoff.DOUBLING))
    return screen


def title(app: InspectorApp) -> str:
    return "\n".join(region_text(app, "#replay-run")[:1])


async def test_interpreter_and_variables_are_those_of_the_form_and_remembered(made: Stage) -> None:
    (made.folder / "app.py").write_text(TELLING.format(told=str(made.folder / "told.json")))
    (made.folder / "dev.env").write_text("COLOUR=green\n")
    interpreter = made.folder / "python-of-mine"
    interpreter.symlink_to(sys.executable)
    handler = f"{made.folder / 'app.py'}:handler"
    app, screen = inspector(made), replay_screen(made, handler)
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E")
        field(app, "python").value = str(interpreter)
        field(app, "env-file").value = "none.env"
        await until(pilot, lambda: "there is no file none.env" in "\n".join(screen_text(app)))
        await pilot.press("enter")
        assert app.screen.query(SettingsForm)
        field(app, "env-file").value = "dev.env"
        await pilot.press("enter")
        await until(pilot, lambda: run_of(screen).plan.way == Way(python=str(interpreter), env_file="dev.env"))
        await until(pilot, lambda: "env file                   dev.env" in "\n".join(screen_text(app)))
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
    assert json.loads((made.folder / "told.json").read_text()) == [str(interpreter), "green"]
    assert remembered(handler) == screen.plan


async def test_words_of_a_choice_follow_each_other_and_what_contradicts_itself_is_refused(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E", "up", "up", "up", "space")
        assert field(app, "clock").value == "wall"
        await pilot.press("down", "right")
        assert field(app, "arrival").value == "recorded"
        await until(
            pilot,
            lambda: (
                "on the wall clock records are there" in " ".join(" ".join(region_text(app, "#settings-said")).split())
            ),
        )
        await pilot.press("enter")
        assert app.screen.query(SettingsForm)
        await pilot.press("up", "left", "down", "down", "left", "enter")
        await until(pilot, lambda: not app.screen.query(SettingsForm))
        assert screen.plan.way == Way(arrival=Arrival.RECORDED, backoff=Backoff.DOUBLING)
        await until(pilot, lambda: "backoff                    doubling" in "\n".join(screen_text(app)))
        assert "clock                      recorded, recorded" in "\n".join(screen_text(app))


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_every_field_can_be_reached_and_is_seen(made: Stage, size: tuple[int, int]) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E")
        for each in app.screen.query("SettingsForm Input"):
            await pilot.pause()
            assert each.has_focus
            assert app.screen.region.contains_region(each.region)
            await pilot.press("down")
        said = ("workers", "1–100", "recorded, wall", "backlog, recorded", "none, doubling")
        assert all(words in "\n".join(screen_text(app)) for words in said)
        if size == WIDE:
            assert all(words in "\n".join(screen_text(app)) for words in ("─ Access", "─ Counts", "─ Undocumented"))


async def test_the_wall_clock_really_waits_and_says_how_long(made: Stage) -> None:
    app, screen = inspector(made), waiting_screen(made)
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, lambda: "waits, goes on in 2 s · " in title(app))
        shown = time.monotonic()
        await until(pilot, lambda: "waits, goes on in 1 s · " in title(app))
        assert time.monotonic() - shown > 0.3
        assert "wall, really waits" in "\n".join(screen_text(app))
        assert "wall clock" in screen_text(app)[0]


async def test_what_waits_is_paused_stepped_and_stopped(made: Stage) -> None:
    app, screen = inspector(made), waiting_screen(made)
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, lambda: "waits, goes on in 2 s" in title(app))
        await pilot.press("space")
        await until(pilot, lambda: " paused · " in title(app))
        tried = len(given(made))
        await pilot.pause(2.5)
        assert len(given(made)) == tried, "the wait is over, and a pause is a pause"
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, tried + 1))
        await pilot.press("n")
        await until(pilot, lambda: "paused, steps in " in title(app))
        stopped_at = time.monotonic()
        await pilot.press("x")
        await until(pilot, stands(screen, RunState.ENDED, tried + 1))
        assert time.monotonic() - stopped_at < 2.0, "nobody waits for the next attempt"
        await until(pilot, lambda: "stopped: interrupted" in title(app))
