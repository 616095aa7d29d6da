"""A line to type in, in which keys take effect in the order in which they were typed."""

from __future__ import annotations

from textual import events
from textual.widgets import Input

from ddbtop.text import visible
from ddbtop.tui.widgets.painted import RoleApp, RunsKeys

SUBMIT = "enter"
"""The key that ends typing: of every input, and no command that could have another one."""


class Entry(RunsKeys, Input):
    """An input in which keys take effect in the order in which they were typed.

    Textual inserts a letter at once, but looks for the action of a key such as backspace only when the key has gone up
    from the input to the program, and runs one that has priority before the input has seen it. While the program is
    busy, the letter typed after a backspace would be the one that is deleted, and enter would take what was there
    before anything was typed.
    """

    def validate_value(self, value: str) -> str:
        """What a service or a file says is shown here as everywhere, and never obeyed."""
        return visible(value)

    def writes(self, event: events.Key) -> bool:
        """Whether a key is text here, whatever it does elsewhere."""
        return event.is_printable

    def take(self, event: events.Key) -> None:
        """A key that came to somebody else and is meant for this input, after what it was told before."""
        self._forward_event(event.copy())  # private: as the program hands on a key that has just come

    def on_paste(self, event: events.Paste) -> None:
        """All lines as one, where Textual takes the first: of a document over several lines that is a brace."""
        lines = event.text.splitlines()
        text = " ".join(filter(None, map(str.strip, lines))) if len(lines) > 1 else event.text
        super()._on_paste(events.Paste(text))  # private: what an input does with a line
        event.stop()
        event.prevent_default()

    async def on_key(self, event: events.Key) -> None:
        """A key typed before the focus went elsewhere arrives here as well, and belongs to whoever has it."""
        app = self.app
        assert isinstance(app, RoleApp)
        focused = app.focused
        if focused is self:
            if self.writes(event) or not await app.run_key(event.key):
                return
        elif isinstance(focused, Entry):
            focused.take(event)
        else:
            await app.run_key(event.key)
        event.stop()
        event.prevent_default()
