"""Waiting for what the screen says, and answering its questions, with no clock but a deadline."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ddbtop.tui.app import InspectorApp
from ddbtop.tui.screens.choose import Chooser
from ddbtop.tui.screens.streams import StreamsScreen
from tests.tui.worlds import screen_text

PATIENCE_S = 20.0
"""A deadline that only a defect reaches."""


def text_of(app: InspectorApp) -> str:
    return "\n".join(screen_text(app))


def flat(text: str) -> str:
    """What is said, without the frame around it and however its lines are broken."""
    return " ".join(text.replace("│", " ").split())


def notes(app: InspectorApp) -> str:
    """Every notification that is still to be seen."""
    return "\n".join(note.message for note in app._notifications)


async def until(app: InspectorApp, pilot: Any, holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, f"{text_of(app)}\n{notes(app)}"
        await pilot.pause(0.02)


async def shown(app: InspectorApp, pilot: Any, *words: str) -> None:
    """Wait until all of these words stand on the screen, however its lines are broken."""
    await until(app, pilot, lambda: all(word in flat(text_of(app)) for word in words))


async def listed(app: InspectorApp, pilot: Any, words: str) -> None:
    """Wait for a list of streams with these words."""
    await until(app, pilot, lambda: isinstance(app.screen, StreamsScreen) and words in text_of(app))


async def chosen(app: InspectorApp, pilot: Any, name: str) -> None:
    """Choose a profile or a region, once that is asked for."""
    await until(app, pilot, lambda: isinstance(app.screen, Chooser))
    await pilot.press(*name, "enter")
    await pilot.pause()


def hand_over(app: InspectorApp, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the program give its terminal away, as no test's terminal can; notes when it did and when it was back."""
    steps: list[str] = []

    @contextlib.contextmanager
    def suspend() -> Iterator[None]:
        steps.append("away")
        yield
        steps.append("back")

    monkeypatch.setattr(app, "suspend", suspend)
    return steps
