"""The line in which a filter is typed, above the records that it lets through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual import on
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.strip import Strip
from textual.suggester import Suggester
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from ddbtop.text import cell_width, fit, visible
from ddbtop.tui.look import Line, Role, join, plain, width_of
from ddbtop.tui.widgets.entry import SUBMIT, Entry
from ddbtop.tui.widgets.painted import Lines, names_at
from ddbtop.tui.widgets.proposals import Proposals

Propose = Callable[[str], Sequence[str]]
"""How a text could go on: whole lines, the likeliest first."""

HISTORY = 50
"""Filters that are remembered while the program runs."""
EXAMPLE = "words, event:MODIFY key:order# changed:status size>1kB !ttl"
SETTLED_S = 0.2
"""A search begins once typing pauses for so long: each one reads the whole history."""


_PROMPT = " / "
_GAP = 2
"""Cells at least between the text and what is said beside it."""


class _Typed(Entry):
    """Where nobody types, its text is shown from its beginning."""

    def render_line(self, y: int) -> Strip:
        if self.has_focus or not self.value:
            return super().render_line(y)
        width = self.size.width
        return Strip([Segment(fit(visible(self.value), width))], width).apply_style(self.rich_style)

    async def action_submit(self) -> None:
        """At once, where the input itself would send a message after which it takes more keys."""
        self.query_ancestor(FilterLine).keep()


class _Ghost(Suggester):
    """Shows behind the cursor how the text would go on; → or tab takes it over."""

    def __init__(self, propose: Propose) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._propose = propose

    async def get_suggestion(self, value: str) -> str | None:
        begun = bool(value) and not value[-1].isspace()
        return next((line for line in self._propose(value) if line.startswith(value)), None) if begun else None


class FilterLine(Vertical):
    """Says what is to be looked for; the screen looks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", tooltip="Show every record again", id="filter.leave", show=False),
        Binding("up", "go(-1)", "older", tooltip="The filter before this one", id="filter.older", show=False),
        Binding("down", "go(1)", "newer", tooltip="The filter after, then proposals", id="filter.newer", show=False),
        Binding("ctrl+@,ctrl+space", "list", "words", tooltip="What could follow", id="filter.words", show=False),
        Binding("tab", "accept", "accept", tooltip="Take what is proposed", id="filter.accept", show=False),
    ]

    @dataclass
    class Changed(Message):
        """Another filter, or none if the text is empty."""

        text: str

    def __init__(self, records: Widget, propose: Propose, *, id: str) -> None:
        """`records` gets the focus once typing ends, at once: keys that are typed already belong to it."""
        super().__init__(id=id)
        self._records = records
        self._propose = propose
        self._proposals = Proposals(id="filter-words")
        self._pause: Timer | None = None
        self._history: list[str] = []
        self._place = 0
        self._said = ""
        self._error = ""
        self._doubts: Sequence[str] = ()
        self._hints: list[Line] = []

    def compose(self) -> ComposeResult:
        with Horizontal(id="filter-entry"):
            yield Lines(id="filter-prompt")
            yield _Typed(placeholder=EXAMPLE, compact=True, suggester=_Ghost(self._propose))
            yield Lines(id="filter-hint")
        yield self._proposals
        yield Lines(id="filter-below")

    def on_mount(self) -> None:
        self.query_one("#filter-prompt", Lines).show([[(_PROMPT, Role.ACCENT)]])

    def on_resize(self) -> None:
        self._say()

    def on_descendant_focus(self) -> None:
        key = names_at(self)
        keys = [(key("filter.accept"), "takes"), (key("filter.newer"), "words"), (SUBMIT, "keeps")]
        self._hint(*keys, (key("filter.leave"), "drops"))

    def on_descendant_blur(self) -> None:
        key = names_at(self)
        keys = [(key("match.next"), "next"), (key("match.previous"), "previous match")]
        self._hint(*keys, (key("match.only"), "all or only these"), (key("back"), "drops"))

    def _hint(self, *keys: tuple[str, str]) -> None:
        """What can be done here: keys and their effects."""
        self._hints = [[(key, Role.ACCENT), (f" {effect}", Role.DIM)] for key, effect in keys]
        self._say()

    def _say(self) -> None:
        """The keys, below the text while one types, which leaves it the whole line, and then beside it.

        What is wrong with the text, or probably not meant, stands below it, where the keys make room: nothing moves
        while one types. Beside the text there are as many keys as it leaves room for.
        """
        typing = self.has_focus_within
        beside, below = self.query_one("#filter-hint", Lines), self.query_one("#filter-below", Lines)
        taken = len(_PROMPT) + cell_width(visible(self.text)) + _GAP + 1
        line = [] if typing else _as_many(self._hints, self.size.width - taken)
        beside.display, beside.styles.width = bool(line), width_of(line) + 1
        beside.show([line])
        said: Line = [(self._error or "; ".join(self._doubts), Role.ATTENTION if self._error else Role.DIM)]
        if typing and not plain(said):
            said = _as_many(self._hints, self.size.width - len(_PROMPT))
        below.display = bool(plain(said))
        below.show([[(" " * len(_PROMPT), Role.TEXT), *said]])

    @property
    def text(self) -> str:
        return self.query_one(Input).value if self.is_mounted else ""

    def open(self) -> None:
        self.display = True
        self._place = len(self._history)
        self.screen.set_focus(self.query_one(Input))  # at once: keys that are typed already belong to it

    def close(self) -> None:
        self.query_one(Input).value = ""
        self._proposals.propose([])
        self.complain("")
        self.display = False

    def complain(self, message: str, doubts: Sequence[str] = ()) -> None:
        """What is wrong with the text, in the line below it, or what of it is probably not meant."""
        self._error, self._doubts = message, doubts
        self._say()

    def action_go(self, step: int) -> None:
        """Up and down in the proposals; without them back in the history, and below its end to the proposals."""
        if self._proposals.is_open:
            self._proposals.choose(step)
        elif step > 0 and self._place == len(self._history):
            self.action_list()
        else:
            self._recall(self._place + step)

    def action_list(self) -> None:
        self._proposals.propose([] if self._proposals.is_open else self._propose(self.text))

    def action_accept(self) -> None:
        """The chosen proposal, or the likeliest for a word that was begun; without one it is a key like others."""
        begun = self.text and not self.text[-1].isspace()
        line = self._proposals.choice or next(iter(self._propose(self.text) if begun else []), "")
        if not line:
            raise SkipAction
        entry = self.query_one(Input)
        entry.value, entry.cursor_position = line, len(line)

    def _recall(self, place: int) -> None:
        if 0 <= place <= len(self._history):
            self._place = place
            self.query_one(Input).value = self._history[place] if place < len(self._history) else ""

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._proposals.is_open:
            self._proposals.propose(self._propose(self.text))
        self._say()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(SETTLED_S, self._settle)

    def _settle(self) -> None:
        if self.text != self._said:
            self._said = self.text
            self.post_message(self.Changed(self.text))

    def keep(self) -> None:
        """Take the chosen proposal; without one, typing has ended, and an empty line goes away."""
        if self._proposals.is_open:
            self.action_accept()
            self._proposals.propose([])
            return
        self._settle()
        if self.text and self.text not in self._history[-1:]:
            self._history = [*self._history, self.text][-HISTORY:]
        self.screen.set_focus(self._records)
        if not self.text:
            self.close()

    def action_leave(self) -> None:
        """Close the proposals, or the line with its filter."""
        if self._proposals.is_open:
            self._proposals.propose([])
            return
        self.query_one(Input).value = ""
        self.keep()


def _as_many(hints: Sequence[Line], width: int) -> Line:
    """As many hints, from the first one on, as fit."""
    line: Line = []
    for hint in hints:
        longer = join([line, hint], ("  ", Role.TEXT)) if line else hint
        if width_of(longer) > width:
            break
        line = longer
    return line
