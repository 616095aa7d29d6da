"""AWS's own runtime clients run functions unchanged, and libraries made for Lambda do what they do there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.model import Invoked, Outcome, ReplayRecord
from ddbtop.replay.options import Options
from ddbtop.replay.running.run import Replay
from tests.replay.inmemory import NOON, SHARD, ListSource
from tests.replay.running import LONG_S, ask, error_type, function, running, value, write

RIC = f"exec:{sys.executable} -m awslambdaric"

SHOP = """
    import json, logging, sys
    from decimal import Decimal
    def handler(event, context):
        print("seen", len(event["Records"]))
        logging.warning("paid")
        if event.get("fail"):
            return pay(event)
        return {"total": Decimal("12.90"), "arn": context.invoked_function_arn, "name": context.function_name}
    def pay(event):
        raise ValueError("price")
"""


POWERTOOLS = """
    from aws_lambda_powertools import Logger
    from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
    from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

    processor, logger = BatchProcessor(event_type=EventType.DynamoDBStreams), Logger(service="shop")

    def one(record: DynamoDBRecord) -> None:
        price = record.dynamodb.new_image["price"]
        if price < 0:
            raise ValueError(f"price {price}")
        logger.info("paid")

    @logger.inject_lambda_context
    def handler(event, context):
        return process_partial_response(event=event, record_handler=one, processor=processor, context=context)
"""


def record(number: int, price: str) -> dict[str, Any]:
    image = {"pk": {"S": f"ORDER#{number}"}, "price": {"N": price}}
    return {
        "eventID": f"{number:032x}",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": {"pk": image["pk"]}, "NewImage": image, "SequenceNumber": str(10**20 + number)},
    }


def test_awslambdaric_and_our_own_client_give_the_same_answers(tmp_path: Path) -> None:
    write(tmp_path, "app.py", SHOP)
    told = []
    for text in (f"{RIC} app.handler", "app.py:handler"):
        with running(text, tmp_path, function="shop") as handler:
            good, bad = ask(handler, {"Records": [1]}), ask(handler, {"Records": [1], "fail": True})
            told.append((good.payload, good.logs[:14], bad.error))
    ours, theirs = told[1], told[0]
    assert ours[:2] == theirs[:2]
    assert ours[2] == theirs[2]
    assert b"12.90" in ours[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import no_such_module as handler", "Runtime.ImportModuleError"),
        ("def handler(e, c) return 1", "Runtime.UserCodeSyntaxError"),
        ("globals()['x'] = 1", "Runtime.HandlerNotFound"),
        ("handler = 1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_module_that_cannot_be_loaded_is_told_alike(tmp_path: Path, source: str, expected: str) -> None:
    write(tmp_path, "app.py", source)
    errors = []
    for text in (f"{RIC} app.handler", "app:handler"):
        with running(text, tmp_path) as handler:
            error = ask(handler).error
            assert error is not None
            errors.append((error.error_type, error.message, error.stack_trace[-1:]))
    assert errors[0][0] == expected
    assert errors[0] == errors[1]


def test_awslambdaric_survives_a_response_that_is_too_large(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "def handler(event, context): return 'x' * event['size']")
    with running(f"{RIC} app.handler", tmp_path) as handler:
        assert error_type(ask(handler, {"size": 7_000_000})) == "Function.ResponseSizeTooLarge"
        assert value(ask(handler, {"size": 1})) == "x"


def test_powertools_batch_processor_reports_the_record_that_failed(tmp_path: Path) -> None:
    records = [record(number, "-1" if number == 3 else "12.90") for number in range(5)]
    with function(tmp_path, POWERTOOLS) as handler:
        answer = ask(handler, {"Records": records})
        assert value(answer) == {"batchItemFailures": [{"itemIdentifier": str(10**20 + 3)}]}
        assert value(ask(handler, {"Records": records[:3]})) == {"batchItemFailures": []}
        assert error_type(ask(handler, {"Records": records[3:4]})) == "BatchProcessingError"
    assert '"service":"shop"' in answer.logs


def test_what_powertools_reports_moves_the_checkpoint_to_the_record_that_fails(tmp_path: Path) -> None:
    records = [replay_record(number, "-1" if number == 3 else "12.90") for number in range(5)]
    settings = Settings(report_batch_item_failures=True, max_retries=1)
    with function(tmp_path, POWERTOOLS) as handler:
        run = Replay(ListSource.of(*records), settings, handler, Options(timeout_s=LONG_S))
        summary = run.run()
    invoked = [event for event in run.events if isinstance(event, Invoked)]
    told = [(len(event.invoking.batch.records), event.outcome) for event in invoked]
    assert told == [(5, Outcome.PARTIAL), (2, Outcome.PARTIAL), (2, Outcome.PARTIAL)]
    assert (summary.counts.delivered, summary.counts.discarded) == (3, 2)


def replay_record(number: int, price: str) -> ReplayRecord:
    told = record(number, price)
    keys, sequence_number = json.dumps(told["dynamodb"]["Keys"]).encode(), told["dynamodb"]["SequenceNumber"]
    return ReplayRecord(SHARD, sequence_number, NOON, keys, json.dumps(told).encode())


def test_a_program_that_knows_nothing_but_http_is_a_runtime(tmp_path: Path) -> None:
    """A body in chunks, a new connection for each request: what a `bootstrap` made of a shell script does."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    script = write(
        tmp_path,
        "bootstrap",
        r"""
        #!/bin/sh
        api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
        while true; do
          event=$(curl -sS -D headers "$api/invocation/next")
          id=$(sed -n 's/\r$//; s/^lambda-runtime-aws-request-id: //Ip' headers)
          echo "event $event for $_HANDLER"
          echo "$event" | curl -so /dev/null -T - -X POST -H "Transfer-Encoding: chunked" "$api/invocation/$id/response"
        done
        """.strip(),
    )
    script.write_text(script.read_text().lstrip().replace("\n        ", "\n"))
    script.chmod(0o755)
    with running("exec:./bootstrap", tmp_path) as handler:
        for number in (1, 2):
            answer = ask(handler, {"n": number})
            assert value(answer) == {"n": number}
            assert answer.logs == f'event {{"n": {number}}} for bootstrap\n'


@pytest.mark.long
def test_awss_client_for_node_runs_a_function(tmp_path: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not here")
    write(tmp_path, "index.mjs", "export const handler = async (event) => ({seen: event.Records.length});")
    write(tmp_path, "package.json", '{"name": "shop", "version": "1.0.0", "private": true}')
    env = {**os.environ, "npm_config_cache": str(tmp_path / "cache")}
    built = subprocess.run([npm, "install", "aws-lambda-ric"], cwd=tmp_path, env=env, capture_output=True, text=True)
    if built.returncode != 0:
        pytest.skip(f"aws-lambda-ric could not be built here, NOTHING IS KNOWN OF NODE: {built.stderr[-1500:]}")
    with running("exec:node_modules/.bin/aws-lambda-ric index.handler", tmp_path) as handler:
        assert value(ask(handler, {"Records": [1, 2]})) == {"seen": 2}
