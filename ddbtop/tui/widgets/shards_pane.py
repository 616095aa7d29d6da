"""The panes about shards: the list of them, and the card of the one under the cursor."""

from __future__ import annotations

from textual import events, on

from ddbtop.streams.status import SessionStatus
from ddbtop.text import count
from ddbtop.tui.cardlines import card_lines
from ddbtop.tui.figures import Figures
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import Line, Role, join
from ddbtop.tui.meter import Meter
from ddbtop.tui.names import ShardNames
from ddbtop.tui.shardlines import heading
from ddbtop.tui.shardrows import Order
from ddbtop.tui.widgets.painted import Lines, names_at
from ddbtop.tui.widgets.pane import Pane
from ddbtop.tui.widgets.rule import Rule
from ddbtop.tui.widgets.shards import ShardList

_NEWEST, _WHOLE = "newest", "tree"


class ShardsPane(Pane):
    """The lineage; where there is little room, the newest shards only."""

    def __init__(self, names: ShardNames, meter: Meter) -> None:
        self.list = ShardList(names, meter, id="shard-list")
        self._heading = ShardHeading(id="shard-heading")
        self._little_room = False
        self._counted = ""
        self._tabs: Line = []
        super().__init__("Shards", self._heading, self.list, id="shards")

    def tell(self, status: SessionStatus, figures: Figures, *, new_rates: bool = False) -> None:
        """`new_rates`: these have changed, too."""
        self.list.tell(status, figures.now, resort=new_rates)
        self._counted = f"{figures.open} open · {figures.closed} closed"
        self._say_state()

    def lay_out(self, *, as_tree: bool, little_room: bool) -> None:
        """`little_room`: the pane shares its place, and its rule says with what."""
        self._little_room = little_room
        self.list.show_tree(as_tree)
        self._tabs = _tabs(as_tree, names_at(self)) if little_room else []
        self._say_state()

    def sort(self) -> None:
        self.list.sort()
        self._say_state()

    def _say_state(self) -> None:
        sorted_by = f"by {self.list.order}" if self.list.order is not Order.LINEAGE else ""
        state: list[Line] = [[(sorted_by, Role.TEXT)]] if sorted_by else []
        if self._little_room:
            hidden = self.list.end - self.list.size.height if self.list.size.height else 0
            if hidden > 0:
                state.append([(f"{count(hidden)} more", Role.DIM)])
            self.say(join([*state, self._tabs], ("  ", Role.DIM)))
        elif self._counted:
            self.say(join([*state, [(self._counted, Role.DIM)]], (" · ", Role.DIM)))

    def on_resize(self, _: events.Resize) -> None:
        self.call_after_refresh(self._say_state)

    @on(Rule.Clicked)
    async def _tab_clicked(self, event: Rule.Clicked) -> None:
        """`2 tree` does what its key does."""
        event.stop()
        if any(text == event.word for text, _ in self._tabs):
            pane = "shards" if event.word.endswith(_WHOLE) else "records"
            await self.run_action(f"screen.pane('{pane}')")


class ShardHeading(Lines):
    """The names of the tree's columns."""

    def made(self, width: int) -> list[Line]:
        return [heading(width)]


def _tabs(as_tree: bool, keys: KeyNames) -> Line:
    """What the pane shows, and what it could show."""
    chosen, other = (Role.DIM, Role.FOCUS) if as_tree else (Role.FOCUS, Role.DIM)
    newest, whole = f"{keys('pane.records')} {_NEWEST}", f"{keys('pane.shards')} {_WHOLE}"
    return [(newest, chosen), ("  ", Role.DIM), (whole, other)]


class CardPane(Pane):
    """The shard under the cursor in full."""

    def __init__(self, names: ShardNames, meter: Meter) -> None:
        self._names = names
        self._meter = meter
        self._card = Lines(id="card-lines")
        super().__init__("", self._card, id="card")

    def tell(self, shard_id: str, status: SessionStatus, now: float, refused_at: float = 0.0) -> None:
        reader = status.readers.get(shard_id)
        if reader is None:
            self.say([], name="")
            self._card.show([])
            return
        state = f"{'closed' if reader.closed else 'open'} · generation {reader.generation}"
        self.say([(state, Role.DIM)], name=self._names[shard_id])
        self.set_class(reader.trouble is not None or refused_at > 0, "-trouble")
        self._card.show(card_lines(shard_id, status, self._names, self._meter, now, names_at(self), refused_at))
