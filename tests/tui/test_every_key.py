"""Every key, and every command of the palette, does what its tooltip promises; one without a promise here fails."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.widgets import Input

import ddbtop.tui
from ddbtop.errors import LoginEnded, ServerFault
from ddbtop.streams.attributes import key_text
from ddbtop.streams.model import IteratorType, StartPoint
from ddbtop.streams.simulated.shapes import build_lineage
from ddbtop.streams.status import ReaderState
from ddbtop.tui import mouse
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.messages import StartWanted, StreamWanted
from ddbtop.tui.palette import BY_HAND, entries
from ddbtop.tui.picker import PickerApp
from ddbtop.tui.regions import SECTIONS
from ddbtop.tui.screens.choose import Chooser
from ddbtop.tui.screens.export import ExportLayer
from ddbtop.tui.screens.help import HelpScreen
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.screens.replayprompt import ReplayPrompt
from ddbtop.tui.screens.start import StartPicker
from ddbtop.tui.screens.streams import StreamFilter, StreamsScreen
from ddbtop.tui.view import View
from ddbtop.tui.widgets.filterline import FilterLine
from ddbtop.tui.widgets.listing import Listing
from ddbtop.tui.widgets.record import RecordPane
from ddbtop.tui.widgets.records import RecordList
from ddbtop.tui.widgets.shards import ShardList
from ddbtop.tui.widgets.streams import StreamList
from ddbtop.tui.widgets.trouble import TroubleLayer
from tests.catalogues import PATIENCE_S, FakeCatalogue, entry
from tests.tui.elsewhere import FakeElsewhere
from tests.tui.worlds import NOW, PLACE, Stage, inspector, screen_text, stage

NEWER = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-03-20T09:14:00.000"


@dataclass
class Desk:
    """The inspector over a stage, and the one way of giving a command that is tried."""

    made: Stage
    app: InspectorApp
    pilot: Pilot[Any]
    id: str
    key: str
    """Empty for the palette."""
    posted: list[object]
    """Wishes for another start point or stream, which go no further here."""

    async def do(self) -> None:
        """Press the key, or choose the command in the palette."""
        if self.key:
            await self.press(self.key)
            return
        (run,) = [command.run for command in entries(self.app, self.app.screen) if command.id == self.id]
        done = run()
        if isinstance(done, Awaitable):
            await done
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        """What a thread finds out comes with one of the next ticks."""
        for _ in range(int(PATIENCE_S / 0.01)):
            if holds():
                return
            self.app.main.tick(force=True)
            await self.pilot.pause(0.01)
        raise AssertionError(self.text)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    @property
    def records(self) -> RecordList:
        return self.app.main.query_one(RecordList)

    @property
    def shards(self) -> ShardList:
        return self.app.main.query_one(ShardList)

    @property
    def record(self) -> RecordPane:
        return self.app.main.query_one(RecordPane)

    @property
    def text(self) -> str:
        return "\n".join(screen_text(self.app))

    @property
    def start(self) -> StartPoint:
        """The one start point that was wished for."""
        (wanted,) = self.posted
        assert isinstance(wanted, StartWanted)
        return wanted.start


Promise = Callable[[Any], Awaitable[None]]
PROMISES: dict[str, Promise] = {}


def promise(*ids: str) -> Callable[[Promise], Promise]:
    def keep(kept: Promise) -> Promise:
        PROMISES.update(dict.fromkeys(ids, kept))
        return kept

    return keep


def keys_of(screen: type) -> list[tuple[str, str]]:
    """Every command of a screen's sections with each of its keys."""
    found = [command for section in SECTIONS if section.screen is screen for command in section.commands]
    return [(binding.id or "", key) for binding, keys in found for key in keys]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.chdir(tmp_path)
    with stage(tmp_path) as made:
        build_lineage(made.world, 6, records=2)
        made.tell()
        for number in range(60):
            made.put(f"ORDER#{number}", status={"S": "PAID"}, kept={"S": "as it was"})
        made.put("ORDER#59", status={"S": "SHIPPED"}, kept={"S": "as it was"})
        yield made


