"""The pane below a run's tree: the views of what is under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from ddbtop.replay.event import event_json
from ddbtop.replay.findings.pytestfile import Case
from ddbtop.replay.model import Invoked, Outcome
from ddbtop.tui.look import Line, Role, join
from ddbtop.tui.replays.details import Facts, Tab, details, title
from ddbtop.tui.replays.lines import error_words, item_text
from ddbtop.tui.replays.panes import adoption_lines
from ddbtop.tui.replays.plan import Plan
from ddbtop.tui.replays.tree import Entry
from ddbtop.tui.widgets.painted import names_at
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.replaytree import RunTree
from ddbtop.tui.widgets.scrolled import Scrolled

TABS = list(Tab)

_FINE = (Outcome.SUCCESS, Outcome.THROTTLED)
"""Of a throttled invocation the handler knows nothing."""

_EXITED = "Runtime.ExitError"


class DetailsText(Scrolled):
    """Its lines are made when they are first painted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right,l",
            "tab(1)",
            "next view",
            tooltip="Traceback, Logs, Event, Response, Changes",
            id="replay.tab_next",
            show=False,
        ),
        Binding("left,h", "tab(-1)", "previous view", tooltip="The view before", id="replay.tab_previous", show=False),
    ]

    class TabChanged(Message):
        """Another view is shown."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.tab = Tab.TRACEBACK
        self._entry: Entry | None = None
        self._facts = Facts()
        self._lines: Sequence[Line] | None = None

    @property
    def end(self) -> int:
        return len(self._text())

    def tell(self, entry: Entry | None, facts: Facts) -> None:
        """Scrolled as it was while it is about the same line."""
        same = entry is not None and entry.same_as(self._entry)
        self._entry, self._facts, self._lines = entry, facts, None
        self.top = self._bounded(self.top) if same else 0
        self.refresh()

    def line(self, index: int, width: int) -> Line:
        return self._text()[index]

    def action_tab(self, step: int) -> None:
        self.tab = TABS[(TABS.index(self.tab) + step) % len(TABS)]
        self._lines, self.top = None, 0
        self.refresh()
        self.post_message(self.TabChanged())

    def on_resize(self) -> None:
        self._lines = None
        self.refresh()

    def _text(self) -> Sequence[Line]:
        if self._lines is None:
            keys, width = names_at(self, RunTree), self.size.width
            self._lines = (
                details(self._entry, self.tab, self._facts, width, keys)
                if self._entry
                else adoption_lines(self._facts.adoption, width)
            )
        return self._lines


class DetailsPane(Pane):
    """What is under the cursor, its name and the tabs above it."""

    def __init__(self) -> None:
        self.text = DetailsText(id="replay-details-text")
        self._entry: Entry | None = None
        self._facts = Facts()
        super().__init__("", self.text, id="replay-details")

    @property
    def entry(self) -> Entry | None:
        return self._entry

    @property
    def facts(self) -> Facts:
        return self._facts

    @property
    def failed(self) -> Invoked | None:
        """The invocation that the pane is about, if the handler failed in it."""
        invoked = self._entry.invoked if self._entry and self._entry.run is None else None
        return invoked if invoked is not None and invoked.outcome not in _FINE else None

    def case(self, plan: Plan) -> Case | None:
        """What failed, for a test of it."""
        failed = self.failed
        if failed is None:
            return None
        error = failed.answer.error
        return Case(
            plan.handler,
            event_json(failed.invoking.batch, self._facts.stream_arn),
            item_text(failed.invoking.batch, self._facts.schema),
            error_words(failed),
            plan.timeout_s,
            plan.settings.report_batch_item_failures,
            ended=failed.answer.is_timeout or (error is not None and error.error_type == _EXITED),
            folder=plan.folder,
            environment=plan.adopted.environment,
            env_file=plan.way.env_file,
        )

    def tell(self, entry: Entry | None, facts: Facts) -> None:
        self._entry, self._facts = entry, facts
        self.text.tell(entry, facts)
        self.say_tabs()

    def say_tabs(self) -> None:
        if self._entry is None:
            self.say([], name="Taken over" if self._facts.adoption else "Invocation")
            return
        tabs: list[Line] = [[(tab.value, Role.FOCUS if tab is self.text.tab else Role.DIM)] for tab in TABS]
        self.say(join(tabs, ("  ", Role.DIM)), name=title(self._entry, self._facts.schema))

    def on_details_text_tab_changed(self, event: DetailsText.TabChanged) -> None:
        event.stop()
        self.say_tabs()
