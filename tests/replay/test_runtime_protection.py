"""The Runtime API answers the process it was made for: no web page, no other user, nobody who guesses."""

from __future__ import annotations

import http.client
import json
import os
import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from ddbtop.replay.runtime import peers
from ddbtop.replay.runtime.api import Invocation, RuntimeApi
from tests.replay.running import LONG_S

NEXT = "/2018-06-01/runtime/invocation/next"

INVOCATION = Invocation("5f0c9f6e-8d6e-4d3a-9a51-9f0f5a1c22e1", b'{"Records": []}', time.time() + LONG_S, "arn:f")


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    """Served by hand: `asked` does, and `answers`."""
    with selectors.DefaultSelector() as selector:
        api = RuntimeApi(selector)
        yield api
        api.close()


def serve(api: RuntimeApi, client: Thread) -> None:
    client.start()
    while client.is_alive():
        for key, mask in api._selector.select(0.01):
            key.data(mask)


def asked(api: RuntimeApi, raw: bytes) -> tuple[int, bytes]:
    """What a client that sends these bytes is answered; 0 for a connection that just ends."""
    answers: list[tuple[int, bytes]] = []

    def ask() -> None:
        host, port = api.address.split(":")
        with socket.create_connection((host, int(port)), timeout=LONG_S) as connection:
            connection.sendall(raw)
            response = http.client.HTTPResponse(connection)
            try:
                response.begin()
                answers.append((response.status, response.read()))
            except (http.client.HTTPException, ConnectionError):
                answers.append((0, b""))

    serve(api, Thread(target=ask))
    return answers[0]


def request(api: RuntimeApi, method: str, path: str, *headers: str, body: bytes = b"", host: str = "") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host or api.address}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def test_an_event_is_handed_out_once_with_what_lambda_tells(api: RuntimeApi) -> None:
    api.offer(INVOCATION)
    assert asked(api, request(api, "GET", NEXT)) == (200, INVOCATION.event)
    assert api.is_taken
    path = NEXT.replace("next", INVOCATION.request_id) + "/response"
    assert asked(api, request(api, "POST", path, body=b"1"))[0] == 202
    assert api.reply is not None
    assert api.reply.payload == b"1"
    assert asked(api, request(api, "POST", path, body=b"2"))[0] == 400
    assert api.reply.payload == b"1"


@pytest.mark.parametrize(
    "header",
    ["Origin: https://shop.example", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "origin: null"],
)
def test_a_web_page_can_neither_eat_nor_answer_an_invocation(api: RuntimeApi, header: str) -> None:
    api.offer(INVOCATION)
    assert asked(api, request(api, "GET", NEXT, header))[0] == 403
    assert asked(api, request(api, "POST", "/2018-06-01/runtime/init/error", header, body=b"{}"))[0] == 403
    assert not api.is_taken
    assert api.init_error is None


@pytest.mark.parametrize("host", ["shop.example", "shop.example:80", "127.0.0.1", "127.0.0.1:1", "localhost"])
def test_a_name_that_was_pointed_at_this_machine_is_refused(api: RuntimeApi, host: str) -> None:
    api.offer(INVOCATION)
    assert asked(api, request(api, "GET", NEXT, host=host))[0] == 403
    assert not api.is_taken


def test_nobody_guesses_an_id(api: RuntimeApi) -> None:
    api.offer(INVOCATION)
    asked(api, request(api, "GET", NEXT))
    for guess in ("next", "", "00000000-0000-0000-0000-000000000000", INVOCATION.request_id.upper()):
        path = f"/2018-06-01/runtime/invocation/{guess}/response"
        assert asked(api, request(api, "POST", path, body=b"1"))[0] == 400
    assert api.reply is None


