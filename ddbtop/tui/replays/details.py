"""What is under the cursor of a replay's tree, as lines: error, logs, event, response and changes."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from msgspec import Raw

from ddbtop.errors import DdbtopError
from ddbtop.replay.event import event_json
from ddbtop.replay.findings.since import Comparison
from ddbtop.replay.mapping.settings import FOR_EVER, NAMES, Settings
from ddbtop.replay.model import Blocked, Condition, Invoked, Outcome, ReplayRecord
from ddbtop.streams.attributes import key_text
from ddbtop.streams.lambda_form import safe_json
from ddbtop.streams.model import RETENTION_S, KeyAttribute
from ddbtop.streams.wire import decode_records
from ddbtop.text import count, size, visible
from ddbtop.tui.keymap import KeyNames
from ddbtop.tui.look import ELLIPSIS, Line, Role, width_of, wrapped
from ddbtop.tui.recordtext import RecordKeys, json_lines, record_lines
from ddbtop.tui.replays.lines import error_words, item_text, milliseconds
from ddbtop.tui.replays.tree import Entry, Node, State
from ddbtop.tui.view import Shown, View

MOST_LINES = 2_000
"""Of logs or of a traceback; all of it can be copied."""
LINE_CHARACTERS = 2_000
MOST_ITEMS = 200
"""Records whose changes are listed; a batch may have 10,000."""
EVENT_BYTES = 256_000
"""Of an event that is set out in lines; one may have 6 MB, and all of it can be copied."""

_LABEL_CELLS = 12
_MARGIN: Line = [(" ", Role.TEXT)]
_GAP = "   "
_ROOMY = 90
"""Columns from which a screen is high enough for a blank line above the traceback."""


class Tab(StrEnum):
    """The views of an invocation."""

    TRACEBACK = "Traceback"
    LOGS = "Logs"
    EVENT = "Event"
    RESPONSE = "Response"
    CHANGES = "Changes"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the invocation itself."""

    settings: Settings = Settings()  # noqa: RUF009 -- frozen
    schema: tuple[KeyAttribute, ...] = ()
    stream_arn: str = ""
    shard_name: str = ""
    apart: tuple[str, ...] = ()
    """What sets the record apart, in words."""
    behind: int | None = None
    """Records of the run that come after it in its shard; None while that is not counted."""
    before: int = 0
    """Number of the run before; 0 for none."""
    since: Comparison = field(default_factory=Comparison)
    version: str = ""
    """Of the code, if it is another one than in the run before."""
    changed: tuple[str, ...] = ()
    """Parameters of the mapping that differ from those of the run before."""
    adoption: tuple[str, ...] = ()
    """What was taken over from elsewhere and what could not be, a sentence each."""


def title(entry: Entry, schema: tuple[KeyAttribute, ...]) -> str:
    """`invocation 81  ORDER#10331 · HEAD`."""
    if entry.run is not None:
        return f"{count(len(entry.run))} batches"
    invoked, size = entry.invoked, len(entry.node.batch.records)
    invoking = invoked.invoking if invoked else entry.node.running
    number = f"invocation {count(invoking.number)}" if invoking else "not invoked"
    of = f" and {count(size - 1)} more" if size > 1 else ""
    return f"{number}  {item_text(entry.node.batch, schema)}{of}"


def details(entry: Entry, tab: Tab, facts: Facts, width: int, keys: KeyNames) -> list[Line]:
    if entry.run is not None:
        unfolds = f"{keys('replay.unfold')} lists them"
        return [[(f" every one of them went well at the first attempt; {unfolds}", Role.DIM)]]
    copy = keys("replay.copy")
    node, invoked = entry.node, entry.invoked
    match tab:
        case Tab.EVENT:
            return _event(node, facts, copy)
        case Tab.CHANGES:
            return _changes(node, facts, width, copy)
        case Tab.TRACEBACK:
            head, rest = _attempt(entry, facts, width)
            gap: list[Line] = [[]] if width >= _ROOMY else []
            return [*head, *gap, *_error(invoked, copy), *_after(node, facts, width), *rest]
    if invoked is None:
        return [[(" no answer" if node.running else " not invoked yet", Role.DIM)]]
    return _logs(invoked, copy) if tab is Tab.LOGS else _response(invoked, copy)


