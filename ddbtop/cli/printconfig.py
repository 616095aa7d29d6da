"""The file that `--print-config` writes: every setting with its default, every command with its keys."""

from __future__ import annotations

from ddbtop.config import MIN_BUDGET, MIN_HISTORY, THEMES, Config
from ddbtop.tui.keymap import typed_name
from ddbtop.tui.regions import SECTIONS


def default_text() -> str:
    """TOML that means what ddbtop does without it."""
    usual = Config()
    return f"""\
# Settings of ddbtop. Every line says what holds without it; what is typed on the command line wins.

# {", ".join(THEMES)}. auto is dark or light, as the terminal is;
# ansi has the terminal's own sixteen colours.
theme = "{usual.theme}"

# false leaves the mouse to the terminal, which selects text with it.
mouse = {str(usual.mouse).lower()}

# Room on disk for what a session keeps, at least {MIN_HISTORY // 10**6}MB.
history = "{usual.history // 10**9}GB"

# Calls a second at most, {MIN_BUDGET} or more.
budget = {usual.budget:g}

# The keys of a command: one, or several in brackets. They are written like t, T, ?, f2, space, ctrl+o.
[keys]
{_keys()}"""


def _keys() -> str:
    """Every command once, though some are in force on several screens."""
    lines: list[str] = []
    said: set[str | None] = set()
    for section in SECTIONS:
        lines += [*([""] if lines else []), f"# {section.name}"]
        for binding, keys in section.commands:
            if binding.id not in said:
                said.add(binding.id)
                lines.append(f'# "{binding.id}" = {_named(keys)}  # {binding.tooltip}')
    return "\n".join(lines) + "\n"


def _named(keys: list[str]) -> str:
    names = ", ".join(f'"{typed_name(key)}"' for key in keys)
    return f"[{names}]" if len(keys) > 1 else names
