"""Records as lines for people: coloured in a terminal, unless the user wants none."""

from __future__ import annotations

import io
import sys

import pytest

from ddbtop.cli.printer import Printer
from tests.journal.pages import batch, numbered


def printed() -> str:
    out = io.BytesIO()
    Printer(out, "arn:aws:dynamodb:eu-west-1:1:table/orders/stream/x", as_json=False).commit(batch(numbered(1)))
    return out.getvalue().decode()


def test_lines_are_coloured_in_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert "\x1b[34m" in printed()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False)
    assert "\x1b" not in printed()


def test_no_colour_where_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in printed()
    assert "status PAID → PACKED" in printed()