def copied(entry: Entry, tab: Tab, facts: Facts) -> str:
    """All of what a tab is about, with what a terminal could obey escaped."""
    invoked = entry.invoked
    if tab is Tab.EVENT:
        return safe_json(event_json(entry.node.batch, facts.stream_arn)).decode(errors="replace")
    if invoked is None or tab is Tab.CHANGES:
        return "\n".join(safe_json(each.event).decode(errors="replace") for each in entry.node.batch.records)
    if tab is Tab.RESPONSE:
        return safe_json(invoked.answer.payload).decode(errors="replace")
    error = invoked.answer.error
    trace = "".join(map(_ended, error.stack_trace)) if error else ""
    text = invoked.answer.logs if tab is Tab.LOGS else f"{trace}{error_words(invoked)}"
    return "\n".join(visible(line.expandtabs(4)) for line in text.splitlines())


def _attempt(entry: Entry, facts: Facts, width: int) -> tuple[list[Line], list[Line]]:
    """`attempt 3 of 3 (1 + 2 retries)   fails every time: same error in 3 of 3   4 ms   request 5f0c…e1`.

    What identifies the invocation does not push down what explains it: where it does not fit it is for the end.
    """
    node, invoked = entry.node, entry.invoked
    if invoked is None:
        return [[(f" {node.state.value}", Role.DIM)]], []
    retries = facts.settings.max_retries
    number = invoked.invoking.attempt
    of = f" of {retries + 1} (1 + {retries} retries)" if retries != FOR_EVER else ", retried without end"
    request = invoked.invoking.request_id
    short = request if len(request) <= 12 else f"{request[:4]}{ELLIPSIS}{request[-2:]}"
    parts: list[Line] = [[(f"attempt {number}{of}", Role.TEXT)], *_every_time(node)]
    which = (milliseconds(invoked.answer.duration_s), f"request {short}", _code(invoked.answer.version))
    rest: list[Line] = [[(words, Role.DIM)] for words in which if words]
    lines = _flowed(_MARGIN, parts, width)
    while rest and len(more := _flowed(_MARGIN, [*parts, rest[0]], width)) == len(lines):
        parts, lines, rest = [*parts, rest[0]], more, rest[1:]
    notes: list[Line] = [[(f" {note}", Role.DIM)] for note in invoked.answer.notes]
    return [*lines, *notes], [[], *_flowed(_MARGIN, rest, width)] if rest else []


def _code(version: str) -> str:
    """Which code answered: a file and when it was saved."""
    return f"code {version}" if version else ""


def _every_time(node: Node) -> list[Line]:
    """Whether a batch failed alike at each attempt."""
    failed = [error_words(each) for each in node.attempts if each.outcome is not Outcome.SUCCESS]
    if len(node.attempts) < 2 or not failed:
        return []
    if len(failed) == len(node.attempts) and len(set(failed)) == 1:
        return [[(f"fails every time: same error in {len(failed)} of {len(failed)}", Role.ATTENTION)]]
    return [[(f"failed {len(failed)} of {len(node.attempts)} times", Role.ATTENTION)]]


def _error(invoked: Invoked | None, copy: str) -> list[Line]:
    if invoked is None:
        return []
    if invoked.outcome is Outcome.SUCCESS:
        return [[(" ok", Role.INSERT), (f"   {invoked.reason}", Role.DIM)]]
    error = invoked.answer.error
    lines: list[Line] = []
    if error is not None and error.stack_trace:
        lines.append([(" Traceback (most recent call last):", Role.TEXT)])
        lines += _text_lines(_from_here("".join(_ended(frame) for frame in error.stack_trace)), copy)
    words = error.message.splitlines() if error else []
    head = f"{error.error_type}: {words[0]}" if error and words else error_words(invoked)
    lines.append([(f" {head[:LINE_CHARACTERS]}", Role.REMOVE)])
    lines += _text_lines("\n".join(words[1:]), copy) if words[1:] else []
    if invoked.reason and error is not None:
        lines.append([(f" {invoked.reason}", Role.TEXT)])
    return lines


def _from_here(trace: str) -> str:
    """Files of this folder as one names them here."""
    try:
        return trace.replace(f'File "{Path.cwd()}/', 'File "')
    except OSError:  # the folder is gone
        return trace


def _ended(frame: str) -> str:
    return frame if frame.endswith("\n") else frame + "\n"


def _text_lines(text: str, copy: str) -> list[Line]:
    """Text from a handler, line by line, what is cut said. `copy`: the key that copies all of it."""
    found = text.rstrip("\n").split("\n")
    lines: list[Line] = [_cut_line(line) for line in found[:MOST_LINES]]
    more = len(found) - MOST_LINES
    if more > 0:
        lines.append([(f" {ELLIPSIS} {count(more)} more lines; {copy} copies all of it", Role.DIM)])
    return lines


