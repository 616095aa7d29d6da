"""Who meets ddbtop, and what each of them sees: one line that says what is wrong and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ddbtop.cli.login import may_ask
from ddbtop.streams.simulated.faults import Fault
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.world import World
from tests.cli.running import CommandLine

ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"


def test_no_credentials(ddbtop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    outcome = ddbtop("tail", ARN)
    assert outcome.code == 3
    for remedy in ("aws configure sso", "--profile", "ddbtop demo"):
        assert remedy in outcome.complaint


def test_an_emulator_on_this_machine_needs_no_credentials(
    ddbtop: CommandLine, simulated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert ddbtop("streams", "--endpoint-url", simulated).code == 0


def test_no_region_for_a_name(ddbtop: CommandLine) -> None:
    outcome = ddbtop("tail", "orders")
    assert outcome.code == 3
    assert "--region" in outcome.complaint


def test_a_profile_that_does_not_exist(ddbtop: CommandLine) -> None:
    outcome = ddbtop("tail", ARN, "--profile", "nobody")
    assert outcome.code == 3
    assert "nobody" in outcome.complaint


def test_a_broken_config_file(ddbtop: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text("[default\nregion=x")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    outcome = ddbtop("tail", ARN)
    assert outcome.code == 3
    assert "config" in outcome.complaint


@pytest.mark.parametrize(
    ("config", "asks"),
    [
        ("[default]\nregion = eu-west-1", False),
        ("[profile p]\nsso_session = s", False),
        ("[profile p]\nrole_arn = r\nmfa_serial = m\nsource_profile = q", True),
        ("[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\ncredential_process = ask", True),
        ("[profile p]\nsource_profile = p", False),
        ("[broken", False),
    ],
)
def test_only_a_profile_that_may_ask_is_logged_in_before_the_screen(
    config: str, asks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text(config)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    assert may_ask("p") is asks


def test_a_table_without_a_stream_and_how_to_enable_one(ddbtop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    from ddbtop.streams.aws import Account

    monkeypatch.setattr(Account, "streams", lambda self, table="": iter(()))
    outcome = ddbtop("tail", "orders", "--region", "eu-west-1")
    assert outcome.code == 3
    assert "aws dynamodb update-table --table-name orders --stream-specification" in outcome.complaint


def test_a_table_that_an_emulator_does_not_have(ddbtop: CommandLine, simulated: str) -> None:
    outcome = ddbtop("tail", "others", "--endpoint-url", simulated)
    assert outcome.code == 3
    assert "others" in outcome.complaint
    assert "-sharedDb" in outcome.complaint


def test_a_stream_that_does_not_exist(ddbtop: CommandLine, world: World, simulated: str) -> None:
    arn = world.stream_arn.removesuffix(world.label) + "2001-01-01T00:00:00.000"
    for command in ("tail", "shards"):
        outcome = ddbtop(command, arn, "--endpoint-url", simulated)
        assert outcome.code == 3
        assert "not found" in outcome.complaint
        assert "ddbtop streams" in outcome.complaint


@pytest.mark.parametrize(
    ("arn", "words"),
    [
        ("arn:aws:kinesis:eu-west-1:1:stream/x", "Kinesis"),
        ("arn:aws:sqs:eu-west-1:1:x", "'sqs'"),
        ("arn:aws:dynamodb:eu-west-1:1:table/x/index/y", "neither"),
        ("arn:aws:dynamodb", "cut short"),
        ("a/b", "names no stream"),
        ("x", "3 to 255"),
        ("[x]\x1b[31m", "neither an ARN"),
    ],
)
def test_what_is_no_stream(ddbtop: CommandLine, arn: str, words: str) -> None:
    outcome = ddbtop("tail", arn, "--region", "eu-west-1")
    assert outcome.code == 2
    assert words in outcome.complaint
    assert "\x1b" not in outcome.complaint


def test_a_region_that_contradicts_the_arn(ddbtop: CommandLine) -> None:
    outcome = ddbtop("tail", ARN, "--region", "us-east-1")
    assert outcome.code == 2
    assert "contradicts" in outcome.complaint


def test_access_denied(ddbtop: CommandLine, service: Service, world: World, simulated: str) -> None:
    service.inject(Fault.ACCESS_DENIED, times=None)
    outcome = ddbtop("shards", world.stream_arn, "--endpoint-url", simulated)
    assert outcome.code == 3
    assert "dynamodb:DescribeStream" in outcome.complaint
    assert "resource policy" in outcome.complaint


def test_an_endpoint_where_nobody_listens(ddbtop: CommandLine) -> None:
    outcome = ddbtop("streams", "--endpoint-url", "http://127.0.0.1:9", "--region", "eu-west-1")
    assert outcome.code == 3
    assert "http://127.0.0.1:9" in outcome.complaint


@pytest.mark.parametrize("endpoint", ["notaurl", "127.0.0.1:8000", "ftp://localhost", "http://", "http://[::1"])
def test_what_is_no_endpoint_is_told_wherever_it_was_set(
    ddbtop: CommandLine, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    typed = ddbtop("streams", "--endpoint-url", endpoint)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    set_before = ddbtop("tail", "orders", "--region", "eu-west-1")
    assert (typed.code, set_before.code) == (2, 3)
    for outcome in (typed, set_before):
        assert repr(endpoint) in outcome.complaint
        assert "http://localhost:8000" in outcome.complaint


def test_a_table_without_streams_is_named_with_its_region(ddbtop: CommandLine, simulated: str) -> None:
    outcome = ddbtop("streams", "nope", "--endpoint-url", simulated, "--region", "eu-west-1")
    assert (outcome.code, outcome.out) == (0, b"")
    assert outcome.complaint == "no streams of nope in eu-west-1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "tomorrow"), "understood are"),
        (("--from", "AT_SEQUENCE_NUMBER:12"), "21 to 40 digits"),
        (("--to", "TRIM_HORIZON"), "nothing lies before"),
        (("--from", "5m", "--to", "15m"), "--to lies before --from"),
        (("--to", "5m", "--follow"), "exclude each other"),
        (("--limit", "0"), "--limit"),
        (("--where", 'a"'), "character"),
        (("--nope",), "--nope"),
    ],
)
def test_wrong_options(ddbtop: CommandLine, words: tuple[str, ...], said: str) -> None:
    outcome = ddbtop("tail", ARN, *words)
    assert outcome.code == 2
    assert said in outcome.err.splitlines()[-1]


def test_a_shard_that_is_not_there(ddbtop: CommandLine, world: World, simulated: str) -> None:
    outcome = ddbtop("tail", world.stream_arn, "--endpoint-url", simulated, "--shard", "zzz")
    assert outcome.code == 2
    assert "'zzz'" in outcome.complaint


def test_an_ambiguous_shard_names_the_candidates(ddbtop: CommandLine, world: World, simulated: str) -> None:
    outcome = ddbtop("tail", world.stream_arn, "--endpoint-url", simulated, "--shard", "shardId")
    assert outcome.code == 2
    for shard_id in world.open_shards():
        assert shard_id in outcome.complaint


def test_a_time_beyond_24_hours_is_said_and_not_silently_clamped(
    ddbtop: CommandLine, world: World, simulated: str
) -> None:
    words = ("tail", world.stream_arn, "--endpoint-url", simulated, "--from", "3d", "--no-follow")
    outcome = ddbtop(*words)
    assert outcome.code == 0
    assert "more than 24 hours ago" in outcome.err
