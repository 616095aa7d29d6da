"""`ddbtop replay`: what it prints, how it ends, what wins over what, and what is refused before anything runs."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ddbtop.journal.journal import Journal
from ddbtop.streams.simulated.shapes import fill
from ddbtop.streams.simulated.world import World
from tests.cli.replayed import change, write_handler, write_records
from tests.cli.running import TIMEOUT_S, CommandLine, Outcome, in_a_child
from tests.hostile import TERMINAL, obeyed
from tests.journal.pages import STREAM, batch, numbered
from tests.replay.inmemory import NOON, SHARD, STREAM_ARN, sequence
from tests.servers import create_table, deploy, dynamodb_local, put_items

INVOCATION = {
    "type",
    "shardId",
    "invocation",
    "attempt",
    "requestId",
    "sequenceNumbers",
    "outcome",
    "durationMs",
    "error",
    "logs",
    "checkpoint",
    "split",
}
COUNTS = {"polled", "filtered", "delivered", "discarded", "pending", "invocations", "failed"}
METRICS = {
    "PolledEventCount",
    "FilteredOutEventCount",
    "InvokedEventCount",
    "FailedInvokeEventCount",
    "DroppedEventCount",
    "OnFailureDestinationDeliveredEventCount",
}
SUMMARY = {"type", "checkpoints", "clock", "arrival", "stopped"} | COUNTS | METRICS

POISON = "if %r in numbers: raise ValueError('price is no number')"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def five(tmp_path: Path) -> str:
    return write_records(tmp_path / "five.ndjson", *(change(sequence(number)) for number in range(1, 6)))


@pytest.fixture
def fine(tmp_path: Path) -> str:
    return write_handler(tmp_path, "print('handled', len(numbers))")


@pytest.fixture
def poisoned(tmp_path: Path) -> str:
    """Fails on the third of five records."""
    return write_handler(tmp_path, POISON % sequence(3))


def summary(outcome: Outcome) -> dict[str, Any]:
    last = outcome.records[-1]
    assert last["type"] == "summary"
    assert last["polled"] == last["filtered"] + last["delivered"] + last["discarded"] + last["pending"]
    return last


def test_json_is_what_is_documented_and_nothing_else(ddbtop: CommandLine, five: str, poisoned: str) -> None:
    outcome = ddbtop("replay", five, "--handler", poisoned, "--json", "--bisect", "--max-retries", "0")
    *run, last = outcome.records
    assert all(line.keys() == INVOCATION for line in run if line["type"] == "invocation")
    (discarded,) = [line for line in run if line["type"] == "discarded"]
    assert discarded.keys() == {"type", "shardId", "sequenceNumbers", "message"}
    assert discarded["sequenceNumbers"] == [sequence(3)]
    assert last.keys() == SUMMARY
    assert last["checkpoints"] == {SHARD: sequence(5)}
    first = run[0]
    assert first["split"] == [[sequence(n) for n in (1, 2, 3)], [sequence(n) for n in (4, 5)]]
    assert first["error"]["errorType"] == "ValueError"
    assert first["error"]["errorMessage"] == "price is no number"
    assert "app.py" in "".join(first["error"]["stackTrace"])
    assert outcome.code == 1


def test_what_a_handler_prints_is_in_the_log_of_its_invocation(ddbtop: CommandLine, five: str, fine: str) -> None:
    outcome = ddbtop("replay", five, "--handler", fine, "--json", "--batch-size", "3")
    assert outcome.code == 0
    assert [line["logs"] for line in outcome.records[:-1]] == ["handled 3\n", "handled 2\n"]


def test_text_tells_each_invocation_and_a_sum_that_adds_up(ddbtop: CommandLine, five: str, poisoned: str) -> None:
    outcome = ddbtop("replay", five, "--handler", poisoned, "--bisect", "--max-retries", "0")
    lines = outcome.out.decode().splitlines()
    assert [" ".join(line.split()) for line in lines if "discarded " in line and "every" in line] == [
        f"a47e99d0 one record 1 discarded every attempt failed: order#{sequence(3)}, {sequence(3)}"
    ]
    assert "ValueError: price is no number (app.py, line 4)" in lines[0]
    numbers = {line[:14].strip(): line[14:].split()[0] for line in lines[lines.index("") + 1 :] if line[14:23].strip()}
    assert (numbers["polled"], numbers["delivered"], numbers["discarded"], numbers["pending"]) == ("5", "4", "1", "0")
    assert "bisect order: left half first (one public recording)" in outcome.out.decode()


def test_who_replays_is_told_what_the_handler_was_given(ddbtop: CommandLine, five: str, fine: str) -> None:
    outcome = ddbtop("replay", five, "--handler", fine)
    assert f"handler {fine}, run by" in outcome.err
    assert "AWS credentials: none given to the handler" in outcome.err
    assert "network: not restricted" in outcome.err


def test_a_handler_gets_no_credentials_and_what_was_typed(ddbtop: CommandLine, five: str, tmp_path: Path) -> None:
    handler = write_handler(tmp_path, "import os, json; print(json.dumps(dict(os.environ)))")
    (tmp_path / "env").write_text("# comment\n\nexport A=1\nB='two words'\nC=file\n")
    outcome = ddbtop(
        "replay", five, "--handler", handler, "--json", "--env", "C=typed", "--env-file", str(tmp_path / "env")
    )
    given = json.loads(outcome.records[0]["logs"])
    assert (given["A"], given["B"], given["C"]) == ("1", "two words", "typed")
    assert "AWS_SECRET_ACCESS_KEY" not in given
    allowed = ddbtop("replay", five, "--handler", handler, "--json", "--allow-aws")
    assert json.loads(allowed.records[0]["logs"])["AWS_SECRET_ACCESS_KEY"] == "not-a-secret"


def test_a_shard_that_stands_still_says_what_lambda_would_do(ddbtop: CommandLine, five: str, poisoned: str) -> None:
    outcome = ddbtop("replay", five, "--handler", poisoned, "--batch-size", "3")
    assert outcome.code == 1
    (line,) = [line for line in outcome.out.decode().splitlines() if "stands still" in line]
    assert "20 failures in a row" in line
    assert "Lambda would go on retrying until" in line
    assert "2 records of the shard and what follows it wait behind" in line
    as_json = ddbtop("replay", five, "--handler", poisoned, "--batch-size", "3", "--json")
    assert "stands still: 20 failures" in as_json.err
    assert "undocumented: retry delay" in as_json.err


def test_invocations_can_be_limited(ddbtop: CommandLine, five: str, fine: str) -> None:
    outcome = ddbtop("replay", five, "--handler", fine, "--json", "--batch-size", "2", "--max-invocations", "1")
    assert outcome.code == 1
    assert summary(outcome)["stopped"] == "max-invocations"
    assert (summary(outcome)["delivered"], summary(outcome)["pending"]) == (2, 3)


def test_what_a_filter_holds_back_reaches_no_handler(ddbtop: CommandLine, tmp_path: Path, fine: str) -> None:
    records = (change(sequence(n), event="INSERT" if n % 2 else "REMOVE") for n in range(1, 6))
    mixed = write_records(tmp_path / "mixed.ndjson", *records)
    outcome = ddbtop("replay", mixed, "--handler", fine, "--json", "--filter", '{"eventName": ["INSERT"]}')
    assert outcome.records[0]["sequenceNumbers"] == [sequence(n) for n in (1, 3, 5)]
    assert (summary(outcome)["filtered"], outcome.code) == (2, 0)


def test_a_pipe_is_replayed(
    ddbtop: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, five: str, fine: str
) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(Path(five).read_bytes()), isatty=lambda: False))
    assert summary(ddbtop("replay", "-", "--handler", fine, "--json"))["delivered"] == 5


def test_a_journal_on_disk_is_replayed(ddbtop: CommandLine, tmp_path: Path, fine: str) -> None:
    with Journal.create(tmp_path / "kept", STREAM) as journal:
        journal.commit(batch(numbered(1, 2, 3)))
    assert summary(ddbtop("replay", str(tmp_path / "kept"), "--handler", fine, "--json"))["delivered"] == 3


def test_what_strangers_wrote_is_shown_and_not_obeyed(ddbtop: CommandLine, tmp_path: Path) -> None:
    hostile = "".join(TERMINAL).replace("\n", "")
    record = change(sequence(1), shard=f"shardId-1-{hostile}")
    record["dynamodb"]["Keys"] = {"pk": {"S": hostile}}
    records = write_records(tmp_path / "r", record)
    handler = write_handler(tmp_path, f"print({hostile!r}); raise ValueError({hostile!r})")
    for words in ((), ("--json",)):
        outcome = ddbtop("replay", records, "--handler", handler, "--max-retries", "0", *words)
        assert outcome.code == 1
        assert not obeyed(outcome.out.decode().replace("\n", ""))


# Precedence


TEMPLATE = """
Resources:
  Ship:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      CodeUri: .
      Handler: app.handler
      Timeout: 1
      Environment: {Variables: {FROM: template, BOTH: template}}
      Events:
        Orders:
          Type: DynamoDB
          Properties: {Stream: !GetAtt T.StreamArn, BatchSize: 2, BisectBatchOnFunctionError: true, Enabled: !Ref X}