Open = Callable[[str, str], AbstractAsyncContextManager[Desk]]


@pytest.fixture
def desk(made: Stage, monkeypatch: pytest.MonkeyPatch) -> Open:
    posted: list[object] = []
    for handler in ("on_start_wanted", "on_stream_wanted"):
        monkeypatch.setattr(InspectorApp, handler, lambda _, event: posted.append(event))

    @asynccontextmanager
    async def opened(id: str, key: str) -> AsyncIterator[Desk]:
        app = inspector(made, elsewhere=FakeElsewhere(made))
        async with app.run_test(size=(160, 50)) as pilot:
            await pilot.pause()
            app.main.tick(force=True)
            await pilot.pause()
            yield Desk(made, app, pilot, id, key, posted)

    return opened


MAIN_KEYS = [*keys_of(MainScreen), *keys_of(StartPicker), *keys_of(ExportLayer), *keys_of(HelpScreen)]


@pytest.mark.parametrize(("id", "key"), MAIN_KEYS, ids=lambda part: part)
async def test_key_keeps_its_promise(desk: Open, id: str, key: str) -> None:
    async with desk(id, key) as at:
        await PROMISES[id](at)


BY_NAME = sorted({id for id, _ in keys_of(MainScreen)} - set(BY_HAND))
HERE_ONLY = [b.id for s in SECTIONS if {FilterLine, TroubleLayer} & {*s.nodes} for b, _ in s.commands]
"""In force while a field or the layer of trouble has the focus, which the palette takes away."""


@pytest.mark.parametrize("id", [id for id in BY_NAME if id not in HERE_ONLY])
async def test_command_of_the_palette_keeps_its_promise(desk: Open, id: str) -> None:
    async with desk(id, "") as at:
        await PROMISES[id](at)


@pytest.mark.parametrize(("id", "key"), keys_of(StreamsScreen), ids=lambda part: part)
async def test_key_of_the_list_of_streams_keeps_its_promise(id: str, key: str) -> None:
    app = PickerApp(lambda: FakeCatalogue(entry(f"t{number:03}") for number in range(100)), PLACE)
    async with app.run_test(size=(80, 24)) as pilot:
        while not app.census.done:
            await pilot.pause(0.01)
        screen = app.screen
        assert isinstance(screen, StreamsScreen)
        screen.tick()
        await PICKING[id](app, pilot, key)


async def test_palette_finds_a_command_by_what_it_does_and_runs_it(desk: Open) -> None:
    async with desk("", "") as at:
        await at.press("ctrl+p", *"did not change")
        await at.app.workers.wait_for_complete()
        await at.press("enter")
        assert "as it was" in "\n".join(screen_text(at.app))


def test_every_binding_of_every_class_is_in_a_section() -> None:
    """Hence in the keymap, in the README's table, and here."""
    listed = {node for section in SECTIONS for node in section.nodes}
    for module in pkgutil.walk_packages(ddbtop.tui.__path__, "ddbtop.tui."):
        for thing in vars(importlib.import_module(module.name)).values():
            if isinstance(thing, type) and thing.__module__ == module.name and thing.__dict__.get("BINDINGS"):
                assert thing in listed, thing


def test_an_id_is_one_command() -> None:
    """Other keys for one of two would be other keys for both."""
    seen: dict[str | None, object] = {}
    for section in SECTIONS:
        for binding, keys in section.commands:
            assert seen.setdefault(binding.id, keys) == keys, binding


def test_every_binding_says_what_it_is_and_does() -> None:
    for section in SECTIONS:
        for binding, _ in section.commands:
            assert binding.id, binding
            assert binding.description, binding
            assert binding.tooltip, binding


@promise("filter.open")
async def filters(at: Desk) -> None:
    await at.do()
    assert isinstance(at.app.focused, Input)
    await at.press(*"shipped", "enter")
    assert at.records.end - at.records.first == 1


@promise("follow")
async def pauses_and_follows(at: Desk) -> None:
    followed = []
    for _ in range(2):
        await at.do()
        followed.append(at.records.following)
        await at.press("up", "up")
    assert followed == [False, True]


