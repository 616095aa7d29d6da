"""A line to type in, in which keys take effect in the order in which they were typed."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

SUBMIT = "enter"
"""The key that ends typing: of every input, and no command that could have another one."""


class Entry(Input):
    """An input that runs the actions of keys itself.

    Textual inserts a letter at once, but looks for the action of a key such as backspace only when the key has gone up
    from the input to the program. While the program is busy, the letter typed after a backspace comes first and is
    the one that is deleted.
    """

    async def on_key(self, event: events.Key) -> None:
        """A letter typed before the focus went elsewhere arrives here as well, and is a command of whoever has it."""
        away = self.screen.focused is not self
        if event.is_printable and not away:
            return
        run = self.app._check_bindings  # private: what the program does with a key, and with one that came up to it
        if (away and await run(event.key, priority=True)) or await run(event.key) or away:
            event.stop()
            event.prevent_default()
