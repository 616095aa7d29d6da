"""What happened in a replay as a tree of batches, attempts, halves, rests and discards, grown event by event.

Nothing is made anew as it grows: an event changes one node and the number of lines above it, so that ten thousand
invocations cost no more a tick than ten.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from ddbtop.replay.model import Blocked, Discarded, Event, Invoked, Invoking, Outcome, Part, ReplayBatch
from ddbtop.tui.weights import Weights

FOLDED_FROM = 3
"""So many batches in a row that went well take one line: two take no more room than they say."""


class State(StrEnum):
    """Where a batch stands, in the words of the tree."""

    WAITING = "waiting"
    RUNNING = "running"
    BROKEN_OFF = "broken off"
    """The run ended before the handler answered."""
    OK = "ok"
    FAILED = "failed"
    """Its last attempt failed; it is tried again, or other batches took its place."""
    DISCARDED = "discarded"
    BLOCKED = "blocked"


@dataclass(slots=True, eq=False)
class Node:
    """One batch with its attempts and with what took its place."""

    batch: ReplayBatch
    above: Node | None
    place: int
    """Among what stands under the same node, or among the whole batches."""
    first: int = 0
    """Of a whole batch: which record of its shard in this run its first one is, from 1 on."""
    attempts: list[Invoked] = field(default_factory=list)
    running: Invoking | None = None
    is_broken_off: bool = False
    """What is running gets no answer any more."""
    discarded: Discarded | None = None
    blocked: Blocked | None = None
    below: list[Node] = field(default_factory=list)
    weights: Weights = field(default_factory=Weights)
    """How many lines each node below takes."""
    is_open: bool = False
    lines: int = 1
    """That it takes, with what is shown below it."""

    @property
    def state(self) -> State:
        if self.discarded is not None:
            return State.DISCARDED
        if self.running is not None:
            return State.BROKEN_OFF if self.is_broken_off else State.RUNNING
        if not self.attempts:
            return State.WAITING
        if self.attempts[-1].outcome is Outcome.SUCCESS:
            return State.OK
        return State.BLOCKED if self.blocked is not None else State.FAILED

    @property
    def is_plain(self) -> bool:
        """Went well at once: nothing is lost by folding it."""
        return self.state is State.OK and len(self.attempts) == 1 and not self.below

    @property
    def listed_attempts(self) -> int:
        """Attempts with a line of their own below the node: a single one is the node's own line."""
        return len(self.attempts) if len(self.attempts) > 1 else 0

    @property
    def has_below(self) -> bool:
        return bool(self.below or self.listed_attempts)

    def counted(self) -> int:
        return 1 + (self.listed_attempts + self.weights.total if self.is_open else 0)


