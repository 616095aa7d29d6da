"""Whatever strangers put into items, keys, names and ids: it is shown, in every view, and never obeyed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual import events

from ddbtop.errors import LoginEnded
from ddbtop.journal.reader import Row
from ddbtop.streams.model import Shard
from ddbtop.streams.outbox import Batch, ShardPage
from ddbtop.streams.status import ReaderState, ReaderStatus
from ddbtop.streams.wire import Page, Record, decode_records
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.columns import Columns
from ddbtop.tui.look import plain, width_of
from ddbtop.tui.names import ShardNames
from ddbtop.tui.recordlines import record_line
from ddbtop.tui.recordtext import RecordKeys, record_lines
from ddbtop.tui.screens.start import StartPicker, offer
from ddbtop.tui.view import Shown, View
from ddbtop.tui.widgets.painted import shown_pieces
from tests import hostile
from tests.tui.worlds import NOW, PLACE, Stage, inspector, screen_text, stage

VALUES = [value for value in hostile.ATTRIBUTES if isinstance(value, dict)]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("time.time", lambda: NOW)
    with stage(tmp_path) as made:
        yield made


def journal(made: Stage, item: dict[str, Any], number: int, event: str = "MODIFY") -> None:
    shard_id = made.world.open_shards()[0]
    raw = wire(item, number, event)
    made.journal.commit(Batch(pages=[ShardPage(shard_id, Page(decode_records(raw), raw))]))


def record(item: dict[str, Any]) -> Record:
    return decode_records(wire(item, 1, "MODIFY"))[0]


def wire(item: dict[str, Any], number: int, event: str) -> bytes:
    """A record as a server of any kind could send it."""
    image = {"pk": {"S": "x"}, "sk": {"S": "y"}, **item}
    return msgspec.json.encode(
        [
            {
                "eventID": f"{number:032x}",
                "eventName": event,
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "ApproximateCreationDateTime": NOW,
                    "Keys": {"pk": item.get("pk", {"S": "x"}), "sk": {"S": "y"}},
                    "NewImage": image,
                    "OldImage": {**image, "gone": {"S": "[/]"}},
                    "SequenceNumber": f"{number:021d}",
                    "SizeBytes": 100,
                },
            }
        ],
        enc_hook=repr,
    )


def harmless(app: InspectorApp) -> str:
    text = "\n".join(screen_text(app))
    assert hostile.obeyed(text.replace("\n", "")) == []
    width = app.size.width
    assert all(line.cell_length == width for line in app.screen._compositor.render_strips())
    return text


async def through_every_view(app: InspectorApp, pilot: Any) -> None:
    app.main.tick(force=True)
    await pilot.pause()
    harmless(app)
    await pilot.press("enter", "u")
    for _ in View:
        await pilot.pause()
        harmless(app)
        await pilot.press("right")
    await pilot.press("escape")


def encodable(text: str) -> str:
    """JSON carries lone surrogates only as escapes, which is for the wire's own tests."""
    return text.encode("utf-8", "replace").decode()


async def test_hostile_text_is_shown_in_every_view(made: Stage) -> None:
    """One of each family on a screen; the others through the same lines, below."""
    families = [hostile.MARKUP, hostile.TERMINAL, hostile.MARKS]
    strings = ["".join(family[:2]) for family in families]
    for number, text in enumerate(strings, 1):
        journal(made, {"pk": {"S": text[:1000]}, "value": {"S": text}, text[:200] or "empty": {"N": "1"}}, number)
    app = inspector(made)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        for _ in strings:
            await through_every_view(app, pilot)
            await pilot.press("up")


def test_lines_of_hostile_values_fit_their_width_and_hold_nothing_to_obey() -> None:
    columns = Columns.of(93, 8)
    for text in hostile.STRINGS:
        check_lines(
            record({"pk": {"S": encodable(text)[:1000]}, encodable(text)[:99] or "e": {"S": encodable(text)}}), columns
        )
    for value in VALUES:
        with contextlib.suppress(UnicodeEncodeError):
            check_lines(record({"value": value}), columns)


