"""Options that commands share, and what they build: accounts, streams, start points."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ddbtop.cli.login import may_ask
from ddbtop.config import THEMES, Config, load
from ddbtop.errors import WrongUsage

if TYPE_CHECKING:
    from ddbtop.streams.aws import Account
    from ddbtop.streams.model import Position

_F = TypeVar("_F", bound=Callable[..., Any])

_CONFIG = "ddbtop.config"
"""Where click keeps the configuration for all commands of a run."""

_WHERE = "ddbtop.where"
"""Where click keeps what was typed of accounts, and the logins of them, for all commands of a run."""

_ACCOUNT = (
    click.option("--profile", metavar="NAME", help="A profile of the AWS configuration."),
    click.option("--region", metavar="NAME", help="A region; a stream's ARN carries its own."),
    click.option("--endpoint-url", metavar="URL", help="An endpoint other than AWS's, such as DynamoDB Local's."),
    click.option("--debug", is_flag=True, help="Show the details of an error."),
)

_START = (
    click.option("--from", "start", metavar="POINT", help="Where to start, see below."),
    click.option("--shard", metavar="ID", default="", help="Read one shard only, named by any part of its id."),
    click.option(
        "--descendants/--no-descendants", default=True, help="With --shard: go on with the shards that came out of it."
    ),
)

CONFIG_VARIABLE = "DDBTOP_CONFIG"

_LOOK = (
    click.option(
        "--theme",
        type=click.Choice(THEMES),
        help="What the screen looks like; auto is dark or light, as the terminal is.",
    ),
    click.option(
        "--config",
        metavar="FILE",
        help=f"Settings, instead of the usual file's or of the one that {CONFIG_VARIABLE} names.",
    ),
)

POINTS = """
A POINT is TRIM_HORIZON, LATEST, AT_SEQUENCE_NUMBER:N, AFTER_SEQUENCE_NUMBER:N, AT_TIMESTAMP:T, a sequence number, or
a time T: 15m or 2h30m ago, 09:00, "yesterday 18:00", 2026-02-11T09:14; local time where no zone is given.
"""


def account_options(command: _F) -> _F:
    """--profile, --region, --endpoint-url, --debug: before or after the command's name."""
    for option in reversed(_ACCOUNT):
        command = option(command)
    return command


def look_options(command: _F) -> _F:
    """--theme, --config: before or after the command's name."""
    for option in reversed(_LOOK):
        command = option(command)
    return command


def typed(ctx: click.Context, name: str) -> str:
    """The value of an option that commands share: what stands after the command's name wins. Empty without one."""
    return str(ctx.params.get(name) or ctx.find_root().params.get(name) or "")


def settings(ctx: click.Context) -> Config:
    """The configuration, read once. Raises `DdbtopError`."""
    config = ctx.meta.get(_CONFIG)
    if not isinstance(config, Config):
        config = ctx.meta[_CONFIG] = load(typed(ctx, "config") or os.environ.get(CONFIG_VARIABLE, ""))
    return config


def start_options(command: _F) -> _F:
    """--from, --shard, --descendants."""
    for option in reversed(_START):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Where:
    """What was typed of where to read; empty leaves it to boto3's own rules."""

    profile: str = ""
    region: str = ""
    endpoint_url: str = ""
    _accounts: dict[str, Account] = field(default_factory=dict, repr=False, compare=False)
    """By region, all with one login: who was asked for an MFA code once is not asked again."""

    @classmethod
    def typed(cls, ctx: click.Context) -> Where:
        """What stands after the command's name wins over what stands before it.

        The same words mean the same accounts, also for a command that another one went over to.
        """
        where = cls(typed(ctx, "profile"), typed(ctx, "region"), typed(ctx, "endpoint_url"))
        known = ctx.meta.setdefault(_WHERE, {})
        found: Where = known.setdefault((where.profile, where.region, where.endpoint_url), where)
        return found

    @classmethod
    def of(cls, account: Account) -> Where:
        """Where an account is that somebody is logged in to already; an emulator's ARNs may name any region."""
        return cls(account.profile, "", account.endpoint_url, {account.region: account, "": account})

    def log_in(self, region: str = "") -> None:
        """Find credentials now, while the terminal is free, if that may ask something on it. Raises `LoginEnded`."""
        if may_ask(self.profile):
            self.account(region).log_in()

    def account(self, region: str = "") -> Account:
        """`region`: the one that a stream's ARN carries. Raises `WrongUsage` where the typed one contradicts it."""
        from ddbtop.streams.aws import Account

        if region and self.region and region != self.region and not self.endpoint_url:
            raise WrongUsage(f"--region {self.region} contradicts the ARN, which says {region}", "leave --region out")
        region = self.region or region
        if region not in self._accounts:
            known = next(iter(self._accounts.values()), None)
            new = known.at(region) if known else Account(self.profile, region, self.endpoint_url)
            self._accounts[region] = new
        return self._accounts[region]


def point(text: str | None, default: Position, option: str = "--from") -> Position:
    """A start or end point as it was typed with an option; says on stderr which instant is meant."""
    from ddbtop.streams.startpoints import parse_point, remarks

    if text is None:
        return default
    now = time.time()
    position = parse_point(text, now)
    for remark in remarks(position, now, option):
        say(remark)
    return position


def end_point(text: str | None, start: Position) -> Position | None:
    """What `--to` means for a reading that begins at `start`; None for the tip. Raises `WrongUsage` where nothing can
    lie between the two."""
    from ddbtop.streams.model import LATEST, TRIM_HORIZON

    end = point(text, LATEST, "--to")
    if end == TRIM_HORIZON:
        raise WrongUsage("nothing lies before TRIM_HORIZON", "--to takes any other point")
    if end.timestamp and start.timestamp and end.timestamp <= start.timestamp:
        raise WrongUsage("--to lies before --from: nothing is between them", "15m is 15 minutes ago, 5m is later")
    return None if end == LATEST else end


def say(words: str) -> None:
    """Talk, which goes to stderr; stdout is data."""
    from ddbtop.text import visible

    click.echo(f"ddbtop: {visible(words)}", err=True)