def _cut_line(text: str) -> Line:
    text = text.removesuffix("\r").expandtabs(4)
    more = len(text) - LINE_CHARACTERS
    return [
        (f" {text[:LINE_CHARACTERS]}", Role.TEXT),
        *([(f"{ELLIPSIS} {count(more)} more", Role.DIM)] if more > 0 else []),
    ]


def _after(node: Node, facts: Facts, width: int) -> list[Line]:
    """What sets the record apart, what Lambda would do, and what is different from the run before."""
    lines: list[Line] = []
    if facts.apart:
        lines += [[], *(line for words in facts.apart for line in _flowed(_MARGIN, [[(words, Role.ATTENTION)]], width))]
    if on_lambda := what_lambda_does(node, facts):
        lines += [[], *_labelled("on Lambda", on_lambda, width)]
    if facts.before:
        lines += [[], *_since(facts, width)]
    return lines


def what_lambda_does(node: Node, facts: Facts) -> str:
    """Words for a batch that fails: retried, discarded or standing still, until when, and what waits behind it."""
    settings = facts.settings
    if node.discarded is not None:
        if node.discarded.condition is Condition.AGE:
            return f"{_age_limit(settings)} discards it without trying further{_destination(node)}"
        until = _clock(_gives_up_at(node, settings, without_limit=True))
        return (
            f"MaximumRetryAttempts {settings.max_retries} discards it{_destination(node)}; with −1, the default, this"
            f" shard would stand still until {until}, when the record expires{_would_wait(facts.behind)}"
        )
    if node.state is State.BLOCKED and node.blocked is not None:
        return _standing(node, node.blocked, settings)
    if node.state is State.FAILED and not node.below:
        left = settings.max_retries + 1 - len(node.attempts)
        if settings.max_retries == FOR_EVER:
            until = _clock(_gives_up_at(node, settings))
            return f"it is tried again until {until}; nothing behind it in its shard is delivered before"
        return f"it is tried {max(0, left)} more times, then discarded{_destination(node)}"
    return ""


def _standing(node: Node, blocked: Blocked, settings: Settings) -> str:
    words = (
        f"this shard stands still: {count(blocked.failures)} failures in a row, retried until {_clock(blocked.until)}"
    )
    stays = "the replay goes on retrying" if blocked.goes_on else "the replay stops here"
    halved = ""
    if len(node.batch.records) > 1 and not settings.bisect and node.attempts[-1].outcome is not Outcome.THROTTLED:
        name = NAMES["bisect"]
        halved = f". {name} is off: with it on, the batch is halved until a record that fails is alone"
    return f"{words}; {count(blocked.waiting)} records are known to wait behind it; {stays}{halved}"


def _gives_up_at(node: Node, settings: Settings, *, without_limit: bool = False) -> float:
    """When the first record expires, or reaches the age that is set."""
    created = node.batch.records[0].created_at if node.batch.records else 0.0
    limit = settings.max_record_age_s
    return created + (RETENTION_S if without_limit or limit == FOR_EVER else min(limit, RETENTION_S))


def _age_limit(settings: Settings) -> str:
    limit = settings.max_record_age_s
    return "the stream's retention of 24 h" if limit == FOR_EVER else f"MaximumRecordAgeInSeconds {limit}"


def _destination(node: Node) -> str:
    if node.discarded is not None and node.discarded.trouble:
        return f" (its message could not be delivered: {visible(node.discarded.trouble)})"
    if node.discarded is not None and node.discarded.destination:
        return f" to OnFailure, {visible(node.discarded.destination)}"
    return " to nowhere: there is no OnFailure" if node.discarded is not None else ""


def _would_wait(behind: int | None) -> str:
    return f"; the {count(behind)} records of this run behind it would wait" if behind else ""


def _clock(moment: float) -> str:
    return time.strftime("%d %b %H:%M", time.localtime(moment))


def _labelled(label: str, words: str, width: int) -> list[Line]:
    head, *rest = wrapped(words, max(20, width - _LABEL_CELLS - 2)) or [""]
    lines: list[Line] = [[(f" {label:{_LABEL_CELLS - 1}}", Role.STRONG), (f" {head}", Role.TEXT)]]
    return lines + [[(" " * (_LABEL_CELLS + 1) + more, Role.TEXT)] for more in rest]


