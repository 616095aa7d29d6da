"""One line of a replay's tree: the batch, its records, how it went, how long it took, the checkpoint or the error."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Raw

from ddbtop.replay.mapping.settings import FOR_EVER
from ddbtop.replay.model import Condition, Invoked, Outcome, Part, ReplayBatch
from ddbtop.streams.attributes import key_text
from ddbtop.streams.model import KeyAttribute
from ddbtop.text import cell_width, count, fit
from ddbtop.tui.look import ELLIPSIS, Line, Role, width_of
from ddbtop.tui.names import ShardNames
from ddbtop.tui.replays.tree import Entry, Node, State

SEQUENCE_TAIL = 4
"""Last digits of a sequence number that tell a checkpoint from the ones around it."""

ERROR_CHARACTERS = 200
"""Of an error's message: more than any line shows."""

_RECORDS_CELLS, _OUTCOME_CELLS, _TIME_CELLS = 15, 10, 10
_NOTE_SHARE = 0.36
"""Of the width: the right column holds an error's beginning."""
_NARROW = 90
"""Columns below which the records are counted and not placed, and the note takes what is left."""
_TINY = 70
"""Columns below which nothing says how long an invocation took: the details do."""
_LEAST_NAME = 24
_NARROW_RECORDS_CELLS = 7
_COUNT_CELLS = 4
"""Of the records beside a shard, where there is little room."""
_SHARD = "shard"
_LEAST_SAID = 14
"""Of the name and the number of records, beside the branch that leads there: which half, and of how many."""

