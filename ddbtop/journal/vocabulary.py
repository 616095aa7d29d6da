"""The words that a filter can be made of: names and values that a sample of a journal's records has."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ddbtop.journal.reader import JournalReader
from ddbtop.journal.subject import images_of
from ddbtop.journal.values import decoded, tag_and_content
from ddbtop.streams.wire import Record

SAMPLES = 8
"""Places all over a journal at which records are looked at, each a block that has to be opened."""

RECORDS_A_SAMPLE = 200
"""Some hundredths of a second in all, however large the journal is."""

FEW_VALUES = 12
"""An attribute with no more different values than this has values worth proposing."""

VALUE_CHARACTERS = 40
"""Longer values are no words that somebody types."""

_PREFIX = re.compile(r"[^#:/|]{1,30}[#:/|]")
"""`ORDER#` of `ORDER#10482`: how single-table designs tell kinds of items apart."""


@dataclass(frozen=True)
class Vocabulary:
    """Each kind of word, the most frequent first."""

    attributes: tuple[str, ...] = ()
    key_prefixes: tuple[str, ...] = ()
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Of attributes that have few different ones."""


def vocabulary(reader: JournalReader) -> Vocabulary:
    """Of what a journal holds, by a sample of at most `SAMPLES` times `RECORDS_A_SAMPLE` records."""
    return vocabulary_of(_sample(reader))


def vocabulary_of(records: Iterable[Record]) -> Vocabulary:
    prefixes: Counter[str] = Counter()
    values: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for record in records:
        prefixes.update(_prefixes(decoded(record.dynamodb.keys)))
        for image in images_of(record):
            for name, text in _words(decoded(image)):
                values[name][text] += 1
    by_frequency = sorted(values, key=lambda name: (-values[name].total(), name))
    few = {name: _common(values[name]) for name in by_frequency if _are_few(values[name])}
    return Vocabulary(tuple(by_frequency), _common(prefixes), few)


def _sample(reader: JournalReader) -> Iterator[Record]:
    start, end = reader.bounds()
    step = max(RECORDS_A_SAMPLE, (end - start) // SAMPLES)
    for place in range(end - RECORDS_A_SAMPLE, start - RECORDS_A_SAMPLE, -step):
        for row in reader.window(max(start, place), RECORDS_A_SAMPLE):
            yield row.record


def _prefixes(keys: Any) -> Iterator[str]:
    if isinstance(keys, dict):
        for value in keys.values():
            tag, text = tag_and_content(value)
            found = _PREFIX.match(text) if tag == "S" and isinstance(text, str) else None
            if found:
                yield found.group()


def _words(image: Any) -> Iterator[tuple[str, str]]:
    """Attributes with their values; those that are no short text, number or truth value have an empty one."""
    if not isinstance(image, dict):
        return
    for name, value in image.items():
        tag, content = tag_and_content(value)
        if tag == "BOOL":
            content = "true" if content else "false"
        is_word = tag in ("S", "N", "BOOL") and isinstance(content, str) and len(content) <= VALUE_CHARACTERS
        yield name, content if is_word else ""


def _are_few(values: Counter[str]) -> bool:
    """Whether the values come again and again, so that those seen are probably all."""
    return "" not in values and len(values) <= FEW_VALUES and values.total() > 2 * len(values)


def _common(words: Counter[str]) -> tuple[str, ...]:
    return tuple(word for word, _ in words.most_common(100))
