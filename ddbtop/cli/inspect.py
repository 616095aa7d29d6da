"""`ddbtop STREAM`: the inspector."""

from __future__ import annotations

import click

from ddbtop.cli.accounts import Accounts
from ddbtop.cli.options import POINTS, Where, account_options, point, start_options
from ddbtop.cli.screen import need_terminal, open_screen, screen_options
from ddbtop.streams.arn import parse_target
from ddbtop.streams.model import LATEST, StartPoint
from ddbtop.tui.connection import Connection
from ddbtop.tui.place import Place


@click.command(epilog=POINTS)
@click.argument("stream")
@start_options
@screen_options
@account_options
@click.pass_context
def inspect(
    ctx: click.Context,
    /,
    stream: str,
    start: str | None,
    shard: str,
    descendants: bool,
    history: int | None,
    **_: object,
) -> int:
    """Watch STREAM: its shards, where each reader stands, and the changes as they arrive."""
    target = parse_target(stream)
    need_terminal(f"`ddbtop tail {stream}` writes records to stdout")
    begin = StartPoint(point(start, LATEST), shard, descendants)
    where = Where.typed(ctx)
    where.log_in(target.region)

    def connect(arn: str) -> Connection:
        from ddbtop.cli.connecting import connect_to  # botocore: after the first frame

        return connect_to(arn or stream, where)

    place = Place(where.profile, target.account, where.region or target.region, where.endpoint_url)
    return open_screen(connect, begin, place, history, Accounts(where))
