"""The command line entry."""

from __future__ import annotations


def main() -> None:
    raise SystemExit("ddbtop: not built yet")
