"""What botocore makes of answers and set-ups, and what becomes of it: a raw server says exactly what it is told."""

from __future__ import annotations

import os
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ddbtop.errors import (
    AccessDenied,
    CallError,
    CutShort,
    ExpiredIterator,
    LoginEnded,
    NotFound,
    Refused,
    ServerFault,
    Throttled,
    TrimmedData,
    Unreadable,
)
from ddbtop.streams.aws import Account, AwsSource
from ddbtop.streams.model import TRIM_HORIZON
from ddbtop.streams.refusals import kind_of

ARN = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"
EMPTY_PAGE = b'{"Records":[],"NextShardIterator":"next"}'


class RawServer:
    """Answers every request with the same bytes and closes the connection."""

    def __init__(self) -> None:
        self.answer = b""
        self._stopping = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._acceptor = threading.Thread(target=self._serve, daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def says(self, body: bytes, *headers: str, status: str = "200 OK") -> None:
        head = "\r\n".join((f"HTTP/1.1 {status}", "Content-Type: application/x-amz-json-1.0", *headers))
        self.answer = f"{head}\r\nConnection: close\r\n\r\n".encode() + body

    def close(self) -> None:
        """Who still waits for a connection after this may get that of another server, by the number of its socket."""
        self._stopping = True
        socket.create_connection(self._listener.getsockname(), timeout=5).close()
        self._acceptor.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if self._stopping:
                    return
                _read_request(connection)
                connection.sendall(self.answer)


def _read_request(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    (length,) = (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    while len(body) < length:
        body += connection.recv(65536)


@pytest.fixture
def server() -> Iterator[RawServer]:
    server = RawServer()
    yield server
    server.close()


@pytest.fixture
def source(server: RawServer) -> Iterator[AwsSource]:
    source = AwsSource(Account(region="eu-west-1", endpoint_url=server.url, demo=True), ARN)
    yield source
    source.close()


def length(body: bytes) -> str:
    return f"Content-Length: {len(body)}"


def test_a_whole_page_with_its_checksum_is_taken(server: RawServer, source: AwsSource) -> None:
    server.says(EMPTY_PAGE, length(EMPTY_PAGE), f"x-amz-crc32: {zlib.crc32(EMPTY_PAGE)}")
    page = source.get_records("iterator")
    assert (page.records, page.next_iterator) == ([], "next")


def test_a_page_of_a_server_that_sends_neither_length_nor_checksum_is_taken(
    server: RawServer, source: AwsSource
) -> None:
    server.says(EMPTY_PAGE)
    assert source.get_records("iterator").next_iterator == "next"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (EMPTY_PAGE[:20], [length(EMPTY_PAGE)]),
        (b"", [length(EMPTY_PAGE)]),
        (EMPTY_PAGE[:20], []),
        (b"", []),
        (EMPTY_PAGE, [length(EMPTY_PAGE), "x-amz-crc32: 1"]),
        (b"{}", ["Content-Length: 2"]),
    ],
    ids=["cut", "lost", "cut without a length", "lost without a length", "damaged", "without Records"],
)
def test_an_answer_that_is_not_whole_is_a_failed_call(
    server: RawServer, source: AwsSource, body: bytes, headers: list[str]
) -> None:
    server.says(body, *headers)
    with pytest.raises(CutShort):
        source.get_records("iterator")


@pytest.mark.parametrize(
    "call",
    [
        lambda source: source.describe(),
        lambda source: source.open_iterator("shardId-00000001573689847184-864758bb", TRIM_HORIZON),
        lambda source: list(source.account.streams()),
    ],
    ids=["DescribeStream", "GetShardIterator", "ListStreams"],
)
@pytest.mark.parametrize("body", [b"", b"{}", b'{"StreamDescr'])
def test_no_other_answer_is_an_empty_success_either(
    server: RawServer, source: AwsSource, call: Callable[[AwsSource], object], body: bytes
) -> None:
    server.says(body)
    with pytest.raises(CutShort):
        call(source)


def test_a_whole_answer_that_is_no_json_is_kept_as_evidence(server: RawServer, source: AwsSource) -> None:
    server.says(b"<html>}", "Content-Length: 7")
    with pytest.raises(Unreadable) as raised:
        source.get_records("iterator")
    assert raised.value.body == b"<html>}"


def test_a_proxy_s_page_may_be_gone_the_next_time(server: RawServer, source: AwsSource) -> None:
    page = b"<html>please log in to the hotel's network</html>"
    server.says(page, length(page), status="403 Forbidden")
    with pytest.raises(ServerFault):
        source.get_records("iterator")


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("ExpiredIteratorException", 400, ExpiredIterator),
        ("TrimmedDataAccessException", 400, TrimmedData),
        ("ResourceNotFoundException", 400, NotFound),
        ("ThrottlingException", 400, Throttled),
        ("LimitExceededException", 400, Throttled),
        ("SomethingNew", 429, Throttled),
        ("ValidationException", 400, Refused),
        ("AccessDeniedException", 400, AccessDenied),
        ("ExpiredTokenException", 400, LoginEnded),
        ("UnrecognizedClientException", 400, LoginEnded),
        ("InternalServerError", 500, ServerFault),
        ("SomethingNew", 400, ServerFault),
    ],
)
def test_each_error_of_the_service_means_the_same_to_every_source(
    server: RawServer, source: AwsSource, code: str, status: int, kind: type[CallError]
) -> None:
    body = f'{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"said\\nso"}}'.encode()
    server.says(body, length(body), status=f"{status} Error")
    assert kind_of(code, status) is kind
    with pytest.raises(kind) as raised:
        source.get_records("iterator")
    assert (raised.value.code, raised.value.message) == (code, "said so")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Writes a config file, the only set-up there is."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))

    def write(text: str) -> None:
        (tmp_path / "config").write_text(text)

    write("")
    return write


LOCAL = "http://localhost:8000"
SERVICES = f"[default]\nservices = s\n[services s]\ndynamodb_streams =\n  endpoint_url = {LOCAL}\n"


@pytest.mark.parametrize("text", [f"[default]\nendpoint_url = {LOCAL}\n", SERVICES])
def test_an_endpoint_of_the_config_file_is_known_as_local(config: Callable[[str], None], text: str) -> None:
    config(text)
    account = Account()
    assert account.configured_endpoint == LOCAL
    assert account.client().meta.endpoint_url == LOCAL, "no region and no credentials are needed there"


def test_configured_endpoints_can_be_ignored(config: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    config(SERVICES)
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert Account().configured_endpoint == ""


def test_the_region_of_the_environment_is_the_one_that_the_aws_cli_takes(
    config: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    config("[default]\nregion = eu-west-1\n")
    assert Account().region == "eu-west-1"
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert Account().region == "eu-west-2"
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    assert Account().region == "eu-west-3"
    assert Account(region="eu-north-1").region == "eu-north-1"


def test_a_login_that_ended_stays_one_while_the_config_file_is_broken(
    config: Callable[[str], None], server: RawServer
) -> None:
    source = AwsSource(Account(region="eu-west-1", endpoint_url=server.url), ARN)
    body = b'{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"expired"}'
    server.says(body, length(body), status="400 Bad Request")
    config("[default\nregion")
    with pytest.raises(LoginEnded):
        source.get_records("iterator")
    with pytest.raises(LoginEnded):
        source.get_records("iterator")
    source.close()
