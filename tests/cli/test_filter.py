"""`ddbtop filter` and `tail --filter`: what passes, why the rest does not, and what is wrong usage."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ddbtop.streams.simulated.shapes import fill, keys_in
from ddbtop.streams.simulated.world import World
from tests.cli.running import CommandLine, Outcome, in_a_child
from tests.hostile import STRINGS, obeyed
from tests.replay.vectors import Vector, vectors

PAID = '{"dynamodb": {"NewImage": {"status": {"S": ["PAID"]}}}}'
ANYTHING = '{"dynamodb": {"SizeBytes": [{"exists": true}]}}'
REMOVED = '{"eventName": ["REMOVE"]}'


def change(number: int, status: str, **more: Any) -> dict[str, Any]:
    return {
        "eventName": "MODIFY",
        "dynamodb": {
            "Keys": {"pk": {"S": f"order#{number}"}},
            "NewImage": {"status": {"S": status}},
            "SequenceNumber": str(10**20 + number),
            "StreamViewType": "NEW_IMAGE",
        },
        **more,
    }


@pytest.fixture
def event(tmp_path: Path) -> Path:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"Records": [change(1, "PAID"), change(2, "OPEN", shardId="shardId-1")]}, indent=2))
    return path


def verdicts(outcome: Outcome) -> list[tuple[str | None, bool]]:
    assert outcome.code == 0
    return [(verdict["sequenceNumber"], verdict["matched"]) for verdict in outcome.records]


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: vector.name)
def test_the_command_decides_what_was_recorded(ddbtop: CommandLine, tmp_path: Path, vector: Vector) -> None:
    path = tmp_path / "record.json"
    path.write_text(json.dumps({"dynamodb": {}, **vector.record}))
    outcome = ddbtop("filter", vector.pattern, str(path), "--json")
    if vector.invalid:
        assert outcome.code == 2
        assert outcome.complaint.startswith("Invalid filter pattern definition.")
    else:
        assert outcome.code == 0
        assert [verdict["matched"] for verdict in outcome.records] == [vector.match]


def test_a_verdict_as_json_names_record_shard_and_reason(ddbtop: CommandLine, event: Path) -> None:
    passed, held = ddbtop("filter", PAID, str(event), "--json").records
    assert passed == {"sequenceNumber": str(10**20 + 1), "shardId": None, "matched": True, "reason": None}
    assert held == {
        "sequenceNumber": str(10**20 + 2),
        "shardId": "shardId-1",
        "matched": False,
        "reason": 'dynamodb.NewImage.status.S: "OPEN" does not fit "PAID"',
    }


def test_text_says_which_records_pass_and_why_others_do_not(ddbtop: CommandLine, event: Path) -> None:
    outcome = ddbtop("filter", PAID, str(event))
    passed, held = outcome.out.decode().splitlines()
    assert passed.split() == ["passes", "MODIFY", "order#1"]
    assert held.split(maxsplit=3)[:3] == ["filtered", "MODIFY", "order#2"]
    assert held.endswith('"OPEN" does not fit "PAID"')
    assert outcome.complaint == "1 of 2 records pass"


@pytest.mark.parametrize("lines", [1, 3])
def test_one_record_a_line_is_read_also_from_stdin(
    ddbtop: CommandLine, monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    text = "\n\n".join(json.dumps(change(number, "PAID", shardId="s")) for number in range(lines))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    outcome = ddbtop("filter", '{"shardId": ["s"]}', "-", "--json")
    assert [(verdict["shardId"], verdict["matched"]) for verdict in outcome.records] == [("s", False)] * lines


def test_a_record_is_judged_before_the_next_one_is_there(ddbtop: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def lines() -> Iterator[bytes]:
        yield json.dumps(change(1, "PAID")).encode()
        pytest.fail("a pipe would have made it wait")

    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=lines()))
    assert verdicts(ddbtop("filter", PAID, "-", "--json", "--limit", "1")) == [(str(10**20 + 1), True)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json", "line 1: this is not JSON"),
        ('{"Records": [\n{"a": 1}]}', "record 1: this is no record"),
        ("\n" + json.dumps(change(1, "PAID")) + "\n{", "line 3: this is not JSON"),
        (json.dumps(change(1, "PAID")) + '\n{"dynamodb":\n{}}', "line 2: this is not JSON"),
        ("12", "line 1: this is no record"),
        ('{"requestContext": {}, "DDBStreamBatchInfo": {}}', "no record of a DynamoDB stream"),
        ("[" * 100_000, "line 1"),
        ("\xff", "line 1"),
    ],
)
def test_what_holds_no_records_is_named_with_its_line(
    ddbtop: CommandLine, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "records"
    path.write_text(text, encoding="latin-1")
    outcome = ddbtop("filter", REMOVED, str(path))
    assert outcome.code == 3
    assert said in outcome.complaint


def test_a_file_with_the_name_of_a_table_is_read_and_said(
    ddbtop: CommandLine, event: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(event.parent)
    event.rename("orders")
    assert "table:orders" in ddbtop("filter", PAID, "orders").err
    assert "table:orders" not in ddbtop("filter", PAID, "file:orders").err
    outcome = ddbtop("filter", PAID, "table:orders")
    assert outcome.code == 3
    assert "--region" in outcome.complaint


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((PAID, "no/such/file"), 3, "no/such/file"),
        (("@no-such-file", "-"), 3, "no-such-file"),
        ((PAID, "file:x", "--from", "15m"), 2, "are for streams"),
        ((PAID, "orders", "--to", "TRIM_HORIZON"), 2, "nothing lies before"),
        (('{"Filters": [{"Pattern": "{}"}]}', "-"), 2, "Filters[0], at its top: empty objects"),
        (('{"Filters": [{"Patern": "{}"}]}', "-"), 2, "Filters[0]"),
        (('{"Filters": {}}', "-"), 2, "Filters"),
        ((json.dumps({"Filters": [{"Pattern": PAID}] * 6}), "-"), 2, "at most 5 filters"),
    ],
)
def test_what_cannot_be_meant(ddbtop: CommandLine, words: tuple[str, ...], code: int, said: str) -> None:
    outcome = ddbtop("filter", *words)
    assert outcome.code == code
    assert said in outcome.complaint


def test_a_pattern_file_and_a_whole_filter_criteria(ddbtop: CommandLine, event: Path, tmp_path: Path) -> None:
    open_, whole = tmp_path / "open.json", tmp_path / "criteria.json"
    open_.write_text("\n" + PAID.replace("PAID", "OPEN"))
    whole.write_text(json.dumps({"Filters": [{"Pattern": PAID}, {"Pattern": open_.read_text()}]}))

    def matched(pattern: str) -> list[bool]:
        return [matched for _, matched in verdicts(ddbtop("filter", pattern, str(event), "--json"))]

    assert matched(f"@{open_}") == [False, True]
    assert matched(f"@{whole}") == matched(whole.read_text()) == [True, True]
    assert matched('{"Filters": []}') == [True, True]


def test_what_is_probably_not_meant_is_said_once_and_on_stderr(ddbtop: CommandLine, event: Path) -> None:
    pattern = '{"dynamodb": {"OldImage": {"n": {"N": [{"numeric": [">", 1]}]}}}}'
    outcome = ddbtop("filter", pattern, str(event), "--json")
    assert outcome.code == 0
    assert outcome.err.count("numeric never matches") == 1
    assert outcome.err.count("NEW_IMAGE has no OldImage") == 1


def test_a_stream_is_judged_from_its_oldest_record_to_its_tip(
    ddbtop: CommandLine, world: World, simulated: str
) -> None:
    numbers = fill(world, world.open_shards(), 5)
    (key,) = keys_in(world, world.open_shards()[0], 1)
    world.delete(key)
    where = (world.stream_arn, "--endpoint-url", simulated, "--json")
    outcome = ddbtop("filter", '{"eventName": [{"anything-but": "REMOVE"}]}', *where)
    removed = [number for number, matched in verdicts(outcome) if not matched]
    assert sorted(number for number, _ in verdicts(outcome) if number) == sorted(number for _, number in world.written)
    assert len(removed) == len(world.written) - len([r for r in outcome.records if r["matched"]])
    assert {verdict["shardId"] for verdict in outcome.records} == {shard for shard, _ in world.written}
    assert set(numbers) <= {number for number, matched in verdicts(outcome) if matched}
    assert len(verdicts(ddbtop("filter", ANYTHING, *where, "--limit", "3"))) == 3


def test_tail_prints_what_one_of_the_filters_lets_through_and_the_words_fit(
    ddbtop: CommandLine, world: World, simulated: str
) -> None:
    (key,) = keys_in(world, world.open_shards()[0], 1)
    for colour in ("red", "green", "blue"):
        world.put({**key, "colour": {"S": colour}})
    shard_id, last = world.written[-1]
    whole = ("--from", "TRIM_HORIZON", "--shard", shard_id, "--to", f"AFTER_SEQUENCE_NUMBER:{last}")
    words = ("tail", world.stream_arn, "--endpoint-url", simulated, *whole, "--json")

    def colours(*more: str) -> list[str]:
        outcome = ddbtop(*words, *more)
        assert outcome.code == 0
        return [record["dynamodb"]["NewImage"]["colour"]["S"] for record in outcome.records]

    def is_(colour: str) -> tuple[str, str]:
        return "--filter", json.dumps({"dynamodb": {"NewImage": {"colour": {"S": [colour]}}}})

    arn = ("--filter", json.dumps({"eventSourceARN": [world.stream_arn]}))
    assert colours(*is_("red")) == ["red"]
    assert colours(*is_("red"), *is_("blue")) == ["red", "blue"]
    assert colours(*is_("red"), *is_("blue"), "--where", "event:MODIFY") == ["blue"]
    assert colours(*arn) == ["red", "green", "blue"]
    assert ddbtop(*words, "--filter", "{}").code == 2
    assert "names are case-sensitive" in ddbtop(*words, "--filter", '{"DynamoDB": {"a": [1]}}').err


def test_a_closed_pipe_is_a_quiet_end(tmp_path: Path) -> None:
    path = tmp_path / "records"
    path.write_text("\n".join(json.dumps(change(number, "OPEN")) for number in range(5000)))
    process = in_a_child("filter", PAID, str(path))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


def test_hostile_values_are_data_on_stdout(ddbtop: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "records"
    changes = (change(number, text, shardId=text) for number, text in enumerate(STRINGS))
    path.write_text("\n".join(json.dumps(record | {"eventName": record["shardId"]}) for record in changes))
    for more in ([], ["--json"]):
        outcome = ddbtop("filter", PAID, str(path), *more)
        assert outcome.code == 0
        lines = outcome.out.decode().splitlines()
        assert len(lines) == len(STRINGS)
        assert not obeyed("".join(lines))
