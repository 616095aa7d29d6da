"""One line of a replay's tree: the batch, its records, how it went, how long it took, the checkpoint or the error."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Raw

from ddbtop.replay.model import Condition, Invoked, Outcome, Part, ReplayBatch
from ddbtop.replay.settings import FOR_EVER
from ddbtop.streams.attributes import key_text
from ddbtop.streams.model import KeyAttribute
from ddbtop.text import cell_width, count, fit
from ddbtop.tui.look import ELLIPSIS, Line, Role, width_of
from ddbtop.tui.replaytree import Entry, Node, State

SEQUENCE_TAIL = 4
"""Last digits of a sequence number that tell a checkpoint from the ones around it."""

ERROR_CHARACTERS = 200
"""Of an error's message: more than any line shows."""

_RECORDS_CELLS, _OUTCOME_CELLS, _TIME_CELLS = 15, 10, 10
_NOTE_SHARE = 0.36
"""Of the width: the right column holds an error's beginning."""
_NARROW = 90
"""Columns below which the records are counted and not placed, and the note takes what is left."""
_LEAST_NAME = 24
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
    records: str
    outcome: str
    took: str
    note: Line


def heading(width: int) -> Line:
    name, records = _cells(width)
    words = f" {fit(' batch', name - 1)}{fit('records', records, right=True)}  {fit('outcome', _OUTCOME_CELLS)}"
    return [(f"{words}{fit('time', _TIME_CELLS, right=True)}   note", Role.DIM)]


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """What the lines need to know besides what happened."""

    schema: tuple[KeyAttribute, ...] = ()
    max_retries: int = FOR_EVER
    waits_for: str = ""
    """Why what is waiting waits: `paused, n steps`."""


def replay_line(entry: Entry, facts: TreeFacts, width: int) -> Line:
    """`▾ batch 71    1 751 – 1 775  error    6 ms   ValueError: price`."""
    if entry.run is not None:
        return _row([(f" {'▾' if entry.run.is_open else '▸'} ", Role.DIM)], _of_run(entry), width)
    if entry.attempt is not None:
        return _row(_branch(entry, width), _of_attempt(entry.node, entry.attempt), width)
    return _row([*_branch(entry, width), *_sign(entry.node)], _of_node(entry.node, facts), width)


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
    return Role.DIM if word in (State.WAITING, State.RUNNING) else Role.REMOVE


def _row(branch: Line, said: _Said, width: int) -> Line:
    """A long name may take the room that the number of records leaves."""
    name_cells, record_cells = _cells(width)
    room = name_cells + record_cells
    branch = _shortened(branch, room - _LEAST_SAID)
    left = room - width_of(branch) - cell_width(said.records)
    return [
        *branch,
        (fit(said.name, left - 1) + " ", Role.REMOVE if said.outcome == State.DISCARDED else Role.TEXT),
        (said.records, Role.TEXT),
        ("  ", Role.TEXT),
        (fit(said.outcome, _OUTCOME_CELLS), outcome_role(said.outcome)),
        (fit(said.took, _TIME_CELLS, right=True), Role.TEXT),
        ("   ", Role.TEXT),
        *said.note,
    ]


def _shortened(branch: Line, cells: int) -> Line:
    """Of a deep place, the end that the eye follows."""
    text, role = branch[0]
    over = width_of(branch) - cells
    return [(f"  {ELLIPSIS}" + text[over + 3 :], role), *branch[1:]] if over > 0 else branch


def _cells(width: int) -> tuple[int, int]:
    """Columns of the name and of the records."""
    records = _RECORDS_CELLS if width >= _NARROW else 7
    fixed = records + 2 + _OUTCOME_CELLS + _TIME_CELLS + 3
    return max(_LEAST_NAME, width - fixed - round(width * _NOTE_SHARE)), records


def _of_run(entry: Entry) -> _Said:
    run, last = entry.run, entry.node
    assert run is not None
    return _Said(
        f"{count(len(run))} batches",
        f"{count(run.head.first)} – {count(last.first + len(last.batch.records) - 1)}",
        State.OK.value,
        f"p50 {milliseconds(run.durations[(len(run) - 1) // 2])}",
        [(checkpoint_words(last.attempts[-1].checkpoint), Role.DIM)],
    )


def _of_attempt(node: Node, attempt: int) -> _Said:
    invoked = node.attempts[attempt]
    outcome = _WORDS.get(invoked.outcome, invoked.outcome.value)
    return _Said(
        f"attempt {invoked.invoking.attempt}",
        "",
        outcome,
        milliseconds(invoked.answer.duration_s),
        _note_of(invoked),
    )


def _of_node(node: Node, facts: TreeFacts) -> _Said:
    last = node.attempts[-1] if node.attempts else None
    took = milliseconds(last.answer.duration_s) if last else ""
    note: Line = _note_of(last) if last else [(facts.waits_for, Role.DIM)]
    if node.discarded is not None:
        expired = node.discarded.condition is Condition.AGE
        words = f"too old: {item_text(node.batch, facts.schema)}" if expired else poison_words(node.batch, facts.schema)
        note = [(words, Role.REMOVE)]
    elif node.state is State.BLOCKED:
        note = [(f"stands still: {item_text(node.batch, facts.schema)}", Role.REMOVE)]
    return _Said(_label(node, facts.max_retries), _records(node), _outcome(node), took, note)


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


def _records(node: Node) -> str:
    size = len(node.batch.records)
    if node.above is None and node.below and size > 1:
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
