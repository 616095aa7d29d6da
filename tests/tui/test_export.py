"""The layer behind `e`: what it offers, what it writes, and what it says when it cannot."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from textual.widgets import Input

from ddbtop.journal import export as journal_export
from ddbtop.journal.export import Exported, Format, Selection
from ddbtop.journal.reader import JournalReader
from ddbtop.journal.search import Search
from ddbtop.tui import exporting
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.exporting import Choice, Export, outcome, proposed_name
from ddbtop.tui.screens.export import ExportLayer
from tests.tui.replays import until
from tests.tui.worlds import NOW, Stage, inspector, screen_text, stage

WIDE, SMALL = (160, 50), (80, 24)
NAME = "orders-20260320-143207"


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path / "stage") as made:
        for number in range(20):
            made.put(f"ORDER#{number}", status={"S": "PAID" if number % 4 else "SHIPPED"})
        made.tell()
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        yield made


def layer_of(app: InspectorApp) -> ExportLayer:
    assert isinstance(app.screen, ExportLayer)
    return app.screen


async def written(app: InspectorApp, pilot: Any) -> None:
    """Wait for the thread, then let the layer look at it."""
    layer = app.screen
    if isinstance(layer, ExportLayer) and layer.export is not None:
        layer.export.join()
        layer.look()
    await pilot.pause()


def keys_in(path: str) -> list[str]:
    return [json.loads(line)["dynamodb"]["Keys"]["pk"]["S"] for line in Path(path).read_bytes().splitlines()]


def said(app: InspectorApp) -> list[str]:
    return [note.message for note in app._notifications]


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_e_and_enter_write_the_record_under_the_cursor(made: Stage, size: tuple[int, int]) -> None:
    app = inspector(made)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press("k", "k", "e")
        await pilot.pause()
        row = app.main._records.list.row
        assert row is not None
        key = json.loads(bytes(row.record.dynamodb.keys))["pk"]["S"]
        text = "\n".join(screen_text(app))
        for words in ("this record", key, "everything kept", "20 records", f"{NAME}.ndjson", "NDJSON", "Lambda event"):
            assert words in text
        await pilot.press("enter")
        await written(app, pilot)
        assert app.screen is app.main
        assert keys_in(f"{NAME}.ndjson") == [key]
        (words,) = said(app)
        assert words.startswith("1 record, ")
        assert words.endswith(f"{NAME}.ndjson")


async def test_everything_as_a_lambda_event_in_a_file_of_the_users_choice(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("e", "down", "tab")
        await pilot.pause()
        field = app.screen.query_one(Input)
        assert field.value == f"{NAME}.json"
        field.value = "event.json"
        await pilot.press("tab", "tab")
        assert field.value == "event.json", "what was typed keeps its ending"
        await pilot.press("enter")
        await written(app, pilot)
        event = json.loads(Path("event.json").read_bytes())
        assert len(event["Records"]) == 20
        assert said(app)[0].startswith("20 records")


async def test_filter_offers_what_matches_first(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"status:shipped", "enter")
        search = app.main._records.search
        assert search is not None
        while not search.done:
            await pilot.pause()
        app.main.tick()
        await pilot.press("e")
        await pilot.pause()
        assert "5, status:shipped" in "\n".join(screen_text(app))
        await pilot.press("enter")
        await written(app, pilot)
        assert sorted(keys_in(f"{NAME}.ndjson")) == sorted(f"ORDER#{number}" for number in range(0, 20, 4))


async def test_what_arrives_while_one_decides_stays_outside(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("e", "down")
        made.put("LATE")
        await pilot.press("enter")
        await written(app, pilot)
        assert len(keys_in(f"{NAME}.ndjson")) == 20


async def test_file_that_cannot_be_written_is_said_and_another_name_can_be_tried(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        field = app.screen.query_one(Input)
        for name, complaint in [
            ("", "a file needs a name"),
            ("nowhere/x.ndjson", "cannot be created: No such file or directory"),
            ("..", "is a folder"),
            ("~nobody-of-that-name/x", "home directory"),
        ]:
            field.value = name
            await pilot.press("enter")
            await written(app, pilot)
            assert complaint in "\n".join(screen_text(app)), name
        field.value = "x.ndjson"
        await pilot.press("enter")
        await written(app, pilot)
        assert len(keys_in("x.ndjson")) == 1


async def test_name_that_is_taken_is_not_proposed(made: Stage) -> None:
    Path(f"{NAME}.ndjson").write_text("mine")
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        await pilot.press("e")
        await pilot.pause()
        assert app.screen.query_one(Input).value == f"{NAME}-2.ndjson"


async def test_escape_gives_up_and_leaves_no_file(made: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The export stands still in its first page until the layer is left."""
    at_work, go_on, running = threading.Event(), threading.Event(), list[Export]()

    def slow(*words: Any, progress: Any, **options: Any) -> Exported | None:
        def wait(done: Exported) -> None:
            progress(done)
            at_work.set()
            assert go_on.wait(30)

        return journal_export.export(*words, progress=wait, **options)

    monkeypatch.setattr(exporting, "export", slow)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("e", "down", "enter")
        await pilot.pause()
        layer = layer_of(app)
        assert layer.export is not None
        running.append(layer.export)
        assert at_work.wait(30)
        layer.look()
        await pilot.pause()
        assert "of 20 read, " in "\n".join(screen_text(app))
        await pilot.press("down", "tab", "escape")
        await pilot.pause()
        assert app.screen is app.main
        go_on.set()
        running[0].join()
        assert running[0].error is None
        assert list(Path().iterdir()) == []
        assert said(app) == []


