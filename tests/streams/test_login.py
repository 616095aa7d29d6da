"""One login for all regions of a profile, taken up anew from disk or for another, while calls are under way."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ddbtop.errors import CannotDo, LoginEnded
from ddbtop.streams import aws
from ddbtop.streams.aws import Account, AwsSource
from ddbtop.streams.simulated.clock import WallClock
from ddbtop.streams.simulated.world import World
from tests.awsfiles import AwsFiles
from tests.gatekeeper import Gatekeeper
from tests.streams.test_pump import wait_for

PATIENCE_S = 20.0


@pytest.fixture
def worlds() -> list[World]:
    clock = WallClock()
    return [World(clock, shards=1, region=region) for region in ("eu-west-1", "us-east-1")]


@pytest.fixture
def gate(worlds: list[World], aws_files: AwsFiles) -> Iterator[Gatekeeper]:
    """A server that lets both keys in, and two profiles with one each."""
    with Gatekeeper(worlds, ["WORK", "HOME"]) as gate:
        aws_files.profiles(gate.endpoint_url, "work", "home")
        aws_files.keys(work="WORK", home="HOME")
        yield gate


@pytest.fixture
def source(gate: Gatekeeper, worlds: list[World], monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsSource]:
    """Reads as `work`, and looks for a new login at every call that is refused."""
    monkeypatch.setattr(aws, "RECONNECT_S", 0.0)
    source = AwsSource(Account("work"), worlds[0].stream_arn)
    yield source
    source.close()


def refused(call: Callable[[], object]) -> LoginEnded:
    with pytest.raises(LoginEnded) as raised:
        call()
    return raised.value


def test_no_call_is_made_as_the_old_login_after_a_take_over(gate: Gatekeeper, source: AwsSource) -> None:
    source.describe()
    source.use(Account("home"))
    source.describe()
    assert gate.calls == {"WORK": 1, "HOME": 1}
    assert source.account.profile_name == "home"


def test_a_call_under_way_gets_its_answer_through_a_take_over_and_its_connection_is_given_up(
    gate: Gatekeeper, source: AwsSource, worlds: list[World]
) -> None:
    gate.hold.clear()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(source.describe)
        assert gate.arrived.acquire(timeout=PATIENCE_S)
        source.use(Account("home"))
        gate.hold.set()
        assert answer.result(PATIENCE_S).stream.arn == worlds[0].stream_arn
    source.describe()
    assert gate.calls == {"WORK": 1, "HOME": 1}
    wait_for(lambda: gate.connections == 1)


def test_a_refusal_of_the_old_login_that_comes_late_does_not_touch_the_new_one(
    gate: Gatekeeper, source: AwsSource
) -> None:
    gate.hold.clear()
    gate.expired = {"WORK"}
    home = Account("home")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(source.describe)
        assert gate.arrived.acquire(timeout=PATIENCE_S)
        source.use(home)
        session = home.login.session
        gate.hold.set()
        refused(lambda: answer.result(PATIENCE_S))
    assert home.login.session is session
    source.describe()


def test_logins_may_change_while_calls_are_under_way(gate: Gatekeeper, source: AwsSource) -> None:
    """Every call is answered as one of the two, whenever it is made."""
    home, done = Account("home"), threading.Event()

    def describe() -> int:
        made = 0
        while not done.is_set() or not made:
            source.describe()
            made += 1
        return made

    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(describe) for _ in range(4)]
        for account in [home, source.account] * 5:
            source.use(account)
        done.set()
        assert sum(answer.result(PATIENCE_S) for answer in made) == sum(gate.calls.values())


def test_clients_of_one_login_can_be_made_by_many_threads(gate: Gatekeeper, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account("work")
    inside = threading.Semaphore(1)
    make = account.login.session.create_client

    def alone(*given: Any, **named: Any) -> object:
        assert inside.acquire(blocking=False), "botocore's sessions are not for two threads"
        try:
            return make(*given, **named)
        finally:
            inside.release()

    monkeypatch.setattr(account.login.session, "create_client", alone)
    with ThreadPoolExecutor(8) as pool:
        for made in [pool.submit(account.at(region).client) for region in ("eu-west-1", "us-east-1") * 4]:
            made.result(PATIENCE_S).close()


def test_another_region_keeps_the_login(gate: Gatekeeper, worlds: list[World]) -> None:
    """What was typed for an MFA code is in the session, and nowhere else."""
    account = Account("work")
    account.log_in()
    other = account.at("us-east-1")
    assert (other.region, account.region) == ("us-east-1", "eu-west-1")
    assert other.login is account.login
    assert [entry.arn for entry in other.streams()] == [worlds[1].stream_arn]
    assert [entry.arn for entry in account.streams()] == [worlds[0].stream_arn]


def test_a_new_login_is_that_of_every_region(
    gate: Gatekeeper, source: AwsSource, aws_files: AwsFiles, worlds: list[World]
) -> None:
    """Reading notices that it ended; a list of another region's streams is asked for with the new one."""
    other = source.account.at("us-east-1")
    assert len(list(other.streams())) == 1
    gate.keys, gate.expired = {"NEW"}, {"WORK"}
    aws_files.keys(work="NEW")
    refused(source.describe)
    source.describe()
    assert [entry.arn for entry in other.streams()] == [worlds[1].stream_arn]


