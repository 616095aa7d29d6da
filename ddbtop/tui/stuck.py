"""Whether every shard is refused for so long that waiting in silence would look like a quiet stream."""

from __future__ import annotations

from ddbtop.errors import CallError
from ddbtop.streams.status import ReaderState, SessionStatus

PATIENCE_S = 60.0
"""Back-off is one shard's own matter for so long: it waits up to half a minute between two tries."""

_ASKING = (ReaderState.OPENING, ReaderState.BEHIND, ReaderState.DRAINING, ReaderState.TIP)


def stuck(status: SessionStatus, began_at: float, now: float) -> CallError | None:
    """Why no shard got an answer for a minute; None while one did, or where none is asked."""
    asking = [reader for reader in status.readers.values() if reader.state in _ASKING]
    errors = [reader.trouble for reader in asking if reader.trouble is not None]
    if not asking or len(errors) < len(asking):
        return None
    answered = max(reader.answered_at or began_at for reader in asking)
    return errors[0] if now - answered >= PATIENCE_S else None
