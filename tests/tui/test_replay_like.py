"""Settings of a replay taken over from a template or from what is deployed, found by whoever presses `r`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from ddbtop.errors import AccessDenied, DdbtopError
from ddbtop.replay.adopting.deployed import Adopted
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.running.controls import RunState
from ddbtop.streams.aws import Account, AwsSource
from ddbtop.tui.app import InspectorApp
from ddbtop.tui.replays.plan import Plan
from ddbtop.tui.replays.remembered import remember, remembered
from ddbtop.tui.screens.choose import Chooser
from ddbtop.tui.screens.replay import ReplayScreen
from ddbtop.tui.screens.replayprompt import ReplayPrompt
from tests.awsfiles import AwsFiles
from tests.servers import REGION, create_table, deploy, map_stream, moto_server
from tests.tui.replays import given, run_of, stands, until, write_handler
from tests.tui.worlds import Stage, inspector, region_text, screen_text, type_ahead

WIDE = (160, 50)

TEMPLATE = """
Parameters:
  Most: {Type: Number}
Resources:
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      CodeUri: src
      Handler: pkg.app.handler
      Timeout: 7
      Environment: {Variables: {COLOUR: green}}
      Events:
        Orders:
          Type: DynamoDB
          Properties:
            Stream: !GetAtt T.StreamArn
            BatchSize: 5
            MaximumRetryAttempts: !Ref Most
            BisectBatchOnFunctionError: true
"""

PATTERN = '{"eventName": ["INSERT"]}'

CODE = """
import os
from beside import told

def handler(event, context):
    told(os.environ["COLOUR"], len(event["Records"]))
"""
BESIDE = """
def told(colour, records):
    with open({file!r}, "a") as file:
        file.write(f"{{colour}} {{records}}\\n")
