"""The filter line: matches found in the background, one line for what cannot be meant, and the way back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Input

from ddbtop.journal.query import Query
from ddbtop.journal.reader import JournalReader, Row
from ddbtop.streams.wire import decode_value
from ddbtop.tui import athand
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.widgets import filterline
from ddbtop.tui.widgets.records import RecordList
from tests.tui.worlds import NOW, Stage, inspector, region_text, stage, type_ahead


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.setattr(filterline, "SETTLED_S", 0.001)
    with stage(tmp_path) as made:
        for number in range(40):
            made.put(f"{'CART' if number % 4 else 'ORDER'}#{number}")
        yield made


def records(app: InspectorApp) -> RecordList:
    return app.screen.query_one(RecordList)


async def until(app: InspectorApp, pilot: Any, holds: Callable[[], bool]) -> None:
    """Let the search and the screen go on until something holds; the test's time limit is the suite's."""
    for _ in range(500):
        app.main.tick()
        await pilot.pause(0.01)
        if holds():
            return
    raise AssertionError("never came true")


async def test_list_shows_matches_only_and_goes_on_matching(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"order#", "enter")
        await until(app, pilot, lambda: records(app).end - records(app).first == 10)
        assert all("ORDER#" in line for line in region_text(app, "#record-list") if line.strip())
        assert "10 match" in region_text(app, "#records")[0]
        made.put("ORDER#new")
        made.put("CART#new")
        await until(app, pilot, lambda: records(app).end - records(app).first == 11)
        assert "ORDER#new" in region_text(app, "#record-list")[10]


async def test_n_and_N_go_from_match_to_match_and_escape_keeps_the_record(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"order#", "enter")
        await until(app, pilot, lambda: records(app).end == 10)
        await pilot.press("N", "N", "n")
        row = records(app).row
        assert row is not None
        await pilot.press("escape")
        await pilot.pause()
        assert records(app).end == 40
        assert records(app).row == row
        assert not app.main.query_one("#filter").display


async def test_ampersand_shows_every_record_with_the_matches_marked(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"order#", "enter")
        await until(app, pilot, lambda: records(app).end == 10)
        await pilot.press("up", "ampersand")
        await until(app, pilot, lambda: records(app).end == 40)
        assert all_and_only_orders_are_marked(app)
        await pilot.press("N")
        assert key_under_cursor(app) == "ORDER#28"
        assert "match 8 of 10 · all shown, matches •" in region_text(app, "#records")[0]
        await pilot.press("up", "n", "n")
        assert key_under_cursor(app) == "ORDER#32"
        made.put("ORDER#last")
        await until(app, pilot, lambda: records(app).end == 41)
        await pilot.press("n", "n")
        await until(app, pilot, lambda: key_under_cursor(app) == "ORDER#last")
        await pilot.press("ampersand")
        assert records(app).end == 11
        assert key_under_cursor(app) == "ORDER#last"
        assert "all shown" not in region_text(app, "#records")[0]


async def test_another_filter_shows_only_what_matches_again(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"order#", "enter", "ampersand")
        await until(app, pilot, lambda: "10 match · all shown" in region_text(app, "#records")[0])
        await pilot.press("escape", "slash", *"cart#", "enter")
        await until(app, pilot, lambda: records(app).end == 30)


async def test_new_is_what_arrived_since_following_stopped_and_not_what_a_search_finds(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("up", "slash", *"order#", "enter")
        await until(app, pilot, lambda: records(app).end == 10)
        assert "paused · 0 new" in region_text(app, "#records")[0]
        made.put("ORDER#new")
        made.put("CART#new")
        await until(app, pilot, lambda: records(app).end == 11)
        assert "paused · 1 new" in region_text(app, "#records")[0]
        await pilot.press("ampersand")
        await until(app, pilot, lambda: records(app).end == 42)
        assert "paused · 2 new" in region_text(app, "#records")[0]
        await pilot.press("slash", *["backspace"] * 6, *"cart", "enter")
        await until(app, pilot, lambda: records(app).end == 31)
        assert "paused · 1 new" in region_text(app, "#records")[0]


def key_under_cursor(app: InspectorApp) -> str:
    row = records(app).row
    return "" if row is None else str(decode_value(row.record.dynamodb.keys)["pk"]["S"])


def all_and_only_orders_are_marked(app: InspectorApp) -> bool:
    """The cursor's own mark covers theirs."""
    lines = [line for line in region_text(app, "#record-list") if line[0] != "▌"]
    return "•" in "".join(lines) and all(("ORDER#" in line) == (line[0] == "•") for line in lines)


