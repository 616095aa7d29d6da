"""DynamoDB Streams through botocore: credentials, signing, endpoints and error parsing are its, by boto3's own rules.

The body of a good GetRecords answer never becomes Python objects of botocore's: the `before-parse` event decodes it
once, some 45 times faster than botocore's parser, and keeps images as JSON.
"""

from __future__ import annotations

import copy
import math
import os
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import botocore.exceptions as boto
from botocore.config import Config
from botocore.session import Session

from ddbtop.errors import CannotDo, CutShort, LoginEnded, WrongUsage
from ddbtop.streams.awserrors import translated
from ddbtop.streams.awslogin import Login
from ddbtop.streams.model import (
    MAX_RECORDS_A_PAGE,
    Description,
    IteratorType,
    KeyAttribute,
    Position,
    Shard,
    StreamInfo,
)
from ddbtop.streams.wire import Page, decode_page

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 10
"""An answer comes within a second or not at all; whoever quits does not wait for either."""

CONNECTIONS = 16

PATIENT_ATTEMPTS = 5
"""Tries of a call, throttled ones included, for whoever makes it once and cannot come back to it."""

RECONNECT_S = 2.0
"""After a login ended, credentials are looked for on disk at most so often."""

LOCAL_FALLBACK_REGION = "us-east-1"
"""For endpoints of this machine, where no region is set: they take any."""

_BEFORE_PARSE = "before-parse.dynamodb-streams"
"""The event of every answer of this client, before botocore looks at its body."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """One entry of ListStreams."""

    arn: str
    table: str
    label: str


class Account:
    """Where calls go and as whom: a profile, a region and an endpoint."""

    def __init__(self, profile: str = "", region: str = "", endpoint_url: str = "", *, demo: bool = False) -> None:
        """Empty values leave the choice to boto3's own rules. `demo`: nothing of the user's set-up is looked at."""
        self.endpoint_url = endpoint_url
        self.login = Login(profile, demo=demo)
        self._demo = demo
        self._asked_region = region

    @property
    def profile(self) -> str:
        """As it was given."""
        return self.login.profile

    @property
    def _session(self) -> Session:
        return self.login.session

    @property
    def region(self) -> str:
        """The region that calls are signed for; empty where none is set."""
        if self._asked_region or self._demo:
            return self._asked_region
        region = os.environ.get("AWS_REGION") or self._session.get_config_variable("region")
        return str(region or (LOCAL_FALLBACK_REGION if self.is_local else ""))

    @property
    def is_local(self) -> bool:
        return _host(self.configured_endpoint) in ("localhost", "127.0.0.1", "::1")

    @property
    def configured_endpoint(self) -> str:
        """An endpoint set by option, environment or config file; empty for AWS's own."""
        if self.endpoint_url or self._demo:
            return self.endpoint_url
        if self._session.get_config_variable("ignore_configured_endpoint_urls"):
            return ""
        names = ("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", "AWS_ENDPOINT_URL")
        return next((os.environ[name] for name in names if os.environ.get(name)), "") or self._endpoint_of_profile

    @property
    def _endpoint_of_profile(self) -> str:
        profile = self._session.get_scoped_config()
        services = self._session.full_config.get("services", {}).get(profile.get("services"), {})
        of_service = services.get("dynamodb_streams")
        chosen = of_service.get("endpoint_url") if isinstance(of_service, dict) else ""
        return str(chosen or profile.get("endpoint_url") or "")

    @property
    def profile_name(self) -> str:
        """The profile in use, also where the environment names it; empty where none does."""
        return "" if self._demo else str(self._session.profile or "")

    @property
    def profiles(self) -> list[str]:
        """The names of the configuration's profiles."""
        return sorted(self._session.available_profiles)

    @property
    def regions(self) -> list[str]:
        """Those of the partition that this account's region is in, as far as botocore's endpoint data knows them."""
        return sorted(self._session.get_available_regions("dynamodbstreams", self._partition))

    @property
    def _partition(self) -> str:
        try:
            return str(self._session.get_partition_for_region(self.region))
        except boto.BotoCoreError:
            return "aws"

    def at(self, region: str) -> Account:
        """The same login elsewhere: who was asked for an MFA code is not asked again, and a new login is for both."""
        other = copy.copy(self)
        other._asked_region = region
        return other

    @property
    def foreign_endpoint(self) -> str:
        """Where calls go, as far as that can be told before one is made; empty for AWS's own endpoints."""
        url = self.configured_endpoint
        return "" if not url or self.is_aws(url, self._partition) else url

    def is_aws(self, url: str, partition: str) -> bool:
        """Whether this is an endpoint of AWS's own in that partition."""
        host = urlsplit(url).hostname or ""
        known = self._session.get_data("endpoints")["partitions"]
        suffixes = (suffix for found in known if found["partition"] == partition for suffix in _domains(found))
        return any(host.endswith(f".{suffix}") for suffix in suffixes)

    def log_in(self) -> None:
        """Find credentials, asking for whatever the profile asks for (MFA, a helper's prompt). Raises `LoginEnded`."""
        self.login.ask(needed=not self.is_local)

    def client(self, attempts: int = 1) -> Any:
        """A client for streams of a fresh session, so that credentials that changed on disk are seen."""
        client = self.service_client("dynamodbstreams", attempts)
        client.meta.events.register(_BEFORE_PARSE, _before_parse)
        return client

    def service_client(self, service: str, attempts: int = 1, read_timeout_s: float = READ_TIMEOUT_S) -> Any:
        """A client for any service. An endpoint that was typed is every service's: no call slips past an emulator."""
        self._check_endpoint()
        if not self.region:
            raise CannotDo("no region is set", "name one with --region, or set AWS_REGION")
        return self.login.client(
            service,
            needed=not self.is_local,
            region_name=self.region,
            endpoint_url=self.endpoint_url or None,
            config=Config(
                proxies={} if self._demo or self.is_local else None,
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=read_timeout_s,
                max_pool_connections=CONNECTIONS,
                retries={"total_max_attempts": attempts, "mode": "standard"},
                user_agent_extra="ddbtop",
            ),
        )

    def _check_endpoint(self) -> None:
        """Raises `WrongUsage` for what was typed and `CannotDo` for what the environment or a config file says."""
        endpoint = self.configured_endpoint
        if endpoint and not _host(endpoint):
            kind = WrongUsage if self.endpoint_url else CannotDo
            raise kind(f"{endpoint!r} is no URL of an endpoint", "one is like http://localhost:8000")

    def renew(self) -> None:
        """Forget credentials, for every account of this login: the next client looks for them again."""
        self.login.renew()

    def streams(self, table: str = "") -> Iterator[StreamEntry]:
        """ListStreams, page by page."""
        client = self.client(attempts=PATIENT_ATTEMPTS)
        asked: dict[str, Any] = {"TableName": table} if table else {}
        while True:
            answer = translated(lambda: client.list_streams(**asked))
            if "Streams" not in answer:
                raise CutShort("the answer to ListStreams was cut short")
            for entry in answer["Streams"]:
                yield StreamEntry(entry["StreamArn"], entry["TableName"], entry["StreamLabel"])
            if not answer.get("LastEvaluatedStreamArn"):
                return
            asked["ExclusiveStartStreamArn"] = answer["LastEvaluatedStreamArn"]


