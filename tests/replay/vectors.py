"""Published and recorded decisions of Lambda, EventBridge and event-ruler: `data/filters.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Vector:
    name: str
    pattern: str
    record: dict[str, Any]
    match: bool
    invalid: bool


def vectors() -> list[Vector]:
    entries = json.loads((Path(__file__).parent / "data" / "filters.json").read_text())
    return [_vector(entry) for entry in entries]


def _vector(entry: dict[str, Any]) -> Vector:
    """A pattern that is text keeps what decoding would lose, such as a name that comes twice."""
    pattern = entry["pattern"]
    text = pattern if isinstance(pattern, str) else json.dumps(pattern)
    return Vector(entry["name"], text, entry["record"], bool(entry["match"]), entry["invalid"])
