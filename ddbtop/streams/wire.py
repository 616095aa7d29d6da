"""GetRecords answers as the service sends them, decoded once and no further than needed.

The wire form of a record is already the form that Lambda hands to a function, but for `eventSourceARN` and the casing
of `userIdentity`; so images stay slices of the answer's JSON until something shows or searches them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ddbtop.errors import Unreadable

_EMPTY_OBJECT = Raw(b"{}")

MAX_SEQUENCE_DIGITS = 40
"""The API model's longest sequence number; a longer one would not fit what orders and stores them."""


class StreamRecord(msgspec.Struct, gc=False, kw_only=True, frozen=True):
    """The `dynamodb` member of a record: attribute values stay raw JSON."""

    sequence_number: str = msgspec.field(name="SequenceNumber")
    created_at: float = msgspec.field(name="ApproximateCreationDateTime", default=0.0)
    """Epoch seconds, rounded down to whole seconds by the service; 0 where a server sent none."""
    keys: Raw = msgspec.field(name="Keys", default=_EMPTY_OBJECT)
    new_image: Raw | UnsetType = msgspec.field(name="NewImage", default=UNSET)
    old_image: Raw | UnsetType = msgspec.field(name="OldImage", default=UNSET)
    size_bytes: int = msgspec.field(name="SizeBytes", default=0)
    view_type: str = msgspec.field(name="StreamViewType", default="")


class Record(msgspec.Struct, gc=False, kw_only=True, frozen=True):
    """One change record."""

    event_id: str = msgspec.field(name="eventID", default="")
    event_name: str = msgspec.field(name="eventName", default="")
    """INSERT, MODIFY or REMOVE."""
    event_version: str = msgspec.field(name="eventVersion", default="")
    event_source: str = msgspec.field(name="eventSource", default="")
    aws_region: str = msgspec.field(name="awsRegion", default="")
    dynamodb: StreamRecord
    user_identity: Raw | UnsetType = msgspec.field(name="userIdentity", default=UNSET)
    """Set only for changes that the service made itself, such as TTL deletes."""

    @property
    def sequence_number(self) -> str:
        return self.dynamodb.sequence_number

    @property
    def created_at(self) -> float:
        return self.dynamodb.created_at


class _Envelope(msgspec.Struct, gc=False, kw_only=True):
    Records: Raw  # required: an answer without it is no page (connections cut in the middle look like one)
    NextShardIterator: str | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_RECORDS = msgspec.json.Decoder(list[Record])
_SLICES = msgspec.json.Decoder(list[Raw])
_ANY = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class Page:
    """One GetRecords answer."""

    records: list[Record]
    raw: bytes
    """The records as a JSON array, as they came."""
    next_iterator: str | None = None
    """None: the shard seems to be closed and read to its end."""
    server_time: float = 0.0
    """The answer's `Date` header, epoch seconds; 0 where the server sent none."""

    def only(self, kept: Sequence[int]) -> Page:
        """The records at the places `kept` alone, byte for byte as they came."""
        pieces = record_slices(self.raw)
        raw = b"[" + b",".join(bytes(pieces[place]) for place in kept) + b"]"
        return Page([self.records[place] for place in kept], raw, self.next_iterator, self.server_time)

    def part(self, start: int, stop: int) -> Page:
        """The records [start, stop) alone."""
        return self.only(range(start, stop))


def decode_page(body: bytes, server_time: float = 0.0) -> Page:
    """A complete GetRecords answer.

    The fast decoder refuses lone surrogates, which the service does send; such a page goes through the standard
    library and is kept with the same escapes. Raises `Unreadable` for anything that is no GetRecords answer.
    """
    try:
        envelope = _ENVELOPE.decode(body)
        raw, next_iterator = bytes(envelope.Records), envelope.NextShardIterator
        return Page(_checked(_RECORDS.decode(raw), body), raw, next_iterator, server_time)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        answer = _lenient(body)
    if not isinstance(answer, dict) or not isinstance(answer.get("Records"), list):
        raise Unreadable("the answer to GetRecords has no list of Records", body)
    next_iterator = answer.get("NextShardIterator")
    if not isinstance(next_iterator, str | None):
        raise Unreadable("the answer's NextShardIterator is not text", body)
    raw = json.dumps(answer["Records"], separators=(",", ":")).encode()
    return Page(_checked(_records_of(answer["Records"], body), body), raw, next_iterator, server_time)


def decode_records(raw: bytes) -> list[Record]:
    """The records of `Page.raw`, as it was kept."""
    try:
        return _RECORDS.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _records_of(_lenient(raw), raw)


def decode_value(raw: bytes | Raw) -> Any:
    """Any JSON value, lone surrogates included, as plain Python."""
    try:
        return _ANY.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _lenient(bytes(raw))


def _lenient(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the answer is not JSON: {error}", body) from error


def _records_of(values: list[Any], body: bytes) -> list[Record]:
    """Records by way of the standard library: every nested value is written again, escapes kept."""

    def raw_members(value: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
        return {k: Raw(json.dumps(v).encode()) if k in names else v for k, v in value.items()}

    records = []
    try:
        for value in values:
            outer = raw_members(value, ("userIdentity",))
            outer["dynamodb"] = raw_members(value["dynamodb"], ("Keys", "NewImage", "OldImage"))
            records.append(msgspec.convert(outer, Record))
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(f"a record of the answer has another form than GetRecords documents: {error}", body) from error
    return records


def record_slices(raw: bytes) -> list[Raw]:
    """Each record of `Page.raw` as the JSON that it is."""
    try:
        return _SLICES.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return [Raw(json.dumps(value, separators=(",", ":")).encode()) for value in _lenient(raw)]


def _checked(records: list[Record], body: bytes) -> list[Record]:
    """The same records, or `Unreadable` where their order could not be trusted."""
    last = -1
    for record in records:
        text = record.dynamodb.sequence_number
        if not (text.isascii() and text.isdigit() and len(text) <= MAX_SEQUENCE_DIGITS):
            raise Unreadable(f"a sequence number is not up to {MAX_SEQUENCE_DIGITS} digits: {text[:60]!r}", body)
        number = int(text)
        if number <= last:
            raise Unreadable(f"sequence numbers do not ascend: {text} comes after {last}", body)
        last = number
    return records