def _since(facts: Facts, width: int) -> list[Line]:
    """`since run 2   handler changed (app.py 14:29:51)   newly ok 3   newly failing 0   same 1 822`."""
    since = facts.since
    changed = f"handler changed ({visible(facts.version)})" if facts.version else "same handler as far as is known"
    if facts.changed:
        changed += f", {', '.join(facts.changed)} changed"
    parts: list[Line] = [
        [(changed, Role.TEXT)],
        [("newly ", Role.TEXT), ("ok", Role.INSERT), (f" {count(since.newly_ok)}", Role.TEXT)],
        [
            ("newly ", Role.TEXT),
            ("failing", Role.REMOVE if since.newly_failing else Role.TEXT),
            (f" {count(since.newly_failing)}", Role.TEXT),
        ],
        [(f"same {count(since.same)}", Role.TEXT)],
    ]
    if since.not_reached:
        parts.append([(f"not reached {count(since.not_reached)}", Role.DIM)])
    return _flowed([(f" since run {facts.before}   ", Role.STRONG)], parts, width)


def _flowed(head: Line, parts: Iterable[Line], width: int) -> list[Line]:
    """Parts after each other with a gap, a further line set in as far as the first; only one that is too long for a
    line of its own is broken inside."""
    margin: Line = [(" " * width_of(head), Role.TEXT)]
    lines, line = list[Line](), head
    is_first = True
    for part in parts:
        room = width - width_of(line) - (0 if is_first else len(_GAP))
        if not is_first and width_of(part) > room:
            lines, line, is_first = [*lines, line], margin, True
        *before, last = _broken(part, max(20, width - width_of(margin))) if is_first else [part]
        for each in before:
            lines, line = [*lines, [*line, *each]], margin
        line = [*line, *([] if is_first else [(_GAP, Role.TEXT)]), *last]
        is_first = False
    return [*lines, line]


def _broken(part: Line, width: int) -> list[Line]:
    """Between words, where it is of one piece and does not fit."""
    if len(part) != 1 or width_of(part) <= width:
        return [part]
    text, role = part[0]
    return [[(each, role)] for each in wrapped(text, width)]


def _logs(invoked: Invoked, copy: str) -> list[Line]:
    if not invoked.answer.logs:
        return [[(" nothing was printed or logged", Role.DIM)]]
    return _text_lines(invoked.answer.logs, copy)


def _response(invoked: Invoked, copy: str) -> list[Line]:
    if invoked.answer.error is not None:
        return [[(" no response: the invocation failed", Role.DIM)]]
    note: list[Line] = [[(f" {invoked.reason}", Role.ATTENTION)]] if invoked.reason else []
    return [*note, *json_lines(invoked.answer.payload, copy)]


def _event(node: Node, facts: Facts, copy: str) -> list[Line]:
    event = event_json(node.batch, facts.stream_arn)
    if len(event) <= EVENT_BYTES:
        return json_lines(event, copy)
    words = f" {count(len(node.batch.records))} records, {size(len(event))}; {copy} copies all of it. The first:"
    return [[(words, Role.DIM)], *json_lines(node.batch.records[0].event, copy)]


def _changes(node: Node, facts: Facts, width: int, copy: str) -> list[Line]:
    """The changes of the one record, or those of each in brief."""
    records = node.batch.records
    if len(records) == 1:
        return _record_lines(records[0], facts, width, copy, brief=False)
    lines: list[Line] = []
    for record in records[:MOST_ITEMS]:
        lines.append([(f" {key_text(Raw(record.item), facts.schema)}", Role.STRONG)])
        lines += _record_lines(record, facts, width, copy, brief=True)
    if len(records) > MOST_ITEMS:
        lines.append([(f" {ELLIPSIS} {count(len(records) - MOST_ITEMS)} more records", Role.DIM)])
    return lines


def _record_lines(record: ReplayRecord, facts: Facts, width: int, copy: str, *, brief: bool) -> list[Line]:
    try:
        (decoded,) = decode_records(b"[%b]" % record.event)
    except (DdbtopError, ValueError):
        return [[(" not of a form that could be read; Event shows it as it came", Role.ATTENTION)]]
    shown = Shown(decoded, facts.shard_name, "", raw=lambda: record.event, event=lambda: record.event)
    return record_lines(shown, View.CHANGES, width, RecordKeys(copy), unchanged=False, brief=brief)
