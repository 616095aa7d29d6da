"""Every command under another key: whatever names a key on a screen names that one, and no usual key any more."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

import ddbtop.tui
from ddbtop.errors import CannotDo, DdbtopError, LoginEnded, ServerFault
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.running.controls import RunState
from ddbtop.streams.model import LATEST
from ddbtop.streams.simulated.shapes import build_lineage
from ddbtop.streams.status import ReaderState
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.keymap import USUAL, Keymap, KeyNames, key_name, key_sign
from ddbtop.tui.picker import PickerApp
from ddbtop.tui.regions import SECTIONS, checked
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.screens.streams import StreamsScreen
from ddbtop.tui.widgets.record import RecordPane
from ddbtop.tui.widgets.trouble import TroubleLayer
from tests.catalogues import PATIENCE_S, FakeCatalogue, entry
from tests.tui.elsewhere import FakeElsewhere
from tests.tui.replays import opened, replay_screen, run_of, sell, stands, until, write_handler
from tests.tui.worlds import NOW, PLACE, Stage, inspector, screen_text, stage

WIDE, SMALL = (160, 50), (80, 24)

COMMANDS = {binding.id or "": keys for section in SECTIONS for binding, keys in section.commands}
KEYS = (chr(code) for first, last in ("αω", "АЯ", "ая", "ԱՖ", "աֆ") for code in range(ord(first), ord(last) + 1))
OTHER = dict(zip(COMMANDS, KEYS, strict=False))
"""By the command's id a key of its own, a letter that stands on no screen."""

KEYMAP: Keymap = checked({id: (key,) for id, key in OTHER.items()})

USUAL_NAMES = {name(key) for keys in COMMANDS.values() for key in keys for name in (key_name, key_sign)}
TELLING = {name for name in USUAL_NAMES if len(name) > 1} - {"end", "left", "right", "up", "down", "home"}
"""Names that mean keys wherever they stand."""

ENDS_TYPING = "enter"
"""In every field; no command that could have another key."""


def named(words: str, name: Callable[[str], str]) -> str:
    """The words with what the key of a `<command>` is called."""
    return re.sub(r"<([\w.]+)>", lambda found: name(found[1]), words)


def holds(text: str, *said: str, typing: bool = False) -> None:
    """All of this is said, with the keys of `<commands>` as they are, and nothing with what they usually are.

    `typing`: there is a field, in which `enter` is no command.
    """
    for words in said:
        assert named(words, lambda id: key_sign(OTHER[id])) in text, f"{words}\n{text}"
        for name in (key_name, key_sign):
            usual = named(words.strip(), lambda id, name=name: name(COMMANDS[id][0]))  # type: ignore[misc]
            assert usual not in text, f"{usual}\n{text}"
    found = {word.strip(",;:.()") for word in text.split()} & TELLING
    assert not found - ({ENDS_TYPING} if typing else set()), f"{found}\n{text}"


def text_of(app: InspectorApp | PickerApp) -> str:
    return "\n".join(screen_text(app))


def notes_of(app: InspectorApp) -> str:
    return "\n".join(note.message for note in app._notifications)


@dataclass
class Desk:
    """The inspector with every key changed."""

    app: InspectorApp
    pilot: Pilot[Any]

    async def press(self, *keys: str) -> str:
        """Commands by id, and other keys; what the screen then shows."""
        await self.pilot.press(*(OTHER.get(key, key) for key in keys))
        return await self.shown()

    async def shown(self) -> str:
        self.app.main.tick(force=True)
        await self.pilot.pause()
        await self.pilot.pause()
        return text_of(self.app)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    with stage(tmp_path, shards=1, start=LATEST) as made:
        yield made


@pytest.fixture
def busy(made: Stage) -> Stage:
    build_lineage(made.world, 6, records=2)
    made.tell()
    for number in range(3):
        made.put(f"ORDER#{number}", status={"S": "PAID"}, kept={"S": "as it was"})
    more: dict[str, Any] = {f"n{number}": {"N": "7"} for number in range(9)}
    made.put("ORDER#2", status={"S": "SHIPPED"}, kept={"S": "as it was"}, **more)
    return made


def changed(made: Stage, **more: Any) -> InspectorApp:
    return inspector(made, keymap=KEYMAP, **more)


def test_there_is_another_key_for_every_command() -> None:
    assert OTHER.keys() == COMMANDS.keys() == KEYMAP.keys.keys()
    assert not {key_name(key) for key in OTHER.values()} & USUAL_NAMES


