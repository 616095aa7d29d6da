"""Every clock on a screen shows UTC, wherever the tests run; and the shop whose records are replayed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.replays import sell
from tests.tui.worlds import NOW, Stage, stage


@pytest.fixture(autouse=True, scope="session")
def utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """One shard of orders, one of them with a price that is text; the clock stands still, and this is the folder."""
    monkeypatch.setattr("time.time", lambda: NOW)
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)
    with stage(tmp_path, shards=1) as made:
        sell(made)
        yield made
