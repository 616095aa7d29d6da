"""The filters of a mapping: a record goes to the function if any of them lets it through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.patterns.conditions import Leaf
from ddbtop.replay.patterns.parse import MAX_CHARACTERS, Members, parse_json
from ddbtop.replay.patterns.pattern import Pattern, Verdict
from ddbtop.replay.patterns.refusal import PatternError

MAX_FILTERS = 5
"""Of a mapping (Lambda's quota; ten on request)."""


@dataclass(frozen=True, slots=True)
class FilterCriteria:
    """Several patterns, ORed; without any, everything passes."""

    patterns: tuple[Pattern, ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> FilterCriteria:
        """Each text is a pattern, a whole `FilterCriteria`, or `@FILE` with either in it.

        Raises `PatternError` for what Lambda would refuse, `CannotDo` for a file that cannot be read.
        """
        patterns = [pattern for text in texts for pattern in _patterns(text)]
        if len(patterns) > MAX_FILTERS:
            raise WrongUsage(f"a mapping has at most {MAX_FILTERS} filters, these are {len(patterns)}")
        return cls(tuple(patterns))

    def matches(self, record: dict[str, Any]) -> bool:
        return not self.patterns or any(pattern.matches(record) for pattern in self.patterns)

    def looks_at(self, path: str) -> bool:
        """Whether a condition asks for what lies at the path or below it."""
        return any(pattern.looks_at(path) for pattern in self.patterns)

    @property
    def always_asked(self) -> tuple[Leaf, ...]:
        """Leaves that every record that passes has to have, each with a value."""
        if len(self.patterns) != 1:
            return ()
        return tuple(leaf for leaf in self.patterns[0].conditions.leaves if not leaf.accepts_absence)

    def explain(self, record: dict[str, Any]) -> Verdict:
        verdicts = [pattern.explain(record) for pattern in self.patterns]
        if not verdicts or any(verdict.matched for verdict in verdicts):
            return Verdict(True)
        if len(verdicts) == 1:
            return verdicts[0]
        said = (f"filter {number}: {verdict.reason}" for number, verdict in enumerate(verdicts, 1))
        return Verdict(False, "; ".join(said))

    def warnings(self, view_type: str = "") -> list[str]:
        """What is probably not meant; `view_type` is the stream's, empty where it is not known."""
        found = (warning for pattern in self.patterns for warning in pattern.warnings(view_type))
        return list(dict.fromkeys(found))


def _patterns(text: str) -> Iterator[Pattern]:
    if text.startswith("@"):
        text = _contents(text[1:])
    if '"Filters"' not in text:
        yield Pattern.parse(text)
        return
    value = parse_json(text)
    if isinstance(value, Members) and [name for name, _ in value.pairs] == ["Filters"]:
        yield from _listed(value.pairs[0][1])
    else:
        yield Pattern.parse(text)


def _listed(filters: Any) -> Iterator[Pattern]:
    """The patterns of a whole `FilterCriteria`."""
    if not isinstance(filters, list):
        raise PatternError("Filters", "it is an array")
    for number, each in enumerate(filters):
        match each:
            case Members(pairs=(("Pattern", str(text)),)):
                yield _numbered(text, number)
            case _:
                raise PatternError(f"Filters[{number}]", 'it is an object with one member, the text "Pattern"')


def _numbered(text: str, number: int) -> Pattern:
    try:
        return Pattern.parse(text)
    except PatternError as error:
        raise PatternError(f"Filters[{number}], {error.place}", error.reason) from None


def _contents(name: str) -> str:
    try:
        with Path(name).open(encoding="utf-8-sig") as file:
            return file.read(_LONGEST_FILE)
    except OSError as error:
        raise CannotDo(f"the pattern file {name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CannotDo(f"the pattern file {name} is not UTF-8") from None


_LONGEST_FILE = 64 * MAX_CHARACTERS
"""Characters; more is no list of patterns, and not read to its end."""
