"""One alternative of a leaf, decoded from JSON, becomes an operator or is refused."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_network
from math import isfinite
from typing import Any

from ddbtop.replay.patterns.operators import (
    COMPARE,
    AnythingBut,
    Cidr,
    Equals,
    EqualsIgnoreCase,
    Exists,
    Numeric,
    Operator,
    Prefix,
    Suffix,
    Wildcard,
    is_number,
)
from ddbtop.replay.patterns.refusal import PatternError
from ddbtop.replay.patterns.showing import shown

_LOWER, _UPPER = (">", ">="), ("<", "<=")


def parse_alternative(value: Any, place: str) -> Operator:
    """`value`: what stands in a leaf's array. Raises `PatternError`."""
    if isinstance(value, list):
        raise PatternError(place, "an array cannot stand in an array")
    if not isinstance(value, dict):
        return Equals(_finite(value, place) if is_number(value) else value)
    name, operand = _single(value, place)
    if name not in _OPERATORS:
        raise PatternError(place, f"there is no operator {shown(name)}; there are {', '.join(_OPERATORS)}")
    return _OPERATORS[name](operand, place)


def _single(value: dict[str, Any], place: str) -> tuple[str, Any]:
    if len(value) != 1:
        raise PatternError(place, "an object here holds exactly one operator")
    ((name, operand),) = value.items()
    return name, operand


def _prefix(operand: Any, place: str) -> Operator:
    return Prefix(*_text_or_ignoring_case(operand, place, "prefix"))


def _suffix(operand: Any, place: str) -> Operator:
    return Suffix(*_text_or_ignoring_case(operand, place, "suffix"))


def _equals_ignore_case(operand: Any, place: str) -> Operator:
    return EqualsIgnoreCase(_text(operand, place, "equals-ignore-case"))


def _exists(operand: Any, place: str) -> Operator:
    if not isinstance(operand, bool):
        raise PatternError(place, f"exists takes true or false, not {shown(operand)}")
    return Exists(operand)


def _cidr(operand: Any, place: str) -> Operator:
    text = _text(operand, place, "cidr")
    try:
        if text.count("/") != 1:
            raise ValueError
        return Cidr(ip_network(text, strict=False))
    except ValueError:
        raise PatternError(place, f"{shown(text)} is no range of addresses such as 10.0.0.0/24") from None


def _wildcard(operand: Any, place: str) -> Operator:
    text = _text(operand, place, "wildcard")
    pieces, piece, characters, after_star = [], "", iter(text), False
    for character in characters:
        if character == "*" and after_star:
            raise PatternError(place, "wildcard takes no two stars in a row")
        after_star = character == "*"
        if after_star:
            pieces.append(piece)
            piece = ""
        else:
            piece += _unescaped(next(characters, ""), place) if character == "\\" else character
    return Wildcard(text, (*pieces, piece))


def _unescaped(character: str, place: str) -> str:
    if character not in ("*", "\\"):
        raise PatternError(place, "in a wildcard a backslash stands before a star or a backslash")
    return character


def _numeric(operand: Any, place: str) -> Operator:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        raise PatternError(place, 'numeric takes one or two comparisons, such as [">", 0, "<=", 5]')
    bounds = tuple(_bound(sign, number, place) for sign, number in zip(operand[::2], operand[1::2], strict=True))
    if len(bounds) == 2:
        (lower, least), (upper, most) = bounds
        if lower not in _LOWER or upper not in _UPPER:
            raise PatternError(place, "numeric takes two comparisons as a lower bound and then an upper one")
        if least >= most:
            raise PatternError(place, "the lower bound of numeric is not below its upper one")
    return Numeric(bounds)


def _bound(sign: Any, number: Any, place: str) -> tuple[str, float]:
    if not isinstance(sign, str) or sign not in COMPARE:
        raise PatternError(place, f"numeric compares by {' '.join(COMPARE)}, not by {shown(sign)}")
    if not is_number(number):
        raise PatternError(place, f"numeric compares with numbers, not with {shown(number)}")
    return sign, _finite(number, place)


def _anything_but(operand: Any, place: str) -> Operator:
    if isinstance(operand, dict):
        return _anything_but_operator(operand, place)
    unwanted = operand if isinstance(operand, list) else [operand]
    if not unwanted or not (all(map(is_number, unwanted)) or all(isinstance(each, str) for each in unwanted)):
        raise PatternError(place, "anything-but takes text, a number, or a list of either text or numbers")
    return AnythingBut(tuple(parse_alternative(each, place) for each in unwanted))


def _anything_but_operator(operand: dict[str, Any], place: str) -> Operator:
    name, texts = _single(operand, place)
    if name not in _BUT:
        raise PatternError(place, f"anything-but takes {', '.join(_BUT)}, not {shown(name)}")
    listed = texts if isinstance(texts, list) else [texts]
    if not listed:
        raise PatternError(place, "empty arrays are not allowed")
    for text in listed:
        if not _text(text, place, name) and name in ("prefix", "suffix"):
            raise PatternError(place, f"an empty {name} leaves nothing over")
    return AnythingBut(tuple(_OPERATORS[name](text, place) for text in listed))


def _text(value: Any, place: str, name: str) -> str:
    if not isinstance(value, str):
        raise PatternError(place, f"{name} takes text, not {shown(value)}")
    return value


def _text_or_ignoring_case(value: Any, place: str, name: str) -> tuple[str, bool]:
    """The text, and whether letter case is ignored: a prefix and a suffix can be an `equals-ignore-case`."""
    if isinstance(value, dict) and list(value) == ["equals-ignore-case"]:
        return _text(value["equals-ignore-case"], place, "equals-ignore-case"), True
    return _text(value, place, name), False


def _finite(number: float, place: str) -> float:
    """JSON can write numbers that are beyond any that can be compared."""
    if isinstance(number, float) and not isfinite(number):
        raise PatternError(place, "a number is too large")
    return number


_OPERATORS: dict[str, Callable[[Any, str], Operator]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "anything-but": _anything_but,
    "numeric": _numeric,
    "exists": _exists,
    "wildcard": _wildcard,
    "cidr": _cidr,
}

_BUT = ("prefix", "suffix", "equals-ignore-case", "wildcard")
