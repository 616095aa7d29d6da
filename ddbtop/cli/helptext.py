"""The text of `--help`: what has a hyphen in it stays in one line, since most of it are options."""

from __future__ import annotations

from collections.abc import Iterable

import click

_BREAKS, _STAYS = "-", "\u2011"
"""Python's textwrap, which click uses, breaks lines after the first and not after the second, a hyphen as wide."""


class Formatter(click.HelpFormatter):
    def write_text(self, text: str) -> None:
        super().write_text(text.replace(_BREAKS, _STAYS))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        whole = [(first, second.replace(_BREAKS, _STAYS)) for first, second in rows]
        super().write_dl(whole, col_max, col_spacing)

    def getvalue(self) -> str:
        return super().getvalue().replace(_STAYS, _BREAKS)


class Context(click.Context):
    formatter_class = Formatter
