"""The runs of a replay: the one that is shown, the one before it, and the next one while it is being opened."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from textual.message import Message

from ddbtop.errors import DdbtopError
from ddbtop.replay.adopting.named import adoption_words, runtime_words
from ddbtop.replay.model import ReplayRecord
from ddbtop.replay.running.controls import RunState
from ddbtop.streams.model import StreamInfo
from ddbtop.tui.names import ShardNames
from ddbtop.tui.replays.details import Facts
from ddbtop.tui.replays.plan import Plan
from ddbtop.tui.replays.run import CLOSING_S, Opened, OpenRun, Run
from ddbtop.tui.replays.tree import Entry, State


@dataclass
class RunOpened(Message):
    """A run is ready to begin, or could not be made."""

    number: int
    """Which of those asked for so far."""
    plan: Plan
    opened: Opened | None = None
    error: Exception | None = None
    begin: bool = False


@dataclass
class SetApart(Message):
    """What sets a record apart from those that were delivered."""

    record: ReplayRecord
    words: tuple[str, ...]


class Runs:
    """For the screen's thread; what takes long is done in others, which post what came of it."""

    def __init__(
        self, open_run: OpenRun, stream: StreamInfo, names: ShardNames, post: Callable[[Message], bool]
    ) -> None:
        """`post` is safe from any thread and says whether anybody is there to take the message."""
        self.shown: Run | None = None
        self._before: Run | None = None
        self._open_run = open_run
        self._stream = stream
        self._names = names
        self._post = post
        self._wanted = 0
        self._apart: tuple[ReplayRecord, tuple[str, ...]] | None = None

    def open(self, plan: Plan, *, begin: bool) -> None:
        """In a thread: an interpreter is asked for its version, a journal is opened."""
        self._wanted += 1
        made = RunOpened(self._wanted, plan, begin=begin)
        threading.Thread(target=self._open, args=(made,), name="open replay", daemon=True).start()

    def _open(self, made: RunOpened) -> None:
        try:
            made.opened = self._open_run(made.plan)
        except Exception as error:  # noqa: BLE001 -- raised again, or said, on the screen's thread
            made.error = error
        if not self._post(made) and made.opened is not None:
            made.opened.close()

    def take(self, made: RunOpened) -> Run | None:
        """The run to show from now on, the one before it ended; None where another one was asked for since.

        Raises `DdbtopError` for a plan that cannot be carried out.
        """
        if made.opened is None:
            raise made.error or RuntimeError("no run and no reason")
        if made.number != self._wanted:
            made.opened.close()
            return None
        number, shown = 1, self.shown
        if shown is not None:
            self._before = shown if shown.tree.invocations else self._before
            number = shown.number + (shown.state is not RunState.READY)
            shown.end()
        self.shown, self._apart = Run(number, made.plan, made.opened), None
        return self.shown

    def close(self) -> None:
        if self.shown is not None:
            self.shown.end().join(CLOSING_S)

    def take_over(self) -> bool:
        """What happened in the run since; says whether anything did. A defect is raised, trouble is shown."""
        run = self.shown
        if run is None:
            return False
        error = run.replay.error
        if error is not None and not isinstance(error, DdbtopError):
            raise error
        return run.take()

    def facts(self, entry: Entry | None) -> Facts:
        """What is to be said of an entry beside what happened to it."""
        run = self.shown
        assert run is not None
        adopted = run.plan.adopted
        shard_id = entry.node.batch.shard_id if entry else ""
        record = entry.node.batch.records[0] if entry and entry.node.batch.records else None
        apart = self._apart[1] if self._apart and record is self._apart[0] else ()
        facts = Facts(
            run.plan.settings,
            self._stream.key_schema,
            self._stream.arn,
            self._names[shard_id] if shard_id else "",
            apart,
            run.behind(record) if record else None,
            adoption=(
                *adoption_words(adopted, "OnFailure names a folder for its messages"),
                *(
                    f"{words}: the settings can name another interpreter"
                    for words in runtime_words(adopted, run.given.runner)
                ),
            ),
        )
        before = self._before
        if before is None or run.state in (RunState.READY, RunState.RUNNING):
            return facts
        changed = run.version if run.version != before.version else ""
        planned = tuple(run.plan.differences(before.plan))
        return replace(facts, before=before.number, since=run.since(before), version=changed, changed=planned)

    def ask_apart(self, entry: Entry | None) -> None:
        """What sets one failing record apart; while a run goes on it is asked once."""
        run = self.shown
        if run is None or entry is None or entry.run is not None or len(entry.node.batch.records) != 1:
            return
        record = entry.node.batch.records[0]
        known = self._apart is not None and self._apart[0] is record
        failed = entry.node.attempts and entry.node.state in (State.FAILED, State.DISCARDED, State.BLOCKED)
        if failed and not (known and run.state is RunState.RUNNING):
            run.apart.ask(record, lambda asked, words: self._post(SetApart(asked, words)))

    def take_apart(self, told: SetApart) -> bool:
        """Keep what sets a record apart; says whether that is new."""
        if self._apart == (told.record, told.words):
            return False
        self._apart = told.record, told.words
        return True
