"""Answers of the simulated service and its errors, with the texts of the real one where these are known."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import Enum, auto

import msgspec

_STREAMS = "com.amazonaws.dynamodb.v20120810#"
_CORAL = "com.amazon.coral.service#"
_NAMESPACES = {
    "ThrottlingException": "com.amazon.coral.availability#",
    "ValidationException": "com.amazon.coral.validate#",
    "AccessDeniedException": _CORAL,
    "ExpiredTokenException": _CORAL,
    "MissingAuthenticationTokenException": _CORAL,
    "SerializationException": _CORAL,
    "UnknownOperationException": _CORAL,
}


class Delivery(Enum):
    """How an answer reaches the client."""

    WHOLE = auto()
    CUT = auto()
    HANG = auto()
    DISCONNECT = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says to one call, and what becomes of it on the way."""

    status: int
    body: bytes
    crc: int
    """CRC-32 of the body as the service meant it: `x-amz-crc32`."""
    server_time: float
    delivery: Delivery = Delivery.WHOLE
    content_type: str = "application/x-amz-json-1.0"


class ServiceError(Exception):
    """The service refuses a call."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status

    def body(self) -> bytes:
        kind = _NAMESPACES.get(self.code, _STREAMS) + self.code
        return msgspec.json.encode({"__type": kind, "message": self.message})


def answer(body: bytes, server_time: float, status: int = 200) -> Answer:
    return Answer(status, body, zlib.crc32(body), server_time)


def stream_not_found(arn: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")


def shard_not_found() -> ServiceError:
    return ServiceError("ResourceNotFoundException", "Requested resource not found: Shard does not exist")


def shard_of_iterator_gone() -> ServiceError:
    return ServiceError("ResourceNotFoundException", "Invalid ShardId in ShardIterator")


def trimmed() -> ServiceError:
    return ServiceError("TrimmedDataAccessException", "The data you are trying to access has been trimmed")


def expired_iterator() -> ServiceError:
    return ServiceError("ExpiredIteratorException", "Shard iterator has expired")


def throttled() -> ServiceError:
    return ServiceError("ThrottlingException", "Rate of requests exceeds the allowed throughput.")


def invalid(message: str) -> ServiceError:
    return ServiceError("ValidationException", message)


def internal_error() -> ServiceError:
    return ServiceError("InternalServerError", "Internal server error", 500)


def limit_exceeded() -> ServiceError:
    return ServiceError("LimitExceededException", "Too many operations for a given subscriber.")


def expired_login() -> ServiceError:
    return ServiceError("ExpiredTokenException", "The security token included in the request is expired")


def access_denied(operation: str, arn: str) -> ServiceError:
    account = arn.split(":")[4]
    return ServiceError(
        "AccessDeniedException",
        f"User: arn:aws:iam::{account}:user/reader is not authorized to perform: dynamodb:{operation} on resource: "
        f"{arn} because no identity-based policy allows the dynamodb:{operation} action",
    )