@promise("start.pick")
async def picks_a_start(at: Desk) -> None:
    await at.do()
    assert isinstance(at.app.screen, StartPicker)


@promise("replay.open")
async def asks_for_the_handler(at: Desk) -> None:
    await at.do()
    assert isinstance(at.app.screen, ReplayPrompt)


@promise("start.earlier")
async def reads_the_last_quarter(at: Desk) -> None:
    await at.do()
    assert at.start.position.timestamp == NOW - 900


@promise("start.after")
async def reads_after_the_record(at: Desk) -> None:
    await at.press("up")
    row = at.records.row
    assert row is not None
    await at.do()
    assert at.start.position.sequence_number == row.record.sequence_number
    assert at.start.shard_id == row.shard_id


@promise("start.newer")
async def reads_the_newer_stream(at: Desk) -> None:
    at.app.main.offer(NEWER)
    await at.pilot.pause()
    await at.do()
    (wanted,) = at.posted
    assert isinstance(wanted, StreamWanted)
    assert wanted.arn == NEWER


@promise("copy.item")
async def copies_the_record(at: Desk) -> None:
    row = at.records.row
    assert row is not None
    await at.do()
    assert json.loads(at.app.clipboard) == json.loads(at.made.session.reader.raw(row.number))


@promise("copy.command")
async def copies_the_command(at: Desk) -> None:
    await at.do()
    assert at.app.clipboard.startswith("aws dynamodbstreams get-shard-iterator")


@promise("export.open")
async def asks_what_to_export(at: Desk) -> None:
    await at.do()
    assert isinstance(at.app.screen, ExportLayer)


@promise("record.unchanged")
async def shows_what_did_not_change(at: Desk) -> None:
    assert "as it was" not in at.text
    await at.do()
    assert "as it was" in at.text
    await at.do()
    assert "as it was" not in at.text


@promise("shards.fold_closed")
async def folds_closed_shards(at: Desk) -> None:
    before = at.shards.end
    await at.do()
    assert at.shards.end < before
    await at.do()
    assert at.shards.end == before


@promise("shards.sort")
async def sorts_shards(at: Desk) -> None:
    before = at.shards.order
    await at.do()
    assert at.shards.order is before.following
    assert at.shards.order is not before


@promise("shards.step_over")
async def steps_over(at: Desk) -> None:
    shard_id = at.shards.selected
    at.made.change(shard_id, state=ReaderState.STOPPED, trouble=ServerFault("three answers could not be read"))
    at.app.main.tick(force=True)
    await at.pilot.pause()
    await at.do()
    assert f"step over {shard_id}" in at.made.pump.told


@promise("open")
async def opens_the_record(at: Desk) -> None:
    await at.do()
    assert at.record.has_focus


@promise("back")
async def goes_back(at: Desk) -> None:
    await at.press("slash", *"shipped", "enter", "enter")
    assert at.record.has_focus
    await at.do()
    assert at.records.has_focus
    assert at.records.end - at.records.first == 1
    await at.do()
    assert at.records.end - at.records.first > 1


async def _all_with_matches_marked(at: Desk) -> None:
    """Three records match, and all are shown."""
    await at.press("slash", *"order#5", "enter", "ampersand")


@promise("match.next")
async def goes_to_the_next_match(at: Desk) -> None:
    await _all_with_matches_marked(at)
    await at.press("g")
    await at.do()
    assert _key_under_cursor(at) == "ORDER#5"
    await at.do()
    assert _key_under_cursor(at) == "ORDER#50"


@promise("match.previous")
async def goes_to_the_match_before(at: Desk) -> None:
    await _all_with_matches_marked(at)
    await at.press("G")
    await at.do()
    await at.do()
    assert _key_under_cursor(at) == "ORDER#58"


def _key_under_cursor(at: Desk) -> str:
    row = at.records.row
    assert row is not None
    return key_text(row.record.dynamodb.keys, at.made.session.status.stream.key_schema).partition(" ")[0]