class AwsSource:
    """One stream of an account, or of an emulator."""

    def __init__(self, account: Account, arn: str, *, attempts: int = 1) -> None:
        """`attempts`: for callers that do not try again themselves."""
        self.arn = arn
        self.account = account
        self._attempts = attempts
        self._lock = threading.Lock()
        self._client = account.client(attempts)
        self._renewed_at = float("-inf")

    @property
    def at_timestamp(self) -> bool:
        operation = self._client.meta.service_model.operation_model("GetShardIterator")
        return IteratorType.AT_TIMESTAMP in operation.input_shape.members["ShardIteratorType"].enum

    @property
    def shard_filter(self) -> bool:
        operation = self._client.meta.service_model.operation_model("DescribeStream")
        return "ShardFilter" in operation.input_shape.members

    def describe(self, after: str = "", children_of: str = "") -> Description:
        asked: dict[str, Any] = {"StreamArn": self.arn}
        if after:
            asked["ExclusiveStartShardId"] = after
        if children_of:
            asked["ShardFilter"] = {"Type": "CHILD_SHARDS", "ShardId": children_of}
        answer = self._call(lambda client: client.describe_stream(**asked))
        if "StreamDescription" not in answer:
            raise CutShort("the answer to DescribeStream was cut short")
        return _description(answer["StreamDescription"], _server_time(answer["ResponseMetadata"]["HTTPHeaders"]))

    def open_iterator(self, shard_id: str, position: Position) -> str:
        asked: dict[str, Any] = {"StreamArn": self.arn, "ShardId": shard_id, "ShardIteratorType": position.type.value}
        if position.sequence_number:
            asked["SequenceNumber"] = position.sequence_number
        if position.type is IteratorType.AT_TIMESTAMP:
            # botocore sends whole seconds: earlier rather than later, and what is too early is left out
            asked["Timestamp"] = datetime.fromtimestamp(math.floor(position.timestamp), UTC)
        answer = self._call(lambda client: client.get_shard_iterator(**asked))
        if not answer.get("ShardIterator"):
            raise CutShort("the answer to GetShardIterator was cut short")
        return str(answer["ShardIterator"])

    def get_records(self, iterator: str, limit: int = MAX_RECORDS_A_PAGE) -> Page:
        answer = self._call(lambda client: client.get_records(ShardIterator=iterator, Limit=limit))
        page = answer["Page"]
        assert isinstance(page, Page)
        return page

    @property
    def endpoint_url(self) -> str:
        """Where calls go, if that is not AWS's own endpoint; else empty."""
        url = str(self._client.meta.endpoint_url)
        return "" if self.account.is_aws(url, self.arn.split(":")[1]) else url

    def use(self, account: Account) -> None:
        """Make every further call as somebody else, or with a new login. Raises `CannotDo` and `LoginEnded`."""
        client = account.client(self._attempts)
        with self._lock:
            before, self.account, self._client = self._client, account, client
        before.close()  # a call under way still gets its answer

    def close(self) -> None:
        self._client.close()

    def _call(self, call: Callable[[Any], _T]) -> _T:
        client = self._client
        try:
            return translated(lambda: call(client))
        except LoginEnded:
            self._renew(client)
            raise

    def _renew(self, refused: Any) -> None:
        """Take up a new login that may be on disk by now; the next call uses it.

        One that was asked for on the terminal is not looked for here: somebody else has the terminal now. `refused` is
        the client whose login ended: a call that was under way during a take-over says nothing of the new one.
        """
        with self._lock:
            now = time.monotonic()
            if self._client is not refused or self.account.login.asks or now < self._renewed_at + RECONNECT_S:
                return
            self._renewed_at = now
            try:
                self.account.renew()
                before, self._client = self._client, self.account.client(self._attempts)
                before.close()
            except CannotDo as error:  # a config file that is being edited
                raise LoginEnded(error.message, error.hint) from error


