"""What the service's error codes mean: one table for every kind of source, without botocore."""

from __future__ import annotations

from ddbtop.errors import (
    AccessDenied,
    CallError,
    ExpiredIterator,
    LoginEnded,
    NotFound,
    Refused,
    ServerFault,
    Throttled,
    TrimmedData,
)

TOO_MANY_REQUESTS = 429

_BY_CODE: dict[str, type[CallError]] = {
    "ExpiredIteratorException": ExpiredIterator,
    "TrimmedDataAccessException": TrimmedData,
    "ResourceNotFoundException": NotFound,
    "LimitExceededException": Throttled,
    "ProvisionedThroughputExceededException": Throttled,
    "RequestLimitExceeded": Throttled,
    "ThrottlingException": Throttled,
    "Throttling": Throttled,
    "TooManyRequestsException": Throttled,
    "SerializationException": Refused,
    "UnknownOperationException": Refused,
    "ValidationException": Refused,
    "AccessDenied": AccessDenied,
    "AccessDeniedException": AccessDenied,
    "ExpiredToken": LoginEnded,
    "ExpiredTokenException": LoginEnded,
    "IncompleteSignature": LoginEnded,
    "InvalidClientTokenId": LoginEnded,
    "InvalidSignatureException": LoginEnded,
    "MissingAuthenticationToken": LoginEnded,
    "MissingAuthenticationTokenException": LoginEnded,
    "RequestExpired": LoginEnded,
    "UnrecognizedClientException": LoginEnded,
}


def kind_of(code: str, status: int) -> type[CallError]:
    """The class of an error by its code and HTTP status.

    What nobody documented, a proxy's page for instance, may be gone the next time: only a refusal that the service
    names stops a shard.
    """
    return _BY_CODE.get(code) or (Throttled if status == TOO_MANY_REQUESTS else ServerFault)