"""


def test_a_template_gives_everything_and_what_is_typed_wins(ddbtop: CommandLine, tmp_path: Path, five: str) -> None:
    write_handler(tmp_path, "import os; print(os.environ['FROM'], os.environ['BOTH'])")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    words = ("replay", five, "--template", str(tmp_path / "template.yaml"), "--json")
    outcome = ddbtop(*words)
    assert [len(line["sequenceNumbers"]) for line in outcome.records[:-1]] == [2, 2, 1]
    assert outcome.records[0]["logs"] == "template template\n"
    assert "BatchSize 2, BisectBatchOnFunctionError; time-out 1 s" in outcome.err
    typed = ddbtop(*words, "--batch-size", "5", "--env", "BOTH=typed")
    assert [len(line["sequenceNumbers"]) for line in typed.records[:-1]] == [5]
    assert typed.records[0]["logs"] == "template typed\n"


@pytest.mark.parametrize(("runtime", "is_told"), [("python3.8", True), (f"python3.{sys.version_info.minor}", False)])
def test_another_version_of_python_than_the_template_s_is_told(
    ddbtop: CommandLine, tmp_path: Path, five: str, runtime: str, is_told: bool
) -> None:
    write_handler(tmp_path, "pass")
    (tmp_path / "template.yaml").write_text(TEMPLATE.replace("python3.12", runtime))
    outcome = ddbtop("replay", five, "--template", str(tmp_path / "template.yaml"))
    words = f"on Lambda {runtime} runs it, here Python 3.{sys.version_info.minor}: --python names another interpreter"
    assert (words in outcome.err) is is_told
    assert ("on Lambda" in outcome.err) is is_told


def test_a_template_s_time_out_holds_unless_one_is_typed(ddbtop: CommandLine, tmp_path: Path, five: str) -> None:
    write_handler(tmp_path, "print(context.get_remaining_time_in_millis() <= 1000)", "")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    words = ("replay", five, "--template", str(tmp_path / "template.yaml"), "--json")
    assert ddbtop(*words).records[0]["logs"] == "True\n"
    assert ddbtop(*words, "--timeout", "20").records[0]["logs"] == "False\n"


def test_a_deployed_mapping_is_taken_over(ddbtop: CommandLine, moto: str, tmp_path: Path) -> None:
    arn = create_table(moto, "replay-like")
    put_items(moto, "replay-like", 5)
    deploy(moto, arn, "ship-like", BatchSize=2)
    handler = write_handler(tmp_path, "print(context.get_remaining_time_in_millis() <= 1000)")
    where = ("--region", "eu-west-1", "--endpoint-url", moto)
    outcome = ddbtop("replay", "replay-like", *where, "--handler", handler, "--json", "--like", "ship-like")
    assert outcome.code == 0
    assert [len(line["sequenceNumbers"]) for line in outcome.records[:-1]] == [2, 2, 1]
    assert {line["logs"] for line in outcome.records[:-1]} == {"True\n"}
    assert "of ship-like: BatchSize 2; time-out 1 s" in outcome.err
    unknown = ddbtop("replay", "replay-like", *where, "--handler", handler, "--like", "nobody")
    assert unknown.code == 3
    assert "no event source mapping" in unknown.err or "not found" in unknown.err.lower()


def test_a_poison_record_is_isolated_and_everything_else_delivered(
    ddbtop: CommandLine, moto: str, tmp_path: Path
) -> None:
    create_table(moto, "replay-poison")
    put_items(moto, "replay-poison", 20)
    body = "if 'item-7' in [r['dynamodb']['Keys']['pk']['S'] for r in event['Records']]: raise ValueError('poison')"
    outcome = ddbtop(
        *("replay", "replay-poison", "--region", "eu-west-1", "--endpoint-url", moto, "--json"),
        *("--handler", write_handler(tmp_path, body), "--bisect", "--max-retries", "1", "--batch-size", "8"),
        *("--on-failure", str(tmp_path / "failed")),
    )
    last = summary(outcome)
    assert (last["polled"], last["delivered"], last["discarded"], last["pending"]) == (20, 19, 1, 0)
    assert last["OnFailureDestinationDeliveredEventCount"] == 1
    assert outcome.code == 1
    (message,) = (tmp_path / "failed").iterdir()
    assert json.loads(message.read_text())["DDBStreamBatchInfo"]["batchSize"] == 1


@pytest.mark.long
def test_a_table_that_is_written_to_meanwhile_is_replayed_up_to_its_tip(ddbtop: CommandLine, tmp_path: Path) -> None:
    with dynamodb_local() as endpoint:
        create_table(endpoint, "orders")
        put_items(endpoint, "orders", 60)
        writer = threading.Thread(target=put_items, args=(endpoint, "orders", 600))
        writer.start()
        body = "if 'item-7' in [r['dynamodb']['Keys']['pk']['S'] for r in event['Records']]: raise ValueError('poison')"
        outcome = ddbtop(
            *("replay", "orders", "--region", "eu-west-1", "--endpoint-url", endpoint, "--json", "--bisect"),
            *("--handler", write_handler(tmp_path, body), "--max-retries", "1", "--batch-size", "25"),
        )
        writer.join()
    last = summary(outcome)
    isolated = [line["sequenceNumbers"] for line in outcome.records if line["type"] == "discarded"]
    assert all(len(numbers) == 1 for numbers in isolated)
    assert last["discarded"] == len(isolated) >= 1
    assert last["delivered"] == last["polled"] - len(isolated) >= 59
    assert last["pending"] == 0
    assert outcome.code == 1


# On-failure messages


def test_a_message_leads_back_to_its_records(
    ddbtop: CommandLine, world: World, simulated: str, tmp_path: Path, fine: str
) -> None:
    first, second = world.open_shards()
    numbers = fill(world, [first], 10)
    fill(world, [second], 10)
    world.disable()
    failing = write_handler(tmp_path, POISON % numbers[4])
    stream = (world.stream_arn, "--endpoint-url", simulated)
    words = ("--batch-size", "4", "--max-retries", "0", "--on-failure", str(tmp_path / "failed"))
    assert ddbtop("replay", *stream, "--handler", failing, *words).code == 1
    (message,) = (tmp_path / "failed").iterdir()
    write_handler(tmp_path, "")
    outcome = ddbtop("replay", str(message), "--endpoint-url", simulated, "--handler", fine, "--json")
    assert outcome.code == 0
    assert [line["sequenceNumbers"] for line in outcome.records[:-1]] == [numbers[4:8]]
    assert "the stream keeps these records until" in outcome.err


def test_a_message_whose_records_are_trimmed_says_so(
    ddbtop: CommandLine, world: World, simulated: str, tmp_path: Path, fine: str
) -> None:
    info = {
        "shardId": world.open_shards()[0],
        "startSequenceNumber": str(10**27),
        "endSequenceNumber": str(10**27 + 1),
        "batchSize": 2,
        "streamArn": world.stream_arn,
    }
    (tmp_path / "message").write_text(json.dumps({"DDBStreamBatchInfo": info}))
    outcome = ddbtop("replay", str(tmp_path / "message"), "--endpoint-url", simulated, "--handler", fine)
    assert outcome.code == 3
    assert "are not in the stream any more" in outcome.err


def test_an_object_of_a_bucket_is_replayed_from_itself(
    ddbtop: CommandLine, five: str, poisoned: str, tmp_path: Path
) -> None:
    records = [json.loads(line) for line in Path(five).read_text().splitlines()]
    info = {
        "shardId": SHARD,
        "startSequenceNumber": sequence(1),
        "endSequenceNumber": sequence(5),
        "batchSize": 5,
        "streamArn": "",
    }
    payload = json.dumps({"Records": [{k: v for k, v in record.items() if k != "shardId"} for record in records]})
    (tmp_path / "object").write_text(json.dumps({"DDBStreamBatchInfo": info, "payload": payload}))
    outcome = ddbtop(
        "replay", str(tmp_path / "object"), "--handler", poisoned, "--json", "--bisect", "--max-retries", "0"
    )
    assert summary(outcome)["discarded"] == 1
    assert outcome.records[0]["shardId"] == SHARD
    assert "nothing is asked of AWS" in outcome.err


def test_a_message_that_cannot_be_delivered_is_said(ddbtop: CommandLine, five: str, tmp_path: Path) -> None:
    body = f"import shutil; shutil.rmtree({str(tmp_path / 'failed')!r}); raise ValueError"
    words = ("replay", five, "--handler", write_handler(tmp_path, body), "--max-retries", "0")
    for as_json in ((), ("--json",)):
        outcome = ddbtop(*words, "--on-failure", str(tmp_path / "failed"), *as_json)
        assert outcome.code == 1
        assert f"did not reach {tmp_path / 'failed'}" in (outcome.err if as_json else outcome.out.decode())


# Ends


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts `ddbtop` in a process that does not outlive the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*words: str) -> subprocess.Popen[bytes]:
        started.append(in_a_child(*words))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_replay_with_its_summary(
    child: Callable[..., subprocess.Popen[bytes]], world: World, simulated: str, fine: str, number: int, code: int
) -> None:
    fill(world, world.open_shards(), 3)
    replaying = child("replay", world.stream_arn, "--endpoint-url", simulated, "--handler", fine, "--follow", "--json")
    assert replaying.stdout is not None
    delivered = 0
    while delivered < 6:
        delivered += len(json.loads(replaying.stdout.readline())["sequenceNumbers"])
    replaying.send_signal(number)
    out, err = replaying.communicate(timeout=TIMEOUT_S)
    last = json.loads(out.splitlines()[-1])
    assert (last["type"], last["delivered"], last["clock"]) == ("summary", 6, "wall")
    assert replaying.returncode == code
    assert b"Traceback" not in err


def test_a_message_whose_stream_does_not_answer_says_that_it_waits(
    child: Callable[..., subprocess.Popen[bytes]], fine: str, tmp_path: Path
) -> None:
    info = {
        "shardId": SHARD,
        "startSequenceNumber": sequence(1),
        "endSequenceNumber": sequence(2),
        "batchSize": 2,
        "streamArn": STREAM_ARN,
    }
    (tmp_path / "message").write_text(json.dumps({"DDBStreamBatchInfo": info}))
    nobody = ("--endpoint-url", "http://127.0.0.1:9")
    replaying = child("replay", str(tmp_path / "message"), *nobody, "--handler", fine)
    assert replaying.stderr is not None
    assert any(b"waiting, nothing is lost: Could not connect" in line for line in iter(replaying.stderr.readline, b""))
    replaying.send_signal(signal.SIGINT)
    _, err = replaying.communicate(timeout=TIMEOUT_S)
    assert (replaying.returncode, err.strip()) == (130, b"")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_an_invocation_under_way_and_its_process(
    child: Callable[..., subprocess.Popen[bytes]], five: str, tmp_path: Path, number: int, code: int
) -> None:
    began = tmp_path / "began"
    told = f"open({str(began)!r}, 'w').write(str(os.getpid()))"
    handler = write_handler(tmp_path, f"import os, time; {told}; time.sleep(600)")
    replaying = child("replay", five, "--handler", handler, "--json", "--timeout", "900")
    pause = threading.Event()
    while not (began.exists() and began.read_text()):
        assert replaying.poll() is None
        pause.wait(0.05)
    replaying.send_signal(number)
    out, err = replaying.communicate(timeout=TIMEOUT_S)
    last = json.loads(out.splitlines()[-1])
    assert (last["stopped"], last["pending"]) == ("interrupted", 5)
    assert replaying.returncode == code
    assert b"Traceback" not in err
    with pytest.raises(ProcessLookupError):
        os.kill(int(began.read_text()), 0)


def test_a_closed_pipe_is_a_quiet_end(five: str, fine: str) -> None:
    words = [sys.executable, "-m", "ddbtop", "replay", five, "--handler", fine, "--batch-size", "1"]
    replaying = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert replaying.stdout is not None
    assert replaying.stderr is not None
    replaying.stdout.close()
    err = replaying.stderr.read()
    replaying.stderr.close()
    assert replaying.wait(timeout=60) == 0
    assert b"Traceback" not in err


def test_a_template_without_code_says_why_it_names_no_handler(ddbtop: CommandLine, tmp_path: Path, five: str) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE.replace("python3.12", "nodejs22.x"))
    outcome = ddbtop("replay", five, "--template", str(tmp_path / "template.yaml"))
    assert outcome.code == 2
    assert "its runtime is nodejs22.x" in outcome.err
    assert "nothing says what to run" in outcome.err.splitlines()[-1]


def test_a_handler_that_cannot_be_found_ends_with_2(ddbtop: CommandLine, five: str, tmp_path: Path) -> None:
    outcome = ddbtop("replay", five, "--handler", f"{tmp_path}/nope.py:handler")
    assert outcome.code == 2
    assert "there is no file" in outcome.err


def test_a_broken_file_invokes_nothing(ddbtop: CommandLine, tmp_path: Path) -> None:
    handler = write_handler(tmp_path, f"open({str(tmp_path / 'invoked')!r}, 'w')")
    (tmp_path / "r").write_text(json.dumps(change(sequence(1))) + '\n{"dynamodb": {}}\n')
    outcome = ddbtop("replay", str(tmp_path / "r"), "--handler", handler)
    assert outcome.code == 3
    assert f"{tmp_path / 'r'}, line 2: the record has no dynamodb.SequenceNumber" in outcome.complaint
    assert not (tmp_path / "invoked").exists()


def test_a_file_that_is_not_there_is_not_looked_for_at_aws(ddbtop: CommandLine) -> None:
    """It would be an error of credentials, or of a table that nobody meant."""
    for command in (
        ["replay", "gone.ndjson", "--handler", "exec:true"],
        ["filter", '{"eventName": ["INSERT"]}', "gone.ndjson"],
    ):
        outcome = ddbtop(*command)
        assert outcome.code == 3
        assert "the file gone.ndjson cannot be read: No such file or directory; table:gone.ndjson" in outcome.complaint


# Wrong usage


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "nothing says what to run"),
        (("--handler", "a.py:h"), "there is no file"),
        (("--handler", "a.py:h", "--batch-size", "0"), "BatchSize is 1–10000, not 0"),
        (("--handler", "a.py:h", "--max-record-age", "59"), "MaximumRecordAgeInSeconds is 60–604800 s, or −1, not 59"),
        (("--handler", "a.py:h", "--filter", "{}"), "Invalid filter pattern definition."),
        (("--handler", "a.py:h", "--on-failure", "arn:aws:sqs:eu-west-1:1:q"), "writes nothing to AWS"),
        (("--handler", "a.py:h", "--on-failure", "arn:aws:sqs:eu-west-1:1:q.fifo", "--allow-aws"), "no FIFO"),
        (("--handler", "a.py:h", "--like", "f", "--template", "t"), "exclude each other"),
        (("--handler", "FINE", "--from", "TRIM_HORIZON"), "are for streams"),
        (("--handler", "FINE", "--follow"), "are for streams"),
        (("--handler", "a.py:h", "--from", "5m", "--to", "15m"), "--to lies before --from"),
        (("--handler", "a.py:h", "--follow", "--to", "15m"), "--to and --follow exclude each other"),
        (("--handler", "a.py:h", "--follow", "--clock", "recorded"), "--clock recorded is for records that end"),
        (("--handler", "a.py:h", "--clock", "wall", "--arrival", "recorded"), "--arrival is of the recorded clock"),
        (("--handler", "a.py:h", "--timeout", "0"), "Timeout is more than 0 and at most 900 s, not 0"),
        (("--handler", "a.py:h", "--timeout", "inf"), "at most 900 s, not inf"),
        (("--handler", "a.py:h", "--workers", "101"), "101 is not in the range 1<=x<=100"),
        (("--handler", "a.py:h", "--env", "novalue"), "NAME=VALUE"),
        (("--handler", "lambda:ship"), "--yes says that this is meant"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    ddbtop: CommandLine, five: str, fine: str, words: tuple[str, ...], complaint: str
) -> None:
    outcome = ddbtop("replay", f"file:{five}", *(fine if word == "FINE" else word for word in words))
    assert outcome.code == 2
    assert complaint in outcome.err.splitlines()[-1]
    assert not outcome.out


def test_ages_are_those_of_the_recording(ddbtop: CommandLine, tmp_path: Path, fine: str) -> None:
    """A backlog from long ago is not older than it was: the recorded clock begins with its first record."""
    old = write_records(
        tmp_path / "old", change(sequence(1), created_at=NOON), change(sequence(2), created_at=NOON + 9)
    )
    outcome = ddbtop("replay", old, "--handler", fine, "--json", "--max-record-age", "60")
    assert summary(outcome)["delivered"] == 2
    wall = ddbtop("replay", old, "--handler", fine, "--json", "--max-record-age", "60", "--clock", "wall")
    assert summary(wall)["discarded"] == 2
