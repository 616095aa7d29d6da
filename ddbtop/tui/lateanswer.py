"""What the terminal answers about its ground once nobody waits for it any more.

Textual's parser knows neither sequence and gives it back key by key, its escapes as `^` or as nothing: `]11;rgb:…`
would open the replay, read another stretch of the stream and begin an export.
"""

from __future__ import annotations

import re
from typing import ClassVar

from textual.events import Key

_WHOLE = re.compile(r"\^?(?:\]11;rgba?:[\da-f/]+(?:\x07|\^?\\)|\[\?[\d;]*c)", re.IGNORECASE)
_BEGUN = re.compile(r"(?:\]11;rgba?:?[\da-f/]*\^?|\[\?[\d;]*)", re.IGNORECASE)
_HEADS = ("]11;rgb", "[?")

_UNMISTAKABLE = 4
"""Characters of a beginning that nobody types by chance."""

_LAST = "c"
"""Ends the answer to the second question, after which none comes."""


class LateAnswer:
    """Sifts the answers out of the keys that they are taken for."""

    HELD_S: ClassVar[float] = 0.5
    """So long a key that may begin an answer waits for the next one; the parser keeps an escape back for less."""

    EXPECTED_S: ClassVar[float] = 10.0
    """An answer that is not there by then does not come."""

    def __init__(self) -> None:
        self._held: list[Key] = []
        self.ended = False
        """All that was asked is answered."""

    def sift(self, key: Key) -> list[Key]:
        """The keys that belong to no answer; one that may begin one is held back until the next."""
        self._held.append(key)
        text = self._text
        if _WHOLE.fullmatch(text):
            self._held, self.ended = [], text.endswith(_LAST)
            return []
        if _may_become(text):
            return []
        self._held.pop()
        return [*self.release(), *self.sift(key)] if self._held else [key]

    def release(self) -> list[Key]:
        """The keys that were held back and are none of an answer, since it did not go on; without its end it is one."""
        held, is_answer = self._held, len(self._text) >= _UNMISTAKABLE
        self._held = []
        return [] if is_answer else held

    @property
    def _text(self) -> str:
        return "".join(key.character or "\0" for key in self._held)


def _may_become(text: str) -> bool:
    body = text.removeprefix("^")
    return any(head.startswith(body) for head in _HEADS) or _BEGUN.fullmatch(body) is not None
