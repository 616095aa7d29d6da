"""The values of a replay: records in, invocations out, answers back, and every step between as one event.

Times are epoch seconds of the replay's own clock, durations are seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ReplayRecord:
    """One record on its way to a handler."""

    shard_id: str
    sequence_number: str
    """Decimal text that compares as an integer; empty where a file does not tell."""
    created_at: float
    """ApproximateCreationDateTime."""
    item: bytes
    """The `Keys` of the item, the same bytes for the same item: order is kept for each."""
    event: bytes
    """The record's JSON exactly as Lambda hands it over, without `shardId`."""


@dataclass(frozen=True, slots=True)
class ReplayShard:
    """A shard whose records are replayed; after its parent, where that is replayed as well."""

    shard_id: str
    parent_id: str = ""


def descendants(shards: Iterable[ReplayShard], shard_id: str) -> list[str]:
    """Ids of the shards that begin only once this one is done, parents before their children."""
    children: dict[str, list[str]] = {}
    for shard in shards:
        children.setdefault(shard.parent_id, []).append(shard.shard_id)
    found = [shard_id]
    for known in found:
        found += [child for child in children.get(known, ()) if child not in found]
    return found[1:]


@dataclass(frozen=True, slots=True)
class Poll:
    """What one read of a shard brought."""

    records: tuple[ReplayRecord, ...] = ()
    is_end: bool = False
    """Nothing will follow: the shard is closed and read to its end, or the range ends here."""


class RecordSource(Protocol):
    """Where the records of a replay come from. Used by the replay's own thread only."""

    @property
    def stream_arn(self) -> str: ...

    @property
    def view_type(self) -> str:
        """Empty where it is not known."""

    @property
    def shards(self) -> Sequence[ReplayShard]:
        """Those known so far, none without its parent where that is replayed as well: it would be taken for a root.

        A live stream may get more until `is_complete`.
        """

    @property
    def is_complete(self) -> bool:
        """No further shard will appear."""

    def poll(self, shard_id: str, limit: int) -> Poll:
        """The next records of a shard in order, at most `limit`; each is given once. Raises `DdbtopError`."""

    def wait(self, seconds: float) -> None:
        """Until something may have arrived, at most so long; returns at once where nothing is awaited."""

    def close(self) -> None: ...


class RewindableSource(RecordSource, Protocol):
    """Records for several runs, one after the other."""

    def rewind(self) -> None:
        """From the first record again; nothing is asked of AWS again."""


class Outcome(StrEnum):
    """How one invocation ended, in the words of `ddbtop replay --json`."""

    SUCCESS = "success"
    PARTIAL = "partial"
    """Some records were reported; what lies before the first of them is done."""
    ERROR = "error"
    TIMEOUT = "timeout"
    THROTTLED = "throttled"
    """An error before the function ran, which counts for no retry."""
    MALFORMED = "malformed"
    """An answer that Lambda would not accept as a report, or a tumbling window's without `state`."""


@dataclass(frozen=True, slots=True)
class HandlerError:
    """What a runtime reports; `error_type` is Lambda's where Lambda has one, such as `Runtime.ImportModuleError`."""

    error_type: str
    message: str
    stack_trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one invocation, before the mapping judges it."""

    payload: bytes = b"null"
    """The response's JSON; meaningless with an error."""
    error: HandlerError | None = None
    is_timeout: bool = False
    """With `error`: the function did not answer in time and was ended."""
    ran: bool = True
    """False: throttled, or an error of the service before the code ran."""
    duration_s: float = 0.0
    logs: str = ""
    """What was printed and logged, capped; a cap is said in it."""
    version: str = ""
    """Which version of the code answered, such as `app.py 14:29:51`; empty where it cannot be told."""
    notes: tuple[str, ...] = ()
    """What a user should know besides: a guess, a restart, a second initialisation."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a handler is asked."""

    event: bytes
    request_id: str
    timeout_s: float
    function_arn: str = ""


class Handler(Protocol):
    """Answers invocations, in as many threads at once as it has workers."""

    @property
    def workers(self) -> int: ...

    def invoke(self, call: Call, worker: int) -> Answer:
        """Blocks until the answer is there or the time is up; `worker` counts from 0. Never raises for what the
        handler did; raises `DdbtopError` where no invocation can ever succeed, such as a program that does not exist.
        """

    def interrupt(self) -> None:
        """From any thread: invocations that are under way end now."""

    def close(self) -> None:
        """Ends every process."""

    @property
    def given(self) -> Given: ...