def check_lines(record: Record, columns: Columns) -> None:
    shown = Shown(record, "shard", "title", raw=lambda: msgspec.json.encode(record), event=lambda: b"{}")
    lines = [record_line(record, "shard", (), columns, late=True, now=NOW)]
    for view in View:
        lines += record_lines(shown, view, 93, RecordKeys("y"), unchanged=True, brief=False)
    lines += record_lines(shown, View.CHANGES, 80, RecordKeys("y"), unchanged=True, brief=True)
    for line in lines:
        painted = shown_pieces(line, 93)
        assert width_of(painted) <= 93
        assert hostile.obeyed(plain(painted)) == []


async def test_many_hostile_values_at_once_are_shown(made: Stage) -> None:
    for number, value in enumerate(VALUES, 1):
        with contextlib.suppress(UnicodeEncodeError):
            journal(made, {"value": value}, number)
    app = inspector(made)
    async with app.run_test(size=(160, 90)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.pause()
        harmless(app)
        await pilot.press("g")
        await pilot.pause()
        harmless(app)


async def test_hostile_event_names_and_titles_are_shown(made: Stage) -> None:
    journal(made, {"pk": {"S": "[@click=app.quit]x[/] \x1b[31m"}}, 1, event="[red]\x1b[2J")
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await through_every_view(app, pilot)
        assert "[@click=app.quit]x[/] \\x1b[31m" in harmless(app)
        await pilot.press("t")
        await pilot.pause()
        harmless(app)


async def test_hostile_shard_ids_are_shown(made: Stage) -> None:
    ids = ["[@click=app.quit]\x1b[2J", "\u202eshard", "x" * 65, "[/"]
    readers = {text: ReaderStatus(Shard(text, parent_id="\x1b"), ReaderState.TIP, False) for text in ids}
    made.tell(readers=readers, lineage_version=99)
    app = inspector(made)
    async with app.run_test(size=(160, 50)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        for _ in ids:
            await pilot.press("2", "down", "y")
            await pilot.pause()
            harmless(app)


async def test_hostile_messages_of_a_service_are_shown(made: Stage) -> None:
    made.tell(trouble=LoginEnded("[/x] \x1b]0;title\x07 " + "long " * 100, "[@click=app.quit]\u202e"))
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.main.tick(force=True)
        await pilot.pause()
        assert "[@click=app.quit]\\u202e" in harmless(app)


async def test_hostile_filters_are_answered_in_one_line(made: Stage) -> None:
    made.put("ORDER#1")
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("slash")
        for text in ("size>[/x]", '"[@click=app.quit]', "event:[red]"):
            app.main._records._look_for(text)
            await pilot.pause()
            harmless(app)


async def test_what_is_pasted_into_a_field_or_the_palette_is_shown_and_not_obeyed(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("slash", "ctrl+p"):
            await pilot.press(key)
            await pilot.pause()
            app.post_message(events.Paste("a\x1b[2Jb\tc\u202e"))
            await pilot.pause()
            assert "a\\x1b[2Jb c\\u202e" in harmless(app)


async def test_hostile_number_of_a_record_is_shown_in_the_field_for_numbers(made: Stage) -> None:
    raw = wire({}, 1, "INSERT").replace(b'"000000000000000000001"', b'"1\\u001b[2J"')
    shard_id = made.world.open_shards()[0]
    row = Row(0, shard_id, decode_records(raw)[0], NOW)
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        offered = offer(made.session, "", ShardNames(), row)
        app.push_screen(StartPicker(offered, PLACE, made.session))
        await pilot.pause()
        assert "1\\x1b[2J" in harmless(app)


async def test_lone_surrogates_are_shown_and_copied(made: Stage) -> None:
    raw = (
        b'[{"eventID":"1","eventName":"INSERT","dynamodb":{"Keys":{"pk":{"S":"\\ud800"},"sk":{"S":"y"}},'
        b'"NewImage":{"pk":{"S":"\\ud800"},"sk":{"S":"y"},"v":{"S":"a\\udfff"}},'
        b'"SequenceNumber":"000000000000000000001","SizeBytes":9}}]'
    )
    shard_id = made.world.open_shards()[0]
    made.journal.commit(Batch(pages=[ShardPage(shard_id, Page(decode_records(raw), raw))]))
    app = inspector(made)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await through_every_view(app, pilot)
        await pilot.press("y")
        await pilot.pause()
        assert "\\ud800" in app.clipboard
