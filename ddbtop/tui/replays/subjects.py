"""What is replayed: records of the session's journal, handed to a handler in its own processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.journal.reader import JournalReader, Row
from ddbtop.replay.adopting.deployed import Adopted
from ddbtop.replay.adopting.named import adopt_named
from ddbtop.replay.handlers.choice import HandlerOptions, parse_handler
from ddbtop.replay.handlers.fence import Fence
from ddbtop.replay.handlers.variables import read_variables
from ddbtop.replay.model import Handler, ReplayShard
from ddbtop.replay.options import Options
from ddbtop.replay.running.destinations import Folder
from ddbtop.replay.running.run import Replay
from ddbtop.replay.sources.journal import JournalSource
from ddbtop.streams.model import StreamInfo
from ddbtop.streams.status import ReaderStatus
from ddbtop.tui.names import ShardNames
from ddbtop.tui.replays.plan import Plan, Selected
from ddbtop.tui.replays.run import Opened
from ddbtop.tui.session import Session

if TYPE_CHECKING:
    from ddbtop.streams.awslambda import LambdaService


@dataclass(frozen=True, slots=True)
class Subject:
    """Records of a journal: the same at every run."""

    stream: StreamInfo
    journal: Path
    shards: tuple[ReplayShard, ...]
    words: Selected
    end: int
    """The number, in the journal, of the first record that is left out."""
    starts: Mapping[str, str] = field(default_factory=dict)
    """The first sequence number wanted, by shard."""


_FIRST, _LAST = "the first record kept", "the last one now"

EVERY_SHARD = "every shard"

SEQUENCE_TAIL = 9
"""Last digits of a sequence number that say which record is meant."""


def subjects(session: Session, shard_id: str, row: Row | None, names: ShardNames) -> list[Subject]:
    """What may be replayed from where the user stands: the selected shard, from the record on, everything."""
    readers = session.status.readers
    found = []
    if shard_id in readers:
        lineage = [*ancestors(readers, shard_id), shard_id]
        words = f"{names[shard_id]} and its ancestors" if len(lineage) > 1 else f"shard {names[shard_id]}"
        found.append(_subject(session, lineage, Selected(words, _FIRST, _LAST)))
    if row is not None and row.shard_id in readers:
        number = row.record.sequence_number
        lineage = [row.shard_id, *descendants(readers, row.shard_id)]
        words = f"{names[row.shard_id]} and what follows it" if len(lineage) > 1 else f"shard {names[row.shard_id]}"
        range_ = Selected(words, f"AT_SEQUENCE_NUMBER …{number[-SEQUENCE_TAIL:]}", _LAST)
        found.append(_subject(session, lineage, range_, {row.shard_id: number}))
    if len(readers) > 1:
        found.append(_subject(session, list(readers), Selected(EVERY_SHARD, _FIRST, _LAST)))
    return found


def ancestors(readers: Mapping[str, ReaderStatus], shard_id: str) -> list[str]:
    """Oldest first, as far as the description has them."""
    found: list[str] = []
    parent = readers[shard_id].shard.parent_id
    while parent in readers and parent not in found:
        found.append(parent)
        parent = readers[parent].shard.parent_id
    return found[::-1]


def descendants(readers: Mapping[str, ReaderStatus], shard_id: str) -> list[str]:
    """Parents before their children."""
    found = [shard_id]
    for known in found:
        found += [child for child in readers[known].children if child in readers and child not in found]
    return found[1:]


def _subject(
    session: Session, lineage: Sequence[str], words: Selected, starts: Mapping[str, str] | None = None
) -> Subject:
    readers = session.status.readers
    shards = tuple(
        ReplayShard(shard_id, parent if (parent := readers[shard_id].shard.parent_id) in lineage else "")
        for shard_id in lineage
    )
    return Subject(
        session.status.stream, session.reader.path, shards, words, session.last_number + 1, dict(starts or {})
    )


_DEPLOYED = "lambda:"


def check_handler(text: str) -> None:
    """Raises `DdbtopError` for what is no handler; nothing is started."""
    if text.startswith(_DEPLOYED):
        raise WrongUsage("a deployed function is not invoked from here", "`ddbtop replay` does, after a question")
    parse_handler(text).close()


def open_run(subject: Subject, plan: Plan) -> Opened:
    """Raises `DdbtopError`. Nothing runs yet, and nothing is asked of AWS."""
    handler = parse_handler(plan.handler, _handler_options(plan))
    reader = JournalReader.open(subject.journal)
    source = JournalSource(reader, subject.shards, starts=subject.starts, end=subject.end)
    deliver = Folder(Path(plan.settings.on_failure)).deliver if plan.settings.on_failure else None
    way, adopted = plan.way, plan.adopted
    options = Options(way.clock, way.arrival, way.backoff, timeout_s=plan.timeout_s, function_arn=adopted.function_arn)
    replay = Replay(source, plan.settings, handler, options, deliver=deliver)
    return Opened(replay, handler.given, subject.shards, partial(_close, handler, source))


def _handler_options(plan: Plan) -> HandlerOptions:
    """Variables that were typed win over those of a template."""
    way, adopted = plan.way, plan.adopted
    variables = read_variables(Path(way.env_file)) if way.env_file else {}
    return HandlerOptions(
        workers=way.workers,
        python=way.python,
        fence=Fence(typed={**adopted.environment, **variables}),
        function=adopted.function_arn.split(":function:")[-1],
        folder=Path(plan.folder or Path.cwd()),
    )


def look_up(session: Session, like: str) -> Adopted:
    """The settings of something deployed, as the session's account sees it, or of a template. Raises `DdbtopError`."""
    return adopt_named(like, partial(_service, session), session.status.stream.arn)


def _service(session: Session) -> LambdaService:
    from ddbtop.streams.aws import AwsSource  # what is replayed from a demo needs none of it
    from ddbtop.streams.awslambda import LambdaService

    if not isinstance(session.source, AwsSource):
        raise CannotDo("there are no deployed functions beside this stream", "a template's file works here as well")
    return LambdaService(session.source.account)


def _close(handler: Handler, source: JournalSource) -> None:
    handler.close()
    source.close()
