"""The replay screen: what a handler makes of the records, batch by batch, as Lambda would deliver them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen

from ddbtop.errors import DdbtopError
from ddbtop.replay.running.controls import RunState
from ddbtop.streams.model import StreamInfo
from ddbtop.tui.look import Line
from ddbtop.tui.messages import CopyWanted
from ddbtop.tui.names import ShardNames
from ddbtop.tui.replays.details import copied
from ddbtop.tui.replays.lines import TreeFacts
from ddbtop.tui.replays.plan import Plan, Selected
from ddbtop.tui.replays.run import OpenRun, Run
from ddbtop.tui.replays.runs import RunOpened, Runs, SetApart
from ddbtop.tui.replays.state import head_line, state_line, tabs_line, waits_for
from ddbtop.tui.replays.tree import Entry
from ddbtop.tui.screens.replaykeys import KEYS, TIGHT
from ddbtop.tui.widgets.header import WIDE
from ddbtop.tui.widgets.keybar import KeyBar
from ddbtop.tui.widgets.painted import Lines, names_at
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.replaydetails import DetailsPane
from ddbtop.tui.widgets.replaysettings import FORM_KEYS, SettingsForm
from ddbtop.tui.widgets.replayside import ReplaySide
from ddbtop.tui.widgets.replaytree import RunHeading, RunTree
from ddbtop.tui.widgets.rule import Rule

TICK_S = 0.1
_RULE_CELLS = 8
"""Of a rule, around its name and its state."""

FIGURES_EVERY = 3
"""Ticks between two looks at the counts while a run goes on: a number that changes faster is not read."""


HIGH = 34
"""Lines from which all fields of the settings have room below what is replayed."""


class ReplayScreen(Screen[None]):
    """Holds one run and the one before it; a changed mapping is for the next run."""

    SCOPED_CSS = False  # the classes of the breakpoints are the screen's own
    CSS_PATH = "../replay.tcss"

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 -- Textual wants lists
    VERTICAL_BREAKPOINTS = [(0, "-short"), (HIGH, "-high")]  # noqa: RUF012

    BINDINGS: ClassVar[list[BindingType]] = KEYS

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
        self.plan = plan
        """For the next run."""
        self._stream = stream
        self._names = names or ShardNames()
        self._runs = Runs(open_run, stream, self._names, self.post_message)
        self._ticks = 0
        self._said_state, self._said_waits_s = RunState.READY, 0
        self._has_untold = False
        """Something happened that the counts do not show yet."""
        self._header = Lines(id="replay-header")
        self._side = ReplaySide(what, id="replay-left")
        self._tree = RunTree(id="replay-tree")
        self._heading = RunHeading()
        self._tree_pane = Pane("Run 1", self._heading, self._tree, id="replay-run")
        self._details = DetailsPane()

    def compose(self) -> ComposeResult:
        yield self._header
        with Container(id="replay-body"):
            yield self._side
            with Container(id="replay-right"):
                yield self._tree_pane
                yield self._details
        yield KeyBar(
            keeps_places=False, tight=TIGHT, first=lambda: FORM_KEYS if self._side.is_editing else (), id="keys"
        )

    @property
    def run(self) -> Run | None:
        """The one that is shown."""
        return self._runs.shown

    def on_mount(self) -> None:
        self._tree.focus()
        self._runs.open(self.plan, begin=False)
        self.set_interval(TICK_S, self.tick)

    def on_unmount(self) -> None:
        self._runs.close()

    def on_resize(self, _: events.Resize) -> None:
        self.call_after_refresh(self._figures)

    def tick(self) -> None:
        """Take over what happened; figures at a third of the pace, and at once when the run comes to a stand."""
        run = self.run
        if run is None:
            return
        self._ticks += 1
        changed, state = self._runs.take_over(), run.state
        if changed or state is not self._said_state:
            self._tree.tell(self._tree_facts(run))
        if state is not self._said_state and state is not RunState.RUNNING and run.tree.failed:
            run.apart.prepare()
        waits_s = run.waits_s
        has_turned = state is not self._said_state or waits_s != self._said_waits_s
        self._has_untold = self._has_untold or changed
        if has_turned or (self._has_untold and self._ticks % FIGURES_EVERY == 0):
            self._has_untold = False
            self._said_state, self._said_waits_s = state, waits_s
            self._figures()
            self._detail(self._tree.entry)

    @on(RunOpened)
    def _opened(self, event: RunOpened) -> None:
        try:
            run = self._runs.take(event)
        except DdbtopError as error:
            self._tell_error(error)
            return
        if run is not None:
            self._show(run)
            if event.begin:
                run.begin(paused=False)

    def _show(self, run: Run) -> None:
        self._said_state, self._said_waits_s = RunState.READY, 0
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
        if self.run is not None:
            self._details.tell(entry, self._runs.facts(entry))
            self.refresh_bindings()
            self._runs.ask_apart(entry)

    @on(SetApart)
    def _set_apart(self, event: SetApart) -> None:
        """Shown if the cursor is still there."""
        entry = self._details.entry
        if entry is not None and self._runs.take_apart(event) and entry.node.batch.records[:1] == (event.record,):
            self._details.tell(entry, self._runs.facts(entry))

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
            return action == "back" and not self._side.has_typing_focus
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
            self.run.step()

    def action_failure(self) -> None:
        if self.run is not None:
            self._tree.following = True
            self.run.run_to_failure()

    def action_again(self) -> None:
        """Where the run is seen."""
        self.remove_class("-opened", "-mapping")
        self._tree.focus()
        self._runs.open(self.plan, begin=True)

    def action_stop(self) -> None:
        if self.run is not None:
            self.run.replay.stop()

    def action_poison(self) -> None:
        self._tree.go_to_next_poison()

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
                self._runs.open(self.plan, begin=False)
        self.action_pane("run")
        self.refresh_bindings()

    def _remember(self) -> None:
        from ddbtop.tui.replays.remembered import remember

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