@promise("match.only")
async def shows_everything_with_matches_marked(at: Desk) -> None:
    everything = at.records.end
    await at.press("slash", *"shipped", "enter")
    assert at.records.end - at.records.first == 1
    await at.do()
    assert at.records.end == everything
    await at.do()
    assert at.records.end - at.records.first == 1


@promise("pane.records")
async def goes_to_the_records(at: Desk) -> None:
    await at.press("2")
    await at.do()
    assert at.records.has_focus


@promise("pane.shards")
async def goes_to_the_shards(at: Desk) -> None:
    await at.do()
    assert at.shards.has_focus


@promise("pane.next")
async def goes_to_the_next_pane(at: Desk) -> None:
    await at.do()
    assert at.record.has_focus
    await at.do()
    assert at.shards.has_focus


@promise("pane.previous")
async def goes_to_the_pane_before(at: Desk) -> None:
    await at.do()
    assert at.shards.has_focus


@promise("commands")
async def opens_the_palette(at: Desk) -> None:
    await at.do()
    assert isinstance(at.app.screen, CommandPalette)


@promise("help.open")
async def opens_the_help(at: Desk) -> None:
    await at.do()
    assert isinstance(at.app.screen, HelpScreen)
    assert all(binding.tooltip[:20] in at.text for binding, _ in SECTIONS[0].commands[:5])


@promise("suspend")
async def leaves_the_terminal_to_the_shell(at: Desk) -> None:
    """Without a terminal there is nothing to leave: what Textual does there is tried in one (test_terminal.py)."""
    with mock.patch.object(type(at.app), "action_suspend_process") as suspended:
        await at.do()
    suspended.assert_called_once_with()


@promise("mouse")
async def switches_the_mouse(at: Desk) -> None:
    driver = at.app._driver
    assert driver is not None
    mouse.take(driver, True)
    await at.do()
    assert not mouse.is_taken(driver)
    (note,) = at.app._notifications
    assert note.message == "The terminal has the mouse: select text with it; m takes it back"
    await at.do()
    assert mouse.is_taken(driver)


@promise("quit")
async def quits(at: Desk) -> None:
    await at.do()
    assert at.app.return_code == 0
    assert at.app.return_value is None


@promise("interrupt")
async def quits_from_a_field(at: Desk) -> None:
    await at.press("slash")
    await at.do()
    assert at.app.return_code == 0


@promise("list.down")
async def goes_down(at: Desk) -> None:
    await at.press("up", "up")
    before = at.records.cursor
    await at.do()
    assert at.records.cursor == before + 1


@promise("list.up")
async def goes_up(at: Desk) -> None:
    before = at.records.cursor
    await at.do()
    assert at.records.cursor == before - 1


@promise("list.page_down")
async def goes_a_page_down(at: Desk) -> None:
    await at.press("g")
    await at.do()
    assert at.records.cursor == at.records.height - 1


@promise("list.page_up")
async def goes_a_page_up(at: Desk) -> None:
    before = at.records.cursor
    await at.do()
    assert at.records.cursor == before - (at.records.height - 1)


@promise("list.first")
async def goes_to_the_first(at: Desk) -> None:
    await at.do()
    assert at.records.cursor == at.records.first


@promise("list.last")
async def goes_to_the_last(at: Desk) -> None:
    await at.press("g")
    await at.do()
    assert at.records.cursor == at.records.end - 1
    assert at.records.following


@promise("shards.unfold")
async def unfolds(at: Desk) -> None:
    await at.press("2", "z")
    before = at.shards.end
    await at.do()
    assert at.shards.end > before


@promise("shards.fold")
async def folds(at: Desk) -> None:
    await at.press("2", "g", "right")
    before = at.shards.end
    await at.do()
    assert at.shards.end < before


@promise("record.next")
async def shows_the_next_view(at: Desk) -> None:
    await at.press("enter")
    await at.do()
    assert at.record.view is View.NEW


@promise("record.previous")
async def shows_the_view_before(at: Desk) -> None:
    await at.press("enter")
    await at.do()
    assert at.record.view is View.EVENT


