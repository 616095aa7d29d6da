"""The themes of the inspector: the colour roles as Textual's tokens, in true colour and in the terminal's sixteen."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="dark",
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
        "text-muted": "#6f7c89",
        "block-cursor-background": "#1c2a35",
        "block-cursor-foreground": "#c9d1d9",
        "block-cursor-text-style": "none",
        "input-cursor-background": "#5fc9d4",
        "input-selection-background": "#2a4a55",
        "border": "#3a4652",
    },
)

LIGHT = Theme(
    name="light",
    dark=False,
    background="#fbfbf9",
    surface="#fbfbf9",
    panel="#eeeeea",
    foreground="#24292f",
    primary="#06707f",
    secondary="#2a52be",
    success="#136b2d",
    warning="#8f5a00",
    error="#b3212f",
    accent="#7a3fb0",
    variables={
        "text-muted": "#6d767f",
        "block-cursor-background": "#dcebf0",
        "block-cursor-foreground": "#24292f",
        "block-cursor-text-style": "none",
        "input-cursor-background": "#06707f",
        "input-selection-background": "#bfe0e6",
        "border": "#b4bac0",
    },
)

HIGH_CONTRAST = Theme(
    name="high-contrast",
    dark=True,
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    foreground="#ffffff",
    primary="#5ff2ff",
    secondary="#aaccff",
    success="#7dff7d",
    warning="#ffd75f",
    error="#ffb0b0",
    accent="#e3b3ff",
    variables={
        "text-muted": "#c8c8c8",
        "block-cursor-background": "#003040",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "input-cursor-background": "#5ff2ff",
        "input-selection-background": "#005f73",
        "border": "#b8b8b8",
    },
)

ANSI = Theme(
    name="ansi",
    ansi=True,
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    foreground="ansi_default",
    primary="ansi_cyan",
    secondary="ansi_blue",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    accent="ansi_magenta",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "text-muted": "ansi_default",
        "block-cursor-background": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-text-style": "reverse",
        "input-selection-background": "ansi_cyan",
        "input-selection-foreground": "ansi_black",
        "border": "ansi_bright_black",
        "border-blurred": "ansi_bright_black",
    },
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT, HIGH_CONTRAST, ANSI)}

ABOUT = {
    DARK.name: "Light letters on a dark ground",
    LIGHT.name: "Dark letters on a light ground",
    HIGH_CONTRAST.name: "White on black, and nothing dim",
    ANSI.name: "The terminal's own sixteen colours",
}
