"""What a user may type to name a stream."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ddbtop.errors import WrongUsage

_TABLE_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")

LOCAL_REGION = "ddblocal"
"""DynamoDB Local writes this into its ARNs; it is no region that a request could be signed for."""


@dataclass(frozen=True, slots=True)
class Target:
    """A stream, or a table whose latest stream is meant."""

    arn: str = ""
    """The stream's ARN; empty where a table is named."""
    table: str = ""
    region: str = ""
    """Empty where the name does not tell, or tells DynamoDB Local's."""
    account: str = ""


def parse_target(text: str) -> Target:
    """A stream ARN, a table ARN or a table name. Raises `WrongUsage`."""
    if text.startswith("arn:"):
        return _parse_arn(text)
    name = text.removeprefix("table:")
    if not _TABLE_NAME.fullmatch(name):
        raise WrongUsage(
            f"{text!r} is neither an ARN nor the name of a table",
            "a table's name has 3 to 255 letters, digits, `_`, `-` and `.`; `ddbtop streams` lists what there is",
        )
    return Target(table=name)


def _parse_arn(text: str) -> Target:
    parts = text.split(":", 5)
    if len(parts) < 6:
        raise WrongUsage(f"this ARN is cut short: {text}", "a stream's ends in table/NAME/stream/LABEL")
    _, _, service, region, account, resource = parts
    region = "" if region == LOCAL_REGION else region
    if service != "dynamodb":
        what = "a Kinesis stream" if service == "kinesis" else f"something of the service {service!r}"
        raise WrongUsage(
            f"this is the ARN of {what}", "ddbtop reads DynamoDB Streams: arn:…:dynamodb:…:table/NAME/stream/LABEL"
        )
    match resource.split("/"):
        case ["table", table, "stream", label] if table and label:
            return Target(text, table, region, account)
        case ["table", table] if table:
            return Target("", table, region, account)
    raise WrongUsage(
        f"this ARN names neither a stream nor a table: {text}", "a stream's ends in table/NAME/stream/LABEL"
    )
