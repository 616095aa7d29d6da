"""What a filter line lets through."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddbtop.journal.extent import Extent
from ddbtop.journal.haystack import is_shown, lacks, needle_of
from ddbtop.journal.query import Query
from ddbtop.journal.reserved import QueryError
from ddbtop.journal.values import texts_of_image
from ddbtop.streams.startpoints import parse_time
from ddbtop.streams.wire import Record, decode_page
from tests.journal.pages import SHARD, page, record

NOW = 1_774_020_000.0
DOTTED: dict[str, Any] = {"a.b": {"S": "dotted"}}


def one(event: str = "MODIFY", at: float = NOW - 60, **attributes: Any) -> Record:
    return page([record(17, key="ORDER#17", event=event, at=at, **attributes)]).records[0]


def accepts(text: str, subject: Record) -> bool:
    return Query.parse(text, NOW).matches(SHARD, subject)


def test_an_empty_line_lets_everything_through() -> None:
    assert accepts("", one())
    assert accepts("   ", one())


@pytest.mark.parametrize(
    "text", ["order#17", "PACK", "packed", "paid", "status", "tracking", "jd0146", "ORDER#17 paid"]
)
def test_a_word_is_looked_for_in_names_and_values_of_both_images(text: str) -> None:
    assert accepts(text, one(tracking={"S": "JD0146"}))


@pytest.mark.parametrize(
    "text", ["bool", "nul", '":{"', "NewImage", "SequenceNumber", "300000000000000000017", "true,"]
)
def test_a_word_is_not_found_in_what_is_not_shown(text: str) -> None:
    assert not accepts(text, one(hold={"BOOL": True}))


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ({"S": 'say "hi"'}, '"say \\"hi\\""'),
        ({"S": "back\\slash"}, '"back\\\\slash"'),
        ({"S": "https://example.org/x"}, '"https://example.org/x"'),
        ({"S": "two words"}, '"two words"'),
        ({"S": "Grüße"}, "grÜSSE".replace("SS", "ß")),
        ({"S": "\u212aelvin"}, "kelvin"),
        ({"S": "\u0130stanbul"}, "i\u0307stanbul"),
        ({"S": "日本"}, "日本"),
        ({"S": "🎉"}, "🎉"),
        ({"BOOL": False}, "false"),
        ({"NULL": True}, "null"),
        ({"N": "12.90"}, "12.90"),
        ({"SS": ["fragile", "gift"]}, "gift"),
        ({"L": [{"M": {"deep": {"L": [{"S": "needle"}]}}}]}, "needle"),
        ({"M": {"carrier": {"S": "DHL"}}}, "carrier"),
        ({"B": "AAECAw=="}, "AAECAw"),
        ({"S": "half \ud83d"}, "half"),
    ],
)
def test_a_word_is_found_however_the_server_spells_it(value: dict[str, Any], word: str) -> None:
    for ascii_only in (True, False):
        wire = json.dumps({"Records": [record(17, note=value)]}, ensure_ascii=ascii_only)
        subject = decode_page(wire.encode(errors="surrogatepass")).records[0] if "\ud83d" not in wire else None
        if subject is not None:
            assert accepts(word, subject), ascii_only
            assert accepts(f"note:{word}", subject), ascii_only
            assert not accepts(f"!{word}", subject), ascii_only


def test_every_letter_of_a_word_may_be_an_escape() -> None:
    wire = json.dumps({"Records": [record(17, note={"S": "plain"})]}).replace("plain", "\\u0070lain")
    subject = decode_page(wire.encode()).records[0]
    assert accepts("plain", subject)
    assert accepts("note=plain", subject)


def test_only_the_two_letters_that_are_treated_so_have_an_ascii_lower_case() -> None:
    beyond = [chr(c) for c in range(0x80, sys.maxunicode + 1)]
    assert [c for c in beyond if any(letter.isascii() for letter in c.lower())] == ["\u0130", "\u212a"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("event:MODIFY", True),
        ("event:modify", True),
        ("event:INSERT", False),
        ("!event:INSERT", True),
        ("key:order#", True),
        ("key:pk", False),
        ("key:paid", False),
        ("key=ORDER#17", True),
        ("key=ORDER#1", False),
        ("shard:a47E", True),
        ("shard:ffff", False),
        ("status:pack", True),
        ("status:PAID", True),
        ("status=PACKED", True),
        ("status=PACK", False),
        ("n=17", True),
        ("n=17.0", True),
        ("n=18", False),
        ("n>16", True),
        ("n>17", False),
        ("n>=17", True),
        ("n<1e3", True),
        ("status>5", False),
        ("tags=gift", True),
        ("tags=gif", False),
        ("tags:gif", True),
        ("ship.carrier=DHL", True),
        ("ship.code=7", True),
        ("ship:dhl", True),
        ("items[1].qty=2", True),
        ("items[2].qty=2", False),
        ("a.b=dotted", True),
        ("missing:x", False),
        ("!missing:x", True),
        ("size>200", True),
        ("size>1kB", False),
        ("size<=208", True),
        ("size<0.3kB", True),
        ("age<15m", True),
        ("age>15m", False),
        ("age<30s", False),
        ("size:100..208", True),
        ("size:0.2kB..4kB", True),
        ("size:208B..", True),
        ("size:..207", False),
        ("!size:..207", True),
        ("size:large", True),
        ("age:30s..5m", True),
        ("age:2m..5m", False),
        ("age:..2m", True),
        ("age:2m..", False),
        ("ttl", False),
        ("status:PACKED event:MODIFY !ttl order#17", True),
        ("status:PACKED event:INSERT", False),
        ('"status:PACKED"', False),
        ('"size":large', True),
        ("size=large", True),
        ('none=""', True),
        ('status=""', False),
        ('"n">16', True),
        ('"pk"=ORDER#17', True),
        ("{status:PAID}", False),
        ("a->b", False),
    ],
)
def test_conditions(text: str, expected: bool) -> None:
    subject = one(
        tags={"SS": ["fragile", "gift"]},
        ship={"M": {"carrier": {"S": "DHL"}, "code": {"N": "007"}}},
        items={"L": [{"M": {"qty": {"N": "1"}}}, {"M": {"qty": {"N": "2"}}}]},
        size={"S": "large"},
        none={"S": ""},
        **DOTTED,
    )
    assert accepts(text, subject) is expected


def test_changed_means_that_the_images_differ() -> None:
    subject = one(extra={"S": "new"})
    assert accepts("changed:status", subject)
    assert accepts("changed:extra", subject)
    assert not accepts("changed:n", subject)
    assert not accepts("changed:missing", subject)


def test_changed_looks_inside_maps_and_ignores_the_order_of_sets() -> None:
    wire = record(1)
    wire["dynamodb"]["NewImage"] = {"a": {"M": {"x": {"N": "1"}, "y": {"N": "2"}}}, "s": {"SS": ["p", "q"]}}
    wire["dynamodb"]["OldImage"] = {"a": {"M": {"x": {"N": "1"}, "y": {"N": "3"}}}, "s": {"SS": ["q", "p"]}}
    subject = page([wire]).records[0]
    assert accepts("changed:a", subject)
    assert accepts("changed:a.y", subject)
    assert not accepts("changed:a.x", subject)
    assert not accepts("changed:s", subject)


@pytest.mark.parametrize("event", ["INSERT", "REMOVE"])
def test_an_item_that_came_or_went_as_a_whole_changed_no_attribute(event: str) -> None:
    assert not accepts("changed:status", one(event))
    assert accepts("!changed:status", one(event))


@pytest.mark.parametrize("side", ["NewImage", "OldImage"])
def test_an_attribute_that_came_or_went_alone_changed(side: str) -> None:
    wire = record(1)
    wire["dynamodb"][side]["extra"] = {"S": "here only"}
    assert accepts("changed:extra", page([wire]).records[0])


@pytest.mark.parametrize(
    ("text", "view_type", "warnings"),
    [
        ("changed:status", "NEW_AND_OLD_IMAGES", []),
        ("changed:status", "", []),
        ("changed:status", "NEW_IMAGE", ["changed: never matches, a stream of the view type NEW_IMAGE has no two"]),
        ("order !changed:status", "KEYS_ONLY", ["changed: never matches, a stream of the view type KEYS_ONLY has no"]),
        ("paid or shipped", "", ["or is looked for as a word; every word must fit, and ! is not"]),
        ("NOT paid AND open", "", ["NOT is looked for as a word", "AND is looked for as a word"]),
        ('"or" "this and that" order', "", []),
    ],
)
def test_what_is_probably_not_meant_is_said(text: str, view_type: str, warnings: list[str]) -> None:
    said = Query.parse(text, NOW).warnings(view_type)
    assert len(said) == len(warnings)
    assert all(map(str.startswith, said, warnings))


def test_what_a_modify_with_one_image_changed_is_not_guessed() -> None:
    wire = record(1)
    del wire["dynamodb"]["OldImage"]
    assert not accepts("changed:status", page([wire]).records[0])


def test_expiry_is_told_from_deletion() -> None:
    wire = record(1, event="REMOVE")
    assert not accepts("ttl", page([wire]).records[0])
    wire["userIdentity"] = {"Type": "Service", "PrincipalId": "dynamodb.amazonaws.com"}
    assert accepts("ttl", page([wire]).records[0])


def test_times_of_day_are_local_and_ranges_exclude_their_end() -> None:
    two = parse_time("14:00", NOW)
    assert accepts("time>14:00", one(at=two))
    assert not accepts("time<14:00", one(at=two))
    assert accepts("time:14:00..14:30", one(at=two))
    assert not accepts("time:13:00..14:00", one(at=two))
    assert accepts("at:14:00..14:30", one(at=two))
    assert not accepts("at:13:00..14:00", one(at=two))
    assert accepts("at:14:00..", one(at=two + 9e5))
    assert accepts("at:..14:30", one(at=0.0))
    assert accepts('at:"yesterday 14:00..14:30"', one(at=two - 3600))


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ('order "open', 6, "quotation mark is not closed"),
        ('a"b', 0, "quotation mark is not closed"),
        ("x !", 2, "nothing follows the !"),
        ("status:", 0, "nothing follows status:"),
        ("event:UPSERT", 0, "UPSERT is no event; there are INSERT, MODIFY, REMOVE"),
        ("a size>huge", 2, "huge is no size"),
        ("size>1xB", 0, "1xB is no size"),
        ("age<5", 0, "5 is no age"),
        ("time>noon", 0, "noon is no time"),
        ("at:14:00", 0, "14:00 is no range such as"),
        ("at:..", 0, r"\.\. is no range such as"),
        ("size:1kB..x", 0, "x is no size"),
        ("size:4kB..1kB", 0, r"4kB\.\.1kB ends before it begins"),
        ("time:14:30..14:00", 0, "ends before it begins"),
        ("age:15m..5m", 0, "ends before it begins"),
        ("age:5..15m", 0, "5 is no age"),
        ('event:"a\nb"', 0, r"a\\nb is no event"),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_place(text: str, position: int, says: str) -> None:
    with pytest.raises(QueryError, match=says) as caught:
        Query.parse(text, NOW)
    assert caught.value.position == position
    assert f"(at character {position + 1})" in caught.value.message
    assert "\n" not in caught.value.message


@given(st.text(max_size=40))
def test_any_text_is_a_query_or_a_query_error(text: str) -> None:
    with suppress(QueryError):
        Query.parse(text, NOW).matches(SHARD, one())


SCALARS = st.one_of(
    st.text(max_size=8).map(lambda text: {"S": text}),
    st.sampled_from(
        ["Kelvin", "\u212a", "\u0130x", 'q"uote', "sla/sh", "back\\slash", "\u2028", "ttl", "s", "BOOL"]
    ).map(lambda text: {"S": text}),
    st.booleans().map(lambda value: {"BOOL": value}),
    st.just({"NULL": True}),
    st.integers().map(lambda value: {"N": str(value)}),
    st.lists(st.text(max_size=4), min_size=1, max_size=3).map(lambda texts: {"SS": texts}),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda values: {"L": values}),
        st.dictionaries(st.text(max_size=4), inner, max_size=3).map(lambda values: {"M": values}),
    ),
    max_leaves=6,
)
IMAGES = st.dictionaries(st.text(max_size=6), VALUES, max_size=4)


@given(IMAGES, st.data(), st.booleans())
def test_looking_before_decoding_never_lies(image: dict[str, Any], data: st.DataObject, ascii_only: bool) -> None:
    raw = json.dumps(image, ensure_ascii=ascii_only).encode(errors="replace")
    texts = [*texts_of_image(raw), "s", "true", "ull", "{", "zz"]
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    word = text[start : start + data.draw(st.integers(1, 6))]
    if not word:
        return
    found = any(word.lower() in text.lower() for text in texts_of_image(raw))
    needle = needle_of(word)
    if needle:
        assert not (found and lacks(raw, needle))
        assert found or not (is_shown(word) and needle in raw.lower() and b"\\" not in raw)


def test_a_block_is_skipped_only_for_what_it_cannot_hold() -> None:
    extent = Extent(inserts=3, modifies=0, removes=0, first_at=NOW - 3600, last_at=NOW - 1800)
    assert Query.parse("event:MODIFY", NOW).excludes(extent)
    assert not Query.parse("!event:MODIFY", NOW).excludes(extent)
    assert not Query.parse("event:INSERT", NOW).excludes(extent)
    assert Query.parse("age<15m", NOW).excludes(extent)
    assert not Query.parse("age<40m", NOW).excludes(extent)
    assert Query.parse("age>2h", NOW).excludes(extent)
    assert Query.parse("age:1m..20m", NOW).excludes(extent)
    assert not Query.parse("age:1m..40m", NOW).excludes(extent)
    assert Query.parse("ttl", NOW).excludes(extent)
    assert Query.parse("shard:ffff", NOW).excludes_shard(SHARD)
    assert not Query.parse("!shard:ffff", NOW).excludes_shard(SHARD)
