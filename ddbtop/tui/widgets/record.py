"""The record under the cursor: what it changed, its images, and its JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from ddbtop.text import count
from ddbtop.tui.look import Line, Role, fit, plain
from ddbtop.tui.view import Shown, View
from ddbtop.tui.widgets.painted import names_at
from ddbtop.tui.widgets.scrolled import Scrolled

BRIEF_LINES = 6
"""A pane no higher than this has room for the changes and nothing else."""

VIEWS = list(View)


class RecordPane(Scrolled):
    """The views of one record; lines are made when they are first painted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right,l", "view(1)", "next view", tooltip="Changes, New, Old, JSON, Event", id="record.next", show=False
        ),
        Binding("left,h", "view(-1)", "previous view", tooltip="The view before", id="record.previous", show=False),
    ]

    class ViewChanged(Message):
        """Another tab is shown."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: Shown | None = None
        self._view = View.CHANGES
        self._unchanged = False
        self._lines: Sequence[Line] | None = None

    @property
    def view(self) -> View:
        return self._view

    @property
    def shown(self) -> Shown | None:
        return self._shown

    @property
    def brief(self) -> bool:
        return self.size.height <= BRIEF_LINES

    @property
    def end(self) -> int:
        return len(self._text())

    def tell(self, shown: Shown | None) -> None:
        """Another record, or none."""
        self._shown = shown
        self._again()

    def show_unchanged(self) -> None:
        self._unchanged = not self._unchanged
        self._again()

    def text(self) -> str:
        """What the view shows, as it can be read elsewhere."""
        if self._shown is not None and self._view is View.CHANGES:
            from ddbtop.tui.recordtext import copied_changes

            return copied_changes(self._shown, self.size.width, unchanged=self._unchanged)
        return "\n".join(plain(line).rstrip() for line in self._text())

    def line(self, index: int, width: int) -> Line:
        line = self._text()[index]
        hidden = self.end - self.top - self.height
        if self.brief and hidden > 0 and index == self.top + self.height - 1:
            return fit(line, width, right=[(f" {count(hidden)} more, {names_at(self)('open')} ", Role.DIM)])
        return line

    def empty(self, width: int) -> list[Line]:
        return []

    def show_view(self, view: View) -> None:
        self._view = view
        self._again()
        self.post_message(self.ViewChanged())

    def action_view(self, step: int) -> None:
        self.show_view(VIEWS[(VIEWS.index(self._view) + step) % len(VIEWS)])

    def on_resize(self) -> None:
        self._again()

    def _again(self) -> None:
        self._lines = None
        self.top = 0
        self.refresh()

    def _text(self) -> Sequence[Line]:
        if self._lines is None:
            self._lines = self._make()
        return self._lines

    def _make(self) -> Sequence[Line]:
        if self._shown is None:
            return []
        from ddbtop.tui.recordtext import RecordKeys, record_lines  # nothing is decoded before the first frame

        names = names_at(self)
        keys = RecordKeys(names("copy.item"), names("record.unchanged"))
        width = self.size.width
        return record_lines(self._shown, self._view, width, keys, unchanged=self._unchanged, brief=self.brief)
