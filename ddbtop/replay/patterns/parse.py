"""The text of a pattern becomes conditions, or is refused with the place and the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from ddbtop.replay.mapping.undocumented import MAX_LEVELS, joined
from ddbtop.replay.patterns.alternatives import parse_alternative
from ddbtop.replay.patterns.conditions import Choice, Conditions, Leaf
from ddbtop.replay.patterns.refusal import PatternError
from ddbtop.replay.patterns.showing import shown

MAX_CHARACTERS = 4096
"""Of a pattern (Lambda's quota)."""

OR = "$or"

TOP = "at its top"
"""The place of what concerns a pattern as a whole."""


@dataclass(frozen=True, slots=True)
class Members:
    """A JSON object with every member it was written with: names may come again."""

    pairs: tuple[tuple[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        return dict(self.pairs)


def parse_conditions(text: str) -> Conditions:
    """Raises `PatternError`."""
    if len(text) > MAX_CHARACTERS:
        raise PatternError(TOP, f"it has {len(text)} characters, {MAX_CHARACTERS} are allowed")
    value = parse_json(text)
    if not isinstance(value, Members):
        raise PatternError(TOP, "a pattern is a JSON object")
    return _conditions(value, None, 1)


def parse_json(text: str) -> Any:
    """JSON with its objects as `Members`. Raises `PatternError`."""
    try:
        return json.loads(text, object_pairs_hook=lambda pairs: Members(tuple(pairs)), parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise PatternError(place, f"this is not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise PatternError(TOP, f"this is not JSON that can be read: {error}") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _conditions(members: Members, within: str | None, level: int) -> Conditions:
    """What an object asks of everything below the path `within`, its own nested objects included."""
    if level > MAX_LEVELS:
        raise PatternError(within or TOP, f"objects lie more than {MAX_LEVELS} levels deep")
    if not members.pairs:
        raise PatternError(within or TOP, "empty objects are not allowed")
    leaves: dict[str, Leaf] = {}
    choices: list[Choice] = []
    for name, value in members.pairs:
        path = joined(within, name)
        if name == OR:
            choices.append(Choice(tuple(_branches(value, within, level))))
        elif isinstance(value, Members):
            inner = _conditions(value, path, level + 1)
            leaves.update((leaf.path, leaf) for leaf in inner.leaves)
            choices.extend(inner.choices)
        else:
            leaves[path] = _leaf(path, value)
    return Conditions(tuple(leaves.values()), tuple(choices))


def _branches(value: Any, within: str | None, level: int) -> Iterator[Conditions]:
    place = joined(within, OR)
    if not isinstance(value, list):
        raise PatternError(place, f"{OR} takes an array of objects")
    if len(value) < 2:
        raise PatternError(place, f"{OR} takes at least two objects")
    for number, branch in enumerate(value):
        if not isinstance(branch, Members):
            raise PatternError(f"{place}[{number}]", f"{OR} takes objects only")
        yield _conditions(branch, within, level + 1)


def _leaf(path: str, value: Any) -> Leaf:
    if not isinstance(value, list):
        raise PatternError(path, f"{shown(value)} must be an object or an array")
    if not value:
        raise PatternError(path, "empty arrays are not allowed")
    placed = ((part, f"{path}[{number}]") for number, part in enumerate(value))
    return Leaf(path, tuple(parse_alternative(_plain(part, place), place) for part, place in placed))


def _plain(value: Any, place: str) -> Any:
    """An alternative with dictionaries for objects; here a name that comes again cannot be meant."""
    if isinstance(value, list):
        return [_plain(part, place) for part in value]
    if not isinstance(value, Members):
        return value
    if len(value.as_dict()) < len(value.pairs):
        raise PatternError(place, "an operator comes twice in one object")
    return {name: _plain(part, place) for name, part in value.pairs}
