"""Rows of text in columns, for people; programs read `--json`."""

from __future__ import annotations

from dataclasses import dataclass, field

import click

from ddbtop.cli.options import say
from ddbtop.text import cell_width, fit, visible


@dataclass
class Table:
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def add(self, cells: list[str]) -> None:
        self.rows.append([visible(cell) for cell in cells])

    def print(self, empty: str) -> None:
        """To stdout; `empty` is said where there are no rows."""
        if not self.rows:
            say(empty)
            return
        widths = [max(map(cell_width, column)) for column in zip(self.columns, *self.rows, strict=True)]
        for row in (self.columns, *self.rows):
            cells = [fit(cell, width) for cell, width in zip(row[:-1], widths, strict=False)]
            line = "  ".join([*cells, row[-1]])
            click.echo(click.style(line, dim=True) if row is self.columns else line)
