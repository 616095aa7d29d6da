"""The accounts that the inspector can go over to: real files, and servers that know their users."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ddbtop.cli.accounts import Accounts
from ddbtop.cli.options import Where
from ddbtop.errors import CannotDo, LoginEnded
from ddbtop.streams.aws import AwsSource
from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.source import SimulatedSource
from ddbtop.streams.simulated.world import World
from ddbtop.tui.place import Place
from tests.awsfiles import AwsFiles
from tests.gatekeeper import Gatekeeper


@pytest.fixture
def worlds() -> list[World]:
    clock = WallClock()
    return [World(clock, table="orders"), World(clock, table="carts", region="us-east-1")]


@pytest.fixture
def gate(worlds: list[World], aws_files: AwsFiles) -> Iterator[Gatekeeper]:
    with Gatekeeper(worlds, ["WORK", "HOME", "HELPED"]) as gate:
        aws_files.profiles(gate.endpoint_url, "work", "home")
        aws_files.keys(work="WORK", home="HOME")
        yield gate


def tables(accounts: Accounts, profile: str, region: str) -> list[str]:
    return [entry.table for entry in accounts.catalogue(profile, region).streams()]


def test_profiles_are_those_of_both_files(gate: Gatekeeper, aws_files: AwsFiles) -> None:
    aws_files.keys(work="WORK", home="HOME", shared="KEY")
    assert Accounts(Where("work")).profiles() == ["home", "shared", "work"]


def test_regions_are_those_of_the_same_partition(gate: Gatekeeper) -> None:
    accounts = Accounts(Where("work"))
    assert {"eu-west-1", "us-east-1"} <= set(accounts.regions("work", "eu-west-1"))
    assert "cn-north-1" in accounts.regions("work", "cn-northwest-1")
    assert "cn-north-1" not in accounts.regions("work", "eu-west-1")
    assert accounts.regions("work", "nowhere-1") == accounts.regions("work", "eu-west-1")


def test_each_region_has_streams_of_its_own_and_each_profile_its_key(gate: Gatekeeper) -> None:
    accounts = Accounts(Where("work"))
    assert tables(accounts, "work", "eu-west-1") == ["orders"]
    assert tables(accounts, "work", "us-east-1") == ["carts"]
    assert gate.calls == {"WORK": 2}
    assert tables(accounts, "home", "eu-west-1") == ["orders"]
    assert gate.calls == {"WORK": 2, "HOME": 1}


def test_endpoint_that_was_typed_is_every_profiles(gate: Gatekeeper, aws_files: AwsFiles) -> None:
    aws_files.profiles("http://127.0.0.1:9", "elsewhere")
    aws_files.keys(elsewhere="HOME")
    accounts = Accounts(Where("work", endpoint_url=gate.endpoint_url))
    assert tables(accounts, "elsewhere", "eu-west-1") == ["orders"]
    assert accounts.catalogue("elsewhere", "eu-west-1").endpoint_url == gate.endpoint_url


def test_a_list_is_asked_for_with_the_login_that_is_on_disk_by_now(gate: Gatekeeper, aws_files: AwsFiles) -> None:
    accounts = Accounts(Where("work"))
    assert tables(accounts, "home", "eu-west-1") == ["orders"]
    gate.keys = {"NEW"}
    with pytest.raises(LoginEnded):
        tables(accounts, "home", "eu-west-1")
    aws_files.keys(home="NEW")
    assert tables(accounts, "home", "eu-west-1") == ["orders"]


@pytest.fixture
def helper(gate: Gatekeeper, aws_files: AwsFiles, tmp_path: Path) -> Path:
    """What the helper of the profile `helped` says, and who asked it."""
    answer = tmp_path / "answer"
    aws_files.profiles(gate.endpoint_url, "helped")
    with aws_files.config.open("a") as config:
        config.write(f'credential_process = sh -c "echo asked >> {tmp_path / "asked"}; cat {answer}"\n')
    answer.write_text(json.dumps({"Version": 1, "AccessKeyId": "HELPED", "SecretAccessKey": "not-a-secret"}))
    return tmp_path / "asked"


def test_who_was_asked_once_is_not_asked_for_another_region_or_stream(
    gate: Gatekeeper, helper: Path, worlds: list[World]
) -> None:
    accounts = Accounts(Where("work"))
    assert accounts.may_ask("helped")
    assert not accounts.knows("helped")
    accounts.log_in("helped", "eu-west-1")
    assert accounts.knows("helped")
    assert tables(accounts, "helped", "eu-west-1") == ["orders"]
    assert tables(accounts, "helped", "us-east-1") == ["carts"]
    connection = accounts.connect("helped", "us-east-1")(worlds[1].stream_arn)
    connection.source.describe()
    assert connection.newest is not None
    assert connection.newest() == worlds[1].stream_arn
    assert helper.read_text() == "asked\n"
    accounts.log_in("helped", "eu-west-1")
    assert helper.read_text() == "asked\nasked\n"


def test_the_login_before_the_screen_is_the_first_profiles(gate: Gatekeeper, helper: Path) -> None:
    where = Where("helped")
    where.log_in("eu-west-1")
    accounts = Accounts(where)
    assert accounts.knows("helped")
    assert tables(accounts, "helped", "us-east-1") == ["carts"]
    assert helper.read_text() == "asked\n"


def test_a_login_that_comes_to_nothing_leaves_the_one_before(gate: Gatekeeper, helper: Path) -> None:
    accounts = Accounts(Where("work"))
    accounts.log_in("helped", "eu-west-1")
    (helper.parent / "answer").write_text("wrong code")
    with pytest.raises(LoginEnded):
        accounts.log_in("helped", "eu-west-1")
    assert tables(accounts, "helped", "eu-west-1") == ["orders"]


def test_a_stream_goes_on_as_another_profile_and_so_does_what_follows(gate: Gatekeeper, worlds: list[World]) -> None:
    accounts = Accounts(Where("work"))
    source = accounts.connect("work", "eu-west-1")(worlds[0].stream_arn).source
    connection = accounts.take_over(source, "home", "eu-west-1")
    assert connection.source is source
    assert connection.place == Place("home", "111122223333", "eu-west-1", gate.endpoint_url)
    source.describe()
    assert connection.newest is not None
    assert connection.newest() == worlds[0].stream_arn
    assert gate.calls == {"HOME": 2}
    source.close()


def test_what_belongs_to_no_profile_cannot_go_over_to_another(gate: Gatekeeper, worlds: list[World]) -> None:
    with pytest.raises(CannotDo):
        Accounts(Where("work")).take_over(SimulatedSource(Service(worlds), worlds[0].stream_arn), "home", "eu-west-1")


def test_an_emulator_without_a_region_is_read_in_that_of_its_streams(
    gate: Gatekeeper, worlds: list[World], aws_files: AwsFiles
) -> None:
    """Signed for the region of the ARN, as from the command line."""
    aws_files.config.write_text(f"[profile local]\nendpoint_url = {gate.endpoint_url}\n")
    aws_files.keys(local="HOME")
    connection = Accounts(Where("local")).connect("local", "us-east-1")(worlds[0].stream_arn)
    assert connection.place.region == "eu-west-1"
    assert connection.source.describe().stream.table == "orders"
    assert isinstance(connection.source, AwsSource)
    connection.source.close()


@pytest.mark.parametrize(
    ("url", "foreign"),
    [
        ("https://streams.dynamodb.eu-west-1.amazonaws.com", False),
        ("https://streams-dynamodb.eu-west-1.api.aws", False),
        ("https://vpce-1a2b3c.streams.dynamodb.eu-west-1.vpce.amazonaws.com", False),
        ("https://amazonaws.com.example", True),
        ("http://localhost:4566", True),
    ],
)
def test_a_list_says_where_it_comes_from_unless_that_is_aws(aws_files: AwsFiles, url: str, foreign: bool) -> None:
    aws_files.profiles(url, "p")
    assert Accounts(Where("p")).catalogue("p", "eu-west-1").endpoint_url == (url if foreign else "")
