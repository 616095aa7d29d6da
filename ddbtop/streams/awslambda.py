"""Lambda's own API: which event source mappings read a stream, and what is known of a function."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from ddbtop.errors import CallError, CutShort, NotFound
from ddbtop.streams.aws import PATIENT_ATTEMPTS, READ_TIMEOUT_S, Account
from ddbtop.streams.awserrors import translated

_T = TypeVar("_T")

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_STREAM_ARN = re.compile(r"arn:[^:]+:dynamodb:[^:]*:[^:]*:table/[^/]+/stream/.+")


@dataclass(frozen=True, slots=True)
class DeployedMapping:
    """One event source mapping over a DynamoDB stream."""

    uuid: str
    function_arn: str
    stream_arn: str
    state: str
    told: dict[str, Any]
    """The answer as it came: the parameters by Lambda's names."""
    filters_unread: str = ""
    """Why filters that the mapping has cannot be told; empty where they can, or where there are none."""


@dataclass(frozen=True, slots=True)
class Invoked:
    """What came of one invocation."""

    payload: bytes
    """The response, or the error as the runtime reported it."""
    function_error: str
    """Empty for a function that returned."""
    log_tail: bytes
    """The last 4 KB of what was printed and logged."""
    version: str


class LambdaService:
    """Calls to Lambda as one account. The client is made when the first call is."""

    def __init__(self, account: Account, *, read_timeout_s: float = READ_TIMEOUT_S, attempts: int = PATIENT_ATTEMPTS):
        self._account = account
        self._read_timeout_s = read_timeout_s
        self._attempts = attempts
        self._client: Any = None
        self._making = threading.Lock()

    def mappings(self, *, function: str = "", stream_arn: str = "") -> Iterator[DeployedMapping]:
        """ListEventSourceMappings, page by page: those of a function, of a stream, or of both."""
        asked: dict[str, Any] = {}
        if function:
            asked["FunctionName"] = function
        if stream_arn:
            asked["EventSourceArn"] = stream_arn
        while True:
            answer = self.call(lambda client: client.list_event_source_mappings(**asked))
            if "EventSourceMappings" not in answer:
                raise CutShort("the answer to ListEventSourceMappings was cut short")
            for told in answer["EventSourceMappings"]:
                if _STREAM_ARN.fullmatch(told.get("EventSourceArn", "")):
                    yield _mapping(told)
            if not answer.get("NextMarker"):
                return
            asked["Marker"] = answer["NextMarker"]

    def mapping(self, uuid: str) -> DeployedMapping:
        """GetEventSourceMapping, which tells filters that a list keeps back because they are encrypted."""
        return _mapping(self.call(lambda client: client.get_event_source_mapping(UUID=uuid)), is_whole=True)

    def readable(self, mapping: DeployedMapping) -> DeployedMapping:
        """The same mapping with its filters, where they were kept back and may be read after all."""
        if not mapping.filters_unread:
            return mapping
        try:
            return self.mapping(mapping.uuid)
        except CallError:
            return mapping

    def timeout_s(self, function: str) -> float:
        """How long an invocation of a function may take. Raises `CallError`."""
        answer = self.call(lambda client: client.get_function_configuration(FunctionName=function))
        if "Timeout" not in answer:
            raise CutShort("the answer to GetFunctionConfiguration was cut short")
        return float(answer["Timeout"])

    def invoke(self, function: str, event: bytes) -> Invoked:
        """Run a function and wait for its answer. Raises `CallError`, also where it may have run (`NetworkFault`)."""
        answer = self.call(
            lambda client: client.invoke(
                FunctionName=function, InvocationType="RequestResponse", LogType="Tail", Payload=event
            )
        )
        return Invoked(
            payload=translated(lambda: bytes(answer["Payload"].read())),
            function_error=answer.get("FunctionError", ""),
            log_tail=base64.b64decode(answer.get("LogResult", "")),
            version=answer.get("ExecutedVersion", ""),
        )

    def call(self, call: Callable[[Any], _T]) -> _T:
        """What the client answers. Raises `CallError`."""
        with self._making:
            if self._client is None:
                self._client = self._account.service_client("lambda", self._attempts, self._read_timeout_s)
        try:
            return translated(lambda: call(self._client))
        except NotFound as error:
            raise NotFound(error.message, "`aws lambda list-functions` lists what there is", code=error.code) from error


def is_mapping_id(text: str) -> bool:
    return bool(_UUID.fullmatch(text))


def _mapping(told: dict[str, Any], *, is_whole: bool = False) -> DeployedMapping:
    """`is_whole`: what is not in the answer does not exist, where a list may have kept it back."""
    return DeployedMapping(
        uuid=told.get("UUID", ""),
        function_arn=told.get("FunctionArn", ""),
        stream_arn=told.get("EventSourceArn", ""),
        state=told.get("State", ""),
        told=told,
        filters_unread=_filters_unread(told, is_whole),
    )


def _filters_unread(told: dict[str, Any], is_whole: bool) -> str:
    """Encrypted filters are left out by lists, and by Get where the key may not be used (API reference)."""
    if error := told.get("FilterCriteriaError"):
        return " ".join(str(error.get("Message") or error.get("ErrorCode")).split())
    if told.get("KMSKeyArn") and not told.get("FilterCriteria") and not is_whole:
        return f"they are encrypted with {told['KMSKeyArn']}"
    return ""
