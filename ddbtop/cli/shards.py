"""`ddbtop shards`: the lineage of a stream."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from ddbtop.cli.options import Where, account_options
from ddbtop.cli.table import Table
from ddbtop.streams.lineage import Lineage, created_at


@click.command()
@click.argument("stream")
@click.option("--json", "as_json", is_flag=True, help="One JSON value a line.")
@account_options
@click.pass_context
def shards(ctx: click.Context, /, stream: str, as_json: bool, **_: object) -> None:
    """The shards of STREAM as a tree: parents before the shards that came out of them."""
    from ddbtop.cli.targets import describe_all, open_stream
    from ddbtop.streams.aws import PATIENT_ATTEMPTS

    lineage = describe_all(open_stream(stream, Where.typed(ctx), attempts=PATIENT_ATTEMPTS))[1]
    if as_json:
        for shard_id in lineage:
            click.echo(json.dumps(_as_json(shard_id, lineage)))
        return
    table = Table(["shard", "status", "made", "first sequence number", "last sequence number"])
    for branch, shard_id in tree(lineage):
        shard = lineage[shard_id]
        made = created_at(shard_id)
        when = datetime.fromtimestamp(made).astimezone().isoformat(" ", "seconds") if made else ""
        status = "closed" if lineage.is_closed(shard_id) else "open"
        table.add([branch + shard_id, status, when, shard.first_sequence, shard.last_sequence])
    table.print(empty="the stream has no shards")


def tree(lineage: Lineage) -> list[tuple[str, str]]:
    """Every shard after its parent, each with the branch drawn before it."""
    drawn: list[tuple[str, str]] = []
    waiting = [("", "", shard_id) for shard_id in reversed(lineage.roots())]
    while waiting:
        indent, branch, shard_id = waiting.pop()
        drawn.append((indent + branch, shard_id))
        below = indent + {"": "", "├─": "│ ", "└─": "  "}[branch]
        children = lineage.children(shard_id)
        for place, child in reversed(list(enumerate(children))):
            waiting.append((below, "└─" if place == len(children) - 1 else "├─", child))
    return drawn


def _as_json(shard_id: str, lineage: Lineage) -> dict[str, object]:
    shard, made = lineage[shard_id], created_at(shard_id)
    numbers = {"StartingSequenceNumber": shard.first_sequence, "EndingSequenceNumber": shard.last_sequence}
    return {
        "ShardId": shard_id,
        "ParentShardId": shard.parent_id or None,
        "SequenceNumberRange": {name: number for name, number in numbers.items() if number},
        "status": "closed" if lineage.is_closed(shard_id) else "open",
        "children": list(lineage.children(shard_id)),
        "generation": lineage.generation(shard_id),
        "createdAt": datetime.fromtimestamp(made, UTC).isoformat(timespec="milliseconds") if made else None,
    }
