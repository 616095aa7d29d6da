"""The start picker: what each choice costs, what the server can do, and the commands that come to the same."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ddbtop.errors import Throttled
from ddbtop.streams.model import TRIM_HORIZON
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.shapes import build_lineage
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.notices import TOO_MANY_READERS
from ddbtop.tui.place import Place
from ddbtop.tui.screens.start import StartPicker
from ddbtop.tui.startlines import about
from tests.tui.worlds import NOW, PLACE, Stage, inspector, region_text, screen_text

HOUR_S = 3600.0
PATIENCE_S = 10.0
LOW, SMALL, WIDE = (80, 15), (80, 24), (160, 50)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Two lines of descent over eight hours, each shard with ten records, all of them read."""
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.delenv("TMUX", raising=False)
    clock = ManualClock(NOW - 8 * HOUR_S)
    made = Stage(tmp_path, World(clock, shards=2), TRIM_HORIZON)
    build_lineage(made.world, 2, records=10)
    clock.advance(4 * HOUR_S)
    made.read()
    made.tell(budget=50.0)
    yield made
    made.session.close().join()


async def opened(app: InspectorApp, pilot: Any, *keys: str) -> None:
    await pilot.pause()
    app.main.tick(force=True)
    await pilot.press("t", *keys)
    await until(app, pilot, lambda text: "record" in text.split("TRIM_HORIZON")[1].split("AT_TIMESTAMP")[0])


async def until(app: InspectorApp, pilot: Any, holds: Callable[[str], bool]) -> str:
    for _ in range(int(PATIENCE_S / 0.02)):
        if holds(text := box(app)):
            return text
        await pilot.pause(0.02)
    raise AssertionError(text)


def box(app: InspectorApp) -> str:
    return "\n".join(region_text(app, "#start-box"))


def says(words: str, text: str) -> bool:
    return words in " ".join(text.split())


def below(app: InspectorApp, name: str) -> str:
    """The line beneath a position."""
    lines = region_text(app, "#start-box")
    return lines[next(n for n, line in enumerate(lines) if f" {name} " in line) + 1]


@pytest.mark.parametrize("size", [LOW, SMALL, WIDE, (60, 15)])
async def test_every_line_of_the_picker_is_seen(made: Stage, size: tuple[int, int]) -> None:
    app = inspector(made)
    async with app.run_test(size=size) as pilot:
        await opened(app, pilot)
        text = box(app)
        for words in ("whole stream", "and its descendants", "40 records, ≈ 8 calls, <$0.01", "not tried here yet"):
            assert words in text
        assert len([line for line in text.splitlines() if "record" in line]) >= 4
        assert "escape" in text.splitlines()[-1]


async def test_costs_follow_the_time_that_is_typed_and_the_scope(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot, "down", "down")
        assert "0 records" in below(app, "AT_TIMESTAMP")
        await pilot.press(*["backspace"] * 5, *"5h")
        await until(app, pilot, lambda _: "20 records" in below(app, "AT_TIMESTAMP"))
        await pilot.press("tab")
        await until(app, pilot, lambda _: "10 records" in below(app, "AT_TIMESTAMP"))
        assert "10 records" in below(app, "TRIM_HORIZON")
        await pilot.press("x")
        await until(app, pilot, lambda text: "not a time yet" in text)
        assert "records" not in below(app, "AT_TIMESTAMP")


@pytest.mark.parametrize("keys", [(), ("down",), ("down", "down"), ("up", "up", "up")])
async def test_a_time_that_is_typed_takes_the_place_of_the_one_proposed(made: Stage, keys: tuple[str, ...]) -> None:
    """From wherever nothing can be typed as well: the position that was chosen there would be taken instead."""
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await opened(app, pilot, *keys)
        await pilot.press(*"5h")
        await until(app, pilot, lambda text: "▌ AT_TIMESTAMP" in text and "← 5 h ago" in text)


async def test_what_is_typed_as_a_time_is_told_beside_it_and_moves_nothing(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot, "down", "down")
        lines = len(region_text(app, "#start-box"))
        typed = [
            ("9:00", "← 5 h 32 m ago"),
            ("1h", "← 1 h ago"),
            ("14:17", "← 15 m ago"),
            ("20s", "← 20 s ago"),
            ("13:01", "← 1 h 31 m ago"),
            ("soon", "not a time yet"),
            ("", "not a time yet"),
        ]
        for text, beside in [*typed, ("2d", "older than is kept │")]:
            await pilot.press("ctrl+a", "ctrl+k", *text)
            shown = await until(app, pilot, partial(says, beside))
            assert len(shown.splitlines()) == lines
        await pilot.press("ctrl+a", "ctrl+k", "enter")
        await until(app, pilot, lambda text: "a time is missing" in text)


