"""The main screen: what is changing now, on which shards, where each reader stands, what was lost, what it costs."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen

from ddbtop.streams.model import Position, StartPoint, StreamInfo
from ddbtop.tui.banners import banner_lines
from ddbtop.tui.figures import Kept, figures
from ddbtop.tui.messages import CopyWanted, SessionFailed, Settled, StartWanted, StreamWanted
from ddbtop.tui.meter import Meter
from ddbtop.tui.names import ShardNames
from ddbtop.tui.notices import Notices
from ddbtop.tui.pace import TICK_S, Pace
from ddbtop.tui.place import Place
from ddbtop.tui.screens.mainkeys import KEYS
from ddbtop.tui.troublelines import Ways
from ddbtop.tui.widgets.banner import Banner
from ddbtop.tui.widgets.header import WIDE, Header
from ddbtop.tui.widgets.keybar import KeyBar
from ddbtop.tui.widgets.painted import names_at
from ddbtop.tui.widgets.record_box import RecordBox
from ddbtop.tui.widgets.records_pane import RecordsPane
from ddbtop.tui.widgets.shards import ShardList
from ddbtop.tui.widgets.shards_pane import CardPane, ShardsPane
from ddbtop.tui.widgets.trouble import TroubleLayer

if TYPE_CHECKING:
    from ddbtop.streams.status import SessionStatus
    from ddbtop.tui.session import Session

QUARTER_S = 15 * 60.0
"""What `b` reads: far enough back for most questions, near enough to be read at once."""


class MainScreen(Screen[None]):
    """Lays out the panes, brings them what is new, and answers the keys that are not a pane's own."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 -- Textual wants lists
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (15, "-low"), (22, "-high")]  # noqa: RUF012

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    def __init__(self, place: Place, ways: Callable[[Place], Ways] = Ways) -> None:
        """`ways`: what can be done from a place where nothing can be read."""
        super().__init__()
        self._place = place
        self.ways = ways
        self._names = ShardNames()
        self.meter = Meter()
        """How fast the session reads; told by every tick."""
        self.session: Session | None = None
        """What is shown; None before the first answer."""
        self.notices = Notices()
        self._pace = Pace()
        self._busy = False
        self._settled = False
        self._tree_above = False
        self._stream: StreamInfo | None = None
        """As it was described last, for while the same one is read from elsewhere."""
        self._header = Header(place, id="header")
        self._banner = Banner(id="banner")
        self._shards = ShardsPane(self._names, self.meter)
        self._card = CardPane(self._names, self.meter)
        self._records = RecordsPane(self._names)
        self._record = RecordBox(self._names)
        self._trouble = TroubleLayer(id="trouble")

    def compose(self) -> ComposeResult:
        yield self._header
        yield self._banner
        with Container(id="body"):
            with Container(id="left"):
                yield self._shards
                yield self._card
            with Container(id="right"):
                yield self._records
                yield self._record
        yield KeyBar(first=self._leading, id="keys")
        yield self._trouble

    def on_mount(self) -> None:
        self._records.list.focus()
        self.set_interval(TICK_S, self.tick)

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out(event.size.width)

    def attach(self, session: Session) -> None:
        """Show another session; nothing of the one before is left."""
        self.session = session
        self.notices, self._pace = Notices(), Pace()
        self.meter.reset()
        if session.place is not None:
            self.move(session.place)
        if self._stream is not None and self._stream.arn != session.status.stream.arn:
            self._stream = None
        self._record.tell(None, None)  # what it has not made yet of its record is in the journal that goes away
        self._records.attach(session)
        self._shards.list.attach()
        self.tick()

    def move(self, place: Place) -> None:
        """What is read is read from there, or as somebody else, from now on."""
        self._place = place
        self._header.move(place)

    def offer(self, newer_arn: str) -> None:
        """The table has a later stream: say so, and with which key it is read."""
        self.notices.newer_arn = newer_arn
        self.refresh_bindings()
        self.tick(force=True)

    def tick(self, *, force: bool = False) -> None:
        """Bring what is new to the screen: records at half the pace while they pour in, figures at theirs.

        `force` brings the figures at once.
        """
        session = self.session
        if session is None:
            return
        self._busy = not self._busy and self._records.tell()
        status, now = session.status, time.monotonic()
        if session.failure is not None:
            self.session = None
            self.post_message(SessionFailed(session.failure))
            return
        self.notices.look(status, session.now)
        new_rates = self.meter.sample(now, status, at_once=force)
        if self._pace.is_due(status, now, at_once=force or new_rates):
            self._tell(session, status, new_rates=new_rates)

    def _tell(self, session: Session, status: SessionStatus, *, new_rates: bool = False) -> None:
        if status.described and not self._settled:
            self._settled = True
            self.post_message(Settled())
        shown = figures(status, self.meter, session.kept() if status.described else Kept())
        if status.described:
            self._stream = status.stream
        elif self._stream is not None:
            shown = replace(shown, stream=self._stream)
        selected, news = self._shards.list.selected, self.notices.news(shown.now)
        self._header.tell(shown)
        self._banner.tell(lambda width: banner_lines(status, news, self._names, names_at(self), width))
        self._shards.tell(status, shown, new_rates=new_rates)
        self._card.tell(selected, status, shown.now, self.notices.refused_at(selected, shown.now))
        trouble = session.trouble
        ways = Ways(self._place) if trouble is None else self.ways(self._place)
        self._trouble.tell(trouble, status, shown.now, ways)

    def _leading(self) -> tuple[str, ...]:
        """What leads on or back from a pane that was opened."""
        if self.has_class("-card"):
            return ("back",)
        return ("back", "record.next") if self.has_class("-opened") and self._record.pane.has_focus else ()

    def _lay_out(self, width: int) -> None:
        narrow = width < WIDE
        self._shards.lay_out(as_tree=not narrow or self._tree_above, little_room=narrow)
        self.set_class(self._tree_above, "-tree")

    @on(ShardList.Selected)
    def _shard_selected(self, event: ShardList.Selected) -> None:
        event.stop()
        session = self.session
        if session is not None:
            session.select(event.shard_id)
            refused_at = self.notices.refused_at(event.shard_id, session.now)
            self._card.tell(event.shard_id, session.status, session.now, refused_at)

    @on(RecordsPane.Selected)
    def _record_selected(self, event: RecordsPane.Selected) -> None:
        event.stop()
        if self._record.is_empty is not (event.row is None):
            self.refresh_bindings()
        self._record.tell(event.row, self.session)

    @on(TroubleLayer.Retry)
    def _retry(self) -> None:
        if self.session is not None:
            self.session.retry_now()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What has nothing to work on is not offered, and no key is a command while one types.

        Keys that open a field have priority, so that what is typed ahead goes there and is not taken for commands.
        """
        if action == "filter" or (action == "start" and parameters == ("at",)):
            return not self._records.typing
        if action == "start" and parameters == ("newer",):
            return bool(self.notices.newer_arn)
        if action in ("match", "only_matches"):
            return self._records.filtered
        if action == "step_over":
            return self._shards.list.is_stopped
        if action in ("unchanged", "export", "by_time") or (action == "start" and parameters == ("after",)):
            return True if self._records.list.row is not None else None
        return True

    def on_key(self, event: events.Key) -> None:
        """A key that can do nothing at the moment is not silent."""
        bound = self.active_bindings.get(event.key)
        if bound is not None and not bound.enabled:
            self.app.bell()

    async def action_filter(self) -> None:
        await self._records.open_filter()

    def action_follow(self) -> None:
        self._records.follow()

    def action_match(self, step: int) -> None:
        self._records.go_to_match(step)

    def action_by_time(self) -> None:
        self._records.order_by_time()

    def action_only_matches(self) -> None:
        self._records.show_only_matches()

    def action_unchanged(self) -> None:
        self._record.pane.show_unchanged()

    def action_fold_closed(self) -> None:
        self._shards.list.action_fold_closed()

    def action_sort_shards(self) -> None:
        self._shards.sort()

    def action_step_over(self) -> None:
        if self.session is not None:
            self.session.step_over(self._shards.list.selected)

    def action_pane(self, name: str) -> None:
        self._tree_above = name == "shards"
        self.remove_class("-opened", "-card")
        self._lay_out(self.size.width)
        (self._shards.list if self._tree_above else self._records.list).focus()

    def action_open(self) -> None:
        """A record's pane gets the focus, on a narrow screen the room as well; a shard shows what is folded.

        Where a shard's card has no place of its own, it is the card that is opened.
        """
        if self._shards.list.has_focus:
            if self._card.display:
                self._shards.list.action_unfold()
            else:
                self.add_class("-card")
        elif self._record.is_empty:
            self.app.bell()
        else:
            self.add_class("-opened")
            self._record.pane.focus()
        self.refresh_bindings()

    def action_back(self) -> None:
        """One layer: the opened shard or record, the filter, the focus."""
        if self.has_class("-card"):
            self.remove_class("-card")
            self.refresh_bindings()
            return
        if self._record.pane.has_focus:
            self.remove_class("-opened")
        elif self._records.filtered:
            self._records.clear_filter()
        self._records.list.focus()

    def action_start(self, where: str) -> None:
        """Read from elsewhere, in this stream or the newer one."""
        session, row = self.session, self._records.list.row
        if session is None:
            return
        if where == "at":
            self._pick_start(session)
        elif where == "newer":
            self.post_message(StreamWanted(self.notices.newer_arn))
        elif where == "earlier":
            self.post_message(StartWanted(StartPoint(Position.at_time(session.now - QUARTER_S))))
        elif row is not None:
            self.post_message(StartWanted(StartPoint(Position.after(row.record.sequence_number), row.shard_id)))

    def _pick_start(self, session: Session) -> None:
        from ddbtop.tui.screens.start import StartPicker, offer  # only who opens it pays for its fields at start

        def chosen(start: StartPoint | None) -> None:
            if start is not None:
                self.post_message(StartWanted(start))

        shared = len(self.notices.news(session.now).shared)
        offered = offer(session, self._shards.list.selected, self._names, self._records.list.row, shared)
        self.app.push_screen(StartPicker(offered, self._place, session), chosen)

    def action_copy(self, what: str) -> None:
        """What the focused pane is about, or the aws command that reads it."""
        from ddbtop.tui import copies

        if self.session is None:
            return
        row, pane = self._records.list.row, self._record.pane
        shard_id = self._shards.list.selected if self._shards.list.has_focus else ""
        if what == "command":
            wanted: CopyWanted | None = copies.command(self.session, self._place, row, shard_id)
        else:
            wanted = copies.of_focused(self.session, row, shard_id, pane if pane.has_focus else None)
        if wanted is not None:
            self.post_message(wanted)
        else:
            self.app.bell()

    def action_replay(self) -> None:
        from ddbtop.tui.replays.entry import ask  # only who replays pays for it at start

        if self.session is not None:
            shards, row = self._shards.list, self._records.list.row
            of_shard, following = shards.has_focus, self._records.list.following
            of_record = not (of_shard or following)
            args = self.app, self.session, self._place, self._names, shards.selected, row
            ask(*args, of_shard=of_shard, of_record=of_record)

    def action_export(self) -> None:
        from ddbtop.tui.screens.export import ExportLayer  # only who exports pays for it at start

        if self.session is not None:
            self.app.push_screen(ExportLayer.over(self.session, self._records.list.row, self._records.search))