def _domains(partition: Mapping[str, Any]) -> set[str]:
    """What the names of a partition's endpoints end in, by botocore's endpoint data; dual-stack ones have their own."""
    variants = partition.get("defaults", {}).get("variants", [])
    return {partition["dnsSuffix"], *(variant["dnsSuffix"] for variant in variants if "dnsSuffix" in variant)}


def _before_parse(
    operation_model: Any, response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object
) -> None:
    """Errors stay botocore's business; the page of a good GetRecords answer is ours."""
    body, headers = response_dict["body"], response_dict["headers"]
    _check_whole(body, headers)
    if operation_model.name == "GetRecords" and response_dict["status_code"] == 200:
        customized_response_dict["Page"] = decode_page(body, _server_time(headers))
        response_dict["body"] = b"{}"


def _check_whole(body: bytes, headers: Mapping[str, str]) -> None:
    """Raises `CutShort` for an answer that is not what was sent: botocore takes a cut one for an empty success."""
    length, checksum = headers.get("Content-Length"), headers.get("x-amz-crc32")
    if length and length.isdigit() and len(body) < int(length):
        raise CutShort(f"the connection ended after {len(body)} of {length} bytes")
    if checksum and checksum.isdigit() and zlib.crc32(body) != int(checksum):
        raise CutShort("the answer's checksum does not fit: it was damaged on the way")
    if not length and not checksum and not body.rstrip().endswith(b"}"):
        raise CutShort(f"the connection ended in the middle of an answer, after {len(body)} bytes")


def _description(told: Mapping[str, Any], server_time: float) -> Description:
    created = told.get("CreationRequestDateTime")
    stream = StreamInfo(
        arn=told.get("StreamArn", ""),
        table=told.get("TableName", ""),
        label=told.get("StreamLabel", ""),
        status=told.get("StreamStatus", ""),
        view_type=told.get("StreamViewType", ""),
        created_at=created.timestamp() if created else 0.0,
        key_schema=tuple(
            KeyAttribute(key["AttributeName"], key["KeyType"] == "HASH") for key in told.get("KeySchema", [])
        ),
    )
    shards = tuple(
        Shard(
            shard["ShardId"],
            shard.get("ParentShardId", ""),
            shard.get("SequenceNumberRange", {}).get("StartingSequenceNumber", ""),
            shard.get("SequenceNumberRange", {}).get("EndingSequenceNumber", ""),
        )
        for shard in told.get("Shards", [])
    )
    return Description(stream, shards, told.get("LastEvaluatedShardId", ""), server_time)


def _server_time(headers: Mapping[str, str]) -> float:
    try:
        return parsedate_to_datetime(headers.get("Date") or headers.get("date") or "").timestamp()
    except ValueError:
        return 0.0


def _host(endpoint: str) -> str:
    """Of an HTTP URL; empty where it is none."""
    try:
        parts = urlsplit(endpoint)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") else ""
