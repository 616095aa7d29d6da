"""`ddbtop` without a stream: what leads to the picker, and what follows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import click
import pytest

from ddbtop.cli import pick as module
from ddbtop.cli.catalogue import AccountCatalogue
from ddbtop.cli.options import Where
from ddbtop.errors import CannotDo, DdbtopError, LoginEnded
from ddbtop.streams.aws import Account
from ddbtop.streams.census import Catalogue
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.shapes import build_shards
from ddbtop.streams.simulated.world import World
from ddbtop.tui import picker
from ddbtop.tui.place import Place
from tests.cli.running import CommandLine

ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"


@dataclass
class Stage:
    """A picker that ends at once with what the test chose, and an inspector that notes what it is asked to show."""

    outcome: str | DdbtopError | None = None
    return_code: int = 0
    place: Place = field(default_factory=Place)
    opened: list[tuple[str, Where]] = field(default_factory=list)
    typed_ahead: str = ""

    def picker(self, connect: Callable[[], Catalogue], place: Place, **_: object) -> Stage:
        self.place = place
        return self

    def run(self, *, mouse: bool) -> str | DdbtopError | None:
        return self.outcome


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()

    @click.command()
    @click.argument("stream")
    @click.option("--history", default=7)
    @click.pass_context
    def inspect(ctx: click.Context, /, stream: str, history: int) -> int:
        made.opened.append((stream, Where.typed(ctx)))
        return history

    monkeypatch.setattr(module, "need_terminal", lambda _: None)
    monkeypatch.setattr(module, "inspect", inspect)
    monkeypatch.setattr(picker, "PickerApp", made.picker)
    return made


@pytest.mark.parametrize("words", [(), ("--region", "eu-west-1")])
def test_without_a_terminal_it_names_streams(ddbtop: CommandLine, words: tuple[str, ...]) -> None:
    outcome = ddbtop(*words)
    assert outcome.code == 2
    assert "`ddbtop streams`" in outcome.complaint
    assert outcome.out == b""


def test_the_chosen_stream_is_opened_as_if_it_had_been_typed(ddbtop: CommandLine, stage: Stage) -> None:
    stage.outcome = ARN
    assert ddbtop("--region", "eu-west-1", "--endpoint-url", "http://127.0.0.1:9").code == 7
    assert stage.opened == [(ARN, Where("", "eu-west-1", "http://127.0.0.1:9"))]
    assert stage.place == Place("", "", "eu-west-1", "http://127.0.0.1:9")


def test_leaving_without_a_choice_is_done(ddbtop: CommandLine, stage: Stage) -> None:
    assert ddbtop().code == 0
    stage.return_code = 143
    assert ddbtop().code == 143
    assert stage.opened == []


def test_an_account_that_cannot_be_listed_is_one_line(ddbtop: CommandLine, stage: Stage) -> None:
    stage.outcome = LoginEnded("no AWS credentials were found", "`ddbtop demo` needs none")
    outcome = ddbtop()
    assert outcome.code == 3
    assert outcome.complaint == "no AWS credentials were found; `ddbtop demo` needs none"


@pytest.mark.usefixtures("ddbtop")
def test_one_catalogue_lists_and_describes_every_stream(service: Service, world: World, simulated: str) -> None:
    build_shards(world, {0: (2, 3)})
    service.add(World(world.clock, table="carts", shards=3, view_type="KEYS_ONLY"))
    catalogue = AccountCatalogue(Account(region="eu-west-1", endpoint_url=simulated))
    assert catalogue.region == "eu-west-1"
    found = {entry.table: entry.arn for entry in catalogue.streams()}
    assert set(found) == {"orders", "carts"}
    for table, count, view in (("orders", 4, "NEW_AND_OLD_IMAGES"), ("carts", 3, "KEYS_ONLY"), ("orders", 4, "")):
        page = catalogue.describe(found[table])
        assert (page.stream.table, len(page.shards)) == (table, count)
        assert page.stream.view_type == view or not view
    after = catalogue.describe(found["carts"], page.shards[0].shard_id)
    assert after.stream.table == "carts"


@pytest.mark.usefixtures("ddbtop")
def test_no_region_is_said_as_elsewhere() -> None:
    with pytest.raises(CannotDo, match="no region"):
        next(AccountCatalogue(Account()).streams())