@dataclass(slots=True, eq=False)
class Run:
    """Whole batches in a row, each of which went well at once."""

    head: Node
    tail: Node
    durations: list[float]
    """Sorted."""
    shards: frozenset[str]
    """Shards that are done side by side take turns."""
    records: int
    is_open: bool = False

    @property
    def first(self) -> int:
        """The index of its first batch among the whole ones."""
        return self.head.place

    @property
    def last(self) -> int:
        return self.tail.place

    def __len__(self) -> int:
        return self.last - self.first + 1

    @property
    def is_folded(self) -> bool:
        """Long enough to have a line that stands for all of them."""
        return len(self) >= FOLDED_FROM


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line is about: a run of batches, a node, or one attempt of a node."""

    node: Node
    """Of a run, its last batch."""
    run: Run | None = None
    attempt: int | None = None
    """From 0 on."""
    inside_run: bool = False

    def same_as(self, other: Entry | None) -> bool:
        """The same line, however much it grew."""
        if other is None or (self.run is None) != (other.run is None):
            return False
        if self.run is not None and other.run is not None:
            return self.run is other.run
        return self.node is other.node and self.attempt == other.attempt

    @property
    def invoked(self) -> Invoked | None:
        """The invocation that the line is about: the last one, unless it is about one attempt."""
        if not self.node.attempts:
            return None
        return self.node.attempts[-1 if self.attempt is None else self.attempt]


class ReplayTree:
    """Lines [0, len), each put together when it is looked at."""

    def __init__(self) -> None:
        self.tops: list[Node] = []
        self.invocations = 0
        self.failed = 0
        self.durations: list[float] = []
        """Of every invocation that ran, sorted."""
        self.poisons: list[Node] = []
        """Discarded or standing still, in the order in which that became so."""
        self.newest: Node | None = None
        """What the last event was about."""
        self._nodes: dict[int, Node] = {}
        self._weights = Weights()
        self._runs: dict[int, Run] = {}
        """By the indexes of their first and last batch."""
        self._records: Counter[str] = Counter()
        """By shard: what is in its whole batches."""

    def __len__(self) -> int:
        return self._weights.total

    def add(self, event: Event) -> None:
        """Take over what happened next."""
        node = self._node(event.invoking.batch if isinstance(event, Invoked) else event.batch)
        match event:
            case Invoking():
                node.running = event
            case Invoked():
                self._invoked(node, event)
            case Discarded():
                node.discarded = event
                self.poisons.append(node)
            case Blocked():
                node.blocked = event
                self.poisons.append(node)
        self._resized(node)
        self.newest = node
        if node.above is None and node.place not in self._runs and node.is_plain:
            self._join(node)

    def expect(self, batch: ReplayBatch) -> None:
        """A batch that will be invoked next."""
        self._node(batch)

    def end(self) -> None:
        """Nothing more happens: what was under way is broken off."""
        for node in self._nodes.values():
            node.is_broken_off = node.running is not None

    def entry(self, line: int) -> Entry:
        """What a line is about. Raises `IndexError` outside of [0, len)."""
        place, offset = self._weights.find(line)
        run = self._runs.get(place)
        if run is None or not run.is_folded:
            return _inside(self.tops[place], offset)
        if offset == 0:
            return Entry(run.tail, run)
        return Entry(self.tops[run.first + offset - 1], inside_run=True)

    def line_of(self, entry: Entry) -> int:
        """Where it is shown now: on its own line, or on that of what it is folded into."""
        node = entry.node
        line = 0 if entry.attempt is None else entry.attempt + 1
        if entry.attempt is not None and not node.is_open:
            line = 0
        while node.above is not None:
            above = node.above
            line = 1 + above.listed_attempts + above.weights.before(node.place) + line if above.is_open else 0
            node = above
        return self._line_of_top(node, line, is_run=entry.run is not None)

    def toggle(self, entry: Entry, is_open: bool) -> bool:
        """Show or hide what is below; says whether that changed anything."""
        if entry.run is not None:
            if entry.run.is_open == is_open:
                return False
            entry.run.is_open = is_open
            self._weigh_run(entry.run)
            return True
        node = entry.node
        if entry.attempt is not None or node.is_open == is_open or not node.has_below:
            return False
        node.is_open = is_open
        self._resized(node)
        return True

    def holder(self, entry: Entry) -> Entry | None:
        """What the entry stands under; None for what stands under nothing."""
        if entry.inside_run:
            run = self._run_with(entry.node.place)
            return Entry(run.tail, run) if run else None
        if entry.attempt is not None:
            return Entry(entry.node)
        return Entry(entry.node.above) if entry.node.above is not None else None

    def shown_entry(self, node: Node) -> Entry:
        """The entry of a node, after everything above it was opened."""
        above = node.above
        while above is not None:
            if not above.is_open:
                above.is_open = True
                self._resized(above)
            above = above.above
        return Entry(node)

    def _node(self, batch: ReplayBatch) -> Node:
        found = self._nodes.get(batch.id)
        if found is None:
            found = self._nodes[batch.id] = self._placed(batch)
        return found

    def _placed(self, batch: ReplayBatch) -> Node:
        """A rest of a rest stands beside it: a batch done record by record is no staircase."""
        above = self._nodes.get(batch.parent)
        while above is not None and batch.part is Part.REST and above.batch.part is Part.REST:
            above = above.above
        if above is None:
            node = Node(batch, None, len(self.tops), first=self._records[batch.shard_id] + 1)
            self.tops.append(node)
            self._weights.append(1)
            self._records[batch.shard_id] += len(batch.records)
            return node
        node = Node(batch, above, len(above.below))
        above.is_open = above.is_open or not above.below
        above.below.append(node)
        above.weights.append(1)
        self._resized(above)
        return node

    def _invoked(self, node: Node, event: Invoked) -> None:
        node.running = None
        node.attempts.append(event)
        self.invocations += 1
        self.failed += event.outcome is not Outcome.SUCCESS
        if event.answer.ran:
            insort(self.durations, event.answer.duration_s)
        for part in event.split:
            self._node(part)

    def _resized(self, node: Node) -> None:
        """The lines of a node may be more or fewer; so are those of what it stands under."""
        while (lines := node.counted()) != node.lines:
            node.lines = lines
            if node.above is None:
                self._weights.set(node.place, lines)
                return
            node.above.weights.set(node.place, lines)
            node = node.above

    def _join(self, node: Node) -> None:
        """A whole batch went well: it is a run, together with those beside it."""
        place = node.place
        batch = node.batch
        run = Run(node, node, [node.attempts[0].answer.duration_s], frozenset({batch.shard_id}), len(batch.records))
        before, after = self._runs.pop(place - 1, None), self._runs.pop(place + 1, None)
        for beside in (before, after):
            if beside is None:
                continue
            self._runs.pop(beside.first, None)
            self._runs.pop(beside.last, None)
            if beside.is_folded:
                self._weights.set(beside.first, 0)
            run = _merged(beside, run)
        self._runs[run.first] = self._runs[run.last] = run
        self._weigh_run(run)

    def _weigh_run(self, run: Run) -> None:
        """A folded run has its lines at its first batch and none at the others.

        Only the first and last three can have any other weight: what joined was of fewer than three, or folded.
        """
        if not run.is_folded:
            return
        for place in (*range(run.first, run.first + FOLDED_FROM), *range(run.last - FOLDED_FROM + 1, run.last + 1)):
            self._weights.set(place, 0)
        self._weights.set(run.first, 1 + (len(run) if run.is_open else 0))

    def _line_of_top(self, node: Node, offset: int, *, is_run: bool) -> int:
        run = self._run_with(node.place)
        if run is None or not run.is_folded:
            return self._weights.before(node.place) + offset
        inside = 1 + node.place - run.first if run.is_open and not is_run else 0
        return self._weights.before(run.first) + inside

    def _run_with(self, place: int) -> Run | None:
        """The run that a whole batch is in. Its first batch is the last one before with a line of its own."""
        if place in self._runs:
            return self._runs[place]
        if self._weights[place]:
            return None
        first, _ = self._weights.find(self._weights.before(place) - 1)
        return self._runs[first]


def _inside(node: Node, offset: int) -> Entry:
    """The line of a node's own, of an attempt, or of something below it."""
    while offset:
        offset -= 1
        if offset < node.listed_attempts:
            return Entry(node, attempt=offset)
        place, offset = node.weights.find(offset - node.listed_attempts)
        node = node.below[place]
    return Entry(node)


def _merged(one: Run, other: Run) -> Run:
    """The larger one grows, so that the cursor on its line stays there."""
    larger, smaller = (one, other) if len(one) >= len(other) else (other, one)
    larger.head = min(one.head, other.head, key=lambda node: node.place)
    larger.tail = max(one.tail, other.tail, key=lambda node: node.place)
    larger.shards |= smaller.shards
    larger.records += smaller.records
    if len(smaller.durations) == 1:
        insort(larger.durations, smaller.durations[0])
    else:
        larger.durations = sorted(larger.durations + smaller.durations)
    return larger