async def test_panes_of_a_wide_screen(busy: Stage) -> None:
    app = changed(busy)
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        text = await desk.shown()
        holds(text, "ancestors folded, <shards.unfold> unfolds", "3 unchanged, <record.unchanged> shows them")
        holds(text, " <filter.open> filter", " <quit> quit")
        shard_id, trouble = app.main._shards.list.selected, ServerFault("three answers were unreadable")
        busy.change(shard_id, state=ReaderState.STOPPED, trouble=trouble)
        holds(await desk.shown(), "  <shards.step_over> steps over it")


async def test_panes_of_a_small_screen(busy: Stage) -> None:
    app = changed(busy)
    async with app.run_test(size=SMALL) as pilot:
        text = await Desk(app, pilot).shown()
        holds(text, "─ <pane.records> newest  <pane.shards> tree", "─ <open> opens", " more, <open>")


async def test_record_that_is_cut_says_what_copies_all_of_it(busy: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ddbtop.tui.recordtext.MOST_LINES", 3)
    app = changed(busy)
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        await desk.shown()
        holds(await desk.press("open", "record.next"), "and more; <copy.item> copies all of it")
        holds(await desk.press("record.next", "record.next"), "more lines; <copy.item> copies all of it")


async def test_quiet_screen_and_its_help(made: Stage) -> None:
    app = changed(made)
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        holds(await desk.shown(), " <start.pick>   start earlier", " <start.earlier>   the last 15 minutes")
        text = await desk.press("help.open")
        holds(text, "  <start.pick>  starts earlier", "  <start.earlier>  reads the last 15 minutes")
        holds(text, "─ <list.up> <list.down> scroll   <help.close> back ─")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LoginEnded("the session is over"), "  <trouble.retry> retry now   <trouble.profile> other profile"),
        (CannotDo("it does not exist any more"), "  <start.pick> start   <switch.stream> other stream"),
    ],
)
async def test_layer_of_trouble(made: Stage, error: DdbtopError, said: str) -> None:
    app = changed(made, elsewhere=FakeElsewhere(made), place=replace(PLACE, profile="mfa"))
    async with app.run_test(size=WIDE) as pilot:
        made.tell(trouble=error)
        text = await Desk(app, pilot).shown()
        holds(text, f"{said}   <trouble.details> details   <quit> quit")
        if isinstance(error, LoginEnded):
            holds(text, "reading goes on after <trouble.retry>,")


async def test_banners(made: Stage) -> None:
    for shard_id in made.world.open_shards():
        made.change(shard_id, state=ReaderState.NOT_ASKED)
    status = made.pump.status
    made.pump.status = replace(status, stream=replace(status.stream, status="DISABLED"), version=status.version + 1)
    app = changed(made)
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        await desk.shown()
        app.post_message(app.NewerFound("arn:aws:dynamodb:eu-west-1:1:table/orders/stream/2026-03-20T14:40:00.000"))
        await pilot.pause()
        text = await desk.shown()
        holds(text, "newer stream: <start.newer> reads it", "any more; <start.pick> starts earlier")


async def test_filter_line(busy: Stage) -> None:
    app = changed(busy)
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        await desk.shown()
        takes = "<filter.accept> takes  <filter.newer> words  enter keeps  <filter.leave> drops"
        holds(await desk.press("filter.open"), takes, typing=True)
        kept = " <match.next> next  <match.previous> previous match  <match.only> all or only these  <back> drops"
        holds(await desk.press(*"order", ENDS_TYPING), kept)


async def test_start_picker_and_export(busy: Stage) -> None:
    app = changed(busy)
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        await desk.shown()
        ways = "─ <start.go> start   <start.scope> scope   <start.copy> copy as aws   <start.leave> back ─"
        holds(await desk.press("start.pick"), ways)
        await desk.press("start.leave")
        ways = "─ enter write   <export.up> <export.down> what   <export.form> form   <export.leave> back ─"
        holds(await desk.press("export.open"), ways, typing=True)


async def test_prompt_of_a_replay(busy: Stage) -> None:
    app = changed(busy)
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        await desk.shown()
        ways = "─ enter open   <replay.field> other field   <replay.choose> records   <replay.leave> back ─"
        holds(await desk.press("replay.open"), ways, typing=True)


async def test_choice_of_a_profile(made: Stage) -> None:
    app = changed(made, elsewhere=FakeElsewhere(made))
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        holds(await desk.press("switch.profile"), "narrow down   <choose.go> choose   <choose.leave> back ─")
        holds(await desk.press(*"zzz"), "none fits; <choose.leave> leaves it as it is")


async def test_list_of_streams() -> None:
    app = PickerApp(lambda: FakeCatalogue([entry("orders")]), PLACE, keymap=KEYMAP)
    async with app.run_test(size=WIDE) as pilot:
        for _ in range(int(PATIENCE_S / 0.02)):
            if app.census.done:
                break
            await pilot.pause(0.02)
        await pilot.press(*"zzz")
        screen = app.screen
        assert isinstance(screen, StreamsScreen)
        screen.tick()
        await pilot.pause()
        holds(text_of(app), "no stream fits; <streams.back> shows all of them", " <streams.open> open")


