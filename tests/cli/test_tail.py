"""`ddbtop tail` on moto's server and on the simulated one; DynamoDB Local has a `long` test of its own."""

from __future__ import annotations

import base64
import json
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ddbtop.cli.talk import Talk
from ddbtop.streams.model import Shard, StreamInfo
from ddbtop.streams.simulated.faults import Fault
from ddbtop.streams.simulated.service import Service
from ddbtop.streams.simulated.shapes import fill, keys_in
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from tests.cli.running import TIMEOUT_S, CommandLine, in_a_child
from tests.hostile import STRINGS
from tests.servers import create_table, delete_item, dynamodb_local, put_item, streams

REGION = ("--region", "eu-west-1")


@pytest.fixture(params=["moto", pytest.param("dynamodb_local", marks=pytest.mark.long)])
def endpoint(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "moto":
        yield request.getfixturevalue("moto")
    else:
        with dynamodb_local() as endpoint:
            yield endpoint


def reading(world: World, endpoint: str, *more: str) -> tuple[str, ...]:
    """The words that print everything a world holds."""
    return ("tail", world.stream_arn, "--endpoint-url", endpoint, "--from", "TRIM_HORIZON", *more)


ALL = ("--no-follow", "--json")


def as_lambda_hands_it(record: dict[str, object], arn: str) -> dict[str, object]:
    """A record as boto3 gives it, by the conversion of the developer guide: written apart from the product's."""

    def plain(value: object) -> object:
        if isinstance(value, dict):
            return {name: plain(member) for name, member in value.items()}
        if isinstance(value, list):
            return [plain(member) for member in value]
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        return value.timestamp() if hasattr(value, "timestamp") else value

    converted = plain(record)
    assert isinstance(converted, dict)
    return {**converted, "eventSourceARN": arn}


def test_prints_exactly_what_was_written_in_order_and_in_lambdas_form(ddbtop: CommandLine, endpoint: str) -> None:
    arn = create_table(endpoint, "exactly")
    for number in range(120):
        key = {"pk": {"S": f"item-{number % 9}"}, "sk": {"S": "v"}}
        put_item(endpoint, "exactly", {**key, "n": {"N": str(number)}, "b": {"B": b"\x00foo"}, "s": {"SS": ["x", "y"]}})
        if number % 10 == 9:
            delete_item(endpoint, "exactly", key)
    client = streams(endpoint)
    (shard,) = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    iterator = client.get_shard_iterator(StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
    expected = client.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    client.close()

    outcome = ddbtop(
        "tail", arn, *REGION, "--endpoint-url", endpoint, "--from", "TRIM_HORIZON", "--no-follow", "--json"
    )

    assert outcome.code == 0
    assert len(expected) == 132
    assert outcome.records == [{**as_lambda_hands_it(record, arn), "shardId": shard["ShardId"]} for record in expected]


def test_each_start_point_does_what_its_name_says(ddbtop: CommandLine, endpoint: str) -> None:
    create_table(endpoint, "starts")
    for number in range(6):
        put_item(endpoint, "starts", {"pk": {"S": "a"}, "sk": {"S": "v"}, "n": {"N": str(number)}})
    where = (*REGION, "--endpoint-url", endpoint)

    def numbers(start: str, *end: str) -> list[str]:
        outcome = ddbtop("tail", "starts", *where, "--from", start, "--json", *(end or up_to_the_last))
        assert outcome.code == 0
        return outcome.numbers

    everything = numbers("trim_horizon", "--no-follow")
    assert len(everything) == 6
    up_to_the_last = ("--to", f"AFTER_SEQUENCE_NUMBER:{everything[-1]}")
    assert numbers(f"AT_SEQUENCE_NUMBER:{everything[2]}") == everything[2:]
    assert numbers(f"AFTER_SEQUENCE_NUMBER:{everything[2]}") == everything[3:]
    assert numbers(everything[4]) == everything[4:]
    assert numbers("15m") == everything
    assert numbers("AT_TIMESTAMP:2h") == everything
    assert numbers("LATEST", "--no-follow") == []
    assert numbers("TRIM_HORIZON", "--shard", "shardId", *up_to_the_last) == everything


def test_follows_what_is_written_after_it_began(world: World, simulated: str) -> None:
    process = in_a_child(
        "tail", world.stream_arn, "--endpoint-url", simulated, "--from", "1m", "--json", "--limit", "40"
    )
    first = fill(world, world.open_shards(), 10)
    children = [child for shard in world.open_shards() for child in world.split(shard)]
    second = fill(world, children, 5)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert {line.split(b'"SequenceNumber":"')[1].split(b'"')[0].decode() for line in out.splitlines()} == {
        *first,
        *second,
    }


def test_an_end_point_ends_it(ddbtop: CommandLine, world: World, simulated: str) -> None:
    shard = world.open_shards()[0]
    numbers = fill(world, [shard], 9)
    words = (
        "tail",
        world.stream_arn,
        "--endpoint-url",
        simulated,
        "--from",
        "TRIM_HORIZON",
        "--shard",
        shard,
        "--json",
    )
    assert ddbtop(*words, "--to", f"AT_SEQUENCE_NUMBER:{numbers[4]}").numbers == numbers[:4]
    assert ddbtop(*words, "--to", f"AFTER_SEQUENCE_NUMBER:{numbers[4]}").numbers == numbers[:5]
    assert ddbtop(*words, "--to", "LATEST").numbers == numbers


def test_where_prints_only_what_fits(ddbtop: CommandLine, world: World, simulated: str) -> None:
    (key,) = keys_in(world, world.open_shards()[0], 1)
    world.put({**key, "colour": {"S": "red"}})
    world.put({**key, "colour": {"S": "blue"}})
    world.delete(key, ttl=True)
    shard_id, last = world.written[-1]
    words = reading(world, simulated, "--json", "--shard", shard_id, "--to", f"AFTER_SEQUENCE_NUMBER:{last}")
    for where, event in (("changed:colour", "MODIFY"), ("ttl", "REMOVE"), ("!ttl !blue", "INSERT")):
        assert [record["eventName"] for record in ddbtop(*words, "--where", where).records] == [event]
    assert ddbtop(*words, "--where", 'key:"').code == 2
    assert "where: or is looked for as a word" in ddbtop(*words, "--where", "red or blue").err


def test_record_of_another_day_has_its_date(
    ddbtop: CommandLine, world: World, simulated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.put({"pk": {"S": "a"}, "sk": {"S": "v"}})
    words = reading(world, simulated, "--no-follow")
    for is_same, form in ((True, rb"\d\d:\d\d:\d\d "), (False, rb" ?\d?\d \w\w\w \d\d:\d\d:\d\d ")):
        monkeypatch.setattr("ddbtop.cli.printer.same_day", lambda *_, is_same=is_same: is_same)
        assert re.match(form, ddbtop(*words).out)


def test_hostile_values_are_data_on_stdout(ddbtop: CommandLine, world: World, simulated: str) -> None:
    for place, text in enumerate(STRINGS):
        safe_key = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")[:400]
        world.put({"pk": {"S": f"{place} {safe_key}"}, "sk": {"S": "v"}, "value": {"S": text}})
    words = reading(world, simulated, "--no-follow")
    for more in ([], ["--json"]):
        outcome = ddbtop(*words, *more)
        assert outcome.code == 0
        shown = outcome.out.decode()
        assert not [
            c for c in shown if c != "\n" and (ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u200f")
        ]
        assert len(shown.split("\n")) == len(world.written) + 1
    values = {record["dynamodb"]["NewImage"]["value"]["S"] for record in outcome.records}
    assert values == set(STRINGS)


def test_a_closed_pipe_is_a_quiet_end(world: World, simulated: str) -> None:
    fill(world, world.open_shards(), 3000)
    process = in_a_child(*reading(world, simulated, "--json"))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 0
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_also_while_calls_hang(
    service: Service, world: World, simulated: str, number: int, code: int
) -> None:
    service.inject(Fault.HANG, operation="GetRecords", times=None)
    process = in_a_child(*reading(world, simulated))
    while not service.calls.counts["GetRecords"]:
        assert process.poll() is None
    process.send_signal(number)
    _, err = process.communicate(timeout=5)
    assert (process.returncode, err.strip()) == (code, b"")


def test_what_is_printed_when_it_is_terminated_is_whole_lines(world: World, simulated: str) -> None:
    written = fill(world, world.open_shards(), 500)
    process = in_a_child(*reading(world, simulated, "--json"))
    assert process.stdout is not None
    assert process.stderr is not None
    first = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    out, err = process.stdout.read(), process.stderr.read()  # with what the reader of the first line holds
    printed = [json.loads(line)["dynamodb"]["SequenceNumber"] for line in (first + out).splitlines()]
    process.stdout.close()
    process.stderr.close()
    assert (process.wait(TIMEOUT_S), err.strip()) == (143, b"")
    assert set(printed) <= set(written)
    assert len(printed) == len(set(printed))


def test_a_login_that_ends_is_said_and_reading_goes_on(
    ddbtop: CommandLine, service: Service, world: World, simulated: str
) -> None:
    numbers = fill(world, world.open_shards(), 5)
    service.inject(Fault.EXPIRED_LOGIN, operation="GetRecords", times=2)
    outcome = ddbtop(*reading(world, simulated, *ALL))
    assert outcome.code == 0
    assert sorted(outcome.numbers) == sorted(numbers)
    assert "waiting, nothing is lost" in outcome.err
    assert "reading again" in outcome.err


def test_a_shard_that_cannot_be_read_is_said_and_the_exit_code_is_1(
    ddbtop: CommandLine, service: Service, world: World, simulated: str
) -> None:
    bad, good = world.open_shards()
    numbers = fill(world, [good], 5)
    service.inject(Fault.UNREADABLE, operation="GetRecords", shard_id=bad, times=None)
    outcome = ddbtop(*reading(world, simulated, *ALL))
    assert outcome.code == 1
    assert outcome.numbers == numbers
    assert bad in outcome.complaint


def test_a_blocked_reader_of_stdout_does_not_make_memory_grow(world: World, simulated: str) -> None:
    """Nobody reads the pipe: the printer blocks, and with it all reading."""
    fill(world, world.open_shards(), 4000)
    process = in_a_child(*reading(world, simulated, "--json"))
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(3)
    status = Path(f"/proc/{process.pid}/status").read_text() if Path("/proc").exists() else ""
    process.kill()
    process.communicate()
    (rss,) = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")] or [0]
    assert rss < 200_000


def test_a_gap_names_the_record_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    shard = Shard("shardId-1")
    talk, quiet = Talk(), ReaderStatus(shard, ReaderState.TIP, False, last_sequence="7")
    talk.follow(SessionStatus(StreamInfo(""), {"shardId-1": quiet}))
    assert (talk.exit_code, capsys.readouterr().err) == (0, "")
    later = replace(quiet, gaps=1, gap_after="7", gap_reason="trimmed", last_sequence="12")
    talk.follow(SessionStatus(StreamInfo(""), {"shardId-1": later}))
    talk.follow(SessionStatus(StreamInfo(""), {"shardId-1": later}))
    assert capsys.readouterr().err == "ddbtop: gap in shardId-1 after 7: trimmed\n"
    assert talk.exit_code == 1
