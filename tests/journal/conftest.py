"""A journal to write to, closed whatever the test does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ddbtop.journal.journal import Journal
from tests.journal.pages import STREAM


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.ddbtop"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    with Journal.create(path, STREAM) as journal:
        yield journal