@dataclass(frozen=True, slots=True)
class Given:
    """What a handler was given and can reach, for the eyes of whoever replays."""

    handler: str
    """As it was named: `src/app.py:handler`."""
    runner: str = ""
    """What runs it: `.venv/bin/python 3.12`."""
    facts: tuple[tuple[str, str], ...] = ()
    """Name and words: `AWS credentials`, `none given to the handler`."""
    is_fenced: bool = True
    """No AWS credentials were given."""


class Part(StrEnum):
    """How a batch came to be."""

    WHOLE = "batch"
    LEFT = "left half"
    RIGHT = "right half"
    REST = "the rest"
    """What a partial result or expired records left of a batch."""
    FINAL = "end of window"


@dataclass(frozen=True, slots=True)
class TumblingWindow:
    start: float
    end: float
    state: bytes = b"{}"
    """JSON."""
    is_final: bool = False
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class ReplayBatch:
    """Records that are delivered together: a node in the tree of what happened."""

    id: int
    """1.. in the order of their making."""
    shard_id: str
    records: tuple[ReplayRecord, ...]
    part: Part = Part.WHOLE
    parent: int = 0
    """The id of the batch this is a part of; 0 for a whole one."""
    lane: int = 0
    """0.. below ParallelizationFactor."""
    window: TumblingWindow | None = None

    @property
    def sequence_numbers(self) -> list[str]:
        return [record.sequence_number for record in self.records]


class Condition(StrEnum):
    """Why a batch was given up, in the words of Lambda's message."""

    ATTEMPTS = "RetryAttemptsExhausted"
    AGE = "RecordAgeExceeded"


@dataclass(frozen=True, slots=True)
class Invoking:
    """An invocation begins."""

    at: float
    number: int
    """1.. over the whole replay."""
    batch: ReplayBatch
    attempt: int
    """1.. of the same batch; begins again where the retry counter does."""
    request_id: str
    worker_wait_s: float = 0.0
    """So long the lane waited for a process."""


@dataclass(frozen=True, slots=True)
class Invoked:
    """An invocation ended and was judged."""

    at: float
    invoking: Invoking
    outcome: Outcome
    answer: Answer
    reason: str = ""
    """Why it is partial, malformed or failed, where the answer's error does not say."""
    checkpoint: str = ""
    """The last sequence number of the shard up to which everything is done, after this; empty for none."""
    split: tuple[ReplayBatch, ...] = ()
    """The batches that take this one's place: two halves, or the rest."""


@dataclass(frozen=True, slots=True)
class Discarded:
    """Records that were given up."""

    at: float
    batch: ReplayBatch
    """What is given up; of expired records, a batch of those alone whose `parent` is the one they were taken from."""
    condition: Condition
    message: dict[str, Any]
    """The on-failure message, whether or not there is a destination (Developer Guide, error handling)."""
    destination: str = ""
    """Where the message went; empty for nowhere."""
    trouble: str = ""
    """Why it could not be delivered there."""
    checkpoint: str = ""
    by_retention: int = 0
    """So many of the records were ended by the stream's own retention, not by the mapping's limit."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """A shard stands still: Lambda would go on retrying, the replay says so instead."""

    at: float
    shard_id: str
    batch: ReplayBatch
    failures: int
    """In a row, without progress."""
    until: float
    """When Lambda would give up, at the latest: the first record's age limit or its end of retention."""
    waiting: int
    """Records behind it, in the shard and in those that begin after it, that are known to wait."""
    more_wait: bool = False
    """There may be more of them than were counted."""
    goes_on: bool = False
    """`--no-stop`: said once, and retried all the same."""


Event = Invoking | Invoked | Discarded | Blocked


@dataclass(frozen=True, slots=True)
class Counts:
    """`polled = filtered + delivered + discarded + pending`, always."""

    polled: int = 0
    filtered: int = 0
    delivered: int = 0
    discarded: int = 0
    pending: int = 0
    invocations: int = 0
    failed: int = 0


class Stopped(StrEnum):
    BLOCKED = "blocked"
    MAX_INVOCATIONS = "max-invocations"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Summary:
    """How a replay ended, or stands."""

    counts: Counts
    metrics: dict[str, int] = field(default_factory=dict)
    """Lambda's EventCount metrics by their names (Developer Guide, event source mapping metrics)."""
    checkpoints: dict[str, str] = field(default_factory=dict)
    """By shard id; empty text for none yet."""
    clock: str = "recorded"
    arrival: str = "backlog"
    stopped: Stopped | None = None
    now: float = 0.0
    """Of the replay's clock."""
    undocumented: tuple[str, ...] = ()
    """Rules in play that AWS does not document, each in one line."""

    @property
    def left_undelivered(self) -> bool:
        return bool(self.counts.discarded or self.counts.pending)
