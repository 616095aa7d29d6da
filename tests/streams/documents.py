"""Strategies for attribute values and whole items, as `wire.decode_value` would give them."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no defect."""

_TEXT = st.text(st.characters(), max_size=6)
_NAMES = st.sampled_from(["a", "b", "status", "tags", "a.b", "x[0]", ""]) | _TEXT


def json_values() -> st.SearchStrategy[Any]:
    """Anything JSON can say, attribute values or not."""
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | _TEXT
    tags = st.sampled_from(["S", "N", "B", "SS", "NS", "BS", "M", "L", "BOOL", "NULL"]) | _TEXT
    return st.recursive(scalars, lambda v: st.lists(v, max_size=3) | st.dictionaries(tags, v, max_size=3), max_leaves=8)


def numbers() -> st.SearchStrategy[str]:
    """As DynamoDB writes them: up to 38 digits."""
    return st.integers(-5, 5).map(str) | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str).filter(
        lambda text: len(text) < 39
    )


def attribute_values() -> st.SearchStrategy[dict[str, Any]]:
    """Well-formed attribute values, nested a few levels."""
    return st.recursive(_scalars(), _containers, max_leaves=10)


def items() -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(_NAMES, attribute_values(), max_size=5)


def _scalars() -> st.SearchStrategy[dict[str, Any]]:
    texts = st.sampled_from(["PAID", "SHIPPED", "leave at door", ""]) | _TEXT
    blobs = st.binary(max_size=6).map(lambda data: b64encode(data).decode())
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "S": texts,
        "N": numbers(),
        "B": blobs,
        "BOOL": st.booleans(),
        "NULL": st.just(True),
        "SS": st.lists(texts, min_size=1, max_size=4, unique=True),
        "NS": st.lists(st.integers(-3, 3).map(str), min_size=1, max_size=4, unique=True),
        "BS": st.lists(blobs, min_size=1, max_size=3, unique=True),
    }
    return st.one_of([st.fixed_dictionaries({kind: contents}) for kind, contents in kinds.items()])


def _containers(values: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    lists = st.lists(values, max_size=5).map(lambda content: {"L": content})
    maps = st.dictionaries(_NAMES, values, max_size=4).map(lambda content: {"M": content})
    return lists | maps
