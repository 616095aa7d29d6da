"""A record as GetRecords sent it becomes the one that Lambda hands to a function, byte for byte but for what differs.

Two things differ: `eventSourceARN` is added, and the members of `userIdentity` begin with a small letter (Developer
Guide, Time to Live). Everything else, images and the spelling of numbers and escapes included, stays as it came.
"""

from __future__ import annotations

import contextlib
import json
import re
from functools import lru_cache
from json.decoder import JSONDecoder

import msgspec
from msgspec import Raw

from ddbtop.errors import Unreadable

_OURS = (b'"userIdentity"', b'"eventSourceARN"', b'"shardId"')
"""Where none of these occurs, the record only needs something added before its last brace."""

_SPACE = re.compile(r"[ \t\r\n]*")
_VALUES = JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)
"""Finds where a value ends; numbers are not converted, since some have no place in a Python number."""

_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_NOT_DECODED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What the fast decoder raises for lone surrogates, and for what no decoder takes."""

_UNSAFE_CHARACTERS = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\udc80-\udcff]"
"""Controls, line separators, what reorders text, and bytes that are no UTF-8, as `surrogateescape` decodes them."""

_UNSAFE = re.compile(_UNSAFE_CHARACTERS)
_STRING_OR_UNSAFE = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|' + _UNSAFE_CHARACTERS, re.DOTALL)
_NO_UTF8 = range(0xDC80, 0xDD00)
_CONTROLS = bytes([*range(0x20), 0x7F])


def lambda_record(raw: Raw | bytes, stream_arn: str, shard_id: str = "") -> bytes:
    """The JSON of one record in the form of a Lambda event's `Records`, with `shardId` where one is given.

    `raw` is a record's JSON as it came; members that it has already are replaced. Raises `Unreadable` for what is no
    JSON object.
    """
    data = bytes(raw).strip()
    for name in _OURS:
        if name in data:
            return _rebuilt(data, _added(stream_arn, shard_id))
    if not (data.startswith(b'{"') and data.endswith(b"}")):
        return _rebuilt(data, _added(stream_arn, shard_id))
    return data[:-1] + _ending(stream_arn, shard_id)


def _added(stream_arn: str, shard_id: str) -> dict[str, str]:
    added = {"eventSourceARN": json.dumps(stream_arn)}
    return {**added, "shardId": json.dumps(shard_id)} if shard_id else added


@lru_cache(maxsize=256)
def _ending(stream_arn: str, shard_id: str) -> bytes:
    """What takes the place of a record's last brace: the same for every record of a shard."""
    return "".join(f',"{name}":{value}' for name, value in _added(stream_arn, shard_id).items()).encode() + b"}"


def without_shard_id(record: bytes) -> bytes:
    """A record of a file as Lambda hands it over: `shardId` is no part of it. What else there is stays as it came."""
    if b'"shardId"' not in record:
        return record.strip()
    with contextlib.suppress(*_NOT_DECODED):
        whole = _MEMBERS.decode(record)
        whole.pop("shardId", None)
        return msgspec.json.encode(whole)
    kept = {name: value for name, value in members(record).items() if name != "shardId"}
    return b"{" + b",".join(b"%b:%b" % (json.dumps(name).encode(), value) for name, value in kept.items()) + b"}"


def members(data: bytes) -> dict[str, bytes]:
    """Names and values of a JSON object, every value as the text that it is. Raises `Unreadable`."""
    with contextlib.suppress(*_NOT_DECODED):
        return {name: bytes(value) for name, value in _MEMBERS.decode(data).items()}
    try:
        found = _members(data.decode(errors="surrogateescape").strip(), 0)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"this is no JSON object: {error}", data) from error
    return {name: value.encode(errors="surrogateescape") for name, value in found.items()}


def safe_json(raw: Raw | bytes) -> bytes:
    r"""The same JSON value on one line, with nothing in it that a terminal would obey.

    Controls, C1 and bidirectional overrides inside strings become `\u` escapes, line breaks and tabs between values
    become spaces, and bytes that are no UTF-8 become `\ufffd`. Nothing else changes.
    """
    data = bytes(raw)
    if data.isascii() and len(data.translate(None, _CONTROLS)) == len(data):
        return data
    text = data.decode(errors="surrogateescape")
    if _UNSAFE.search(text) is None:
        return data
    return _STRING_OR_UNSAFE.sub(_safe_part, text).encode(errors="replace")


def _safe_part(match: re.Match[str]) -> str:
    part = match[0]
    return _UNSAFE.sub(_escape, part) if part.startswith('"') else " "


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return "\\ufffd" if code in _NO_UTF8 else f"\\u{code:04x}"


def _rebuilt(data: bytes, added: dict[str, str]) -> bytes:
    """The record put together again from slices of its members."""
    text = data.decode(errors="surrogateescape")
    try:
        members = _members(text, 0)
        if identity := members.get("userIdentity"):
            members["userIdentity"] = _small_letters(identity)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"a record is no JSON object: {error}", data) from error
    members |= added
    return _object(members).encode(errors="surrogateescape")


def _small_letters(identity: str) -> str:
    """`PrincipalId` becomes `principalId`; what is no object stays as it is."""
    if not identity.startswith("{"):
        return identity
    return _object({name[:1].lower() + name[1:]: value for name, value in _members(identity, 0).items()})


def _object(members: dict[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in members.items()) + "}"


def _members(text: str, at: int) -> dict[str, str]:
    """Names and values of the JSON object at `at`, every value as the text that it is. Raises `ValueError`."""
    members: dict[str, str] = {}
    at = _expect(text, at, "{")
    while not text.startswith("}", at):
        if members:
            at = _expect(text, at, ",")
        name, at = _VALUES.raw_decode(text, at)
        start = _expect(text, _skip(text, at), ":")
        _, end = _VALUES.raw_decode(text, start)
        members[name] = text[start:end]
        at = _skip(text, end)
    return members


def _expect(text: str, at: int, sign: str) -> int:
    """The place of what follows `sign` and the space behind it."""
    if not text.startswith(sign, at):
        raise ValueError(f"{sign} expected at character {at}")
    return _skip(text, at + len(sign))


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at
