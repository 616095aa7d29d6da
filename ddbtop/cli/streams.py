"""`ddbtop streams`: what there is to read."""

from __future__ import annotations

import json
from typing import Any

import click

from ddbtop.cli.options import Where, account_options
from ddbtop.cli.table import Table


@click.command()
@click.argument("table", required=False)
@click.option("-l", "long", is_flag=True, help="Status, view type and shards as well: a call or more for each stream.")
@click.option("--json", "as_json", is_flag=True, help="One JSON value a line.")
@account_options
@click.pass_context
def streams(ctx: click.Context, /, table: str | None, long: bool, as_json: bool, **_: object) -> None:
    """The streams of the account, or of TABLE, a name or an ARN."""
    from ddbtop.streams.arn import parse_target
    from ddbtop.streams.aws import PATIENT_ATTEMPTS, Account, AwsSource

    def entry_of(account: Account, arn: str, name: str, label: str) -> dict[str, Any]:
        entry: dict[str, Any] = {"StreamArn": arn, "TableName": name, "StreamLabel": label}
        return entry | _details(AwsSource(account, arn, attempts=PATIENT_ATTEMPTS)) if long else entry

    target = parse_target(table) if table else None
    account = Where.typed(ctx).account(target.region if target else "")
    found = (entry_of(account, e.arn, e.table, e.label) for e in account.streams(target.table if target else ""))
    if as_json:
        for entry in found:
            click.echo(json.dumps(entry))
        return
    columns = ["table", "status", "view type", "shards", "stream"] if long else ["table", "stream"]
    lines = Table(columns)
    for entry in found:
        lines.add(_cells(entry))
    lines.print(empty=f"no streams{f' of {target.table}' if target else ''} in {account.region}")


def _details(source: Any) -> dict[str, Any]:
    from ddbtop.cli.targets import describe_all

    description, lineage = describe_all(source)
    closed = sum(lineage.is_closed(shard_id) for shard_id in lineage)
    return {
        "StreamStatus": description.stream.status,
        "StreamViewType": description.stream.view_type,
        "shards": {"open": len(lineage) - closed, "closed": closed},
    }


def _cells(entry: dict[str, Any]) -> list[str]:
    details = []
    if "shards" in entry:
        shards = f"{entry['shards']['open']} open, {entry['shards']['closed']} closed"
        details = [entry["StreamStatus"], entry["StreamViewType"], shards]
    return [entry["TableName"], *details, entry["StreamArn"]]
