"""The difference of two images as frozen values: one change a path."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from enum import StrEnum
from functools import cached_property
from typing import Any

from ddbtop.streams.attributes import SETS, Kind, binary, kind_of, name_text, number

Path = tuple[str | int, ...]
"""Attribute names and list indices from the item downwards."""

_EXACT = Context(prec=300, traps=[Inexact])
"""Digits enough for the difference of any two DynamoDB numbers, 1E-130 to 9.9E+125."""

_DELTA_CHARACTERS = 48
"""A longer difference is written with an exponent, and one that is longer even so is left out."""


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """An element at another place of its list, with the same value."""
    SAME = "same"
    UNKNOWN = "unknown"
    """The stream carries one side only; whether the value changed cannot be told."""


@dataclass(frozen=True)
class Change:
    """What happened at one place of the item. Values are attribute values as decoded from JSON."""

    kind: ChangeKind
    old_path: Path = ()
    """Where it was, in the old image; empty for what was not there."""
    new_path: Path = ()
    """Where it is, in the new image; empty for what is not there."""
    old: Any = None
    new: Any = None

    @property
    def path(self) -> str:
        """`lines[2].qty`, safe to show."""
        return path_text(self.new_path or self.old_path)

    @cached_property
    def old_kind(self) -> Kind:
        """Means something only with an `old_path`; kept because looking through a large value takes its time."""
        return kind_of(self.old)

    @cached_property
    def new_kind(self) -> Kind:
        """Means something only with a `new_path`."""
        return kind_of(self.new)

    @property
    def type_changed(self) -> bool:
        return bool(self.old_path and self.new_path) and self.old_kind is not self.new_kind

    @property
    def type_text(self) -> str:
        """`S`, or `N → S` where the type changed."""
        if self.type_changed:
            return f"{self.old_kind} → {self.new_kind}"
        return (self.new_kind if self.new_path else self.old_kind).value

    @property
    def delta(self) -> str:
        """How much a number grew, `+1` or `−0.5`, or where two binary values begin to differ; often empty."""
        if self.kind is not ChangeKind.CHANGED or self.type_changed:
            return ""
        if self.new_kind is Kind.N:
            return _difference(number(self.old["N"]), number(self.new["N"]))
        if self.new_kind is Kind.B:
            return f"from byte {_common(binary(self.old['B']) or b'', binary(self.new['B']) or b'')}"
        return ""

    def elements(self) -> tuple[list[Any], list[Any]]:
        """The elements that left a set and those that came, as attribute values; empty for what is no set."""
        if self.kind is not ChangeKind.CHANGED or self.type_changed or self.new_kind not in SETS:
            return [], []
        tag = self.new_kind.value[0]
        before = {_element_key(tag, element): element for element in self.old[self.new_kind.value]}
        after = {_element_key(tag, element): element for element in self.new[self.new_kind.value]}
        gone = [{tag: element} for key, element in before.items() if key not in after]
        return gone, [{tag: element} for key, element in after.items() if key not in before]


@dataclass(frozen=True, slots=True)
class Changes:
    """What one record changed, as far as its stream lets anyone know."""

    changes: tuple[Change, ...] = ()
    """In the order of the new image, what was removed last; `UNKNOWN` ones where one side is missing."""
    same: tuple[Change, ...] = ()
    """Attributes of the item that did not change anywhere inside."""
    note: str = ""
    """What cannot be known or is not told; empty where the record's own images say everything."""
    derived: bool = False
    """The old side is not the record's own but the image before it in the journal."""
    complete: bool = True
    """False: there are more changes than are told, and attributes not looked at are missing from `same`."""
    unreadable: bool = False
    """An image is not of a form that could be compared; `note` says why."""

    @property
    def unchanged(self) -> int:
        return len(self.same)


def path_text(path: Path) -> str:
    """`a.b[2].c`; names that contain dots or brackets are in quotes."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        else:
            parts.append(f".{name_text(step)}" if parts else name_text(step))
    return "".join(parts)


def _difference(old: Decimal | None, new: Decimal | None) -> str:
    if old is None or new is None:
        return ""
    try:
        change = _EXACT.subtract(new, old)
    except Inexact:
        return ""
    amount = change.copy_abs().normalize(_EXACT)
    text = next((text for text in (format(amount, "f"), str(amount)) if len(text) <= _DELTA_CHARACTERS), "")
    return f"{'−' if change.is_signed() else '+'}{text}" if text else ""


def _common(old: bytes, new: bytes) -> int:
    """How many bytes both begin with, found by halves."""
    low, high = 0, min(len(old), len(new))
    while low < high:
        middle = (low + high + 1) // 2
        if old[low:middle] == new[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _element_key(tag: str, element: str) -> str | Decimal | None:
    return number(element) if tag == "N" else element
