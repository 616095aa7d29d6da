"""What holds for every test, whoever starts them."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="session")
def interrupts() -> Iterator[None]:
    """A shell starts what runs in its background with interrupts ignored, and every child of it would inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