class Slow:
    """A search that has found what the test says, and is on its way."""

    def __init__(self, reached: int, *hits: int) -> None:
        self.query = Query.parse("order#")
        self.hits = list(hits)
        self.reached = self.scanned = reached
        self.total, self.done, self.error = 40, False, None

    def find(self, reached: int, *hits: int) -> None:
        self.reached, self.hits[len(self.hits) :] = reached, hits


async def test_what_lies_too_far_apart_for_a_frame_is_painted_once_it_is_read(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_look = threading.Event()

    def look(reader: JournalReader, number: int) -> Row | None:
        assert may_look.wait(30)
        return reader.row(number)

    monkeypatch.setattr(athand, "_look", look)
    monkeypatch.setattr(athand, "AT_ONCE_BYTES", 1)  # one block
    monkeypatch.setattr("ddbtop.journal.append.BLOCK_BYTES", 1)  # of one record
    for number in range(40, 80):
        made.put(f"{'CART' if number % 4 else 'ORDER'}#{number}")
    monkeypatch.setattr(made.session, "search", lambda _: Slow(80, *range(40, 80, 4)))
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"order#", "enter")
        await until(app, pilot, lambda: records(app).end == 10)
        lines = region_text(app, "#record-list")[:10]
        assert sum("ORDER#" in line for line in lines) < 10
        assert all("ORDER#" in line or line.strip() == "…" for line in lines)
        await pilot.press("up")
        assert key_under_cursor(app) == "ORDER#72", "what is under the cursor is waited for"
        assert "ORDER#72" in region_text(app, "#record")[0]
        may_look.set()
        await until(app, pilot, lambda: "…" not in "".join(region_text(app, "#record-list")[:10]))
        shown = [line.split()[3] for line in region_text(app, "#record-list")[:10]]
        assert [line.replace("▌", "") for line in shown] == [f"ORDER#{number}" for number in range(40, 80, 4)]


