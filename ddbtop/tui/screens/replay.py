"""The replay screen: what a handler makes of the records, batch by batch, as Lambda would deliver them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import Screen

from ddbtop.errors import DdbtopError
from ddbtop.replay.model import ReplayRecord
from ddbtop.replay.running.controls import RunState
from ddbtop.streams.model import StreamInfo
from ddbtop.tui.look import Line
from ddbtop.tui.messages import CopyWanted
from ddbtop.tui.names import ShardNames
from ddbtop.tui.replaydetails import Facts, copied
from ddbtop.tui.replaylines import TreeFacts, heading
from ddbtop.tui.replaypanes import Plan, Selected
from ddbtop.tui.replayrun import CLOSING_S, Opened, OpenRun, Run
from ddbtop.tui.replaystate import head_line, state_line, tabs_line, waits_for
from ddbtop.tui.replaytree import Entry, State
from ddbtop.tui.widgets.header import WIDE
from ddbtop.tui.widgets.keybar import KeyBar, Tight
from ddbtop.tui.widgets.painted import Lines, names_at
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.replaydetails import DetailsPane
from ddbtop.tui.widgets.replaysettings import SettingsForm
from ddbtop.tui.widgets.replayside import ReplaySide
from ddbtop.tui.widgets.replaytree import RunTree
from ddbtop.tui.widgets.rule import Rule

TICK_S = 0.1
_RULE_CELLS = 8
"""Of a rule, around its name and its state."""

FIGURES_EVERY = 3
"""Ticks between two looks at the counts while a run goes on: a number that changes faster is not read."""


HIGH = 22
"""Lines from which every parameter has room below what is said of one."""

TIGHT = Tight(
    {
        "replay.run": "run",
        "replay.failure": "fail",
        "replay.again": "again",
        "replay.poison": "poison",
        "replay.pytest": "pytest",
        "replay.settings": "settings",
    },
    frozenset({"replay.back", "help.open"}),
)
"""After a run all that goes on from there is named at 80 columns."""


class ReplayScreen(Screen[None]):
    """Holds one run and the one before it; a changed mapping is for the next run."""

    SCOPED_CSS = False  # the classes of the breakpoints are the screen's own
    CSS = """
    #replay-header { height: 2; }
    #replay-body { height: 1fr; layout: horizontal; }
    #replay-left { width: 48; layout: vertical; }
    #replay-right { width: 1fr; layout: vertical; border-left: solid $foreground 25%; }
    #replay-left Pane { margin-bottom: 1; }
    #replay-rules { margin-bottom: 0; }
    #replay-run { height: 1fr; }
    #replay-details { height: 47%; }
    #replay-details-text { height: 1fr; }
    SettingsForm { height: auto; margin-bottom: 1; }
    #settings-said { height: 6; }
    #settings-fields { height: auto; scrollbar-size-vertical: 0; }
    .settings-row { height: 1; }
    .settings-name { width: 28; }
    .settings-values { width: 1fr; }
    .settings-row Input { width: 6; height: 1; border: none; padding: 0; background: $panel; }
    .settings-row.-text Input { width: 1fr; }
    .settings-row.-text .settings-values { display: none; }
    .-short.-editing #replay-mapping, .-short.-editing SettingsForm { height: 100%; }
    .-short.-editing #replay-access, .-short.-editing #replay-counts, .-short.-editing #replay-rules { display: none; }
    .-short.-editing SettingsForm { margin-bottom: 0; height: 1fr; }
    .-short #settings-said { height: 2; }
    .-short #settings-fields { height: 1fr; }
    .-narrow #replay-header { height: 1; }
    .-narrow #replay-left { display: none; width: 100%; }
    .-narrow #replay-right { border-left: none; }
    .-narrow.-mapping #replay-left { display: block; overflow-y: auto; }
    .-narrow.-mapping #replay-right { display: none; }
    .-narrow #replay-left Pane { margin-bottom: 0; }
    .-opened #replay-run { display: none; }
    .-opened #replay-details { height: 1fr; }
    """

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 -- Textual wants lists
    VERTICAL_BREAKPOINTS = [(0, "-short"), (HIGH, "-high")]  # noqa: RUF012

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "run", "run, pause", tooltip="Run, or pause after what is under way", id="replay.run"),
        Binding("n", "step", "step", tooltip="One invocation", id="replay.step"),
        Binding("f", "failure", "to next failure", tooltip="Run until an invocation fails", id="replay.failure"),
        Binding(
            "R", "again", "run again", tooltip="From the first record, with the mapping set now", id="replay.again"
        ),
        Binding("x", "stop", "stop", tooltip="End the run; what is under way is ended", id="replay.stop"),
        Binding(
            "P",
            "poison",
            "next poison",
            tooltip="To the next batch that was given up or stands still",
            id="replay.poison",
        ),
        Binding("p", "pytest", "write pytest", tooltip="A test that fails as this invocation did", id="replay.pytest"),
        Binding("E", "settings", "edit settings", tooltip="The mapping, for the next run", id="replay.settings"),
        Binding("y", "copy", "copy", tooltip="Copy what the view shows", id="replay.copy", show=False),
        Binding(
            "enter",
            "open",
            "open",
            tooltip="The whole height for the details",
            id="replay.enlarge",
            show=False,
        ),
        Binding("1", "pane('run')", "run", tooltip="The run", id="replay.pane_run", show=False),
        Binding("2", "pane('mapping')", "mapping", tooltip="Mapping, access and counts", id="replay.pane", show=False),
        Binding("tab", "app.focus_next", "next pane", tooltip="To the next pane", id="replay.next", show=False),
        Binding(
            "shift+tab",
            "app.focus_previous",
            "previous pane",
            tooltip="To the pane before",
            id="replay.prev",
            show=False,
        ),
        Binding("escape", "back", "back", tooltip="One step back; leaving ends the run", id="replay.back"),
    ]

    @dataclass
    class RunOpened(Message):
        """A run is ready to begin, or could not be made."""

        number: int
        plan: Plan
        opened: Opened | None = None
        error: Exception | None = None
        begin: bool = False

    @dataclass
    class SetApart(Message):
        """What sets a record apart from those that were delivered."""

        record: ReplayRecord
        words: tuple[str, ...]

    def __init__(
        self,
        open_run: OpenRun,
        plan: Plan,
        stream: StreamInfo,
        what: Selected,
        names: ShardNames | None = None,
        *,
        is_remembered: bool = False,
    ) -> None:
        """`is_remembered`: the plan is from another session, and says so while it is not changed."""
        super().__init__()
        self._remembered = plan if is_remembered else None
        self._open_run = open_run
        self.plan = plan
        """For the next run."""
        self._stream = stream
        self._names = names or ShardNames()
        self.run: Run | None = None
        self._before: Run | None = None
        self._wanted = 0
        self._ticks = 0
        self._said_state = RunState.READY
        self._apart: tuple[ReplayRecord, tuple[str, ...]] | None = None
        self._header = Lines(id="replay-header")
        self._side = ReplaySide(what, id="replay-left")
        self._tree = RunTree(id="replay-tree")
        self._heading = _Heading()
        self._tree_pane = Pane("Run 1", self._heading, self._tree, id="replay-run")
        self._details = DetailsPane()

    def compose(self) -> ComposeResult:
        yield self._header
        with Container(id="replay-body"):
            yield self._side
            with Container(id="replay-right"):
                yield self._tree_pane
                yield self._details
        yield KeyBar(keeps_places=False, tight=TIGHT, id="keys")

    def on_mount(self) -> None:
        self._tree.focus()
        self._open(begin=False)
        self.set_interval(TICK_S, self.tick)

    def on_unmount(self) -> None:
        if self.run is not None:
            self.run.end().join(CLOSING_S)

    def on_resize(self, _: events.Resize) -> None:
        self.call_after_refresh(self._figures)

    def tick(self) -> None:
        """Take over what happened; figures at a third of the pace, and at once when the run comes to a stand."""
        run = self.run
        if run is None:
            return
        error = run.replay.error
        if error is not None and not isinstance(error, DdbtopError):
            raise error
        self._ticks += 1
        changed, state = run.take(), run.state
        if changed or state is not self._said_state:
            self._tree.tell(self._tree_facts(run))
        if state is not self._said_state and state is not RunState.RUNNING and run.tree.failed:
            run.apart.prepare()
        if state is not self._said_state or (changed and self._ticks % FIGURES_EVERY == 0):
            self._said_state = state
            self._figures()
            self._detail(self._tree.entry)

    def _open(self, *, begin: bool) -> None:
        """In a thread: an interpreter is asked for its version, a journal is opened."""
        self._wanted += 1
        arguments = (self._wanted, self.plan, begin)
        threading.Thread(target=self._open_in_thread, args=arguments, name="open replay", daemon=True).start()

    def _open_in_thread(self, number: int, plan: Plan, begin: bool) -> None:
        made = self.RunOpened(number, plan, begin=begin)
        try:
            made.opened = self._open_run(plan)
        except Exception as error:  # noqa: BLE001 -- raised again, or said, on the screen's thread
            made.error = error
        if not self.post_message(made) and made.opened is not None:
            made.opened.close()

    def on_replay_screen_run_opened(self, event: RunOpened) -> None:
        if event.opened is None:
            if not isinstance(event.error, DdbtopError):
                raise event.error or RuntimeError("no run and no reason")
            self._tell_error(event.error)
            return
        if event.number != self._wanted:
            event.opened.close()
            return
        if self.run is not None:
            self._before = self.run if self.run.tree.invocations else self._before
            self.run.end()
        began = self.run is not None and self.run.state is not RunState.READY
        number = self.run.number + began if self.run is not None else 1
        self._show(Run(number, event.plan, event.opened))
        if event.begin and self.run is not None:
            self.run.begin(paused=False)

    def _show(self, run: Run) -> None:
        self.run = run
        self._apart = None
        self._said_state = RunState.READY
        self._heading.tell(self._names if len(run.shards) > 1 else None)
        self._tree.show_tree(run.tree)
        self._tree.tell(self._tree_facts(run))
        self._figures()
        self._detail(None)

    def _tree_facts(self, run: Run) -> TreeFacts:
        waits = waits_for(run.state, names_at(self))
        names = self._names if len(run.shards) > 1 else None
        return TreeFacts(self._stream.key_schema, run.plan.settings.max_retries, waits, names)

    @on(RunTree.Selected)
    def _selected(self, event: RunTree.Selected) -> None:
        event.stop()
        self._detail(event.entry)

    def _detail(self, entry: Entry | None) -> None:
        run = self.run
        if run is None:
            return
        self._details.tell(entry, self._facts(run, entry))
        self.refresh_bindings()
        if entry is None or entry.run is not None or len(entry.node.batch.records) != 1 or not entry.node.attempts:
            return
        record = entry.node.batch.records[0]
        known = self._apart is not None and self._apart[0] is record
        failed = entry.node.state in (State.FAILED, State.DISCARDED, State.BLOCKED)
        if failed and not (known and run.state is RunState.RUNNING):
            run.apart.ask(record, lambda asked, words: self.post_message(self.SetApart(asked, words)))

    def on_replay_screen_set_apart(self, event: SetApart) -> None:
        """Shown if the cursor is still there."""
        run, entry = self.run, self._details.entry
        if run is None or entry is None or self._apart == (event.record, event.words):
            return
        self._apart = event.record, event.words
        if entry.node.batch.records[:1] == (event.record,):
            self._details.tell(entry, self._facts(run, entry))

    def _facts(self, run: Run, entry: Entry | None) -> Facts:
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
        )
        before = self._before
        if before is None or run.state in (RunState.READY, RunState.RUNNING):
            return facts
        changed = run.version if run.version != before.version else ""
        settings = tuple(run.plan.settings.differences(before.plan.settings))
        return replace(facts, before=before.number, since=run.since(before), version=changed, changed=settings)

    def _figures(self) -> None:
        run = self.run
        if run is None or not self.is_mounted:
            return
        summary = run.replay.summary()
        self._header.show([head_line(self._stream.table, run.version, summary, self.size.width)])
        name, tabs, room = f"Run {run.number}", list[Line](), self._tree_pane.size.width
        if self.size.width < WIDE:
            tabs, room = [tabs_line(name, names_at(self)) for name in ("run", "mapping")], self.size.width
        in_run, in_mapping = tabs or ([], [])
        self._side.tell(self.plan, run, summary, is_remembered=self.plan is self._remembered, tabs=in_mapping)
        self._tree_pane.say(state_line(run, summary, in_run, room - len(name) - _RULE_CELLS), name=name)

    @on(Rule.Clicked)
    def _tab_clicked(self, event: Rule.Clicked) -> None:
        """`2 mapping` does what its key does."""
        name = event.word.partition(" ")[2]
        if self.size.width < WIDE and name in ("run", "mapping") and not self._side.is_editing:
            event.stop()
            self.action_pane(name)

    def _tell_error(self, error: DdbtopError) -> None:
        words = f"{error.message}; {error.hint}" if error.hint else error.message
        self.app.notify(words, severity="error", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to work on keeps its place in the line of keys, and no key is a command while one types."""
        if self._side.is_editing:
            return action in ("focus_next", "focus_previous", "back")
        run = self.run
        state = run.state if run else RunState.ENDED
        possible = {
            "run": run is not None,
            "step": state is not RunState.ENDED,
            "failure": state is not RunState.ENDED,
            "stop": state in (RunState.RUNNING, RunState.PAUSED),
            "poison": run is not None and bool(run.tree.poisons),
            "pytest": self._details.failed is not None,
        }
        return possible.get(action, True) or None

    def action_run(self) -> None:
        """Run, pause, go on; a run that is done says how to have another one."""
        run = self.run
        if run is None:
            return
        match run.state:
            case RunState.READY:
                run.begin(paused=False)
            case RunState.RUNNING:
                run.replay.pause()
            case RunState.PAUSED:
                self._tree.following = True
                run.replay.resume()
            case RunState.ENDED:
                self.app.notify(f"This run is done; {names_at(self)('replay.again')} runs again", markup=False)

    def action_step(self) -> None:
        if self.run is not None:
            self._tree.following = True
            if self.run.state is RunState.READY:
                self.run.begin(paused=True)
            self.run.replay.step()

    def action_failure(self) -> None:
        if self.run is not None:
            self._tree.following = True
            if self.run.state is RunState.READY:
                self.run.begin(paused=True)
            self.run.replay.run_to_failure()

    def action_again(self) -> None:
        """Where the run is seen."""
        self.remove_class("-opened", "-mapping")
        self._tree.focus()
        self._open(begin=True)

    def action_stop(self) -> None:
        if self.run is not None:
            self.run.replay.stop()

    def action_poison(self) -> None:
        """The next one below the cursor, or the first."""
        run = self.run
        if run is None or not run.tree.poisons:
            return
        lines = [run.tree.line_of(Entry(node)) for node in run.tree.poisons]
        below = [(line, node) for line, node in zip(lines, run.tree.poisons, strict=True) if line > self._tree.cursor]
        first = min(zip(lines, run.tree.poisons, strict=True), key=lambda found: found[0])
        self._tree.go_to(min(below, key=lambda found: found[0], default=first)[1])

    def action_pytest(self) -> None:
        from ddbtop.tui.screens.pytestlayer import PytestLayer  # only who asks pays for it

        run = self.run
        case = self._details.case(run.plan) if run else None
        if case is not None:
            self.app.push_screen(PytestLayer(case, Path.cwd()))

    async def action_settings(self) -> None:
        """Where the mapping is not shown yet it appears together with its fields."""
        await self._side.edit(self.plan)
        self.add_class("-mapping", "-editing")
        self._side.begin()
        self.refresh_bindings()

    async def on_settings_form_left(self, event: SettingsForm.Left) -> None:
        event.stop()
        await self._side.close_form()
        self.remove_class("-editing")
        if event.plan is not None and event.plan != self.plan:
            self.plan = event.plan
            self._remember()
            if self.run is None or self.run.state is RunState.READY:
                self._open(begin=False)
        self.action_pane("run")
        self.refresh_bindings()

    def _remember(self) -> None:
        from ddbtop.tui.remembered import remember

        try:
            remember(self.plan)
        except DdbtopError as error:
            self._tell_error(error)

    def action_copy(self) -> None:
        entry = self._details.entry
        if entry is not None and entry.run is None:
            tab = self._details.text.tab
            self.post_message(CopyWanted(copied(entry, tab, self._details.facts), f"the {tab.value.lower()}"))

    def action_open(self) -> None:
        self.add_class("-opened")
        self._details.text.focus()

    def action_pane(self, name: str) -> None:
        self.set_class(name == "mapping", "-mapping")
        if name == "run":
            self._tree.focus()
        self.call_after_refresh(self._figures)

    def action_back(self) -> None:
        """One layer: the settings, the opened details, the mapping of a narrow screen, the run, the screen."""
        run = self.run
        if self._side.is_editing:
            self.post_message(SettingsForm.Left(None))
        elif self.has_class("-opened") or self.has_class("-mapping") or self._details.text.has_focus:
            self.remove_class("-opened", "-mapping")
            self._tree.focus()
        elif run is not None and run.state is RunState.RUNNING:
            run.replay.pause()
            self.app.notify(f"Paused; {names_at(self)('replay.back')} again leaves and ends the run", markup=False)
        else:
            self.dismiss(None)


class _Heading(Lines):
    def __init__(self) -> None:
        super().__init__()
        self._names: ShardNames | None = None

    def tell(self, names: ShardNames | None) -> None:
        """Names where the lines say of which shard they are."""
        self._names = names
        self.again()

    def made(self, width: int) -> list[Line]:
        return [heading(width, self._names)]
