"""What the filter line proposes: words that its language has and that the journal holds."""

from __future__ import annotations

from typing import Any

import pytest

from ddbtop.journal.journal import Journal
from ddbtop.journal.query import Query
from ddbtop.journal.vocabulary import RECORDS_A_SAMPLE, SAMPLES, Vocabulary, vocabulary, vocabulary_of
from ddbtop.tui.completion import FIELDS, completions
from tests.journal.conftest import journal, path  # noqa: F401
from tests.journal.pages import SHARD, batch, page, record

KNOWN = Vocabulary(
    attributes=("status", "total", "ship to", "size", "shipped"),
    key_prefixes=("ORDER#", "CART#"),
    values={"status": ("PAID", "PACKED", "on hold"), "shipped": ("true", "false")},
)
SHARDS = ("a47e11aa", "0be417f3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ev", ["event:"]),
        ("event:", ["event:INSERT", "event:MODIFY", "event:REMOVE"]),
        ("event:m", ["event:MODIFY"]),
        ("!event:r", ["!event:REMOVE"]),
        ("paid key:", ["paid key:ORDER#", "paid key:CART#"]),
        ("shard:a", ["shard:a47e11aa"]),
        ("changed:s", ["changed:status", 'changed:"ship to"', "changed:size", "changed:shipped"]),
        ("stat", ["status:"]),
        ("s", ["shard:", "size>", "status:", '"ship to":', "size:", "shipped:"]),
        ("status=p", ["status=PAID", "status=PACKED"]),
        ("status:o", ['status:"on hold"']),
        ("status:", ["status:PAID", "status:PACKED", 'status:"on hold"']),
        ("ord", ["ORDER#"]),
        ("total:", []),
        ("size>1", []),
        ('{"dynamodb', []),
        ('"two wo', []),
        ("ttl", []),
    ],
)
def test_the_last_word_goes_on_as_a_known_one(text: str, expected: list[str]) -> None:
    assert completions(text, KNOWN, SHARDS) == expected


STRANGE = ('a"b\\c d', "x:y", "{z", "9th", "!no", "key", "at", "plain")


def strange_record(number: int, *names: str, value: str = "") -> dict[str, Any]:
    wire = record(number)
    wire["dynamodb"]["NewImage"] = {name: {"S": value or name} for name in names}
    return wire


def test_names_that_are_proposed_mean_these_attributes() -> None:
    known = Vocabulary(attributes=STRANGE)
    subjects = page([strange_record(n, name, value="same") for n, name in enumerate(STRANGE)])
    conditions = [line + "same" for line in completions("", known, ()) if line not in FIELDS]
    for lines in (completions("changed:", known, ()), conditions):
        for line, name in zip(lines, STRANGE, strict=True):
            query = Query.parse(line)
            found = [n for n, one in enumerate(subjects.records) if query.matches(SHARD, one)]
            assert found == [STRANGE.index(name)], line


def test_values_that_are_proposed_mean_these_values() -> None:
    subjects = page([strange_record(n, "x", value=value) for n, value in enumerate(STRANGE)])
    for line, value in zip(completions("x=", Vocabulary(values={"x": STRANGE}), ()), STRANGE, strict=True):
        found = [n for n, one in enumerate(subjects.records) if Query.parse(line).matches(SHARD, one)]
        assert found == [STRANGE.index(value)], line


def test_words_are_those_of_the_records(journal: Journal) -> None:  # noqa: F811
    wire = [record(n, key=f"{'CART' if n % 3 else 'ORDER'}#{n}", paid={"BOOL": n % 2 == 0}) for n in range(60)]
    journal.commit(batch(page(wire)))
    with journal.reader() as reader:
        known = vocabulary(reader)
    assert set(known.attributes) == {"pk", "sk", "status", "n", "paid"}
    assert known.key_prefixes == ("CART#", "ORDER#")
    assert set(known.values["status"]) == {"PAID", "PACKED"}
    assert set(known.values["paid"]) == {"true", "false"}
    assert "n" not in known.values, "as many values as records"


def test_a_large_journal_is_looked_at_in_places(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr("ddbtop.journal.append.BLOCK_BYTES", 100_000)
    for first in range(0, 4_000, 500):
        journal.commit(batch(page(record(n) for n in range(first, first + 500))))
    looked_at = list[int]()
    with journal.reader() as reader:
        window = reader.window

        def noted(first: int, count: int) -> list[object]:
            looked_at.append(count)
            return list(window(first, count))

        monkeypatch.setattr(reader, "window", noted)
        vocabulary(reader)
    assert looked_at == [RECORDS_A_SAMPLE] * SAMPLES


def test_no_record_and_records_without_images_have_few_words() -> None:
    assert vocabulary_of([]) == Vocabulary()
    wire = record(1)
    del wire["dynamodb"]["NewImage"], wire["dynamodb"]["OldImage"]
    assert set(vocabulary_of(page([wire]).records).attributes) == {"pk", "sk"}
