"""The roles of a summary's spans in terms of the screen's."""

from __future__ import annotations

from collections.abc import Iterable

from ddbtop.streams.changes import Role as ChangeRole
from ddbtop.streams.changes import Span
from ddbtop.tui.look import Line, Role

_ROLES = {
    ChangeRole.PLAIN: Role.TEXT,
    ChangeRole.DIM: Role.DIM,
    ChangeRole.ADDED: Role.INSERT,
    ChangeRole.REMOVED: Role.REMOVE,
    ChangeRole.MODIFY: Role.MODIFY,
    ChangeRole.EXPIRY: Role.EXPIRY,
    ChangeRole.ATTENTION: Role.ATTENTION,
}

EVENT_ROLES = {"INSERT": Role.INSERT, "MODIFY": Role.MODIFY, "REMOVE": Role.REMOVE}
"""Any other name of an event is one that nobody documented, and has the colour of attention."""


def pieces(spans: Iterable[Span]) -> Line:
    return [(span.text, _ROLES[span.role]) for span in spans]


def key_pieces(key: str) -> Line:
    """A key with the dot between partition and sort key in the background."""
    partition, dot, sort = key.partition(" · ")
    return [(partition, Role.TEXT), (dot, Role.DIM), (sort, Role.TEXT)]
