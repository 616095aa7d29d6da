"""The two themes of the inspector: the colour roles as Textual's tokens."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="ddbtop-dark",
    dark=True,
    background="#101418",
    surface="#101418",
    panel="#182028",
    foreground="#c9d1d9",
    primary="#5fc9d4",
    secondary="#7aa2f7",
    success="#8fd07f",
    warning="#e0af55",
    error="#e06c75",
    accent="#b58be0",
    variables={
        "text-muted": "#66727f",
        "block-cursor-background": "#1c2a35",
        "block-cursor-foreground": "#c9d1d9",
        "block-cursor-text-style": "none",
        "input-cursor-background": "#5fc9d4",
        "input-selection-background": "#2a4a55",
        "border": "#3a4652",
    },
)

LIGHT = Theme(
    name="ddbtop-light",
    dark=False,
    background="#fbfbf9",
    surface="#fbfbf9",
    panel="#eeeeea",
    foreground="#24292f",
    primary="#06707f",
    secondary="#2a52be",
    success="#1a7f37",
    warning="#8f5a00",
    error="#b3212f",
    accent="#7a3fb0",
    variables={
        "text-muted": "#767f88",
        "block-cursor-background": "#dcebf0",
        "block-cursor-foreground": "#24292f",
        "block-cursor-text-style": "none",
        "input-cursor-background": "#06707f",
        "input-selection-background": "#bfe0e6",
        "border": "#b4bac0",
    },
)

THEMES = (DARK, LIGHT)
