"""Runs of a replay in this thread, and what they came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from ddbtop.replay.mapping.settings import Settings, settings_from_lambda
from ddbtop.replay.mapping.timing import Item
from ddbtop.replay.model import Answer, Counts, Discarded, Invoked, Invoking, RecordSource
from ddbtop.replay.options import Clock, Options
from ddbtop.replay.running.clocks import WallTime
from ddbtop.replay.running.run import Deliver, Replay
from tests.replay.inmemory import NOON, Asked, ScriptedHandler


class VirtualWall(WallTime):
    """A wall clock that is moved by whoever waits for it, and by handlers."""

    def __init__(self, now: float = NOON) -> None:
        super().__init__(lambda: self.moment)
        self.moment = now
        self.nothing_until = now + 100_000.0
        """Waiting beyond this is waiting for ever."""

    def take(self, inbox: SimpleQueue[Item], seconds: float | None, is_busy: bool) -> Item:
        if is_busy:
            return inbox.get()
        try:
            return inbox.get_nowait()
        except Empty:
            assert seconds is not None, "the replay waits for nothing"
            self.moment += seconds
            assert self.moment < self.nothing_until, "the replay waits for ever"
            raise


def replay_of(
    source: RecordSource,
    mapping: dict[str, Any] | Settings,
    script: Callable[[Asked], Answer],
    *,
    wall: VirtualWall | None = None,
    workers: int = 1,
    deliver: Deliver | None = None,
    **options: Any,
) -> tuple[Replay, ScriptedHandler]:
    settings = mapping if isinstance(mapping, Settings) else settings_from_lambda(mapping)
    handler = ScriptedHandler(script if wall is None else _taking_time(script, wall), workers)
    chosen = Options(clock=Clock.WALL if wall else Clock.RECORDED, **options)
    return Replay(source, settings, handler, chosen, deliver=deliver, timing=wall), handler


def _taking_time(script: Callable[[Asked], Answer], wall: VirtualWall) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Answer:
        given = script(asked)
        wall.moment += given.duration_s
        return given

    return answer


def invocations(replay: Replay) -> list[tuple[str, ...]]:
    """The records of each invocation that ran, by sequence number."""
    ran = [event for event in replay.events if isinstance(event, Invoked) and event.answer.ran]
    return [tuple(event.invoking.batch.sequence_numbers) for event in ran]


def begun_at(replay: Replay, since: float = NOON) -> list[float]:
    return [event.at - since for event in replay.events if isinstance(event, Invoking)]


def discarded(replay: Replay) -> list[Discarded]:
    return [event for event in replay.events if isinstance(event, Discarded)]


def adds_up(counts: Counts) -> bool:
    return counts.polled == counts.filtered + counts.delivered + counts.discarded + counts.pending


def windows(handler: ScriptedHandler, *names: str) -> Sequence[dict[str, Any]]:
    """What a tumbling window added to each event; of it, what is named."""
    return [{name: asked.event[name] for name in names} for asked in handler.asked]
