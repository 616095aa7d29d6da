"""A filter pattern in the filter line: one condition of a query over what a journal keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from msgspec import UNSET

from ddbtop.journal.extent import Extent
from ddbtop.journal.haystack import needles_of
from ddbtop.journal.query import Query
from ddbtop.journal.subject import Subject
from ddbtop.journal.terms import Term
from ddbtop.journal.values import decoded
from ddbtop.replay.patterns import FilterCriteria
from ddbtop.replay.patterns.conditions import Leaf
from ddbtop.replay.patterns.operators import Equals
from ddbtop.streams.wire import Record, StreamRecord

PATTERN_BEGINS_WITH = "{"
"""No word and no condition of a filter line begins so."""


@dataclass(frozen=True)
class LetThrough(Term):
    """Lambda would hand the record to a function."""

    criteria: FilterCriteria
    stream_arn: str

    def matches(self, shard_id: str, record: Subject) -> bool:
        return self.criteria.matches(self._lambda_form(cast(Record, record)))

    def warnings(self, view_type: str) -> Iterable[str]:
        return self.criteria.warnings(view_type)

    def excludes(self, extent: Extent) -> bool:
        count = {"INSERT": extent.inserts, "MODIFY": extent.modifies, "REMOVE": extent.removes}
        wanted = [_texts(leaf) for leaf in self.criteria.always_asked if leaf.path == "eventName"]
        return any(events and all(count.get(event) == 0 for event in events) for events in wanted)

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        asked = [leaf for leaf in self.criteria.always_asked if leaf.path.startswith("dynamodb.")]
        names = {name for leaf in asked for name in leaf.path.split(".")}
        values = {texts[0] for leaf in asked if len(texts := _texts(leaf)) == 1}
        return needles_of(*names, *values)

    @property
    def attributes(self) -> None:
        """All of them: so records come whole."""
        return None

    def _lambda_form(self, record: Record) -> dict[str, Any]:
        """As `lambda_form.lambda_record`, but decoded and no further than the patterns look."""
        members = {
            "eventID": record.event_id,
            "eventName": record.event_name,
            "eventVersion": record.event_version,
            "eventSource": record.event_source,
            "awsRegion": record.aws_region,
            "eventSourceARN": self.stream_arn,
            "dynamodb": self._dynamodb(record.dynamodb),
            "userIdentity": _small_letters(record.user_identity),
        }
        return _sent(members)

    def _dynamodb(self, record: StreamRecord) -> dict[str, Any]:
        attributes = {"Keys": record.keys, "NewImage": record.new_image, "OldImage": record.old_image}
        members = {
            name: decoded(raw)
            for name, raw in attributes.items()
            if raw is not UNSET and self.criteria.looks_at(f"dynamodb.{name}")
        }
        members |= {
            "ApproximateCreationDateTime": record.created_at,
            "SequenceNumber": record.sequence_number,
            "SizeBytes": record.size_bytes,
            "StreamViewType": record.view_type,
        }
        return _sent(members)


def parse_query(text: str, stream_arn: str) -> Query:
    """A filter line; text that begins with a brace is a filter pattern. Raises `QueryError` and `PatternError`."""
    if not text.lstrip().startswith(PATTERN_BEGINS_WITH):
        return Query.parse(text)
    return Query(text, (LetThrough(FilterCriteria.parse([text.strip()]), stream_arn),))


def _texts(leaf: Leaf) -> list[str]:
    """The only texts that the leaf accepts; empty where it accepts anything else, too."""
    texts = [each.expected for each in leaf.alternatives if isinstance(each, Equals)]
    found = [text for text in texts if isinstance(text, str)]
    return found if len(found) == len(leaf.alternatives) else []


def _sent(members: dict[str, Any]) -> dict[str, Any]:
    """Without what the server did not send, which is kept as empty or as zero."""
    return {name: value for name, value in members.items() if value not in ("", 0, None)}


def _small_letters(identity: Any) -> Any:
    value = None if identity is UNSET else decoded(identity)
    if not isinstance(value, dict):
        return value
    return {name[:1].lower() + name[1:]: member for name, member in value.items()}
