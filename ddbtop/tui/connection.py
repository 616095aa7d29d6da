"""What the command line hands to the screen: a way to reach a stream, and what there is to know about it then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ddbtop.streams.source import Source
    from ddbtop.tui.place import Place


@dataclass(frozen=True, slots=True)
class Connection:
    source: Source
    place: Place
    """As it turned out: also what the environment and config files say."""
    newest: Callable[[], str] | None = None
    """Asks for the ARN of the table's newest stream, with a client of its own. Raises `DdbtopError`.

    None where a table never gets another one.
    """


Connect = Callable[[str], Connection]
"""Reaches the stream of an ARN; empty: the one that the user named. Raises `DdbtopError`."""