async def test_a_match_that_is_not_found_yet_is_gone_to_once_it_is(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(5, 0, 4)
    monkeypatch.setattr(made.session, "search", lambda _: slow)
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("g", *["down"] * 18, "slash", *"order#", "enter", "ampersand")
        assert "2 match so far · 5 of 40 looked through" in region_text(app, "#records")[0]
        await pilot.press("N")
        assert records(app).cursor == 18, "a nearer one may be found yet"
        slow.find(19, 8, 12, 16)
        app.main.tick()
        assert records(app).cursor == 16
        await pilot.press("n")
        assert records(app).cursor == 16
        slow.find(24, 20)
        app.main.tick()
        assert records(app).cursor == 20


async def test_what_cannot_be_meant_is_said_in_one_line_below(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash")
        app.screen.query_one(Input).value = "size>x"
        await pilot.pause()
        first = app.screen.query_one("#record-list").region
        await until(app, pilot, lambda: "no size" in "".join(region_text(app, "#filter-below")))
        assert app.screen.query_one("#record-list").region == first, "nothing moves while one types"
        assert records(app).end == 40, "the list stays as it was"
        app.screen.query_one(Input).value = "size>1"
        await until(app, pilot, lambda: "escape drops" in "".join(region_text(app, "#filter-below")))
        assert app.screen.query_one("#record-list").region == first
        await pilot.press("enter")
        await pilot.pause()
        assert not app.screen.query_one("#filter-below").display


@pytest.mark.parametrize(
    ("width", "text", "hints"),
    [
        (80, "changed:status", "n next  N previous match  & all or only these  escape drops"),
        (80, "changed:status SHIPPED", "n next  N previous match  & all or only these"),
        (80, "changed:status event:MODIFY key:order# size>1kB", "n next  N previous match"),
        (80, "order " * 20, ""),
        (50, "changed:status SHIPPED", "n next"),
    ],
)
async def test_text_of_a_filter_has_priority_over_what_is_said_beside_it(
    made: Stage, width: int, text: str, hints: str
) -> None:
    app = inspector(made)
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash")
        app.screen.query_one(Input).value = text
        await pilot.pause()
        entry = region_text(app, "#filter-entry")[0].rstrip()
        assert entry == f" / {text}".rstrip() if len(text) < width - 3 else entry.endswith("order")
        await pilot.press("enter")
        await pilot.pause()
        entry = region_text(app, "#filter-entry")[0].rstrip()
        shown = f" / {text}"
        assert entry.startswith(shown if len(shown) < width else f"{shown[: width - 1]}…")
        assert entry.endswith(hints)
        assert not hints or entry.removesuffix(hints).rstrip() == shown


async def test_earlier_filters_come_back(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"cart", "enter", "escape", "slash", *"order", "enter", "escape", "slash")
        await pilot.press("up")
        assert app.main.query_one(filterline.FilterLine).text == "order"
        await pilot.press("up")
        assert app.main.query_one(filterline.FilterLine).text == "cart"
        await pilot.press("down", "down")
        assert app.main.query_one(filterline.FilterLine).text == ""
        await pilot.press("escape")
        assert records(app).has_focus


async def test_keys_take_effect_in_the_order_in_which_they_were_typed(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash")
        type_ahead(app, "o", "backspace", "c", "x", "left", "a", "delete", "end", "r", "backspace", "r", "t")
        await pilot.pause()
        assert app.main.query_one(filterline.FilterLine).text == "cart"


async def test_what_is_typed_after_enter_is_a_command(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        type_ahead(app, "slash", *"order", "enter", "k", "slash", "x", "escape", "2")
        await until(app, pilot, lambda: app.focused is not None and app.focused.id == "shard-list")
        assert app.main.query_one(filterline.FilterLine).text == ""


async def proposing(app: InspectorApp, pilot: Any) -> filterline.FilterLine:
    """The filter line, once it knows the words."""
    await pilot.press("slash")
    await until(app, pilot, lambda: bool(app.main._records._propose("")))
    return app.main.query_one(filterline.FilterLine)


async def test_tab_and_right_take_over_what_is_proposed(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        line = await proposing(app, pilot)
        await pilot.press(*"ev", "tab", *"ins", "tab", "space", *"!key:O")
        assert line.text == "event:INSERT !key:O"
        await pilot.pause()
        assert "!key:ORDER#" in region_text(app, "#filter-entry")[0]
        await pilot.press("right")
        assert line.text == "event:INSERT !key:ORDER#"
        await pilot.press("space", "tab")
        assert not line.has_focus_within, "without a proposal it goes to the next pane"


async def test_list_of_proposals_opens_follows_the_text_and_closes(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        line = await proposing(app, pilot)
        await pilot.press(*"event:", "down", "down")
        await pilot.pause()
        shown = [text.strip() for text in region_text(app, "#filter-words")]
        assert shown == ["event:INSERT", "▌ event:MODIFY", "event:REMOVE"]
        await pilot.press("r")
        await pilot.pause()
        assert [text.strip() for text in region_text(app, "#filter-words")] == ["▌ event:REMOVE"]
        await pilot.press("enter")
        assert line.text == "event:REMOVE"
        assert line.has_focus_within
        await pilot.press("space", "ctrl+@", "escape")
        assert line.text == "event:REMOVE "
        assert not line.query_one("#filter-words").display
        await pilot.press("enter", "slash", "up", "up", "down", "down")
        assert line.query_one("#filter-words").display, "below the newest filter there are proposals"


async def test_filter_that_matches_nothing_says_so(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash", *"nowhere", "enter")
        await until(app, pilot, lambda: any("nothing matches" in line for line in region_text(app, "#record-list")))
        assert region_text(app, "#record")[1].strip() == ""


async def test_text_that_begins_with_a_brace_is_a_filter_pattern(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash")
        app.screen.query_one(Input).value = '{"dynamodb": {"Keys": {"pk": {"S": [{"prefix": "ORDER"}]}}}}'
        await pilot.press("enter")
        await until(app, pilot, lambda: records(app).end - records(app).first == 10)
        await pilot.press("slash")
        app.screen.query_one(Input).value = '{"dynamodb": {"Keys": []}}'
        await pilot.press("enter")
        await pilot.pause()
        assert any("Invalid filter pattern definition" in line for line in region_text(app, "#records"))


async def test_pasted_lines_become_one(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        await pilot.press("slash")
        pattern = '{\n  "eventName": [\n    "INSERT"\n  ]\n\n}\n'
        for pasted, text in ((pattern, '{ "eventName": [ "INSERT" ] }'), (" one line \n", " one line "), ("\n", "")):
            app.screen.query_one(Input).value = ""
            app.post_message(events.Paste(pasted))
            await pilot.pause()
            assert app.main.query_one(filterline.FilterLine).text == text


async def test_what_is_probably_not_meant_is_said_below_as_long_as_the_filter_is_in_force(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash")
        app.screen.query_one(Input).value = "order or cart"
        await pilot.press("enter")
        await pilot.pause()
        assert "or is looked for as a word; every word must fit" in region_text(app, "#filter-below")[0]
        await pilot.press("escape", "slash", *"order")
        await until(app, pilot, lambda: "enter keeps" in region_text(app, "#filter-below")[0])