@promise("filter.leave")
async def leaves_the_filter(at: Desk) -> None:
    everything = at.records.end
    await at.press("slash", *"shipped")
    await at.do()
    assert at.records.has_focus
    assert at.records.end == everything


@promise("filter.older")
async def recalls_the_filter_before(at: Desk) -> None:
    await at.press("slash", *"shipped", "enter", "slash")
    await at.do()
    assert at.app.main.query_one("#filter Input", Input).value == "shipped"


@promise("filter.newer")
async def recalls_the_filter_after(at: Desk) -> None:
    await at.press("slash", *"shipped", "enter", "slash", "up")
    await at.do()
    assert at.app.main.query_one("#filter Input", Input).value == ""


async def _proposing(at: Desk) -> None:
    """The filter line with proposals: what the journal holds was sampled."""
    await at.press("slash")
    await at.until(lambda: bool(at.app.main._records._propose("ev")))


@promise("filter.words")
async def lists_what_could_follow(at: Desk) -> None:
    await _proposing(at)
    words = at.app.main.query_one("#filter-words")
    shown = [words.display]
    for _ in range(2):
        await at.do()
        shown.append(words.display)
    assert shown == [False, True, False]


@promise("filter.accept")
async def takes_what_is_proposed(at: Desk) -> None:
    await _proposing(at)
    await at.press(*"ev")
    await at.do()
    assert at.app.main.query_one("#filter Input", Input).value == "event:"


@promise("records.by_time")
async def orders_by_time(at: Desk) -> None:
    await at.do()
    await at.until(lambda: "by time, ≈ across shards" in at.text)
    await at.do()
    await at.until(lambda: "by time, ≈ across shards" not in at.text)


@promise("trouble.retry")
async def tries_again(at: Desk) -> None:
    at.made.tell(trouble=LoginEnded("the SSO session has ended", "`aws sso login` starts a new one"))
    at.app.main.tick(force=True)
    await at.pilot.pause()
    await at.do()
    assert "retry" in at.made.pump.told


async def _ended_login(at: Desk) -> None:
    at.made.tell(trouble=LoginEnded("the SSO session has ended", code="ExpiredTokenException"))
    at.app.main.tick(force=True)
    await at.pilot.pause()


@promise("trouble.profile")
async def goes_on_as_another_profile(at: Desk) -> None:
    await _ended_login(at)
    await at.do()
    assert isinstance(at.app.screen, Chooser)
    assert "Read as which profile?" in at.text


@promise("trouble.details")
async def says_what_exactly_was_answered(at: Desk) -> None:
    await _ended_login(at)
    assert "ExpiredTokenException" not in at.text
    await at.do()
    assert "LoginEnded (ExpiredTokenException)" in at.text


@promise("switch.stream")
async def lists_the_streams_of_the_account(at: Desk) -> None:
    await at.do()
    assert isinstance(at.app.screen, StreamsScreen)


@promise("switch.profile")
async def asks_for_a_profile(at: Desk) -> None:
    await at.do()
    assert isinstance(at.app.screen, Chooser)
    assert "mfa" in at.text


@promise("switch.region")
async def asks_for_a_region(at: Desk) -> None:
    await at.do()
    assert isinstance(at.app.screen, Chooser)
    assert "us-east-1" in at.text


async def _picker(at: Desk) -> StartPicker:
    await at.press("t")
    assert isinstance(at.app.screen, StartPicker)
    return at.app.screen


@promise("start.down")
async def chooses_the_next_position(at: Desk) -> None:
    await _picker(at)
    await at.do()
    await at.press("enter")
    assert at.start.position.type is IteratorType.TRIM_HORIZON


@promise("start.up")
async def chooses_the_position_before(at: Desk) -> None:
    await _picker(at)
    await at.press("down")
    await at.do()
    await at.press("enter")
    assert at.start.position.type is IteratorType.LATEST


@promise("start.scope")
async def chooses_the_shard(at: Desk) -> None:
    await _picker(at)
    await at.do()
    await at.press("enter")
    assert at.start.shard_id == at.shards.selected


