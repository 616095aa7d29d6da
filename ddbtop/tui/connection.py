"""What the command line hands to the screen: a way to reach a stream, and what there is to know about it then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ddbtop.streams.census import Catalogue
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


class Elsewhere(Protocol):
    """Other profiles and regions, for a user who wants to go over to them. Every method raises `DdbtopError`.

    Empty names mean what boto3's own rules say.
    """

    def profiles(self) -> list[str]: ...

    def regions(self, profile: str, region: str) -> list[str]:
        """Those of the partition of `region`."""
        ...

    def may_ask(self, profile: str) -> bool:
        """Whether logging in may ask something, so that the terminal has to be free for it."""
        ...

    def knows(self, profile: str) -> bool:
        """Whether there is a login of it already."""
        ...

    def log_in(self, profile: str, region: str) -> None:
        """Look for credentials anew, asking on the terminal for whatever the profile asks for."""
        ...

    def catalogue(self, profile: str, region: str) -> Catalogue: ...

    def connect(self, profile: str, region: str) -> Connect: ...

    def take_over(self, source: Source, profile: str, region: str) -> Connection:
        """Let a source go on as another profile, or with a new login of the same one; what is known of it then."""
        ...
