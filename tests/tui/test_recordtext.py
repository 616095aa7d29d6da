"""One record as lines: columns where there are two sides, quotes on both or none, and what a copy says."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ddbtop.streams.wire import Record, decode_records
from ddbtop.tui.look import plain
from ddbtop.tui.recordtext import RecordKeys, copied_changes, record_lines
from ddbtop.tui.view import Shown, View
from tests.tui.worlds import NOW

LONG = "a value that is longer than half of any line " * 3


def shown(old: dict[str, Any] | None, new: dict[str, Any] | None, *, ttl: bool = False) -> Shown:
    event = "INSERT" if old is None else "REMOVE" if new is None else "MODIFY"
    images = {name: image for name, image in (("OldImage", old), ("NewImage", new)) if image is not None}
    wire = {
        "eventID": "1",
        "eventName": event,
        "dynamodb": {
            "ApproximateCreationDateTime": NOW,
            "Keys": {"pk": {"S": "ORDER#1"}},
            "SequenceNumber": "1624739500000000001904414412",
            "SizeBytes": 208,
            **images,
        },
    }
    if ttl:
        wire["userIdentity"] = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    record: Record = decode_records(msgspec.json.encode([wire]))[0]
    return Shown(record, "a47e99d0", "ORDER#1", raw=lambda: b"", event=lambda: b"", shard_id="shardId-17-a47e99d0")


def table(subject: Shown, width: int = 80, *, brief: bool = False) -> list[str]:
    lines = record_lines(subject, View.CHANGES, width, RecordKeys("y", "u"), unchanged=False, brief=brief)
    texts = [plain(line).rstrip() for line in lines]
    return texts if brief else texts[texts.index("") + 1 :]


@pytest.mark.parametrize("brief", [False, True])
def test_both_sides_are_in_quotes_or_none(brief: bool) -> None:
    subject = shown({"note": {"S": "call on arrival"}}, {"note": {"S": "ring"}})
    assert '"ring"' in table(subject, brief=brief)[0]
    subject = shown({"note": {"S": "call"}}, {"note": {"S": "ring"}})
    assert '"' not in table(subject, brief=brief)[0]


def test_values_of_a_whole_item_have_the_whole_line() -> None:
    attributes = {"pk": {"S": "ORDER#1"}, "note": {"S": LONG}}
    gone = table(shown(attributes, None))
    assert gone == [" − pk        S     ORDER#1", f' − note      S     "{LONG}"']
    came = table(shown(None, attributes))
    assert came == [" + pk        S     ORDER#1", f' + note      S     "{LONG}"']


def test_old_values_have_a_column_beside_new_ones() -> None:
    lines = table(shown({"a": {"S": LONG}, "b": {"S": "x"}}, {"a": {"S": "y"}, "c": {"S": "z"}}), 120)
    assert [line.find("→") for line in lines] == [61, 61, -1]
    assert "…" in lines[0]
    assert lines[2] == " − b         S     x"


@pytest.mark.parametrize("width", [60, 80, 93])
def test_no_line_of_the_head_is_cut(width: int) -> None:
    subject = shown({"a": {"S": "x"}}, None, ttl=True)
    head = record_lines(subject, View.CHANGES, width, RecordKeys("y"), unchanged=False, brief=False)
    texts = [plain(line) for line in head[: head.index([])]]
    assert max(map(len, texts)) <= width
    assert all("".join(texts).count(word) == 1 for word in ("expired by TTL", "208 B", "1624739500000000001904414412"))


def test_copied_changes_say_of_which_record_they_are_and_cut_nothing() -> None:
    subject = shown({"a": {"S": LONG}, "b": {"S": "x"}}, {"a": {"S": "y"}, "b": {"S": "x"}})
    assert copied_changes(subject, 80, unchanged=False).splitlines() == [
        "ORDER#1",
        "MODIFY  20 Mar 2026 14:32:07 UTC  shardId-17-a47e99d0  sequence 1624739500000000001904414412",
        f'   a         S     "{LONG}"  →  "y"',
        "   1 unchanged",
    ]


def test_one_is_not_many() -> None:
    new = {"list": {"L": [{"S": "x"}]}, "map": {"M": {"x": {"S": "y"}}}, "two": {"L": [{"S": "x"}, {"S": "y"}]}}
    lines = record_lines(shown(None, new), View.NEW, 80, RecordKeys("y"), unchanged=False, brief=False)
    text = "\n".join(map(plain, lines))
    assert "1 element\n" in text
    assert "1 member\n" in text
    assert "2 elements" in text