@pytest.mark.skipif(not peers.TABLES[0].exists(), reason="this system does not tell whose a connection is")
def test_another_users_process_is_not_heard(api: RuntimeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65_000)
    monkeypatch.setattr("ddbtop.replay.runtime.peers.ROOT", 65_001)
    api.offer(INVOCATION)
    assert asked(api, request(api, "GET", NEXT)) == (0, b"")
    assert not api.is_taken


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("{plain} 01 0:0 00:0 0 {uid} 0 4711 1\n", True),
        ("{plain} 01 0:0 00:0 0 65000 0 4711 1\n", False),
        ("{plain} 06 0:0 03:0 0 0 0 0 3\n", False),
        ("", False),
    ],
)
def test_the_systems_table_tells_whose_a_connection_is(tmp_path: Path, rows: str, expected: bool) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        closing(socket.create_connection(server.getsockname())) as mine,
    ):
        theirs, _ = server.accept()
        with closing(theirs):
            plain = f"  1: {peers._plain(mine.getsockname())} {peers._plain(server.getsockname())}"
            table = tmp_path / "tcp"
            table.write_text("  sl  local_address rem_address\n" + rows.format(plain=plain, uid=os.geteuid()))
            assert peers.is_ours(theirs, (table,)) is expected
            assert peers.is_ours(theirs, (tmp_path / "no such table",))
            assert peers.is_ours(theirs)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GARBAGE\r\n\r\n", 400),
        (b"GET " + NEXT.encode() + b" HTTP/1.1\r\n\r\n", 403),
        (b"GET " + NEXT.encode() + b" HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n", 404),
        (b"POST " + NEXT.encode() + b" HTTP/1.1\r\nHost: %s\r\nContent-Length: 0\r\n\r\n", 405),
        (b"GET /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: %s\r\n\r\n", 405),
        (b"POST /ddbtop/code HTTP/1.1\r\nHost: %s\r\nContent-Length: 4\r\n\r\nnull", 400),
        (b"POST /ddbtop/code HTTP/1.1\r\nHost: %s\r\nContent-Length: 8\r\n\r\n[[1, 2]]", 400),
        (b"GET / HTTP/1.1\r\nHost: %s\r\nX: " + b"x" * (3 << 20) + b"\r\n\r\n", 431),
    ],
)
def test_a_hostile_client_is_answered_and_disturbs_nobody(api: RuntimeApi, raw: bytes, status: int) -> None:
    api.offer(INVOCATION)
    raw = raw.replace(b"%s", api.address.encode())
    assert asked(api, raw)[0] in (status, 0 if status == 431 else status)
    assert asked(api, request(api, "GET", NEXT)) == (200, INVOCATION.event)


def test_who_leaves_while_waiting_is_not_given_the_event(api: RuntimeApi) -> None:
    host, port = api.address.split(":")

    def ask_and_leave() -> None:
        with socket.create_connection((host, int(port)), timeout=LONG_S) as connection:
            connection.sendall(request(api, "GET", NEXT))

    serve(api, Thread(target=ask_and_leave))
    for key, mask in [event for _ in range(3) for event in api._selector.select(0.01)]:
        key.data(mask)
    api.offer(INVOCATION)
    assert asked(api, request(api, "GET", NEXT)) == (200, INVOCATION.event)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (b'{"errorType": "E", "errorMessage": "m", "stackTrace": ["a"]}', ("E", "m", ("a",))),
        (b'{"errorType": "E", "errorMessage": "m", "trace": ["a", {"line": 1}]}', ("E", "m", ("a", '{"line": 1}'))),
        (b"not json \xff", ("Told.InAHeader", "not json \\xff", ())),
        (b"[1]", ("Told.InAHeader", "[1]", ())),
        (b"", ("Told.InAHeader", "", ())),
        (b"[" * 100_000, ("Told.InAHeader", "[" * 100_000, ())),
    ],
)
def test_an_error_of_any_form_is_told(api: RuntimeApi, told: bytes, expected: tuple[str, str, tuple[str, ...]]) -> None:
    header = "Lambda-Runtime-Function-Error-Type: Told.InAHeader"
    assert asked(api, request(api, "POST", "/2018-06-01/runtime/init/error", header, body=told))[0] == 202
    error = api.init_error
    assert error is not None
    assert (error.error_type, error.message, error.stack_trace) == expected


def test_a_client_that_waits_for_leave_to_send_its_body_gets_it(api: RuntimeApi) -> None:
    api.offer(INVOCATION)
    asked(api, request(api, "GET", NEXT))
    path = NEXT.replace("next", INVOCATION.request_id) + "/response"
    body = json.dumps("x" * 2_000_000).encode()
    answered: list[int] = []

    def ask() -> None:
        host, port = api.address.split(":")
        with socket.create_connection((host, int(port)), timeout=LONG_S) as connection:
            connection.sendall(request(api, "POST", path, "Expect: 100-continue", body=body)[: -len(body)])
            assert connection.recv(1 << 10).startswith(b"HTTP/1.1 100")
            connection.sendall(body)
            answered.append(int(connection.recv(1 << 10).split()[1]))

    serve(api, Thread(target=ask))
    assert answered == [202]
