"""What `y` and `Y` copy, for whatever the cursor is on."""

from __future__ import annotations

from ddbtop.journal.reader import Row
from ddbtop.streams.lambda_form import safe_json
from ddbtop.streams.model import Position
from ddbtop.tui.awscommand import describe_command, iterator_command
from ddbtop.tui.messages import CopyWanted
from ddbtop.tui.place import Place
from ddbtop.tui.session import Session
from ddbtop.tui.view import View
from ddbtop.tui.widgets.record import RecordPane


def of_focused(session: Session, row: Row | None, shard_id: str, pane: RecordPane | None) -> CopyWanted | None:
    """`shard_id` and `pane` are set where they have the focus; otherwise the record is meant."""
    if shard_id:
        return of_shard(shard_id)
    viewed = of_view(pane) if pane is not None else None
    return viewed or (of_record(session, row) if row is not None else None)


def of_record(session: Session, row: Row) -> CopyWanted:
    """The record as it came, with what a terminal could obey escaped."""
    return CopyWanted(safe_json(session.reader.raw(row.number)).decode(), "the record as JSON")


def of_view(pane: RecordPane) -> CopyWanted | None:
    """What the open view shows, whole where the screen shows a part; None where the record itself is meant."""
    if pane.shown is None or pane.view is View.JSON:
        return None
    if pane.view is View.EVENT:
        return CopyWanted(safe_json(pane.shown.event()).decode(), "the Lambda event")
    return CopyWanted(pane.text(), f"what {pane.view.value} shows")


def of_shard(shard_id: str) -> CopyWanted:
    return CopyWanted(shard_id, "the shard's id")


def command(session: Session, place: Place, row: Row | None, shard_id: str) -> CopyWanted:
    """The aws command that reads the shard from where its reader stands, or from the record; else the shards."""
    arn = session.status.stream.arn
    if shard_id:
        text = iterator_command(arn, shard_id, session.status.readers[shard_id].position, place)
    elif row is not None:
        text = iterator_command(arn, row.shard_id, Position.at(row.record.sequence_number), place)
    else:
        text = describe_command(arn, place)
    return CopyWanted(text, "the aws command")