async def test_mouse_says_how_it_comes_back(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = [True]
    monkeypatch.setattr("ddbtop.tui.mouse.take", lambda _, wanted: taken.append(wanted))
    monkeypatch.setattr("ddbtop.tui.mouse.is_taken", lambda _: taken[-1])
    app = changed(made)
    async with app.run_test(size=WIDE) as pilot:
        await Desk(app, pilot).press("mouse", "mouse")
        holds(notes_of(app), "; <mouse> leaves it to the terminal", "; <mouse> takes it back")


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_run_of_a_replay(made: Stage, size: tuple[int, int]) -> None:
    sell(made)
    app, screen = changed(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot)
        await opened(pilot, app, screen)
        ready = await desk.shown()
        tabs = ["  <replay.pane_run> run  <replay.pane> mapping"] if size == SMALL else []
        holds(ready, " <replay.run> runs, <replay.step> steps", *tabs)
        await desk.press("replay.step")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        await desk.press("replay.run")
        await until(pilot, stands(screen, RunState.ENDED))
        await desk.press("replay.run")
        holds(notes_of(app), "This run is done; <replay.again> runs again")


async def test_pytest_and_settings_of_a_replay(made: Stage) -> None:
    sell(made)
    app, screen = changed(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        await opened(pilot, app, screen)
        await desk.press("replay.run")
        await until(pilot, stands(screen, RunState.ENDED))
        text = await desk.press("replay.poison", "replay.pytest")
        holds(text, "─ <pytest.masked> masked   <pytest.data> data as it is   <pytest.leave> back ─")
        holds(text, " <pytest.masked>  masked: the same", " <pytest.data>  the data as it is")
        await desk.press("pytest.leave")
        text = await desk.press("replay.settings")
        holds(
            text,
            "<settings.take> for the next run",
            "<settings.leave> as it was",
            "<settings.up> up",
            "<settings.down> down",
            typing=True,
        )
        await desk.press("3", ENDS_TYPING)
        await until(pilot, lambda: screen.plan.settings.batch_size == 3)
        holds(await desk.shown(), "changed, <replay.again> runs again")


async def test_batches_that_went_well(made: Stage) -> None:
    sell(made, poison=-1)
    app, screen = changed(made), replay_screen(made, write_handler(made.folder), Settings(batch_size=1))
    async with app.run_test(size=WIDE) as pilot:
        desk = Desk(app, pilot)
        await opened(pilot, app, screen)
        await desk.press("replay.run")
        await until(pilot, stands(screen, RunState.ENDED))
        await until(pilot, lambda: run_of(screen).tree.newest is not None)
        text = await desk.press("list.first")
        holds(text, "at the first attempt; <replay.unfold> lists them")


def test_key_is_called_as_it_is_bound_or_as_the_user_wants_it() -> None:
    nodes = (RecordPane, MainScreen, TroubleLayer)
    usual, other = KeyNames(USUAL, nodes), KeyNames(Keymap({"open": ("left", "x"), "match.only": ("ctrl+g",)}), nodes)
    ids = ("open", "match.only", "record.next", "list.up", "trouble.retry")
    assert [usual(id) for id in ids] == ["enter", "&", "→", "↑", "r"]
    assert [other(id) for id in ids[:3]] == ["←", "^g", "→"]


@pytest.mark.parametrize("keymap", [USUAL, Keymap({"replay.run": ("x",)})])
def test_command_that_is_not_bound_where_its_key_is_named_is_a_fault(keymap: Keymap) -> None:
    with pytest.raises(KeyError, match=r"replay\.run"):
        KeyNames(keymap, (RecordPane, MainScreen))("replay.run")


def texts_in(file: Path) -> Iterator[str]:
    """The literals of a module that people may see: neither docstrings nor what is said of bindings."""
    tree = ast.parse(file.read_text())
    passed_over: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) or (isinstance(node, ast.Call) and ast.unparse(node.func) in ("Binding", "_key")):
            passed_over.update(ast.walk(node) if not isinstance(node, ast.Expr) else [node.value])
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in passed_over:
            yield node.value


SAYS_A_KEY = re.compile(r"(?:^|[ ;,·(])(?:enter|escape|tab|space|\^[a-z]|[↑↓←→]|[b-zA-Z&]) (?:[a-z]+s\b|again|mapping)")


@pytest.mark.parametrize("file", sorted(Path(ddbtop.tui.__file__).parent.rglob("*.py")), ids=lambda file: file.stem)
def test_no_text_has_a_key_of_its_own(file: Path) -> None:
    assert not [text for text in texts_in(file) if SAYS_A_KEY.search(text)]
