"""Records from a file or a pipe: a Lambda event, or one record a line as `ddbtop tail --json` prints them."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ddbtop.errors import CannotDo
from ddbtop.streams.lambda_form import members, without_shard_id
from ddbtop.streams.wire import record_slices

_FORMS = 'understood are a Lambda event, {"Records": [...]}, and one record a line'


@dataclass(frozen=True, slots=True)
class FiledRecord:
    """A record as Lambda hands it over."""

    record: dict[str, Any]
    shard_id: str = ""
    """Empty where the file does not tell; it is no part of the record."""
    place: str = ""
    """Which file and which line, for whoever finds fault with it."""
    source: bytes = b""
    """The record's JSON as the file has it, `shardId` and all."""

    @property
    def event(self) -> bytes:
        """The record's JSON as the file has it, without `shardId`."""
        return without_shard_id(self.source)

    @property
    def sequence_number(self) -> str:
        number = self.record["dynamodb"].get("SequenceNumber")
        return number if isinstance(number, str) else ""

    @property
    def view_type(self) -> str:
        view_type = self.record["dynamodb"].get("StreamViewType")
        return view_type if isinstance(view_type, str) else ""


def read_records(lines: Iterable[bytes], name: str) -> Iterator[FiledRecord]:
    """Records as they come; `name` is what an error calls the file. Raises `CannotDo`.

    A first line that is no JSON value of its own begins a value of several lines.
    """
    numbered = enumerate(lines, 1)
    is_first = True
    for number, line in numbered:
        if not line.strip():
            continue
        if is_first:
            line = line.removeprefix(codecs.BOM_UTF8)
        if is_first and not _is_json(line):
            line = line + b"".join(rest for _, rest in numbered)
        is_first = False
        yield from records_of(_decoded(line, name, number), line, f"{name}, line {number}")


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _decoded(data: bytes, name: str, number: int) -> Any:
    try:
        return json.loads(data.rstrip())
    except json.JSONDecodeError as error:
        line = number + error.lineno - 1
        raise CannotDo(f"{name}, line {line}: this is not JSON: {error.msg}", _FORMS) from None
    except (ValueError, RecursionError) as error:
        raise CannotDo(f"{name}, line {number}: this is not JSON that can be read: {error}", _FORMS) from None


def records_of(value: Any, source: bytes, place: str) -> Iterator[FiledRecord]:
    """The records of a Lambda event, or the one record that this is; `source` is the JSON of `value`."""
    if isinstance(value, dict) and isinstance(value.get("Records"), list):
        pieces = record_slices(members(source)["Records"])
        for number, (record, piece) in enumerate(zip(value["Records"], pieces, strict=True), 1):
            yield _record(record, bytes(piece), f"{place}, record {number}")
    else:
        yield _record(value, source, place)


def _record(value: Any, source: bytes, place: str) -> FiledRecord:
    if not isinstance(value, dict) or not isinstance(value.get("dynamodb"), dict):
        raise CannotDo(f"{place}: this is no record of a DynamoDB stream", _FORMS)
    shard_id = value.get("shardId")
    record = {name: member for name, member in value.items() if name != "shardId"}
    return FiledRecord(record, shard_id if isinstance(shard_id, str) else "", place, source)
