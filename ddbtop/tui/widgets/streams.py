"""The list of an account's streams, as far as they fit what is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ddbtop.streams.census import UNKNOWN, Census
from ddbtop.text import visible
from ddbtop.tui.look import Line, Role, wrapped
from ddbtop.tui.place import Place
from ddbtop.tui.streamlines import StreamColumns, heading, stream_line
from ddbtop.tui.widgets.listing import Listing
from ddbtop.tui.widgets.painted import Lines, names_at

if TYPE_CHECKING:
    from ddbtop.streams.aws import StreamEntry


class StreamList(Listing, can_focus=False):
    """The streams that fit what is typed, by table; of one table the newest stream first.

    It never has the focus: whatever is typed belongs to the filter.
    """

    def __init__(self, census: Census, place: Callable[[], Place]) -> None:
        """`place`: where the streams are, as far as is known by now."""
        super().__init__(id="stream-list")
        self._census = census
        self._place = place
        self._known: list[StreamEntry] = []
        self._shown: list[StreamEntry] = []
        self._words: list[str] = []
        self._moved = False

    @property
    def end(self) -> int:
        return len(self._shown)

    @property
    def selected(self) -> StreamEntry | None:
        return self._shown[self.cursor] if self.cursor < self.end else None

    @property
    def in_view(self) -> list[str]:
        """ARNs of the lines on screen, the one under the cursor first."""
        arns = [entry.arn for entry in self._shown[self.top : self.top + self.height]]
        here = self.selected
        return [here.arn, *(arn for arn in arns if arn != here.arn)] if here else arns

    def filter(self, text: str) -> None:
        """Show the streams whose table and label have all of these words in them."""
        self._words = text.lower().split()
        self._moved = False
        self._show()

    def tell(self) -> None:
        """Take over what was listed and described since."""
        if len(self._census.entries) > len(self._known):
            self._known = sorted(self._census.entries.copy(), key=lambda entry: entry.label, reverse=True)
            self._known.sort(key=lambda entry: entry.table)
            self._show()
        self.refresh()

    def moved(self) -> None:
        self._moved = True

    def line(self, index: int, width: int) -> Line:
        entry = self._shown[index]
        details = self._census.details.get(entry.arn, UNKNOWN)
        line = stream_line(entry, details, StreamColumns.of(width))
        return [("▌", Role.ACCENT), *line[1:]] if index == self.cursor else line

    def empty(self, width: int) -> list[Line]:
        census = self._census
        if not census.done:
            return []
        if census.entries:
            return [[], [(f"   no stream fits; {names_at(self)('streams.back')} shows all of them", Role.DIM)]]
        if census.error is not None:
            said = (str(census.error), getattr(census.error, "hint", ""))
            parts = [part for words in said for part in wrapped(words, max(1, width - 4))]
            return [[], *([(f"   {part}", Role.ATTENTION)] for part in parts)]
        return [[(f"   {words}" if words else "", role)] for words, role in self._remedies(width - 4)]

    def _remedies(self, width: int) -> list[tuple[str, Role]]:
        enable = (
            "aws dynamodb update-table --table-name TABLE --stream-specification "
            f"StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES{self._place().options()}"
        )
        return [
            ("", Role.TEXT),
            (f"No table in {visible(self._census.region)} has a stream.", Role.STRONG),
            ("", Role.TEXT),
            ("ddbtop demo   a simulated one to look around in", Role.TEXT),
            ("", Role.TEXT),
            ("This would give a table one:", Role.DIM),
            *((words, Role.TEXT) for words in wrapped(enable, max(1, width))),
        ]

    def _show(self) -> None:
        """The cursor stays with its stream once the user has moved it, else at the top."""
        here = self.selected if self._moved else None
        self._shown = [entry for entry in self._known if self._fits(entry)]
        found = next((index for index, entry in enumerate(self._shown) if entry is here), 0) if here else 0
        self.top = self._bounded(self.top)
        self.place(found)
        self.refresh()

    def _fits(self, entry: StreamEntry) -> bool:
        text = f"{entry.table} {entry.label}".lower()
        return all(word in text for word in self._words)


class StreamHeading(Lines):
    """The names of the list's columns."""

    def made(self, width: int) -> list[Line]:
        return [heading(StreamColumns.of(width))]