async def test_shards_that_come_before_what_is_kept_is_counted_are_left_out(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = StartPicker._count

    def split_and_count(picker: StartPicker) -> None:
        made.world.split(made.world.open_shards()[0])
        made.tell(budget=50.0)
        count(picker)

    monkeypatch.setattr(StartPicker, "_count", split_and_count)
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot)
        assert "40 records" in box(app)


async def test_a_guess_says_how_much_of_it_is_one(made: Stage) -> None:
    for shard_id, reader in made.pump.status.readers.items():
        if reader.closed:
            made.change(shard_id, state=ReaderState.NOT_ASKED)
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot, "down")
        assert "≈ 40 records, 8 calls" in below(app, "TRIM_HORIZON")
        await until(app, pilot, lambda text: "≈ 50 % of that time is kept here; the rest is taken" in text)


async def test_an_empty_journal_gives_a_question_mark_with_words(tmp_path: Path) -> None:
    made = Stage(tmp_path, World(ManualClock(NOW), shards=2), TRIM_HORIZON)
    for shard_id in made.world.open_shards():
        made.change(shard_id, state=ReaderState.OPENING)
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot)
        assert "? records: nothing was read yet to judge it by" in below(app, "TRIM_HORIZON")
        await pilot.press("escape")
    made.session.close().join()


async def test_calls_to_an_emulator_have_no_price(made: Stage) -> None:
    app = inspector(made, place=Place(region="eu-west-1", endpoint_url="http://localhost:8000"))
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot)
        assert "$" not in box(app)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"starts_at_times": True}, "This server has AT_TIMESTAMP: one call a shard"),
        ({"reads_forward": True}, "No AT_TIMESTAMP here: what lies before a time is read"),
        ({}, "AT_TIMESTAMP is not tried here yet"),
    ],
)
async def test_what_the_server_can_do_is_what_the_session_found_out(
    made: Stage, facts: dict[str, bool], words: str
) -> None:
    made.tell(budget=50.0, **facts)
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot)
        assert words in box(app)


async def test_shards_that_others_read_as_well_are_told(made: Stage) -> None:
    shard_id = made.world.open_shards()[0]
    made.tell(throttled=1)
    made.change(shard_id, trouble=Throttled("too many", code=TOO_MANY_READERS), throttled=1)
    app = inspector(made)
    async with app.run_test(size=LOW) as pilot:
        await opened(app, pilot)
        text = box(app)
        assert "1 shard is read by others as well; a third reader may be throttled." in text
        assert "AT_TIMESTAMP is not tried here yet" in text, "and nothing else has to go for it"


async def test_c_copies_the_commands_of_every_shard_that_would_be_read(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=SMALL) as pilot:
        await opened(app, pilot, "c")
        assert app.clipboard.count("get-shard-iterator") == len(made.world.open_shards()), (
            "LATEST reads no closed shard"
        )
        await pilot.press("down", "c")
        await pilot.pause()
        lines = app.clipboard.splitlines()
        assert len(lines) == 2 * len(made.world.shards)
        assert lines[0].startswith("iterator=$(aws dynamodbstreams get-shard-iterator --stream-arn ")
        words = shlex.split(lines[1])
        assert words[:5] == ["aws", "dynamodbstreams", "get-records", "--shard-iterator", "$iterator"]
        assert words[5:] == shlex.split(PLACE.options())


async def test_a_number_that_no_shard_can_hold_is_one_line_and_the_picker_stays(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=LOW) as pilot:
        await opened(app, pilot, "up", "up", *["backspace"] * 40, *"1" * 21, "enter")
        await pilot.pause()
        assert "no shard of this stream can hold the sequence number" in box(app)
        assert "? records: that one is not under the cursor" in box(app) or "records" not in below(
            app, "AFTER_SEQUENCE_NUMBER"
        )
        assert len(screen_text(app)) == LOW[1]


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (7, "7"), (99, "99"), (1471, "1 500"), (78_123, "78 000"), (2_345_000, "2.3 M"), (26_400_000, "26 M")],
)
def test_a_guess_claims_two_digits_and_no_more(number: int, text: str) -> None:
    assert about(number) == text
