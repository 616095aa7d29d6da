"""What helps on a screen that shows nothing or cannot read, above the keys of the help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ddbtop.errors import CallError
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import Line, Role, wrapped

if TYPE_CHECKING:
    from ddbtop.tui.session import Session

WIDTH = 70
"""Cells: what the help has room for in 80 columns."""


def advice(session: Session | None, keys: KeyNames) -> list[Line]:
    """Nothing where records are there and more can be read."""
    if session is None:
        return _said("Nothing is read yet: ddbtop is connecting.", "The program ends with the reason if it cannot.")
    if trouble := session.trouble:
        said = _said(trouble.message, trouble.hint)
        if isinstance(trouble, CallError):
            return said + _ways(keys, ("trouble.retry", "asks again at once"))
        return said + _ways(keys, ("start.pick", "reads what was kept from another point"))
    if session.last_number >= 0:
        return []
    if not session.since:
        return _said("Everything that the stream keeps is asked for, and nothing has changed yet.")
    return _said("Nothing has changed since reading began. To see what changed before:") + _ways(
        keys,
        ("start.pick", "starts earlier, up to 24 h back"),
        ("start.earlier", "reads the last 15 minutes"),
    )


def _said(*texts: str) -> list[Line]:
    return [[(part, Role.ATTENTION)] for text in texts if text for part in wrapped(text, WIDTH)]


def _ways(keys: KeyNames, *entries: tuple[str, str]) -> list[Line]:
    return [[(f"  {keys(id)}", Role.ACCENT), (f"  {words}", Role.TEXT)] for id, words in entries]
