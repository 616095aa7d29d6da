"""The list of what happened in a run; its cursor stays with its line, or follows the newest event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from ddbtop.tui.look import Line, Role
from ddbtop.tui.names import ShardNames
from ddbtop.tui.replays.lines import TreeFacts, heading, replay_line
from ddbtop.tui.replays.tree import Entry, Node, ReplayTree
from ddbtop.tui.widgets.listing import Listing
from ddbtop.tui.widgets.painted import Lines


class RunTree(Listing):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "right,l", "unfold", "unfold", tooltip="Show batches, attempts and halves", id="replay.unfold", show=False
        ),
        Binding(
            "left,h",
            "fold",
            "fold",
            tooltip="Hide what is below, or go above",
            id="replay.fold",
            show=False,
        ),
    ]

    @dataclass
    class Selected(Message):
        """Another line is under the cursor, or none."""

        entry: Entry | None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tree = ReplayTree()
        self._facts = TreeFacts()
        self._entry: Entry | None = None
        self.following = True

    @property
    def end(self) -> int:
        return len(self._tree)

    @property
    def entry(self) -> Entry | None:
        return self._entry

    def show_tree(self, tree: ReplayTree) -> None:
        """Another run, from its beginning."""
        self._tree, self._entry, self.following = tree, None, True
        self.cursor = self.top = 0
        self.tell(self._facts)

    def tell(self, facts: TreeFacts) -> None:
        """Something happened, or something else is known."""
        self._facts = facts
        newest = self._tree.newest
        if self.following and newest is not None:
            self._put(self._tree.line_of(Entry(newest)))
        elif self._entry is not None:
            self._put(self._tree.line_of(self._entry))
        elif self.end:
            self._put(0)
        self.refresh()

    def go_to(self, node: Node) -> None:
        """Put the cursor on a node, whatever it is folded into."""
        self.following = False
        self._put(self._tree.line_of(self._tree.shown_entry(node)))
        self.refresh()

    def go_to_next_poison(self) -> None:
        """The next one below the cursor, or the first."""
        lines = {self._tree.line_of(Entry(node)): node for node in self._tree.poisons}
        if lines:
            self.go_to(lines[min((line for line in lines if line > self.cursor), default=min(lines))])

    def line(self, index: int, width: int) -> Line:
        line = replay_line(self._tree.entry(index), self._facts, width)
        if index == self.cursor and self.has_focus:
            (text, role), *rest = line
            return [("▌", Role.ACCENT), (text[1:], role), *rest]
        return line

    def empty(self, width: int) -> list[Line]:
        return [[], [(f"   {self._facts.waits_for}", Role.DIM)]]

    def moved(self) -> None:
        """The user's move: from now on the cursor stays, but on the newest line."""
        self.following = self.cursor == self.end - 1
        self._select(self._tree.entry(self.cursor))

    def action_last(self) -> None:
        super().action_last()
        self.following = True

    def action_unfold(self) -> None:
        self._toggle(True)

    def action_fold(self) -> None:
        entry = self._entry
        if entry is not None and not self._toggle(False) and (holder := self._tree.holder(entry)):
            self.move_to(self._tree.line_of(holder))

    def _toggle(self, is_open: bool) -> bool:
        entry = self._entry
        if entry is None or not self._tree.toggle(entry, is_open):
            return False
        self.following = False
        self._put(self._tree.line_of(entry))
        self.refresh()
        return True

    def _put(self, line: int) -> None:
        self.place(line)
        self._select(self._tree.entry(self.cursor))

    def _select(self, entry: Entry) -> None:
        changed = not entry.same_as(self._entry)
        self._entry = entry
        if changed:
            self.post_message(self.Selected(entry))


class RunHeading(Lines):
    """The names of the columns."""

    def __init__(self) -> None:
        super().__init__()
        self._names: ShardNames | None = None

    def tell(self, names: ShardNames | None) -> None:
        """Names where the lines say of which shard they are."""
        self._names = names
        self.again()

    def made(self, width: int) -> list[Line]:
        return [heading(width, self._names)]
