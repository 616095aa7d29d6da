"""Finding commands, options on either side, and how every run ends."""

from __future__ import annotations

import re
from importlib.metadata import version

import click
import pytest

from ddbtop.cli import main as commands
from ddbtop.cli.main import COMMANDS
from ddbtop.streams.simulated.shapes import build_shards, fill
from ddbtop.streams.simulated.world import World
from tests.cli.running import SOMEBODY, TIMEOUT_S, CommandLine, in_a_child


@pytest.mark.parametrize("name", [*COMMANDS, "inspect"])
def test_every_command_and_option_has_help(ddbtop: CommandLine, name: str) -> None:
    group = commands.ddbtop
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.help
    for option in command.params:
        assert isinstance(option, click.Argument) or getattr(option, "help", None), option.name
    words = (name,) if name in COMMANDS else ("orders",)
    assert ddbtop(*words, "--help").code == 0


@pytest.mark.parametrize("columns", ["57", "80"])
@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_no_line_of_help_ends_inside_a_word(
    ddbtop: CommandLine, monkeypatch: pytest.MonkeyPatch, name: str, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    text = ddbtop(*filter(None, [name]), "--help").out.decode()
    assert not re.findall(r"\S-$", text, re.MULTILINE)
    assert "\u2011" not in text


def test_the_help_names_every_command(ddbtop: CommandLine) -> None:
    text = ddbtop("--help").out.decode()
    assert all(name in text for name in COMMANDS)


def test_the_version_is_the_projects(ddbtop: CommandLine) -> None:
    assert ddbtop("--version").out == f"ddbtop {version('ddbtop')}\n".encode()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tial", "tail"),
        ("tal", "tail"),
        ("taill", "tail"),
        ("shard", "shards"),
        ("stream", "streams"),
        ("demi", "demo"),
    ],
)
def test_a_word_one_slip_away_from_a_command_is_asked_about(ddbtop: CommandLine, typed: str, meant: str) -> None:
    outcome = ddbtop(typed, "x")
    assert outcome.code == 2
    assert repr(meant) in outcome.complaint
    assert f"table:{typed}" in outcome.complaint


def test_without_a_terminal_the_inspector_names_tail(ddbtop: CommandLine) -> None:
    outcome = ddbtop("orders", "--region", "eu-west-1")
    assert outcome.code == 2
    assert "ddbtop tail orders" in outcome.complaint


def test_shared_options_work_before_and_after_the_commands_name(
    ddbtop: CommandLine, world: World, simulated: str
) -> None:
    before = ddbtop("--endpoint-url", simulated, "--region", "eu-west-1", "shards", "orders", "--json")
    after = ddbtop("shards", "orders", "--json", "--endpoint-url", simulated, "--region", "eu-west-1")
    assert before.out == after.out
    assert len(before.records) == 2


def test_what_is_typed_after_the_command_wins(ddbtop: CommandLine, simulated: str) -> None:
    outcome = ddbtop("--endpoint-url", "http://127.0.0.1:9", "streams", "--endpoint-url", simulated, "--json")
    assert outcome.code == 0


def test_shards_print_the_lineage(ddbtop: CommandLine, world: World, simulated: str) -> None:
    ids = build_shards(world, {0: (2, 3), 2: 4})
    fill(world, world.open_shards(), 1)
    words = ("shards", world.stream_arn, "--endpoint-url", simulated)
    shards = {shard["ShardId"]: shard for shard in ddbtop(*words, "--json").records}
    assert set(shards) == set(ids.values())
    root, child, leaf = shards[ids[0]], shards[ids[2]], shards[ids[4]]
    assert (root["status"], root["generation"], root["ParentShardId"]) == ("closed", 0, None)
    assert sorted(root["children"]) == sorted([ids[2], ids[3]])
    assert (child["status"], child["generation"], child["ParentShardId"]) == ("closed", 1, ids[0])
    assert (leaf["status"], leaf["generation"], leaf["children"]) == ("open", 2, [])
    assert "EndingSequenceNumber" in child["SequenceNumberRange"]
    assert "EndingSequenceNumber" not in leaf["SequenceNumberRange"]
    assert leaf["createdAt"].endswith("+00:00")

    order = re.findall(r"shardId-\S+", ddbtop(*words).out.decode())
    assert order.index(ids[0]) < order.index(ids[2]) < order.index(ids[4])


def test_streams_are_listed_with_their_details(ddbtop: CommandLine, world: World, simulated: str) -> None:
    words = ("streams", "--endpoint-url", simulated, "--region", "eu-west-1")
    (plain,) = ddbtop(*words, "--json").records
    assert plain == {"StreamArn": world.stream_arn, "TableName": "orders", "StreamLabel": world.stream_arn[-23:]}
    (detailed,) = ddbtop(*words, "-l", "--json").records
    assert detailed["shards"] == {"open": 2, "closed": 0}
    assert (detailed["StreamStatus"], detailed["StreamViewType"]) == ("ENABLED", "NEW_AND_OLD_IMAGES")
    assert world.stream_arn in ddbtop(*words, "orders").out.decode()
    assert "no streams" in ddbtop(*words, "other").complaint


def test_a_locale_that_lacks_a_character_gets_its_escape(world: World, simulated: str) -> None:
    (root, _) = world.open_shards()
    world.split(root)
    environment = SOMEBODY | {"PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"}
    child = in_a_child("shards", world.stream_arn, "--endpoint-url", simulated, environment=environment)
    out, err = child.communicate(timeout=TIMEOUT_S)
    assert (child.returncode, err) == (0, b"")
    assert b"\\u2514\\u2500" in out
