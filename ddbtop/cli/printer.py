"""Records on stdout: one line each, as the inspector's list shows them or as JSON."""

from __future__ import annotations

import shutil
import time
from typing import BinaryIO

import click

from ddbtop.cli.colour import takes_colour
from ddbtop.journal.query import Query
from ddbtop.replay.patterns import FilterCriteria
from ddbtop.streams.attributes import key_text
from ddbtop.streams.changes import Role, summary
from ddbtop.streams.lambda_form import lambda_record, safe_json
from ddbtop.streams.model import KeyAttribute, StreamInfo
from ddbtop.streams.outbox import Batch, ShardPage
from ddbtop.streams.wire import Record, decode_value, record_slices
from ddbtop.text import cell_width, clock, cut, day, fit, same_day, size, visible

KEY_CELLS = 26
PIPED_CELLS = 200
"""Width of a line where no terminal says how wide it is."""

_COLOURS = {Role.ADDED: "green", Role.REMOVED: "red", Role.MODIFY: "blue", Role.ATTENTION: "yellow"}
_EVENTS = {"INSERT": "green", "MODIFY": "blue", "REMOVE": "red"}


class Printer:
    """A sink of the pump's: what is handed over is printed, in the order in which it was read."""

    def __init__(
        self,
        out: BinaryIO,
        arn: str,
        *,
        as_json: bool,
        query: Query | None = None,
        criteria: FilterCriteria | None = None,
        limit: int | None = None,
    ) -> None:
        self._out = out
        self._arn = arn
        self._as_json = as_json
        self._query = query
        self._criteria = criteria
        self._left = limit
        self._key_schema: tuple[KeyAttribute, ...] = ()
        self._has_colour = takes_colour()

    @property
    def is_full(self) -> bool:
        """As many records as were asked for are printed."""
        return self._left == 0

    def learn(self, stream: StreamInfo) -> None:
        """The order of the key attributes."""
        self._key_schema = stream.key_schema

    def commit(self, batch: Batch) -> None:
        for entry in batch.pages:
            self._print(entry)
        self._out.flush()

    def _print(self, entry: ShardPage) -> None:
        for record, raw in zip(entry.page.records, record_slices(entry.page.raw), strict=True):
            if self.is_full:
                return
            if self._query and not self._query.matches(entry.shard_id, record):
                continue
            if self._criteria and not self._criteria.matches(decode_value(lambda_record(raw, self._arn))):
                continue
            if self._as_json:
                line = safe_json(lambda_record(bytes(raw), self._arn, entry.shard_id))
            else:
                line = self._text(entry.shard_id, record).encode("utf-8", "backslashreplace")
            self._out.write(line + b"\n")
            if self._left is not None:
                self._left -= 1

    def _text(self, shard_id: str, record: Record) -> str:
        width = shutil.get_terminal_size((PIPED_CELLS, 24)).columns
        at = record.created_at
        when = f"{'' if same_day(at, time.time()) else f'{day(at):>6} '}{clock(at)}" if at else "?"
        shard = cut(visible(shard_id.rsplit("-", 1)[-1]), 8)
        left = f"{when:8} {fit(shard, 8)} "
        event = fit(visible(record.event_name), 6)
        key = fit(key_text(record.dynamodb.keys, self._key_schema), KEY_CELLS)
        bytes_ = f"{size(record.dynamodb.size_bytes):>8}"
        room = max(20, width - cell_width(f"{left}{event} {key}  {bytes_} "))
        spans = summary(record, room)
        changed = "".join(self._styled(span.text, _COLOURS.get(span.role), span.role) for span in spans)
        padding = " " * (room - sum(cell_width(span.text) for span in spans))
        return f"{left}{self._styled(event, _EVENTS.get(record.event_name))} {key}  {changed}{padding} {bytes_}"

    def _styled(self, text: str, colour: str | None, role: Role = Role.PLAIN) -> str:
        if not self._has_colour:
            return text
        return click.style(text, fg=colour, dim=role in (Role.DIM, Role.EXPIRY) or None)
