"""What lies over another screen until it is left."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

Result = TypeVar("Result")


class Layer(ModalScreen[Result]):
    """A dialog that is left by whatever comes first.

    Enter pressed twice, or a double click, is there before the first of the two was looked at: for the second Textual
    would take away the screen below, and end the program where that is the last one.
    """

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        return super().dismiss(result) if self.is_active else AwaitComplete()
