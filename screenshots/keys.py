"""The README's table of keys, made from the bindings: `python -m screenshots.keys` writes it."""

from __future__ import annotations

from pathlib import Path

from ddbtop.tui.keymap import key_name
from ddbtop.tui.regions import SECTIONS

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->"


def table() -> str:
    """Section by section, one line a command."""
    lines = ["| keys | command | what it does |", "|---|---|---|"]
    for section in SECTIONS:
        lines.append(f"| **{section.name}** | | |")
        for binding, keys in section.commands:
            names = " ".join(f"`{key_name(key)}`" for key in keys)
            lines.append(f"| {names} | {binding.description} | {binding.tooltip} |")
    return "\n".join(lines) + "\n"


def with_table(text: str) -> str:
    """The README with the table that is true now."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"the README has no {BEGIN.strip()} … {END}")
    return head + begin + table() + end + tail


def main() -> None:
    README.write_text(with_table(README.read_text()))


if __name__ == "__main__":
    main()
