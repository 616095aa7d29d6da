"""What a reader of stdout should know besides the data, said on stderr as it happens."""

from __future__ import annotations

from collections.abc import Iterator

from ddbtop.cli.options import say
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus


class Talk:
    def __init__(self) -> None:
        self._trouble = ""
        self._reads_forward = False
        self._gaps: dict[str, int] = {}
        self._stopped: set[str] = set()

    @property
    def exit_code(self) -> int:
        """1 where records were lost or left unread."""
        return 1 if self._gaps or self._stopped else 0

    def follow(self, status: SessionStatus) -> None:
        """Say what is new since the last status."""
        for line in (*self._of_session(status), *self._of_shards(status)):
            say(line)

    def _of_session(self, status: SessionStatus) -> Iterator[str]:
        trouble = status.trouble.message if status.trouble else ""
        if trouble != self._trouble:
            self._trouble = trouble
            hint = f"; {status.trouble.hint}" if status.trouble and status.trouble.hint else ""
            yield f"waiting, nothing is lost: {trouble}{hint}" if trouble else "reading again"
        if status.reads_forward and not self._reads_forward:
            self._reads_forward = True
            yield "this server cannot start at a time: it is read from its oldest record, and what is older left out"

    def _of_shards(self, status: SessionStatus) -> Iterator[str]:
        for shard_id, reader in status.readers.items():
            if reader.gaps > self._gaps.get(shard_id, 0):
                self._gaps[shard_id] = reader.gaps
                yield f"gap in {shard_id} after {reader.gap_after or 'its start'}: {reader.gap_reason}"
            if reader.state is ReaderState.STOPPED and shard_id not in self._stopped:
                self._stopped.add(shard_id)
                yield _stopped(shard_id, reader)


def _stopped(shard_id: str, reader: ReaderStatus) -> str:
    return f"{shard_id} is not read any further: {reader.trouble}"
