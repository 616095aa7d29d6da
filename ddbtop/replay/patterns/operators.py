"""What a leaf of a pattern can ask of a value, one class an operator, under the names that patterns use."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, TypeGuard

from ddbtop.replay.mapping.undocumented import equal_letters, equal_numbers
from ddbtop.replay.patterns.showing import shown

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": equal_numbers,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Operator:
    """One of the alternatives of a leaf."""

    def accepts(self, value: Any) -> bool:
        """`value` is no object and no array."""
        raise NotImplementedError

    @property
    def accepts_absence(self) -> bool:
        """Whether a missing field will do."""
        return False


@dataclass(frozen=True, slots=True)
class Equals(Operator):
    """The same text, number or literal; never one in place of the other."""

    expected: str | float | bool | None

    def accepts(self, value: Any) -> bool:
        expected = self.expected
        if is_number(value) and is_number(expected):
            return equal_numbers(value, expected)
        return type(value) is type(expected) and bool(value == expected)

    def __str__(self) -> str:
        return shown(self.expected)


@dataclass(frozen=True, slots=True)
class Text(Operator):
    """What is asked of text alone."""

    text: str
    ignores_case: bool = False

    def accepts(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        if self.ignores_case:
            return self._fits(equal_letters(value), equal_letters(self.text))
        return self._fits(value, self.text)

    def _fits(self, value: str, text: str) -> bool:
        raise NotImplementedError

    def _said(self, name: str) -> str:
        return f"{name} {'equals-ignore-case ' if self.ignores_case else ''}{shown(self.text)}"


@dataclass(frozen=True, slots=True)
class Prefix(Text):
    def _fits(self, value: str, text: str) -> bool:
        return value.startswith(text)

    def __str__(self) -> str:
        return self._said("prefix")


@dataclass(frozen=True, slots=True)
class Suffix(Text):
    def _fits(self, value: str, text: str) -> bool:
        return value.endswith(text)

    def __str__(self) -> str:
        return self._said("suffix")


@dataclass(frozen=True, slots=True)
class EqualsIgnoreCase(Text):
    ignores_case: bool = True

    def _fits(self, value: str, text: str) -> bool:
        return value == text

    def __str__(self) -> str:
        return f"equals-ignore-case {shown(self.text)}"


@dataclass(frozen=True, slots=True)
class Wildcard(Operator):
    """Text in which every `*` of the pattern stands for zero or more characters."""

    text: str
    pieces: tuple[str, ...]
    """What stands between the stars, escapes resolved; a single piece where there is no star."""

    def accepts(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        first, *inner = self.pieces
        if not inner:
            return value == first
        *inner, last = inner
        at, end = len(first), len(value) - len(last)
        if at > end or not (value.startswith(first) and value.endswith(last)):
            return False
        for piece in inner:
            found = value.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    def __str__(self) -> str:
        return f"wildcard {shown(self.text)}"


@dataclass(frozen=True, slots=True)
class Cidr(Operator):
    """Text that is an IP address of the range."""

    network: IPv4Network | IPv6Network

    def accepts(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        try:
            return ip_address(value) in self.network
        except ValueError:  # no address
            return False

    def __str__(self) -> str:
        return f"cidr {self.network}"


@dataclass(frozen=True, slots=True)
class Numeric(Operator):
    """A JSON number within bounds; text that reads as a number is text."""

    bounds: tuple[tuple[str, float], ...]

    def accepts(self, value: Any) -> bool:
        return is_number(value) and all(COMPARE[sign](value, bound) for sign, bound in self.bounds)

    def __str__(self) -> str:
        return "numeric " + " ".join(f"{sign} {shown(bound)}" for sign, bound in self.bounds)


@dataclass(frozen=True, slots=True)
class AnythingBut(Operator):
    """A value that is there, null included, and that none of these accepts."""

    unwanted: tuple[Operator, ...]

    def accepts(self, value: Any) -> bool:
        return not any(unwanted.accepts(value) for unwanted in self.unwanted)

    def __str__(self) -> str:
        return f"anything-but {', '.join(map(str, self.unwanted))}"


@dataclass(frozen=True, slots=True)
class Exists(Operator):
    """A leaf is there, whatever its value, or is not."""

    present: bool

    def accepts(self, value: Any) -> bool:
        return self.present

    @property
    def accepts_absence(self) -> bool:
        return not self.present

    def __str__(self) -> str:
        return f"exists {shown(self.present)}"


def is_number(value: Any) -> TypeGuard[float]:
    """JSON's numbers; Python counts truth among them."""
    return isinstance(value, int | float) and not isinstance(value, bool)