@promise("start.go")
async def starts(at: Desk) -> None:
    await _picker(at)
    await at.do()
    assert at.start.position.type is IteratorType.LATEST
    assert isinstance(at.app.screen, MainScreen)


@promise("start.copy")
async def copies_the_start(at: Desk) -> None:
    await _picker(at)
    await at.do()
    assert "--shard-iterator-type LATEST" in at.app.clipboard


@promise("start.leave", "export.leave")
async def leaves_everything_as_it_is(at: Desk) -> None:
    await at.press("t" if at.id == "start.leave" else "e")
    await at.do()
    assert isinstance(at.app.screen, MainScreen)
    assert at.posted == []
    assert not list(at.made.folder.glob("*.ndjson"))


async def _export(at: Desk) -> ExportLayer:
    await at.press("e")
    assert isinstance(at.app.screen, ExportLayer)
    return at.app.screen


@promise("export.down")
async def chooses_what_comes_next(at: Desk) -> None:
    layer = await _export(at)
    before = layer._chosen
    await at.do()
    assert layer._chosen == (before + 1) % len(layer._choices)


@promise("export.up")
async def chooses_what_came_before(at: Desk) -> None:
    layer = await _export(at)
    before = layer._chosen
    await at.do()
    assert layer._chosen == (before - 1) % len(layer._choices)


@promise("export.form")
async def chooses_the_other_form(at: Desk) -> None:
    await _export(at)
    assert "(•) NDJSON" in at.text
    await at.do()
    assert "(•) a Lambda event" in at.text


@promise("help.close")
async def closes_the_help(at: Desk) -> None:
    await at.press("question_mark")
    await at.do()
    assert isinstance(at.app.screen, MainScreen)


Picking = Callable[[PickerApp, Pilot[Any], str], Awaitable[None]]
PICKING: dict[str, Picking] = {}


def moves(*before: str, to: Callable[[Listing], int]) -> Picking:
    async def check(app: PickerApp, pilot: Pilot[Any], key: str) -> None:
        await pilot.press(*before, key)
        await pilot.pause()
        streams = app.screen.query_one(StreamList)
        assert streams.cursor == to(streams)

    return check


def ends_with(arn: str | None) -> Picking:
    async def check(app: PickerApp, pilot: Pilot[Any], key: str) -> None:
        await pilot.press(key)
        await pilot.pause()
        assert app.return_value == arn
        assert app.return_code == 0

    return check


async def types(app: PickerApp, pilot: Pilot[Any], key: str) -> None:
    """After it, the `q` that leaves is a letter like others."""
    await pilot.press(key, "q")
    await pilot.pause()
    assert app.screen.query_one(StreamFilter).value == "q"


async def shows_all_streams_or_leaves(app: PickerApp, pilot: Pilot[Any], key: str) -> None:
    await pilot.press("x", key)
    await pilot.pause()
    assert app.screen.query_one(StreamFilter).value == ""
    assert app.is_running
    await ends_with(None)(app, pilot, key)


async def only_over_a_session(app: PickerApp, pilot: Pilot[Any], key: str) -> None:
    """Before one, --profile and --region say it."""
    await pilot.press(key)
    assert isinstance(app.screen, StreamsScreen)
    assert not app.screen.check_action("switch", ("profile",))


PICKING |= {
    "streams.profile": only_over_a_session,
    "streams.region": only_over_a_session,
    "streams.open": ends_with(entry("t000").arn),
    "streams.leave": ends_with(None),
    "interrupt": ends_with(None),
    "streams.type": types,
    "streams.back": shows_all_streams_or_leaves,
    "streams.down": moves(to=lambda streams: 1),
    "streams.up": moves("down", "down", to=lambda streams: 1),
    "streams.page_down": moves(to=lambda streams: streams.height - 1),
    "streams.page_up": moves("end", to=lambda streams: streams.end - streams.height),
    "streams.first": moves("end", to=lambda streams: 0),
    "streams.last": moves(to=lambda streams: streams.end - 1),
}
