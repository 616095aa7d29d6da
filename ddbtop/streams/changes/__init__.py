"""What a change record changed: the typed difference of its two images, and the one line that sums it up."""

from ddbtop.streams.changes.model import Change, ChangeKind, Changes
from ddbtop.streams.changes.record import changes, expired_by_ttl
from ddbtop.streams.changes.spans import Role, Span
from ddbtop.streams.changes.summary import summary

__all__ = ["Change", "ChangeKind", "Changes", "Role", "Span", "changes", "expired_by_ttl", "summary"]
