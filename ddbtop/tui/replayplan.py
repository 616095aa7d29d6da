"""How a run goes about it, and which records it gets."""

from __future__ import annotations

from dataclasses import dataclass

from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.options import DEFAULT_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run goes about it."""

    handler: str
    settings: Settings = Settings()  # noqa: RUF009 -- frozen
    timeout_s: float = DEFAULT_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class Selected:
    """Which records, in words."""

    source: str = ""
    """`a47e99d0 and its ancestors`."""
    begins: str = ""
    ends: str = ""
