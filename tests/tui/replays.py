"""The replay screen over a stage's journal, with the real driver and a real handler in its own process."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

from textual.pilot import Pilot

from ddbtop.errors import DdbtopError
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.running.controls import RunState
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.names import ShardNames
from ddbtop.tui.replays.plan import Plan
from ddbtop.tui.replays.run import Run
from ddbtop.tui.replays.subjects import Subject, open_run, subjects
from ddbtop.tui.screens.replay import ReplayScreen
from tests.tui.worlds import Stage, screen_text

HANDLER = """
import json
from pathlib import Path

def handler(event, context):
    with open({log!r}, "a") as log:
        log.write(json.dumps([record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]) + "\\n")
    for record in event["Records"]:
        image = record["dynamodb"].get("NewImage", {{}})
        if "price" in image:
            float(image["price"]["N"])
    print("handled", len(event["Records"]))
    return {{"handled": len(event["Records"])}}
"""

BISECT = Settings(batch_size=4, bisect=True, max_retries=2)
ATTEMPTS = 2_000
"""Pauses until something has to have happened; a handler's process takes a moment to start on a busy machine."""


def write_handler(folder: Path) -> str:
    """A handler that fails on prices which are no numbers and notes what it was given."""
    (folder / "app.py").write_text(HANDLER.format(log=str(folder / "given.ndjson")))
    return f"{folder / 'app.py'}:handler"


def given(made: Stage) -> list[list[str]]:
    """What the handler was handed, batch by batch."""
    file = made.folder / "given.ndjson"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def sell(made: Stage, orders: int = 12, poison: int = 5) -> None:
    """Orders of one shard, one of them with a price that is text."""
    made.tell()
    for number in range(orders):
        made.put(f"ORDER#{number}", price={"S": "12,90"} if number == poison else {"N": "12.9"}, note={"S": "ring"})


def subject(made: Stage, *, from_record: int | None = None) -> Subject:
    """The shard with everything in it, or from one record on."""
    names = ShardNames()
    names.update(made.session.status.readers)
    row = None if from_record is None else made.session.reader.row(from_record)
    last = made.session.reader.row(made.session.last_number)
    assert last is not None
    return subjects(made.session, last.shard_id, row, names)[0 if row is None else 1]


def replay_screen(made: Stage, handler: str, settings: Settings = BISECT) -> ReplayScreen:
    found = subject(made)
    return ReplayScreen(partial(open_run, found), Plan(handler, settings), found.stream, found.words)


async def until(pilot: Pilot[DdbtopError], happened: Callable[[], object]) -> None:
    """Let the program go on until something holds."""
    for _ in range(ATTEMPTS):
        await pilot.pause(0.005)
        if happened():
            return
    raise AssertionError("it never happened:\n" + "\n".join(screen_text(pilot.app)))


def run_of(screen: ReplayScreen) -> Run:
    assert screen.run is not None
    return screen.run


def stands(screen: ReplayScreen, state: RunState, invocations: int | None = None) -> Callable[[], bool]:
    """Whether the run is in a state, and the screen has taken over what happened."""

    def holds() -> bool:
        run = screen.run
        if run is None or run.state is not state or run.is_behind:
            return False
        return invocations is None or run.tree.invocations == invocations

    return holds


async def opened(pilot: Pilot[DdbtopError], app: InspectorApp, screen: ReplayScreen) -> None:
    app.push_screen(screen)
    await until(pilot, lambda: screen.run is not None)
