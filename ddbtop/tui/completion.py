"""How the last word of a filter line could go on, from the words that are known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ddbtop.journal.reserved import EVENTS
from ddbtop.journal.vocabulary import Vocabulary

MOST = 50
"""Proposals at most; who has more to choose from types another letter."""

FIELDS = ("event:", "key:", "shard:", "changed:", "size>", "age<", "time>", "ttl")
"""What a condition may begin with, beside the name of an attribute."""

_RESERVED = ("event", "key", "shard", "changed", "at")
"""An attribute of such a name is meant by it only in quotation marks."""

_LAST_WORD = re.compile(r'(?:^|\s)(!?)([^\s"]*)$')
_CONDITION = re.compile(r"([^:=<>]+)([:=])(.*)")
_NEEDS_QUOTES = re.compile(r'[\s"]|^[!{]')
_NEEDS_QUOTES_IN_NAMES = re.compile(r'[\s":=<>/]|^[\d{\[!]')


def completions(text: str, known: Vocabulary, shards: Iterable[str]) -> list[str]:
    """Whole lines that end with a word that is known and begins as the text's last word does; the likeliest first.

    A word that needs quotation marks has them, also where the text has none yet.
    """
    found = _LAST_WORD.search(text)
    if found is None or text.lstrip().startswith("{"):
        return []
    typed = found.group(2)
    before = text[: len(text) - len(typed)]
    words = dict.fromkeys(written for word, written in _words(typed, known, shards) if _goes_on(word, typed))
    return [before + word for word in words][:MOST]


def _goes_on(word: str, typed: str) -> bool:
    return len(word) > len(typed) and word.lower().startswith(typed.lower())


def _words(typed: str, known: Vocabulary, shards: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Words as they read, and as they are written."""
    condition = _CONDITION.fullmatch(typed)
    if condition is not None:
        start = condition.group(1) + condition.group(2)
        yield from ((start + value, start + _quoted(value)) for value in _values(condition.group(1), known, shards))
        return
    yield from ((name, name) for name in FIELDS)
    yield from ((f"{name}:", f"{_quoted_name(name)}:") for name in known.attributes)
    yield from ((prefix, _quoted(prefix)) for prefix in known.key_prefixes)


def _values(name: str, known: Vocabulary, shards: Iterable[str]) -> Iterable[str]:
    match name:
        case "event":
            return EVENTS
        case "key":
            return known.key_prefixes
        case "shard":
            return shards
        case "changed":
            return known.attributes
    return known.values.get(name, ())


def _quoted(value: str) -> str:
    return _in_quotes(value) if _NEEDS_QUOTES.search(value) else value


def _quoted_name(name: str) -> str:
    return _in_quotes(name) if _NEEDS_QUOTES_IN_NAMES.search(name) or name in _RESERVED else name


def _in_quotes(text: str) -> str:
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
