"""The picker's one screen: the account's streams, narrowed down by typing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.screen import Screen

from ddbtop.errors import DdbtopError
from ddbtop.streams.census import Census
from ddbtop.text import count
from ddbtop.tui.look import Line, Role, fit, join
from ddbtop.tui.messages import Switch, SwitchWanted
from ddbtop.tui.place import Place
from ddbtop.tui.widgets.entry import Entry
from ddbtop.tui.widgets.keybar import KeyBar
from ddbtop.tui.widgets.painted import Lines
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.streams import StreamHeading, StreamList

TICK_S = 1 / 10
"""How often the screen looks whether the census got an answer; a key is answered at once."""


class StreamFilter(Entry):
    """Every letter begins the name that is looked for, but for the `q` that leaves; after a slash, that one as well."""

    typing = False
    """A name is being typed, even if there is nothing of it yet."""

    @property
    def idle(self) -> bool:
        return not self.typing and not self.value

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        if key == "slash" or (key == "q" and self.idle):
            return False
        return super().check_consume_key(key, character)

    def writes(self, event: events.Key) -> bool:
        """Only what is no command: those two letters, or whichever are in their place."""
        return False

    def reset(self) -> None:
        self.typing = False
        self.value = ""


class StreamsScreen(Screen[None]):
    """Brings what the census learns to the list, and the list's place to the census."""

    @dataclass
    class Picked(Message):
        """The stream to open, empty if none is."""

        arn: str

    @dataclass
    class Failed(Message):
        """There is nothing to pick from and never will be."""

        error: Exception

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open", tooltip="Open the inspector on this stream", id="streams.open", priority=True),
        Binding("slash", "type", "filter", tooltip="Or just type", id="streams.type", priority=True),
        Binding("escape", "back", "back", tooltip="Show all streams, or leave", id="streams.back", priority=True),
        Binding("q", "leave", "quit", tooltip="Leave", id="streams.leave", priority=True),
        Binding(
            "ctrl+o",
            "switch('profile')",
            "profile",
            tooltip="List the streams of another profile",
            id="streams.profile",
            priority=True,
        ),
        Binding(
            "ctrl+r",
            "switch('region')",
            "region",
            tooltip="List the streams of another region",
            id="streams.region",
            priority=True,
        ),
        Binding("down", "move(1)", "down", tooltip="One line down", id="streams.down", priority=True, show=False),
        Binding("up", "move(-1)", "up", tooltip="One line up", id="streams.up", priority=True, show=False),
        Binding(
            "pagedown",
            "page(1)",
            "page down",
            tooltip="One page down",
            id="streams.page_down",
            priority=True,
            show=False,
        ),
        Binding(
            "pageup", "page(-1)", "page up", tooltip="One page up", id="streams.page_up", priority=True, show=False
        ),
        Binding("home", "first", "first", tooltip="To the first line", id="streams.first", priority=True, show=False),
        Binding("end", "last", "last", tooltip="To the last line", id="streams.last", priority=True, show=False),
    ]

    def __init__(self, census: Census, place: Place, *, over_session: bool = False) -> None:
        """`over_session`: one goes on reading below, so there is more to do than to leave where nothing is listed."""
        super().__init__()
        self._over_session = over_session
        self._census = census
        self._place = place
        self._seen = (-1, "")
        self._header = Lines(id="streams-header")
        self._prompt = Lines(id="filter-prompt")
        self._input = StreamFilter(placeholder="type to narrow down", compact=True, id="streams-filter")
        self.list = StreamList(census, lambda: self.place)
        self._pane = Pane("Streams", StreamHeading(id="stream-heading"), self.list, id="streams")

    @property
    def place(self) -> Place:
        """As it turned out, once the census knows: an endpoint may come from a config file."""
        census = self._census
        if not census.region:
            return self._place
        return replace(self._place, region=census.region, endpoint_url=census.endpoint_url)

    def compose(self) -> ComposeResult:
        yield self._header
        with Horizontal(id="filter-entry"):
            yield self._prompt
            yield self._input
        yield self._pane
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self._prompt.show([[(" / ", Role.ACCENT)]])
        self._input.focus()
        self.watch(self._input, "value", self._narrow, init=False)
        self.set_interval(TICK_S, self.tick)

    def on_resize(self) -> None:
        self._say()

    def tick(self) -> None:
        """Show what is new and ask for what is in view."""
        census = self._census
        if census.error is not None and not self._can_be_shown(census.error):
            self.post_message(self.Failed(census.error))
            return
        if (census.version, census.region) != self._seen:
            self._seen = census.version, census.region
            self.list.tell()
            self._say()
        census.look_at(self.list.in_view)

    def _can_be_shown(self, error: Exception) -> bool:
        """Whether there is something to do about it here."""
        return isinstance(error, DdbtopError) and (self._over_session or bool(self._census.entries))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """`q` leaves as long as it cannot be the beginning of a name."""
        if action == "switch":
            return self._over_session
        return action != "leave" or self._input.idle

    def action_switch(self, what: str) -> None:
        self.post_message(SwitchWanted(Switch(what)))

    def action_open(self) -> None:
        if self.list.selected is not None:
            self.post_message(self.Picked(self.list.selected.arn))

    def action_type(self) -> None:
        self._input.typing = True

    def action_back(self) -> None:
        if self._input.idle:
            self.action_leave()
        else:
            self._input.reset()

    def action_leave(self) -> None:
        self.post_message(self.Picked(""))

    def action_move(self, lines: int) -> None:
        self.list.action_move(lines)

    def action_page(self, pages: int) -> None:
        self.list.action_page(pages)

    def action_first(self) -> None:
        self.list.action_first()

    def action_last(self) -> None:
        self.list.action_last()

    def _narrow(self, text: str) -> None:
        """At once: the key after a letter is for the streams that fit it."""
        self.list.filter(text)
        self._say()

    def _say(self) -> None:
        """How many there are, and where."""
        place, width = self.place, self.size.width
        known = [part for part in (place.profile, place.region) if part]
        where: list[Line] = [[(part, Role.DIM)] for part in known]
        if place.endpoint_url:
            where.insert(0, [(place.endpoint_url, Role.ATTENTION)])
        right: Line = [*join(where, (" · ", Role.DIM)), (" ", Role.TEXT)]
        self._header.show([fit([(" ddbtop", Role.STRONG), ("  which stream?", Role.DIM)], width, right=right)])
        self._pane.say(self._state())

    def _state(self) -> Line:
        census = self._census
        total, fitting = len(census.entries), self.list.end
        state: Line = [(count(total) if fitting == total else f"{count(fitting)} of {count(total)}", Role.TEXT)]
        if census.error is not None and census.entries:
            state.append((f" · the listing ended early: {census.error}", Role.ATTENTION))
        elif not census.done:
            state.append((" · listing …", Role.DIM))
        return state
