"""The replay of the pictures and snapshots: the example handler over the still shop, each invocation 4 ms long.

The driver is the real one; the handler runs in this process, so that nothing of this machine is in a picture.
"""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from unittest import mock
from uuid import UUID

from textual.pilot import Pilot

from ddbtop.errors import DdbtopError
from ddbtop.examples import orders
from ddbtop.replay.handlers.fence import Fence
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.model import Answer, Call, Given, HandlerError
from ddbtop.replay.running.controls import RunState
from ddbtop.tui.replays.plan import Plan
from ddbtop.tui.replays.subjects import open_run, subjects
from ddbtop.tui.screens.replay import ReplayScreen
from screenshots.scene import Scene

HANDLER = "src/orders.py:handler"
DURATION_S = 0.004
SETTINGS = Settings(batch_size=25, bisect=True, max_retries=2)


@dataclass
class StillHandler:
    """The example, called in this process."""

    workers: int = 1
    given: Given = field(default_factory=lambda: Given(HANDLER, ".venv/bin/python 3.12", Fence().facts))

    def invoke(self, call: Call, worker: int) -> Answer:
        answer = Answer(duration_s=DURATION_S, version="orders.py 14:29:51")
        try:
            result = orders.handler(json.loads(call.event), None)
        except ValueError as error:
            frames = traceback.extract_tb(error.__traceback__)[1:]
            trace = tuple(f'  File "src/orders.py", line {f.lineno}, in {f.name}\n    {f.line}\n' for f in frames)
            return replace(answer, error=HandlerError("ValueError", str(error), trace))
        return replace(answer, payload=json.dumps(result).encode())

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass


async def replay(scene: Scene, pilot: Pilot[DdbtopError], *keys: str) -> None:
    """Run the example over the newest shard and its ancestors to the end, then press keys."""
    main = scene.app.main
    session = main.session
    assert session is not None
    newest = next(shard_id for shard_id, reader in session.status.readers.items() if not reader.closed)
    subject, *_ = subjects(session, newest, None, main._names)
    ids = count(1)
    with (
        mock.patch("ddbtop.replay.mapping.terms.uuid4", side_effect=lambda: UUID(int=next(ids) << 96)),
        mock.patch("ddbtop.tui.replays.subjects.parse_handler", return_value=StillHandler()),
    ):
        plan = Plan(HANDLER, SETTINGS)
        screen = ReplayScreen(partial(open_run, subject), plan, subject.stream, subject.words, main._names)
        scene.app.push_screen(screen)
        while screen.run is None:
            await pilot.pause(0.01)
        await pilot.press("space")
        while screen.run.state is not RunState.ENDED:
            await pilot.pause(0.01)
        screen.tick()
        await pilot.press(*keys)
        screen.run.apart.settle()
        await pilot.pause()
        screen.tick()
        await pilot.pause()
