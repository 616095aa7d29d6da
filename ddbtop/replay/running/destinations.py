"""Where on-failure messages go: a folder, or a queue, a topic or a bucket that a user named and allowed."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddbtop.errors import CannotDo, DdbtopError, WrongUsage
from ddbtop.replay.event import event_json
from ddbtop.replay.model import ReplayBatch
from ddbtop.replay.running.run import Deliver

if TYPE_CHECKING:
    from ddbtop.streams.aws import Account
    from ddbtop.streams.awsdeliver import Deliveries

_FIFO = ".fifo"

_MAPPING = "ddbtop-replay"
"""In the place of the mapping's UUID in the key of an S3 object."""

_FILE_MODE = 0o600

Accounts = Callable[[str], "Account"]
"""As whom calls are made, by region."""


def check_destination(text: str, *, allow_aws: bool) -> None:
    """Raises `WrongUsage` for what a replay does not deliver to, before anything runs."""
    if "://" in text:
        raise WrongUsage(f"--on-failure takes a folder or an ARN, not {text}", "an S3 bucket is arn:aws:s3:::NAME")
    if not text.startswith("arn:"):
        return
    service, resource = _service(text), text.split(":")[-1]
    if service not in ("sqs", "sns", "s3"):
        raise WrongUsage(
            f"Lambda delivers to no {service or 'such'} destination: {text}", "to queues, topics and buckets it does"
        )
    if service != "s3" and resource.endswith(_FIFO):
        raise WrongUsage(f"Lambda delivers to no FIFO destination: {text}", "name a standard one, or a folder")
    if not allow_aws:
        raise WrongUsage(
            f"a replay writes nothing to AWS unless it is told to: {text}",
            "--allow-aws sends the messages there; --on-failure DIR keeps them in files",
        )


def open_destination(text: str, accounts: Accounts, stream_arn: str) -> Deliver:
    """For a text that `check_destination` let pass. Raises `CannotDo` where nothing can be delivered to it."""
    if not text.startswith("arn:"):
        return Folder(Path(text)).deliver
    from ddbtop.streams.awsdeliver import Deliveries

    service = _service(text)
    region = text.split(":")[3] or (stream_arn.split(":")[3] if stream_arn else "")
    return _Aws(text, Deliveries(accounts(region), service), stream_arn).deliver


class Folder:
    """One file a message; names sort by when a batch was given up, and no file is ever seen half written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers = count(1)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotDo(f"the folder {path} cannot be made: {error.strerror}") from None
        if not os.access(path, os.W_OK | os.X_OK):
            raise CannotDo(f"the folder {path} cannot be written to")

    def deliver(self, message: dict[str, Any], batch: ReplayBatch) -> tuple[str, str]:
        """Where it went and, where that failed, why."""
        when = str(message["timestamp"]).replace(":", ".").rstrip("Z")
        name = f"{when}-{next(self._numbers):06}-{uuid.uuid4().hex[:8]}.json"
        try:
            self._write(name, json.dumps(message, indent=2).encode() + b"\n")
        except OSError as error:
            return str(self._path), f"{name} cannot be written: {error.strerror}"
        return str(self._path / name), ""

    def _write(self, name: str, data: bytes) -> None:
        unfinished = self._path / f".{name}.tmp"
        try:
            with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _FILE_MODE), "wb") as file:
                file.write(data)
            unfinished.rename(self._path / name)
        finally:
            unfinished.unlink(missing_ok=True)


class _Aws:
    """A queue, a topic or a bucket."""

    def __init__(self, arn: str, deliveries: Deliveries, stream_arn: str) -> None:
        self._arn = arn
        self._deliveries = deliveries
        self._stream_arn = stream_arn
        self._queue_url = ""

    def deliver(self, message: dict[str, Any], batch: ReplayBatch) -> tuple[str, str]:
        """Where it went and, where that failed, why."""
        try:
            return self._sent(message, batch), ""
        except DdbtopError as error:
            return self._arn, f"{error.message}; {error.hint}" if error.hint else error.message

    def _sent(self, message: dict[str, Any], batch: ReplayBatch) -> str:
        *_, owner, name = self._arn.split(":")
        match _service(self._arn):
            case "sqs":
                self._queue_url = self._queue_url or self._deliveries.queue_url(name, owner)
                self._deliveries.send(self._queue_url, json.dumps(message))
            case "sns":
                self._deliveries.publish(self._arn, json.dumps(message))
            case _:
                key = object_key(batch.shard_id)
                payload = event_json(batch, self._stream_arn).decode(errors="replace")
                self._deliveries.put(name, key, json.dumps(message | {"payload": payload}).encode())
                return f"s3://{name}/{key}"
        return self._arn


def object_key(shard_id: str) -> str:
    """`aws/lambda/MAPPING/SHARD/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-UUID` (Developer Guide, S3 as a destination)."""
    now = datetime.now(UTC)
    return f"aws/lambda/{_MAPPING}/{shard_id}/{now:%Y/%m/%d}/{now:%Y-%m-%dT%H.%M.%S}-{uuid.uuid4()}"


def _service(arn: str) -> str:
    parts = arn.split(":", 5)
    return parts[2] if len(parts) == 6 else ""
