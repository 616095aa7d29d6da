"""The calls as they arrive, and the service's validation of them."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from ddbtop.streams.model import MAX_RECORDS_A_PAGE, IteratorType
from ddbtop.streams.simulated.answers import ServiceError, invalid

MAX_LISTED = 100
"""ListStreams and DescribeStream answer with at most so many entries (API model)."""

ARN_LENGTH = (37, 1024)
SHARD_ID_LENGTH = (28, 65)
SEQUENCE_LENGTH = (21, 40)
"""Lengths of text that the API model allows."""

_T = TypeVar("_T")

_ARN = re.compile(r"arn:[^:]+:dynamodb:[^:]+:[^:]+:table/[^/:]+/stream/.+")


class ListStreams(msgspec.Struct, rename="pascal"):
    table_name: str | None = None
    limit: int | None = None
    exclusive_start_stream_arn: str | None = None

    def check(self) -> None:
        _refuse(
            _in_range(self.limit, "limit", 1, MAX_LISTED),
            _of_length(self.table_name, "tableName", 3, 255),
            _of_length(self.exclusive_start_stream_arn, "exclusiveStartStreamArn", *ARN_LENGTH),
        )
        if self.exclusive_start_stream_arn is not None:
            check_arn(self.exclusive_start_stream_arn)


class ShardFilter(msgspec.Struct, rename="pascal"):
    type: str | None = None
    shard_id: str | None = None


class DescribeStream(msgspec.Struct, rename="pascal"):
    stream_arn: str | None = None
    limit: int | None = None
    exclusive_start_shard_id: str | None = None
    shard_filter: ShardFilter | None = None

    def check(self) -> None:
        _refuse(
            _present(self.stream_arn, "streamArn"),
            _of_length(self.stream_arn, "streamArn", *ARN_LENGTH),
            _in_range(self.limit, "limit", 1, MAX_LISTED),
            _of_length(self.exclusive_start_shard_id, "exclusiveStartShardId", *SHARD_ID_LENGTH),
            *self._filter_troubles(),
        )
        check_arn(self.stream_arn)

    def _filter_troubles(self) -> list[str]:
        if self.shard_filter is None:
            return []
        return [
            _among(self.shard_filter.type, "shardFilter.type", ["CHILD_SHARDS"]),
            _present(self.shard_filter.shard_id, "shardFilter.shardId"),
            _of_length(self.shard_filter.shard_id, "shardFilter.shardId", *SHARD_ID_LENGTH),
        ]


class GetShardIterator(msgspec.Struct, rename="pascal"):
    stream_arn: str | None = None
    shard_id: str | None = None
    shard_iterator_type: str | None = None
    sequence_number: str | None = None
    timestamp: float | None = None

    def check(self, types: list[str]) -> None:
        """`types`: the iterator types that this service knows."""
        _refuse(
            _present(self.stream_arn, "streamArn"),
            _of_length(self.stream_arn, "streamArn", *ARN_LENGTH),
            _present(self.shard_id, "shardId"),
            _of_length(self.shard_id, "shardId", *SHARD_ID_LENGTH),
            _present(self.shard_iterator_type, "shardIteratorType"),
            _among(self.shard_iterator_type, "shardIteratorType", types),
            _of_length(self.sequence_number, "sequenceNumber", *SEQUENCE_LENGTH),
        )
        check_arn(self.stream_arn)
        self._check_place()

    @property
    def sequence(self) -> int:
        return int(self.sequence_number or "0")

    def _check_place(self) -> None:
        kind = self.shard_iterator_type
        by_number = kind in (IteratorType.AT_SEQUENCE_NUMBER, IteratorType.AFTER_SEQUENCE_NUMBER)
        if by_number and not _is_number(self.sequence_number or ""):
            raise invalid("One or more parameter values were invalid: Invalid SequenceNumber")
        if not by_number and self.sequence_number is not None:
            raise invalid(
                "One or more parameter values were invalid: SequenceNumber should not be passed for this iterator type"
            )
        if kind == IteratorType.AT_TIMESTAMP and self.timestamp is None:
            raise invalid("One or more parameter values were invalid: Timestamp is required for this iterator type")


class GetRecords(msgspec.Struct, rename="pascal"):
    shard_iterator: str | None = None
    limit: int | None = None

    def check(self) -> None:
        _refuse(
            _present(self.shard_iterator, "shardIterator"),
            _of_length(self.shard_iterator, "shardIterator", 1, 2048),
            _in_range(self.limit, "limit", 1, MAX_RECORDS_A_PAGE),
        )


def parse(body: bytes, kind: type[_T]) -> _T:
    """Raises SerializationException for what is no JSON object of these members."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ServiceError("SerializationException", str(error)) from error


def check_arn(arn: str | None) -> None:
    if not _ARN.fullmatch(arn or ""):
        raise invalid("Invalid StreamArn")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _refuse(*troubles: str) -> None:
    """All that is wrong, in one ValidationException."""
    found = [trouble for trouble in troubles if trouble]
    if found:
        errors = "error" if len(found) == 1 else "errors"
        raise invalid(f"{len(found)} validation {errors} detected: {'; '.join(found)}")


def _present(value: object, name: str) -> str:
    if value is not None:
        return ""
    return f"Value null at '{name}' failed to satisfy constraint: Member must not be null"


def _in_range(value: int | None, name: str, low: int, high: int) -> str:
    if value is None or low <= value <= high:
        return ""
    bound = f"greater than or equal to {low}" if value < low else f"less than or equal to {high}"
    return f"Value '{value}' at '{name}' failed to satisfy constraint: Member must have value {bound}"


def _of_length(value: str | None, name: str, low: int, high: int) -> str:
    if value is None or low <= len(value) <= high:
        return ""
    bound = f"greater than or equal to {low}" if len(value) < low else f"less than or equal to {high}"
    return f"Value '{value}' at '{name}' failed to satisfy constraint: Member must have length {bound}"


def _among(value: str | None, name: str, allowed: list[str]) -> str:
    if value is None or value in allowed:
        return ""
    members = ", ".join(allowed)
    return f"Value '{value}' at '{name}' failed to satisfy constraint: Member must satisfy enum value set: [{members}]"