def test_a_login_that_was_asked_for_is_not_looked_for_behind_the_screen(
    gate: Gatekeeper, source: AwsSource, aws_files: AwsFiles
) -> None:
    source.account.log_in()
    gate.keys = {"NEW"}
    aws_files.keys(work="NEW")
    refused(source.describe)
    refused(source.describe)
    account = Account("work")
    account.log_in()
    source.use(account)
    source.describe()


def test_a_login_that_ended_is_looked_for_at_most_so_often(
    gate: Gatekeeper, source: AwsSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "RECONNECT_S", 3600.0)
    gate.expired = {"WORK"}
    refused(source.describe)
    session = source.account.login.session
    refused(source.describe)
    assert source.account.login.session is session


def test_what_botocore_has_loaded_is_not_loaded_again_for_every_new_login(gate: Gatekeeper, source: AwsSource) -> None:
    """Eight megabytes a session, in circles that the garbage collector seldom looks for."""
    loaded, session = (login := source.account.login).session.get_component("data_loader"), login.session
    source.account.renew()
    assert login.session is not session
    assert login.session.get_component("data_loader") is loaded


def test_an_account_that_cannot_be_used_leaves_the_source_as_it_was(
    gate: Gatekeeper, source: AwsSource, aws_files: AwsFiles
) -> None:
    aws_files.profiles("nowhere", "broken")
    aws_files.keys(work="WORK", broken="KEY")
    with pytest.raises(CannotDo, match="nowhere"):
        source.use(Account("broken"))
    refused(lambda: source.use(Account("home", endpoint_url="https://streams.example")))
    source.describe()
    assert source.account.profile_name == "work"
    assert gate.calls == {"WORK": 1}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("credential_process = /nowhere/helper", "/nowhere/helper"),
        ("credential_process = echo hello", "Expecting value"),
        ("credential_process = false", "custom-process"),
        ("role_arn = arn:aws:iam::111122223333:role/r\nsource_profile = nobody", "nobody"),
        ("sso_session = gone\nsso_account_id = 111122223333\nsso_role_name = r", "gone"),
        ("aws_access_key_id = AKIDEXAMPLE", "aws_secret_access_key"),
    ],
)
def test_a_profile_without_credentials_says_why(aws_files: AwsFiles, settings: str, words: str) -> None:
    aws_files.config.write_text(f"[profile p]\nregion = eu-west-1\n{settings}\n")
    error = refused(Account("p").client)
    assert words in error.message
    assert "answer" not in error.message


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("region = eu-west-1\nendpoint_url = nowhere", "nowhere"),
        ("region = eu-west-1\nservices = gone", "gone"),
        ("region = eu-west-1\ndefaults_mode = hasty", "hasty"),
        ("region = eu west", "eu west"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(aws_files: AwsFiles, settings: str, words: str) -> None:
    aws_files.config.write_text(f"[profile p]\n{settings}\n")
    aws_files.keys(p="KEY")
    with pytest.raises(CannotDo, match=words):
        Account("p").client()


def test_a_helper_that_is_gone_while_reading_is_a_login_that_ended(
    gate: Gatekeeper, aws_files: AwsFiles, worlds: list[World], tmp_path: Path
) -> None:
    """Credentials that end soon are fetched again in the middle of a call."""
    helper = tmp_path / "helper"
    helper.write_text(f"#!/bin/sh\necho '{json.dumps(ending_soon('WORK'))}'\n")
    helper.chmod(0o700)
    aws_files.profiles(gate.endpoint_url, "helped")
    with aws_files.config.open("a") as config:
        config.write(f"credential_process = {helper}\n")
    source = AwsSource(Account("helped"), worlds[0].stream_arn)
    source.describe()
    helper.rename(tmp_path / "elsewhere")
    assert "helper" in refused(source.describe).message
    (tmp_path / "elsewhere").rename(helper)
    source.describe()
    source.close()


def ending_soon(key: str) -> dict[str, object]:
    """What a helper says: a key that botocore replaces before every call."""
    end = datetime.now(UTC) + timedelta(minutes=5)
    return {"Version": 1, "AccessKeyId": key, "SecretAccessKey": "not-a-secret", "Expiration": end.isoformat()}
