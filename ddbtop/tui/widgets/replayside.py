"""The panes at the left of a replay: the mapping, what the handler may reach, the counts, undocumented rules."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from textual.app import ComposeResult
from textual.containers import Vertical

from ddbtop.replay.model import Summary
from ddbtop.text import count, visible
from ddbtop.tui.look import Line, Role, join
from ddbtop.tui.replays.panes import (
    access_lines,
    counts_lines,
    fact_lines,
    parameter_lines,
    undocumented_lines,
    unusual_words,
)
from ddbtop.tui.replays.plan import Plan, Selected
from ddbtop.tui.replays.run import Run
from ddbtop.tui.widgets.painted import Lines, names_at
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.replaysettings import SettingsForm


class ReplaySide(Vertical):
    """Told how the run stands; asks for nothing."""

    def __init__(self, what: Selected, *, id: str) -> None:
        super().__init__(id=id)
        self._what = what
        self._form: SettingsForm | None = None
        self._told: Callable[[], None] | None = None
        self._lines = {name: Lines(id=f"replay-{name}-lines") for name in ("mapping", "access", "counts", "rules")}
        self._mapping = Pane("Mapping", self._lines["mapping"], id="replay-mapping")
        self._access = Pane("Access", self._lines["access"], id="replay-access")
        self._counts = Pane("Counts", self._lines["counts"], id="replay-counts")
        self._rules = Pane("Undocumented rules in play", self._lines["rules"], id="replay-rules")

    def compose(self) -> ComposeResult:
        yield self._mapping
        yield self._access
        yield self._counts
        yield self._rules

    @property
    def is_editing(self) -> bool:
        return self._form is not None

    @property
    def has_typing_focus(self) -> bool:
        """A field has the focus; a click takes it elsewhere while the form stays open."""
        return self._form is not None and self._form.has_focus_within

    async def edit(self, plan: Plan) -> None:
        """The parameters become fields where they stand; the focus goes there once that is seen."""
        form = SettingsForm(plan)
        await self._mapping.mount(form)
        self._form = form
        self._again()

    def begin(self) -> None:
        """The screen shows the form."""
        if self._form is not None:
            self._form.begin()

    async def close_form(self) -> None:
        form, self._form = self._form, None
        if form is not None:
            await form.remove()
        self._again()

    def tell(self, plan: Plan, run: Run, summary: Summary, *, is_remembered: bool, tabs: Line) -> None:
        """`plan` is for the next run; where it differs from this one's, that is said.

        `is_remembered`: it is as it was left in another session. `tabs`: of a screen that shows one pane at a time.
        """
        self._told = partial(self.tell, plan, run, summary, is_remembered=is_remembered, tabs=tabs)
        width = self.size.width
        facts = fact_lines(plan, run.given, self._what, width)
        parameters = [] if self.is_editing else parameter_lines(plan, summary)
        self._fill("mapping", [*facts, *parameters])
        again = f"changed, {names_at(self)('replay.again')} runs again"
        unusual = unusual_words(plan, is_remembered=is_remembered)
        state = (again, Role.ATTENTION) if plan != run.plan else (unusual, Role.DIM)
        self._mapping.say(
            join(filter(None, ([state] if state[0] else [], [] if self.is_editing else tabs)), ("  ", Role.DIM))
        )
        self._fill("access", access_lines(run.given, width))
        self._access.say([] if run.given.is_fenced else [("AWS within reach", Role.ATTENTION)])
        self._fill("counts", counts_lines(summary, run.tree.durations, visible(run.plan.settings.on_failure)))
        self._fill("rules", undocumented_lines(summary.undocumented, width))
        self._rules.say([(count(len(summary.undocumented)), Role.DIM)])

    def on_resize(self) -> None:
        self._again()

    def _again(self) -> None:
        if self._told is not None:
            self._told()

    def _fill(self, name: str, lines: list[Line]) -> None:
        """As high as what it says; the last pane takes what is left."""
        widget = self._lines[name]
        widget.show(lines)
        if widget.styles.height is None or widget.styles.height.value != len(lines):
            widget.styles.height = max(1, len(lines))
