"""Reaching a stream for the inspector, and what turns out on the way."""

from __future__ import annotations

from ddbtop.cli.options import Where
from ddbtop.cli.targets import latest_stream, open_stream
from ddbtop.streams.arn import parse_target
from ddbtop.streams.aws import AwsSource
from ddbtop.tui.connection import Connection
from ddbtop.tui.place import Place


def connect_to(stream: str, where: Where) -> Connection:
    """Raises `WrongUsage`, `CannotDo` and `CallError`."""
    return connection_of(open_stream(stream, where), where)


def connection_of(source: AwsSource, where: Where) -> Connection:
    """What there is to know of a stream that is read from there."""
    return Connection(source, place_of(source), lambda: newest_arn(source.arn, where))


def place_of(source: AwsSource) -> Place:
    """Where its calls really go and as whom, whether that was typed or comes from the environment or a file."""
    target = parse_target(source.arn)
    region = target.region or source.account.region
    return Place(source.account.profile_name, target.account, region, source.endpoint_url)


def newest_arn(arn: str, where: Where) -> str:
    """Of the newest stream of the same table. An account of its own: another thread uses the source's."""
    target = parse_target(arn)
    return latest_stream(where.account(target.region), target.table).arn
