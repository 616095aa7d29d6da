"""Widgets that paint lines of pieces: the one place where text from outside reaches the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from ddbtop.text import cell_width, visible
from ddbtop.tui.look import Line, Role, clip

_CURSOR = "role--cursor"


class Painted(Widget):
    """Paints pieces by their role. Whatever the text is, it is shown and never obeyed."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"role--{role}" for role in Role} | {_CURSOR}

    def strip(self, line: Line, width: int, *, lit: bool = False) -> Strip:
        """The line in exactly `width` cells; `lit` paints the cursor's background."""
        segments = []
        used = 0
        for text, role in clip([(visible(text), role) for text, role in line], width):
            segments.append(Segment(text, self._style(role, lit)))
            used += cell_width(text)
        if used < width:
            segments.append(Segment(" " * (width - used), self._style(Role.TEXT, lit)))
        return Strip(segments, width)

    def _style(self, role: Role, lit: bool) -> Style:
        style = self.get_component_rich_style(f"role--{role}")
        return style + Style(bgcolor=self.get_component_rich_style(_CURSOR).bgcolor) if lit else style


class Lines(Painted):
    """A few lines, painted again only where they changed."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[Line] = ()

    def show(self, lines: Sequence[Line]) -> None:
        """Replace what is shown."""
        before, self._lines = self._lines, lines
        for y in range(max(len(before), len(lines))):
            if (before[y] if y < len(before) else None) != (lines[y] if y < len(lines) else None):
                self.refresh(Region(0, y, self.size.width, 1))

    @property
    def lines(self) -> Sequence[Line]:
        return self._lines

    def render_line(self, y: int) -> Strip:
        return self.strip(self._lines[y] if y < len(self._lines) else [], self.size.width)
