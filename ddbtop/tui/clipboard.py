"""Text on its way to the user's clipboard: through the terminal, through tmux, or, where it is too long, to a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

MOST_BYTES = 56_000
"""Terminals drop an OSC 52 of more than 75 kB of base64, the limit that xterm set."""

TMUX_S = 2.0
"""tmux answers at once or not at all."""


def fits(text: str) -> bool:
    return len(text.encode("utf-8", "surrogatepass")) <= MOST_BYTES


def to_tmux(text: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Hand text to the tmux around us; it passes it on to its terminal. False where there is none.

    tmux does not let programs set the clipboard by OSC 52 unless it is told to, which it is not by default.
    """
    tmux = shutil.which("tmux") if environ.get("TMUX") else None
    if tmux is None:
        return False
    try:
        done = subprocess.run(
            [tmux, "load-buffer", "-w", "-"],
            input=text.encode("utf-8", "surrogatepass"),
            capture_output=True,
            timeout=TMUX_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def to_file(text: str, folder: Path | None = None) -> Path:
    """A new file that only its user can read. Raises `OSError` where none can be written."""
    descriptor, name = tempfile.mkstemp(prefix="ddbtop-", suffix=".txt", dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode("utf-8", "surrogatepass"))
    return Path(name)
