"""Every key of a replay does what its tooltip says, over the real driver and a handler in its own process."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from functools import partial

import pytest
from textual.widgets import Input

from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.running.controls import RunState
from ddbtop.text import counted
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.look import Role
from ddbtop.tui.replays.fields import FIELDS
from ddbtop.tui.replays.remembered import remembered
from ddbtop.tui.replays.tree import State
from ddbtop.tui.widgets.replaydetails import DetailsText
from ddbtop.tui.widgets.replaysettings import SettingsForm
from ddbtop.tui.widgets.replaytree import RunTree
from ddbtop.tui.widgets.rule import Rule
from tests.tui.replays import given, opened, replay_screen, run_of, stands, until, write_handler
from tests.tui.worlds import Stage, inspector, region_text, screen_text

WIDE, SMALL = (160, 50), (80, 24)


@pytest.fixture
def made(shop: Stage) -> Stage:
    return shop


def is_said(app: InspectorApp, words: str) -> bool:
    """Whether the details say it, on one line or broken between words."""
    lines = region_text(app, "#replay-details")
    return words in "\n".join(lines) or words in " ".join(" ".join(lines).split())


def is_shown(app: InspectorApp, words: str) -> bool:
    return words in "\n".join(screen_text(app))


async def test_space_runs_to_the_end_and_everything_adds_up(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        assert given(made) == []
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        await pilot.pause()
        text = "\n".join(screen_text(app))
    assert "done · 9 invocations, 5 failed" in text
    assert "poison: ORDER#5 · HEAD" in text
    assert "12   adds up" in text
    assert [batch for batch in given(made) if "ORDER#5" in batch][-1] == ["ORDER#5"]


async def test_n_makes_one_invocation_and_says_what_waits(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        assert given(made) == [[f"ORDER#{number}" for number in range(4)]]
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 2))
        assert len(given(made)) == 2
        await until(pilot, lambda: "paused, n steps" in "\n".join(region_text(app, "#replay-tree")))


async def test_the_counts_are_those_of_the_step_that_was_made_last(made: Stage) -> None:
    """Whenever it ends: nothing happens after it that would have them told."""
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        for number in range(1, 7):
            await pilot.press("n")
            await until(pilot, stands(screen, RunState.PAUSED, number))
            await until(pilot, partial(is_shown, app, f"paused · {counted(number, 'invocation')}"))


async def test_f_stops_at_the_failure_with_the_cursor_on_it(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("f")
        await until(pilot, stands(screen, RunState.PAUSED, 2))
        entry = app.screen.query_one(RunTree).entry
        assert entry is not None
        assert entry.node.state is State.FAILED
        await until(pilot, lambda: "KeyError: 'N'" in "\n".join(region_text(app, "#replay-details")))


async def test_space_pauses_and_goes_on(made: Stage) -> None:
    """A step first, so that the pause is known to come between two invocations."""
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        await pilot.press("space")
        await pilot.pause()
        assert [note.message for note in app._notifications] == ["This run is done; R runs again"]


async def test_P_goes_to_the_poison_record_and_says_what_sets_it_apart(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        await pilot.press("g", "P")
        entry = app.screen.query_one(RunTree).entry
        assert entry is not None
        assert [record.sequence_number for record in entry.node.batch.records] == [
            run_of(screen).tree.poisons[0].batch.records[0].sequence_number
        ]
        said = 'price is {"S": "12,90"}; every record delivered in this run has {"N": …}'
        await until(pilot, lambda: said in "\n".join(region_text(app, "#replay-details")))
        assert is_said(app, "attempt 3 of 3 (1 + 2 retries)   fails every time: same error in 3 of 3")
        assert is_said(app, "the 6 records of this run behind it would wait")


async def test_what_was_delivered_is_looked_at_once_the_run_stands_and_not_only_when_it_is_asked(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        entry = app.screen.query_one(RunTree).entry
        assert entry is not None
        assert entry.node.state is State.OK
        run = run_of(screen)
        await until(pilot, lambda: run.apart._taken == len(run.replay.events))


async def test_R_runs_again_and_compares(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        source = made.folder / "app.py"
        source.write_text(source.read_text().replace('["price"]["N"]', '["price"].get("N", 0)'))
        await pilot.press("R")
        await until(pilot, lambda: run_of(screen).number == 2)
        await until(pilot, stands(screen, RunState.ENDED))
        await pilot.press("l", "j")
        await until(pilot, lambda: "newly ok 1" in "\n".join(region_text(app, "#replay-details")))
        assert "newly failing 0   same 11" in "\n".join(region_text(app, "#replay-details"))
        assert "done · 3 invocations, 0 failed" in "\n".join(screen_text(app))


async def test_x_ends_the_run_and_what_is_left_stays_pending(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        await pilot.press("x")
        await until(pilot, stands(screen, RunState.ENDED))
        await until(pilot, lambda: "stopped: interrupted" in "\n".join(screen_text(app)))
        counts = run_of(screen).replay.summary().counts
        assert (counts.delivered, counts.pending) == (4, counts.polled - 4)
        assert len(given(made)) == 1


async def test_E_changes_the_mapping_for_the_next_run_and_the_next_start(made: Stage) -> None:
    handler = write_handler(made.folder)
    app, screen = inspector(made), replay_screen(made, handler)
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        await pilot.press("E")
        await pilot.press(*"10001")
        await until(pilot, lambda: "BatchSize is 1–10000, not 10001" in "\n".join(screen_text(app)))
        await pilot.press("enter")
        assert app.screen.query(SettingsForm)
        await pilot.press("backspace", "backspace", "backspace", "backspace", "backspace", "2", "enter")
        await until(pilot, lambda: not app.screen.query(SettingsForm))
        assert screen.plan.settings == Settings(batch_size=2, bisect=True, max_retries=2)
        assert "changed, R runs again" in "\n".join(screen_text(app))
        await pilot.press("R")
        await until(pilot, stands(screen, RunState.ENDED))
        assert run_of(screen).plan == screen.plan
        assert given(made)[1] == ["ORDER#0", "ORDER#1"]
        assert run_of(screen).number == 2
    assert remembered(handler) == screen.plan


async def test_settings_changed_before_a_run_began_are_that_run_s(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E", "3", "enter")
        await until(pilot, lambda: run_of(screen).plan.settings.batch_size == 3)
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        assert given(made) == [["ORDER#0", "ORDER#1", "ORDER#2"]]
        assert run_of(screen).number == 1


async def test_a_shard_that_stands_still_says_until_when(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder), Settings(batch_size=4))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED, 21))
        assert "stands still: KeyError: 'N'" in "\n".join(region_text(app, "#replay-tree"))
        assert "stopped: blocked" in "\n".join(region_text(app, "#replay-run"))
        await until(
            pilot, partial(is_said, app, "this shard stands still: 20 failures in a row, retried until 21 Mar 14:32")
        )
        assert is_said(app, "4 records are known to wait behind it; the replay stops here")
        assert is_said(app, "BisectBatchOnFunctionError is off: with it on, the batch is halved until a record")


async def test_R_while_a_run_is_under_way_ends_it(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        first = run_of(screen)
        await pilot.press("R")
        await until(pilot, stands(screen, RunState.ENDED, 9))
        assert run_of(screen) is not first
        first.end().join()
        assert first.replay.state is RunState.ENDED


async def test_help_names_the_keys_of_the_replay(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("question_mark")
        await until(pilot, lambda: "To the next batch that was given up" in "\n".join(screen_text(app)))


async def test_escape_leaves_the_settings_as_they_were(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        before = screen.plan
        await pilot.press("E", "7", "escape")
        await until(pilot, lambda: not app.screen.query(SettingsForm))
        assert screen.plan == before
        assert app.screen is screen


async def test_p_writes_a_test_with_masked_or_real_data(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        await pilot.press("P", "p")
        await pilot.pause()
        assert not list(made.folder.glob("test_*"))
        await pilot.press("m")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("p", "d")
        await until(pilot, lambda: app.screen is screen)
    masked, real = ((made.folder / f"test_order_5_head{n}.json").read_text() for n in ("", "-2"))
    assert "ORDER#5" in real
    assert "12,90" in real
    assert "ORDER#5" not in masked
    assert "11,11" in masked


async def test_views_of_an_invocation(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        await pilot.press("enter")
        assert app.screen.query_one(DetailsText).has_focus
        for said in ("handled 4", '"eventSourceARN"', '"handled": 4', "ORDER#3 · HEAD"):
            await pilot.press("right")
            await until(pilot, partial(is_said, app, said))
        await pilot.press("left", "left", "y")
        await pilot.pause()
        assert len(json.loads(app.clipboard)["Records"]) == 4
        await pilot.press("escape")
        assert app.screen.query_one(RunTree).has_focus


async def test_folds_show_batches_and_attempts(made: Stage) -> None:
    app = inspector(made)
    screen = replay_screen(made, write_handler(made.folder), Settings(batch_size=1, max_retries=1))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        tree = app.screen.query_one(RunTree)
        await pilot.press("g")
        assert "5 batches" in region_text(app, "#replay-tree")[0]
        before = tree.end
        await pilot.press("right")
        assert tree.end == before + 5
        await pilot.press("j", "h")
        assert tree.cursor == 0
        await pilot.press("h")
        assert tree.end == before
        await pilot.press("P", "l")
        assert tree.end == before + 2
        assert "attempt 2" in "\n".join(region_text(app, "#replay-tree"))


async def test_escape_pauses_before_it_leaves(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        gate = made.folder / "gate"
        source = made.folder / "app.py"
        waits = f"while not Path({str(gate)!r}).exists(): time.sleep(0.01)\n    return"
        source.write_text("import time\n" + source.read_text().replace("return", waits))
        await pilot.press("space")
        await until(pilot, lambda: given(made))
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is screen
        assert [note.message for note in app._notifications] == ["Paused; escape again leaves and ends the run"]
        gate.touch()
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main)


async def test_invocation_that_was_under_way_when_the_run_ended_is_broken_off_and_counted(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    (made.folder / "app.py").write_text("import time\n\ndef handler(event, context):\n    time.sleep(600)\n")
    screen.plan = replace(screen.plan, timeout_s=900.0)
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, lambda: "batch 1 " in "\n".join(screen_text(app)) and "running" in screen_text(app)[4])
        await pilot.press("x")
        await until(pilot, lambda: "stopped: interrupted · 1 invocation, 0 failed" in "\n".join(screen_text(app)))
        text = "\n".join(region_text(app, "#replay-run") + region_text(app, "#replay-details"))
        assert "broken off" in text
        assert "running" not in text
        assert "not invoked" not in text
        assert "not run" not in text.splitlines()[2]


@pytest.mark.parametrize("leave", ["q", "escape"])
async def test_leaving_ends_a_handler_that_hangs(made: Stage, leave: str) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    (made.folder / "app.py").write_text(
        "import os, time\nfrom pathlib import Path\n\ndef handler(event, context):\n"
        f"    Path({str(made.folder / 'pid')!r}).write_text(str(os.getpid()))\n    time.sleep(600)\n"
    )
    screen.plan = replace(screen.plan, timeout_s=900.0)
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, lambda: (made.folder / "pid").exists() and (made.folder / "pid").read_text())
        ending = run_of(screen)
        await pilot.press(leave, *(["escape"] if leave == "escape" else []))
        await pilot.pause()
    ending.end().join()
    with pytest.raises(ProcessLookupError):
        os.kill(int((made.folder / "pid").read_text()), 0)


async def test_small_screens_have_the_mapping_one_key_away(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        assert "poison: ORDER#5" in "\n".join(screen_text(app))
        await pilot.press("2")
        await until(pilot, lambda: "BatchSize" in "\n".join(screen_text(app)))
        await pilot.press("escape")
        await until(pilot, lambda: "BatchSize" not in "\n".join(screen_text(app)))


def pane_names(app: InspectorApp) -> dict[str, Role]:
    """The names of the panes with the roles that they have."""
    names = [rule.made(100)[0][1] for rule in app.screen.query(Rule)]
    return {text.split(" 1")[0].split(" 2")[0]: role for text, role in names}


async def test_after_the_settings_only_the_run_has_the_colour_of_the_focus(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E")
        await pilot.pause()
        assert pane_names(app)["Mapping"] is Role.FOCUS
        await pilot.press("enter")
        await until(pilot, lambda: not app.screen.query(SettingsForm))
        await pilot.pause()
        assert pane_names(app)["Run"] is Role.FOCUS
        assert pane_names(app)["Mapping"] is Role.STRONG


async def test_switches_are_changed_by_space_and_arrows(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E", "down", "down", "down")
        switch = app.screen.query_one("#setting-bisect", Input)
        assert switch.has_focus
        for key, value in (("space", "off"), ("left", "on"), ("right", "off")):
            await pilot.press(key)
            assert switch.value == value
        await pilot.press("o", "n", "space", "enter")
        await until(pilot, lambda: not app.screen.query(SettingsForm))
        assert not screen.plan.settings.bisect


async def test_the_form_moves_nothing_and_keeps_the_values_in_sight(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.pause()
        before = screen_text(app)
        await pilot.press("E")
        await pilot.pause()
        shown = screen_text(app)
        for words in ("MaximumRetryAttempts", "Timeout"):
            assert place_of(shown, words) == place_of(before, words)
        facts = slice(place_of(before, "handler"), place_of(before, "BatchSize"))
        assert [line[:46] for line in shown[facts]] == [line[:46] for line in before[facts]]
        for words in ("−1–10000", "−1, 60–604800", "0–300 s", "on, off", "up to 900 s", "─ Access", "─ Counts"):
            assert any(words in line for line in shown)


@pytest.mark.parametrize("size", [WIDE, SMALL])
async def test_the_line_of_keys_is_the_form_s_while_it_is_open(made: Stage, size: tuple[int, int]) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E")
        named = ("↑ up", "↓ down", "enter for the next run", "escape as it was")
        await until(pilot, lambda: all(words in region_text(app, "#keys")[0] for words in named))
        assert "run again" not in region_text(app, "#keys")[0]
        await pilot.press("escape")
        await until(pilot, lambda: "enter for" not in region_text(app, "#keys")[0])


@pytest.mark.parametrize(("back", "forth"), [("up", "down"), ("shift+tab", "tab")])
async def test_the_focus_goes_around_the_fields_and_nowhere_else(made: Stage, back: str, forth: str) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E", back)
        fields = list(app.screen.query("SettingsForm Input"))
        assert fields[-1].has_focus
        await pilot.press(forth)
        assert fields[0].has_focus
        await pilot.press(forth)
        assert fields[1].has_focus


async def test_the_list_of_commands_has_those_of_the_form_and_leaves_what_was_typed(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=WIDE) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E", "7", "ctrl+p")
        await until(pilot, lambda: "Leave the settings as they were" in "\n".join(screen_text(app)))
        assert "The next field" not in "\n".join(screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        assert app.screen.query_one("#setting-batch-size", Input).has_focus
        assert app.screen.query_one("#setting-batch-size", Input).value == "7"
        await pilot.press("ctrl+p", *"next run")
        await until(pilot, lambda: "Take the settings over" in "\n".join(screen_text(app)))
        await pilot.press("down", "enter")
        await until(pilot, lambda: not screen.query(SettingsForm))
        assert screen.plan.settings.batch_size == 7


def place_of(lines: list[str], words: str) -> int:
    return next(number for number, line in enumerate(lines) if words in line)


@pytest.mark.parametrize("size", [(60, 15), SMALL])
async def test_on_a_small_screen_the_form_comes_at_once_and_says_what_its_field_takes(
    made: Stage, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    was_seen_empty = []
    monkeypatch.setattr(SettingsForm, "on_mount", lambda _: was_seen_empty.append(screen.has_class("-mapping")), False)
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("E", *["down"] * FIELDS.index("timeout_s"))
        await until(pilot, lambda: app.screen.query_one("#setting-timeout-s").has_focus)
        await until(pilot, lambda: "seconds, up to 900" in "\n".join(screen_text(app)))
        assert "Timeout    " in "\n".join(screen_text(app))
        await pilot.press("x")
        await until(pilot, lambda: "at most 900 s, not 'x'" in "\n".join(screen_text(app)))
    assert was_seen_empty == [False]


async def test_R_is_seen_where_the_details_had_the_whole_height(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        await pilot.press("enter", "R")
        await until(pilot, stands(screen, RunState.ENDED))
        await until(pilot, lambda: "done · " in "\n".join(screen_text(app)))
        assert app.screen.query_one(RunTree).has_focus
        assert "Run 2" in "\n".join(screen_text(app))


async def test_a_small_screen_names_what_goes_on_from_a_run_and_the_way_back(made: Stage) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=SMALL) as pilot:
        await opened(pilot, app, screen)
        assert "escape back" in region_text(app, "#keys")[0]
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        await pilot.press("P")
        await pilot.pause()
        bar = region_text(app, "#keys")[0]
        for words in ("R again", "P poison", "p pytest", "E settings", "escape back", "? keys"):
            assert words in bar
        assert "1 run  2 mapping" in "\n".join(region_text(app, "#replay-run"))
        await pilot.click("#replay-run Rule", offset=(73, 0))
        await until(pilot, lambda: screen.has_class("-mapping"))
        assert "1 run  2 mapping" in "\n".join(region_text(app, "#replay-mapping"))


@pytest.mark.parametrize("size", [(60, 15), (40, 10)])
async def test_the_way_back_is_named_at_every_size(made: Stage, size: tuple[int, int]) -> None:
    app, screen = inspector(made), replay_screen(made, write_handler(made.folder))
    async with app.run_test(size=size) as pilot:
        await opened(pilot, app, screen)
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        await pilot.pause()
        assert "escape back" in region_text(app, "#keys")[0]
        assert "1 run  2 mapping" in "\n".join(region_text(app, "#replay-run"))
        assert screen_text(app)[0].startswith(" orders  replay")
