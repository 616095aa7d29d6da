"""GetRecords answers as the service sends them, decoded once and no further than needed.

The wire form of a record is already the form that Lambda hands to a function, but for `eventSourceARN` and the casing
of `userIdentity`; so images stay slices of the answer's JSON until something shows or searches them.
"""

from __future__ import annotations

import contextlib
import json
import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from ddbtop.errors import CutShort, Unreadable

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


class _Whole(msgspec.Struct, gc=False, kw_only=True, forbid_unknown_fields=True):
    """The answer as the service documents it, records and all, in one pass."""

    Records: list[Record]
    NextShardIterator: str | None = None


_WHOLE = msgspec.json.Decoder(_Whole)
_ENVELOPE = msgspec.json.Decoder(_Envelope)
_RECORDS = msgspec.json.Decoder(list[Record])
_SLICES = msgspec.json.Decoder(list[Raw])
_ANY = msgspec.json.Decoder()


_NEXT = rb'"NextShardIterator"\s*:\s*(?:"[^"\\]*"|null)\s*'
_BEFORE_RECORDS = re.compile(rb"\s*\{\s*(?:" + _NEXT + rb',\s*)?"Records"\s*:\s*(?=\[)')
_AFTER_RECORDS = re.compile(rb"\]\s*(?:,\s*" + _NEXT + rb")?\}\s*")
"""What can stand around the records of an answer that `_Whole` accepts; finds them without a second pass."""


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
    library and is kept with the same escapes. Raises `CutShort` for an answer without Records,
    which is what a lost body looks like, and `Unreadable` for anything else that is no GetRecords answer.
    """
    try:
        records, raw, next_iterator = _decoded(body)
        return Page(_checked(records, body), raw, next_iterator, server_time)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        answer = _lenient(body)
    if isinstance(answer, dict) and "Records" not in answer:
        raise CutShort("the answer to GetRecords has no Records")
    if not isinstance(answer, dict) or not isinstance(answer["Records"], list):
        raise Unreadable("the answer to GetRecords has no list of Records", body)
    next_iterator = answer.get("NextShardIterator")
    if not isinstance(next_iterator, str | None):
        raise Unreadable("the answer's NextShardIterator is not text", body)
    raw = json.dumps(answer["Records"], separators=(",", ":")).encode()
    return Page(_checked(_records_of(answer["Records"], body), body), raw, next_iterator, server_time)


def _decoded(body: bytes) -> tuple[list[Record], bytes, str | None]:
    """Records, their JSON array and the next iterator: in one pass, or in two where the answer has other members."""
    before, end = _BEFORE_RECORDS.match(body), body.rfind(b"]")
    if before and _AFTER_RECORDS.fullmatch(body, max(0, end)):
        with contextlib.suppress(msgspec.ValidationError):
            whole = _WHOLE.decode(body)
            return whole.Records, body[before.end() : end + 1], whole.NextShardIterator
    envelope = _ENVELOPE.decode(body)
    raw = bytes(envelope.Records)
    return _RECORDS.decode(raw), raw, envelope.NextShardIterator


def decode_records(raw: bytes) -> list[Record]:
    """The records of `Page.raw`, as it was kept."""
    try:
        return _RECORDS.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _records_of(_lenient(raw), raw)


def decode_value(raw: bytes | Raw) -> Any:
    """Any JSON value, lone surrogates included, as plain Python."""
    try:
        return _ANY.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _lenient(bytes(raw))


def _lenient(body: bytes) -> Any:
    try:
        return json.loads(body)
    except RecursionError as error:
        raise Unreadable("the answer is nested deeper than can be read", body) from error
    except ValueError as error:
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
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return [Raw(json.dumps(value, separators=(",", ":")).encode()) for value in _lenient(raw)]


def _checked(records: list[Record], body: bytes) -> list[Record]:
    """The same records, or `Unreadable` where their order could not be trusted."""
    texts = [record.dynamodb.sequence_number for record in records]
    if not _ascend_as_text(texts):
        _check_each(texts, body)
    return records


def _ascend_as_text(texts: list[str]) -> bool:
    """Digits of one length compare as text as they do as integers; so nearly every page is settled in C."""
    joined = "".join(texts)
    lengths = set(map(len, texts))
    if len(lengths) != 1 or not (joined.isascii() and joined.isdigit()) or lengths.pop() > MAX_SEQUENCE_DIGITS:
        return False
    return all(map(operator.lt, texts, texts[1:]))


def _check_each(texts: list[str], body: bytes) -> None:
    last = -1
    for text in texts:
        if not (text.isascii() and text.isdigit() and len(text) <= MAX_SEQUENCE_DIGITS):
            raise Unreadable(f"a sequence number is not up to {MAX_SEQUENCE_DIGITS} digits: {text[:60]!r}", body)
        number = int(text)
        if number <= last:
            raise Unreadable(f"sequence numbers do not ascend: {text} comes after {last}", body)
        last = number
