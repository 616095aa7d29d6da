"""The HTTP endpoint: what SDKs get, what web pages do not, and how it ends."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from contextlib import closing

import pytest

from ddbtop.streams.simulated import Fault, ManualClock, Service, SimulatedServer, World, fill
from ddbtop.streams.simulated.server import MAX_REQUEST_BYTES, TARGET_PREFIX
from tests.servers import streams

SIGNED = {"Authorization": "AWS4-HMAC-SHA256 anything", "X-Amz-Target": TARGET_PREFIX + "ListStreams"}


@pytest.fixture
def world() -> World:
    return World(ManualClock(), shards=1)


@pytest.fixture
def server(world: World) -> Iterator[SimulatedServer]:
    with SimulatedServer(Service([world])) as server:
        yield server


@pytest.fixture
def connection(server: SimulatedServer) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)) as connection:
        yield connection


def ask(
    connection: http.client.HTTPConnection, body: str = "{}", method: str = "POST", path: str = "/", **headers: str
) -> tuple[int, bytes]:
    """Status and body of a signed call with more headers; `_` in their names stands for `-`."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, SIGNED | more)
    response = connection.getresponse()
    return response.status, response.read()


def test_an_sdk_reads_the_stream(server: SimulatedServer, world: World) -> None:
    written = fill(world, world.open_shards(), 30)
    with closing(streams(server.endpoint_url)) as client:
        [shard] = client.describe_stream(StreamArn=world.stream_arn)["StreamDescription"]["Shards"]
        granted = client.get_shard_iterator(
            StreamArn=world.stream_arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        page = client.get_records(ShardIterator=granted["ShardIterator"])
    assert [record["dynamodb"]["SequenceNumber"] for record in page["Records"]] == written
    assert page["NextShardIterator"]


def test_an_answer_carries_the_headers_of_the_service(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/", "{}", SIGNED)
    response = connection.getresponse()
    body = response.read()
    assert response.getheader("Date") == "Fri, 20 Mar 2026 14:32:07 GMT"
    assert int(response.headers["x-amz-crc32"]) == zlib.crc32(body)
    assert response.getheader("Content-Type") == "application/x-amz-json-1.0"
    assert len(response.headers["x-amzn-RequestId"]) == 52


def test_a_connection_serves_many_calls(connection: http.client.HTTPConnection) -> None:
    used = set()
    for _ in range(3):
        assert ask(connection)[0] == 200
        used.add(connection.sock)
    assert len(used) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Sec_Fetch_Mode": "no-cors"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Host": "example.com"},
        {"Host": "127.0.0.1"},
        {"Host": "attacker.example:80"},
    ],
)
def test_a_web_page_gets_nothing(connection: http.client.HTTPConnection, headers: dict[str, str]) -> None:
    status, body = ask(connection, **headers)
    assert status == 403
    assert b"Streams" not in body


@pytest.mark.parametrize("method", ["GET", "PUT", "OPTIONS", "HEAD"])
def test_only_post_is_answered(connection: http.client.HTTPConnection, method: str) -> None:
    connection.request(method, "/", headers=SIGNED)
    response = connection.getresponse()
    assert response.status == 501
    assert response.getheader("Access-Control-Allow-Origin") is None
    response.read()


def test_the_server_also_answers_to_localhost(server: SimulatedServer, connection: http.client.HTTPConnection) -> None:
    assert ask(connection, Host=f"localhost:{server.port}")[0] == 200


def test_it_listens_on_the_loopback_interface_alone(server: SimulatedServer) -> None:
    assert server._listener.getsockname()[0] == "127.0.0.1"


def test_requests_that_no_sdk_sends_are_refused(connection: http.client.HTTPConnection) -> None:
    assert ask(connection, path="/other")[0] == 404
    assert ask(connection, body="x" * (MAX_REQUEST_BYTES + 1))[0] == 413
    assert ask(connection, Content_Length="many")[0] == 411


def test_a_call_without_credentials_is_told_so(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/", "{}", {"X-Amz-Target": TARGET_PREFIX + "ListStreams"})
    response = connection.getresponse()
    assert response.status == 400
    assert b"MissingAuthenticationToken" in response.read()


@pytest.mark.parametrize("target", ["", "DynamoDB_20120810.ListTables", TARGET_PREFIX + "Nothing"])
def test_other_targets_are_unknown_operations(connection: http.client.HTTPConnection, target: str) -> None:
    status, body = ask(connection, X_Amz_Target=target)
    assert status == 400
    assert json.loads(body)["__type"].endswith("#UnknownOperationException")


def test_a_cut_answer_ends_in_the_middle_of_its_body(
    server: SimulatedServer, connection: http.client.HTTPConnection
) -> None:
    server.service.inject(Fault.CUT)
    connection.request("POST", "/", "{}", SIGNED)
    response = connection.getresponse()
    with pytest.raises(http.client.IncompleteRead) as failure:
        response.read()
    assert 0 < len(failure.value.partial) < int(response.headers["Content-Length"])


def test_a_garbled_answer_does_not_fit_its_checksum(
    server: SimulatedServer, connection: http.client.HTTPConnection
) -> None:
    server.service.inject(Fault.GARBLED)
    connection.request("POST", "/", "{}", SIGNED)
    response = connection.getresponse()
    assert zlib.crc32(response.read()) != int(response.headers["x-amz-crc32"])


def test_a_disconnected_call_gets_no_byte(server: SimulatedServer, connection: http.client.HTTPConnection) -> None:
    server.service.inject(Fault.DISCONNECT)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(connection)


def test_an_unavailable_server_answers_with_a_page_of_html(
    server: SimulatedServer, connection: http.client.HTTPConnection
) -> None:
    server.service.inject(Fault.UNAVAILABLE)
    status, body = ask(connection)
    assert (status, body[:6]) == (503, b"<html>")


def test_closing_cuts_off_calls_that_hang_and_connections_that_idle(world: World) -> None:
    server = SimulatedServer(Service([world]))
    ended = threading.Event()

    def hang() -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            connection.request("POST", "/", "{}", SIGNED)
            with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
                connection.getresponse()
        ended.set()

    with server, closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as idle:
        assert ask(idle)[0] == 200
        server.service.inject(Fault.HANG)
        caller = threading.Thread(target=hang)
        caller.start()
        while server.service.calls.counts["ListStreams"] < 2:
            assert caller.is_alive()
    caller.join(timeout=20)
    assert ended.is_set()


def test_a_closed_server_takes_no_connection(world: World) -> None:
    with SimulatedServer(Service([world])) as server:
        pass
    with pytest.raises(OSError, match="refused"), socket.create_connection(("127.0.0.1", server.port), timeout=5):
        pass


def test_a_taken_port_is_an_error_at_once(server: SimulatedServer, world: World) -> None:
    with pytest.raises(OSError, match="in use"):
        SimulatedServer(Service([world]), server.port)