"""


@pytest.fixture
def made(shop: Stage) -> Stage:
    return shop


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def deployed(made: Stage, moto: str, aws_files: AwsFiles, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The same records, read from an account."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
    made.session.source = AwsSource(Account("", REGION, moto), made.session.status.stream.arn)
    return made


def write_project(folder: Path) -> None:
    """A template and its code, in a package that imports from beside itself."""
    (folder / "src" / "pkg").mkdir(parents=True)
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "src" / "pkg" / "app.py").write_text(CODE)
    (folder / "src" / "beside.py").write_text(BESIDE.format(file=str(folder / "told")))


async def ask(pilot: Pilot[DdbtopError], app: InspectorApp, handler: str, like: str) -> None:
    await pilot.pause()
    await pilot.press("r")
    await until(pilot, lambda: isinstance(app.screen, ReplayPrompt))
    app.screen.query_one("#replay-handler", Input).value = handler
    await pilot.press("down")
    like_field = app.screen.query_one("#replay-like", Input)
    assert like_field.has_focus
    like_field.value = like
    await pilot.pause()
    await pilot.press("enter")


async def replaying(pilot: Pilot[DdbtopError], app: InspectorApp) -> ReplayScreen:
    await until(pilot, lambda: isinstance(app.screen, ReplayScreen) and app.screen.run is not None)
    assert isinstance(app.screen, ReplayScreen)
    return app.screen


def said(app: InspectorApp, selector: str) -> str:
    return " ".join(" ".join(region_text(app, selector)).split())


async def test_a_template_gives_settings_handler_time_out_and_variables(made: Stage) -> None:
    write_project(made.folder)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, "", "template.yaml")
        screen = await replaying(pilot, app)
        assert screen.plan.settings == Settings(batch_size=5, bisect=True)
        assert (screen.plan.handler, screen.plan.timeout_s) == ("pkg.app.handler", 7.0)
        await until(pilot, lambda: "─ like ShipOrders ─" in "\n".join(screen_text(app)))
        details = said(app, "#replay-details")
        assert "Taken over" in details
        assert "settings are those of ShipOrders of template.yaml: BatchSize 5, BisectBatchOnFunctionError" in details
        assert "MaximumRetryAttempts cannot be told from the template" in details
        await pilot.press("space")
        await until(pilot, stands(screen, RunState.ENDED))
        assert (made.folder / "told").read_text().splitlines() == ["green 5", "green 5", "green 2"]


async def test_another_version_of_python_than_the_template_s_is_told(made: Stage) -> None:
    write_project(made.folder)
    (made.folder / "template.yaml").write_text(TEMPLATE.replace("python3.12", "python3.8"))
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, "", "template.yaml:ShipOrders")
        await replaying(pilot, app)
        await until(pilot, lambda: "on Lambda python3.8 runs it, here Python 3." in said(app, "#replay-details"))


async def test_what_is_typed_right_after_the_key_for_the_other_field_goes_there(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ReplayPrompt))
        type_ahead(app, "a", "down", "b", "up", "c")
        await until(pilot, lambda: app.screen.query_one("#replay-handler", Input).value == "ac")
        assert app.screen.query_one("#replay-like", Input).value == "b"


async def test_what_is_typed_wins_now_and_another_time_over_settings_that_changed_meanwhile(made: Stage) -> None:
    write_project(made.folder)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, "", "template.yaml:ShipOrders")
        await replaying(pilot, app)
        await pilot.press("E", "down", "9", "enter")
        await until(pilot, lambda: "like ShipOrders · 1 changed" in "\n".join(screen_text(app)))
        await pilot.press("escape")
        (made.folder / "template.yaml").write_text(TEMPLATE.replace("BatchSize: 5", "BatchSize: 6"))
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ReplayPrompt))
        assert app.screen.query_one("#replay-handler", Input).value == "pkg.app.handler"
        assert app.screen.query_one("#replay-like", Input).value == "template.yaml:ShipOrders"
        await pilot.press("enter")
        screen = await replaying(pilot, app)
        assert screen.plan.settings == Settings(batch_size=6, batching_window_s=9, bisect=True)
        assert screen.plan.folder == str(made.folder / "src")
        await pilot.press("escape")
        await ask(pilot, app, "pkg.app.handler", "")
        assert (await replaying(pilot, app)).plan.settings == Settings()
    known = remembered("pkg.app.handler")
    assert known is not None
    assert known.like == ""


async def test_a_template_that_changed_is_taken_over_where_nothing_was_typed(made: Stage) -> None:
    """A pattern that was read twice is not one that was typed."""
    write_project(made.folder)
    template = TEMPLATE.replace("BatchSize: 5", f"FilterCriteria: {{Filters: [{{Pattern: '{PATTERN}'}}]}}")
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        for event in ("INSERT", "MODIFY"):
            (made.folder / "template.yaml").write_text(template.replace("INSERT", event))
            await ask(pilot, app, "", "template.yaml:ShipOrders")
            screen = await replaying(pilot, app)
            await until(pilot, lambda: "─ like ShipOrders ─" in "\n".join(screen_text(app)))
            (pattern,) = screen.plan.settings.filters.patterns
            assert pattern.text == PATTERN.replace("INSERT", event)
            await pilot.press("escape")


async def test_what_was_typed_is_left_out_where_it_contradicts_what_was_deployed_since(made: Stage) -> None:
    write_project(made.folder)
    typed = Plan("pkg.app.handler", Settings(tumbling_window_s=30), like="template.yaml", adopted=Adopted())
    remember(typed)
    more = TEMPLATE.replace("BatchSize: 5", "BatchSize: 5\n            ParallelizationFactor: 2")
    (made.folder / "template.yaml").write_text(more)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, "pkg.app.handler", "template.yaml")
        screen = await replaying(pilot, app)
        assert screen.plan.settings == Settings(batch_size=5, parallelization_factor=2, bisect=True)
        (note,) = [note.message for note in app._notifications]
        assert note.startswith("What was typed over these settings is left out: TumblingWindowInSeconds needs")


async def test_a_deployed_mapping_is_taken_over_as_the_session_s_account(deployed: Stage, moto: str) -> None:
    deploy(moto, create_table(moto, "orders"), "process-orders", BatchSize=3, BisectBatchOnFunctionError=True)
    handler = write_handler(deployed.folder)
    app = inspector(deployed)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, handler, "process-orders")
        screen = await replaying(pilot, app)
        await until(pilot, lambda: "─ like process-orders ─" in "\n".join(screen_text(app)))
        assert "Timeout                    1 s" in "\n".join(screen_text(app))
        assert "the mapping reads another stream: arn:aws:dynamodb" in said(app, "#replay-details")
        await pilot.press("n")
        await until(pilot, stands(screen, RunState.PAUSED, 1))
        assert given(deployed) == [["ORDER#0", "ORDER#1", "ORDER#2"]]
        assert run_of(screen).plan.adopted.function_arn.endswith(":function:process-orders")


async def test_one_of_several_mappings_is_chosen_from_a_list(deployed: Stage, moto: str) -> None:
    deploy(moto, create_table(moto, "users"), "count", BatchSize=3)
    map_stream(moto, create_table(moto, "carts"), "count", BatchSize=4)
    app = inspector(deployed)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, write_handler(deployed.folder), "count")
        await until(pilot, lambda: isinstance(app.screen, Chooser))
        await pilot.press(*"carts", "enter")
        screen = await replaying(pilot, app)
        assert screen.plan.settings == Settings(batch_size=4)
        await until(pilot, lambda: "─ like count ─" in "\n".join(screen_text(app)))


async def test_what_is_wrong_is_one_line_and_the_fields_stay(deployed: Stage) -> None:
    app = inspector(deployed)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, write_handler(deployed.folder), "nobody")
        await until(pilot, lambda: "no event source mapping" in said(app, "#replay-said"))
        assert app.screen.query_one("#replay-like", Input).value == "nobody"
        app.screen.query_one("#replay-like", Input).value = "none.yaml"
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "the template none.yaml cannot be read" in said(app, "#replay-said"))


async def test_beside_a_simulated_stream_nothing_is_deployed(made: Stage) -> None:
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, write_handler(made.folder), "process-orders")
        await until(pilot, lambda: "there are no deployed functions beside this stream" in said(app, "#replay-said"))


async def test_a_template_without_code_asks_for_a_handler(made: Stage) -> None:
    write_project(made.folder)
    (made.folder / "template.yaml").write_text(TEMPLATE.replace("python3.12", "nodejs22.x"))
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, "", "template.yaml")
        await until(pilot, lambda: "its runtime is nodejs22.x" in said(app, "#replay-said"))
        assert app.screen.query_one("#replay-handler", Input).has_focus


async def test_the_screen_lives_while_something_is_looked_up_and_an_answer_nobody_wants_is_dropped(
    made: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, gate = threading.Event(), threading.Event()

    def look_up(_: object, like: str) -> Adopted:
        asked.set()
        gate.wait(20)
        if like == "slow":
            raise AccessDenied("not allowed")
        return Adopted("the mapping", like)

    monkeypatch.setattr("ddbtop.tui.replays.entry.look_up", look_up)
    app = inspector(made)
    async with app.run_test(size=WIDE) as pilot:
        await ask(pilot, app, write_handler(made.folder), "slow")
        await until(pilot, asked.is_set)
        assert "looking up slow…" in said(app, "#replay-said")
        await pilot.press("2", "enter")
        gate.set()
        screen = await replaying(pilot, app)
        assert screen.plan.like == "slow2"
