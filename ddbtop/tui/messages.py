"""What widgets and layers ask of the program as a whole."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum

from textual.message import Message

from ddbtop.streams.model import StartPoint


@dataclass
class CopyWanted(Message):
    """Put text on the clipboard; `what` says in words what it is."""

    text: str
    what: str


@dataclass
class StartWanted(Message):
    """Read from another point of the stream."""

    start: StartPoint


@dataclass
class StreamWanted(Message):
    """Read another stream, from its beginning."""

    arn: str


class Switch(StrEnum):
    """What a user may go over to while a session reads."""

    STREAM = "stream"
    PROFILE = "profile"
    REGION = "region"
    LOGIN = "login"
    """The same stream, read as another profile."""
    AGAIN = "again"
    """The same profile, logged in to anew where that asks something."""


@dataclass
class SwitchWanted(Message):
    """Go over to something else, or ask to what."""

    what: Switch


@dataclass
class SessionFailed(Message):
    """A session has nothing to show and never will."""

    error: Exception


class Settled(Message):
    """Everything that lives as long as the program is there: the screen, and the list of shards."""


def said(start: StartPoint) -> str:
    """A start point in words."""
    position = start.position
    where = position.type.value
    if position.sequence_number:
        where += f" {position.sequence_number}"
    if position.timestamp:
        where = time.strftime("%H:%M:%S", time.localtime(position.timestamp))
    scope = f" in {start.shard_id}" if start.shard_id else ""
    return where + scope
