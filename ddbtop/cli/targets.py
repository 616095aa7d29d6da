"""From what a user typed as STREAM to a stream that can be read."""

from __future__ import annotations

import os

from ddbtop.cli.options import Where
from ddbtop.errors import CannotDo, NotFound, WrongUsage
from ddbtop.streams.arn import Target, parse_target
from ddbtop.streams.aws import Account, AwsSource, StreamEntry
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import Description


def open_stream(text: str, where: Where, *, attempts: int = 1) -> AwsSource:
    """The stream that `text` names. Raises `WrongUsage`, `CannotDo` and `CallError`."""
    target = parse_target(text) if os.sep not in text or text.startswith("arn:") else _no_file(text)
    account = where.account(target.region)
    arn = target.arn or latest_stream(account, target.table).arn
    return AwsSource(account, arn, attempts=attempts)


def latest_stream(account: Account, table: str) -> StreamEntry:
    """A table's newest stream: older ones stay listed until their records expire."""
    try:
        found = list(account.streams(table))
    except NotFound:
        found = []
    if not found:
        raise CannotDo(f"there is no table {table} in {account.region}, or it has no stream", _remedy(account, table))
    return max(found, key=lambda entry: entry.label)


def _remedy(account: Account, table: str) -> str:
    if account.is_local:
        return "DynamoDB Local without -sharedDb keeps tables apart by access key and region: use those of the writer"
    return (
        f"this would enable one: aws dynamodb update-table --table-name {table} "
        "--stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES"
    )


def describe_all(source: AwsSource) -> tuple[Description, Lineage]:
    """Every page of DescribeStream, also of a server whose pages go in a circle."""
    lineage, after = Lineage(), ""
    asked = {after}
    while True:
        page = source.describe(after)
        lineage.merge(page.shards)
        after = page.last_shard_id
        if after in asked:
            return page, lineage
        asked.add(after)


def _no_file(text: str) -> Target:
    raise WrongUsage(f"{text!r} names no stream", "give a stream's ARN, a table's ARN or a table's name")
