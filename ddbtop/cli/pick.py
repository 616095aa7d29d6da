"""`ddbtop` alone: a picker of the account's streams, then the inspector over the chosen one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ddbtop.cli.inspect import inspect
from ddbtop.cli.login import may_ask
from ddbtop.cli.options import Where, settings
from ddbtop.cli.screen import need_terminal, wanted_keys, wanted_theme
from ddbtop.errors import DdbtopError
from ddbtop.tui.place import Place

if TYPE_CHECKING:
    from ddbtop.streams.aws import Account, AwsSource, StreamEntry
    from ddbtop.streams.model import Description


class AccountCatalogue:
    """The calls of an account, for one thread."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._source: AwsSource | None = None

    @property
    def region(self) -> str:
        return self._account.region

    def streams(self) -> Iterator[StreamEntry]:
        return self._account.streams()

    def describe(self, arn: str, after: str = "") -> Description:
        """Every stream over one connection: a source of its own for each would log in and shake hands each time."""
        if self._source is None:
            from ddbtop.streams.aws import AwsSource

            self._source = AwsSource(self._account, arn)
        self._source.arn = arn
        return self._source.describe(after)


def pick(ctx: click.Context) -> int:
    """Let the user choose a stream and open it; returns the exit code."""
    need_terminal("`ddbtop streams` lists the streams of the account")
    config = settings(ctx)
    with wanted_theme(ctx, config) as ground:
        from ddbtop.tui.picker import PickerApp

    where = Where.typed(ctx)
    if may_ask(where.profile):
        where.account().log_in()
    app = PickerApp(
        lambda: AccountCatalogue(where.account()),
        Place(where.profile, "", where.region, where.endpoint_url),
        theme=ground.theme,
        keymap=wanted_keys(config),
    )
    app.typed_ahead = ground.typed
    chosen = app.run(mouse=config.mouse)
    if isinstance(chosen, DdbtopError):
        raise chosen
    if chosen is None:
        return app.return_code or 0
    code: int = ctx.invoke(inspect, stream=chosen)
    return code