async def test_nothing_is_offered_before_there_is_a_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path) as empty:
        app = inspector(empty)
        async with app.run_test(size=SMALL) as pilot:
            await pilot.pause()
            await pilot.press("e")
            await pilot.pause()
            assert app.screen is app.main


async def test_strangers_keys_and_filters_are_shown_and_never_obeyed(made: Stage) -> None:
    hostile = "\x1b[31m[/bold] \u202e"
    about = [Choice("this record", hostile, Selection.of([0]))]
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        path = made.session.reader.path
        app.push_screen(ExportLayer(about, hostile, lambda: JournalReader.open(path)))
        await pilot.pause()
        text = "\n".join(screen_text(app))
        assert "\\x1b[31m[/bold] \\u202e" in text
        assert not {"\x1b", "\u202e"} & set(text)


def test_proposed_names_are_plain_whatever_the_table_is_called() -> None:
    assert proposed_name("a.b_c-1", NOW, Format.NDJSON) == "a.b_c-1-20260320-143207.ndjson"
    assert proposed_name("../x\x1b y", NOW, Format.LAMBDA_EVENT) == "_x_y-20260320-143207.json"
    assert proposed_name("", NOW, Format.NDJSON).startswith("records-")
    assert len(proposed_name("t" * 255, NOW, Format.NDJSON)) < 255


def test_records_that_were_dropped_before_they_could_be_written_are_counted() -> None:
    done = Exported(Path("x.ndjson"), records=70, size_bytes=7000, seen=70)
    assert outcome(done, Selection(0, 70)) == "70 records, 7.0 kB, in x.ndjson"
    assert "; 30 were dropped before" in outcome(done, Selection(0, 100))


async def test_matches_are_counted_on_while_one_chooses(made: Stage) -> None:
    """Up to the record that was the last one when the layer opened: those after it are not written either."""
    search = SimpleNamespace(hits=[1, 5], reached=6, error=None)
    choice = Choice("what matches", "cart#", Selection(0, 10), cast(Search, search))
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await pilot.pause()
        path = made.session.reader.path
        app.push_screen(ExportLayer([choice], "orders", lambda: JournalReader.open(path)))
        await pilot.pause()
        assert "2 so far, cart#" in "\n".join(screen_text(app))
        search.hits += [9, 12]
        search.reached = 14
        await until(pilot, lambda: "3, cart#" in "\n".join(screen_text(app)))