_WORDS = {Outcome.SUCCESS: "ok"}
_SIGNS = {
    State.OK: ("●", Role.INSERT),
    State.DISCARDED: ("✗", Role.REMOVE),
    State.BLOCKED: ("✗", Role.REMOVE),
}
_WAITING = ("◌", Role.DIM)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the columns hold."""

    name: str
    shard: str
    records: str
    outcome: str
    took: str
    note: Line


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """What the lines need to know besides what happened."""

    schema: tuple[KeyAttribute, ...] = ()
    max_retries: int = FOR_EVER
    waits_for: str = ""
    """Why what is waiting waits: `paused, n steps`."""
    shard_names: ShardNames | None = None
    """Where more than one shard is replayed: each whole batch says of which it is."""


def heading(width: int, names: ShardNames | None = None) -> Line:
    name, records = _cells(width, names)
    counted = fit("records", records, right=True)
    if names is not None:
        counted = _SHARD + fit("records", records - len(_SHARD), right=True)
    words = f" {fit(' batch', name - 1)}{counted}  {fit('outcome', _OUTCOME_CELLS)}"
    return [(f"{words}{fit('time', _time_cells(width), right=True)}   note", Role.DIM)]


def replay_line(entry: Entry, facts: TreeFacts, width: int) -> Line:
    """`▾ batch 71    1 751 – 1 775  error    6 ms   ValueError: price`."""
    if entry.run is not None:
        return _row([(f" {'▾' if entry.run.is_open else '▸'} ", Role.DIM)], _of_run(entry, facts, width), facts, width)
    if entry.attempt is not None:
        return _row(_branch(entry, width), _of_attempt(entry.node, entry.attempt), facts, width)
    return _row([*_branch(entry, width), *_sign(entry.node)], _of_node(entry.node, facts, width), facts, width)


def poison_words(batch: ReplayBatch, schema: tuple[KeyAttribute, ...]) -> str:
    """`poison: ORDER#10331 · HEAD`, where it is one record; else how many went with it."""
    first = item_text(batch, schema)
    return f"poison: {first}" if len(batch.records) == 1 else f"{count(len(batch.records))} records from {first}"


def item_text(batch: ReplayBatch, schema: tuple[KeyAttribute, ...]) -> str:
    """The key of the first record."""
    if not batch.records:
        return "no records"
    return key_text(Raw(batch.records[0].item), schema)


def error_words(invoked: Invoked) -> str:
    """`ValueError: price of ORDER#10331 is not a number`."""
    error = invoked.answer.error
    if error is None:
        return invoked.reason or invoked.outcome.value
    message = error.message.strip().splitlines()
    words = f"{error.error_type}: {message[0]}" if message else error.error_type
    return words[:ERROR_CHARACTERS]


def checkpoint_words(sequence_number: str) -> str:
    return f"checkpoint {ELLIPSIS}{sequence_number[-SEQUENCE_TAIL:]}" if sequence_number else ""


def milliseconds(seconds: float) -> str:
    """`4 ms`, `3.0 s`, `0.3 ms`: how long an invocation took."""
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.001 or not seconds else f"{seconds * 1000:.1f} ms"


def outcome_role(word: str) -> Role:
    if word == State.OK:
        return Role.INSERT
    return Role.DIM if word in (State.WAITING, State.RUNNING, State.BROKEN_OFF) else Role.REMOVE


def _row(branch: Line, said: _Said, facts: TreeFacts, width: int) -> Line:
    """A long name may take the room that the number of records leaves."""
    name_cells, record_cells = _cells(width, facts.shard_names)
    room = name_cells + record_cells
    records = said.records
    if said.shard and facts.shard_names is not None:
        shard_cells = max(cell_width(said.shard), facts.shard_names.width)
        cells = max(cell_width(records) + 1, record_cells - shard_cells)
        records = fit(said.shard, shard_cells) + fit(records, cells, right=True)
    branch = _shortened(branch, room - _LEAST_SAID)
    left = room - width_of(branch) - cell_width(records)
    return [
        *branch,
        (fit(said.name, left - 1) + " ", Role.REMOVE if said.outcome == State.DISCARDED else Role.TEXT),
        (records, Role.TEXT),
        ("  ", Role.TEXT),
        (fit(said.outcome, _OUTCOME_CELLS), outcome_role(said.outcome)),
        (fit(said.took, _time_cells(width), right=True), Role.TEXT),
        ("   ", Role.TEXT),
        *said.note,
    ]


def _shortened(branch: Line, cells: int) -> Line:
    """Of a deep place, the end that the eye follows."""
    text, role = branch[0]
    over = width_of(branch) - cells
    return [(f"  {ELLIPSIS}" + text[over + 3 :], role), *branch[1:]] if over > 0 else branch


def _cells(width: int, names: ShardNames | None) -> tuple[int, int]:
    """Columns of the name, and of the records with the shard before them."""
    records = _RECORDS_CELLS if width >= _NARROW else _NARROW_RECORDS_CELLS
    fixed = 2 + _OUTCOME_CELLS + _time_cells(width) + 3
    name = max(_LEAST_NAME, width - fixed - records - round(width * _NOTE_SHARE))
    if names is None:
        return name, records
    if width >= _NARROW:
        return max(_LEAST_NAME + 1, name - names.width - 2), names.width + 2 + records
    return _LEAST_NAME + 1, names.width + 2 + _COUNT_CELLS


def _time_cells(width: int) -> int:
    return _TIME_CELLS if width >= _TINY else 0


def _of_run(entry: Entry, facts: TreeFacts, width: int) -> _Said:
    """Of batches of several shards only how many they are: no range of numbers and no checkpoint is that of all."""
    run, last = entry.run, entry.node
    assert run is not None
    several = len(run.shards) > 1
    shard = f"{count(len(run.shards))} shards" if several else _shard(last, facts)
    placed = f"{count(run.head.first)} – {count(last.first + len(last.batch.records) - 1)}"
    return _Said(
        f"{count(len(run))} batches",
        shard,
        count(run.records) if several or width < _NARROW else placed,
        State.OK.value,
        f"p50 {milliseconds(run.durations[(len(run) - 1) // 2])}",
        [] if several else [(checkpoint_words(last.attempts[-1].checkpoint), Role.DIM)],
    )


def _of_attempt(node: Node, attempt: int) -> _Said:
    invoked = node.attempts[attempt]
    outcome = _WORDS.get(invoked.outcome, invoked.outcome.value)
    return _Said(
        f"attempt {invoked.invoking.attempt}",
        "",
        "",
        outcome,
        milliseconds(invoked.answer.duration_s),
        _note_of(invoked),
    )


def _of_node(node: Node, facts: TreeFacts, width: int) -> _Said:
    last = node.attempts[-1] if node.attempts else None
    took = milliseconds(last.answer.duration_s) if last else ""
    note: Line = _note_of(last) if last else [] if node.running else [(facts.waits_for, Role.DIM)]
    if node.discarded is not None:
        expired = node.discarded.condition is Condition.AGE
        words = f"too old: {item_text(node.batch, facts.schema)}" if expired else poison_words(node.batch, facts.schema)
        note = [(words, Role.REMOVE)]
    elif node.state is State.BLOCKED:
        stands = "stands still: " if width >= _NARROW else ""
        note = [(f"{stands}{_why(node, facts)}", Role.REMOVE)]
    shard = _shard(node, facts) if node.above is None else ""
    return _Said(_label(node, facts.max_retries), shard, _records(node, width), _outcome(node), took, note)


def _why(node: Node, facts: TreeFacts) -> str:
    """The record, where it is one; of several nobody knows which it is, and the error may name it."""
    if len(node.batch.records) == 1 or not node.attempts:
        return item_text(node.batch, facts.schema)
    return error_words(node.attempts[-1])


def _shard(node: Node, facts: TreeFacts) -> str:
    return facts.shard_names[node.batch.shard_id] if facts.shard_names is not None else ""


def _note_of(invoked: Invoked) -> Line:
    if invoked.outcome is Outcome.SUCCESS:
        return [(checkpoint_words(invoked.checkpoint), Role.DIM)]
    return [(error_words(invoked), Role.TEXT)]


def _outcome(node: Node) -> str:
    if node.state is State.FAILED:
        return node.attempts[-1].outcome.value
    return node.state.value


def _label(node: Node, max_retries: int) -> str:
    batch = node.batch
    if batch.part is Part.WHOLE:
        name = f"batch {count(node.place + 1)}" if node.above is None else "batch"
    else:
        name = "one record" if len(batch.records) == 1 else batch.part.value
    return f"{name}  {tried_words(node, max_retries)}" if len(node.attempts) > 1 else name


def tried_words(node: Node, max_retries: int) -> str:
    """`3 of 3`; `20 attempts` where there is no end to them or some do not count."""
    tried = len(node.attempts)
    allowed = max_retries + 1
    return f"{tried} of {allowed}" if allowed > 0 and tried <= allowed else f"{count(tried)} attempts"


def _records(node: Node, width: int) -> str:
    """Of a whole batch which of its shard they are, where there is room for it; of a part how many."""
    size = len(node.batch.records)
    if node.above is None and size > 1 and width >= _NARROW:
        return f"{count(node.first)} – {count(node.first + size - 1)}"
    return count(size)


def _sign(node: Node) -> Line:
    if node.below:
        return [("▾ " if node.is_open else "▸ ", Role.DIM)]
    sign, role = _SIGNS.get(node.state, _WAITING)
    return [(f"{sign} ", role)]


def _branch(entry: Entry, width: int) -> Line:
    """The lines drawn before an entry: `   │  ├─`, or ` │ ├─` where there is little room."""
    node = entry.node
    cells = 3 if width >= _NARROW else 2
    if entry.attempt is not None:
        parts = ["├─" if node.below or entry.attempt < len(node.attempts) - 1 else "└─"]
    elif node.above is None:
        return [(" ", Role.TEXT)] if not entry.inside_run else [("   ", Role.TEXT)]
    else:
        parts = ["├─" if node.place < len(node.above.below) - 1 else "└─"]
        node = node.above
    while node.above is not None:
        parts.append(("│" if node.place < len(node.above.below) - 1 else "").ljust(cells))
        node = node.above
    margin = "   " if width >= _NARROW else " "
    return [(margin + "".join(reversed(parts)), Role.DIM)]
