"""`ddbtop` alone: a picker of the account's streams, then the inspector over the chosen one."""

from __future__ import annotations

import click

from ddbtop.cli.catalogue import AccountCatalogue
from ddbtop.cli.inspect import inspect
from ddbtop.cli.options import Where, settings
from ddbtop.cli.screen import need_terminal, wanted_keys, wanted_theme
from ddbtop.errors import DdbtopError
from ddbtop.tui.place import Place


def pick(ctx: click.Context) -> int:
    """Let the user choose a stream and open it; returns the exit code."""
    need_terminal("`ddbtop streams` lists the streams of the account")
    config = settings(ctx)
    with wanted_theme(ctx, config) as ground:
        from ddbtop.tui.picker import PickerApp

    where = Where.typed(ctx)
    where.log_in()
    app = PickerApp(
        lambda: AccountCatalogue(where.account()),
        Place(where.profile, "", where.region, where.endpoint_url),
        theme=ground.theme,
        keymap=wanted_keys(config),
    )
    ground.hand_over(app)
    chosen = app.run(mouse=config.mouse)
    if isinstance(chosen, DdbtopError):
        raise chosen
    if chosen is None:
        return app.return_code or 0
    code: int = ctx.invoke(inspect, stream=chosen)
    return code
