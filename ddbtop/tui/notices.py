"""What a session's statuses say only in passing, kept for as long as a banner shows it."""

from __future__ import annotations

from ddbtop.errors import CallError, Throttled
from ddbtop.streams.model import StreamStatus
from ddbtop.streams.status import SessionStatus
from ddbtop.tui.banners import News

TOO_MANY_READERS = "LimitExceededException"
"""How GetRecords refuses a reader beyond the two that a shard serves (Developer Guide, Change data capture)."""

REMEMBERED_S = 60.0
"""A refusal is shown for so long: calls that succeed in between do not mean that the others are gone."""


class Notices:
    """Looks at one status after another; readers are gone through only when more calls were refused than before."""

    def __init__(self) -> None:
        self.newer_arn = ""
        """Of a later stream of the table."""
        self._throttled = 0
        self._refused: dict[str, float] = {}
        """When each shard was refused for the last time, epoch seconds."""
        self._was_enabled = False
        self._disabled_at = 0.0

    def look(self, status: SessionStatus, now: float) -> None:
        if status.throttled != self._throttled:
            self._throttled = status.throttled
            refused = (s for s, reader in status.readers.items() if _is_refusal(reader.trouble))
            self._refused.update(dict.fromkeys(refused, now))
        if status.stream.status == StreamStatus.ENABLED:
            self._was_enabled, self._disabled_at = True, 0.0
        elif self._was_enabled and not self._disabled_at:
            self._disabled_at = now

    def refused_at(self, shard_id: str, now: float) -> float:
        """When the shard was refused because others read it as well; 0 for not of late."""
        at = self._refused.get(shard_id, 0.0)
        return at if now - at < REMEMBERED_S else 0.0

    def news(self, now: float) -> News:
        shared = [shard_id for shard_id in self._refused if self.refused_at(shard_id, now)]
        return News(self.newer_arn, self._disabled_at, shared)


def _is_refusal(error: CallError | None) -> bool:
    return isinstance(error, Throttled) and error.code == TOO_MANY_READERS
