"""The Python that a handler runs under, which need not be ddbtop's."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ddbtop.errors import CannotDo

OLDEST = (3, 8)
"""What the client that runs under it needs."""

_ASK_S = 10.0
"""An interpreter that does not tell its version in this time is none."""

_NOTHING = subprocess.DEVNULL

_QUESTION = "import sys; print('%d.%d' % sys.version_info[:2])"


@dataclass(frozen=True, slots=True)
class Interpreter:
    path: str
    version: str
    """`3.12`."""

    @classmethod
    def find(cls, named: str, env: Mapping[str, str]) -> Interpreter:
        """The one that was named, else the active virtual environment's, else ddbtop's own. Raises `CannotDo`."""
        path = named or _active(env) or sys.executable
        found = shutil.which(path)
        if found is None:
            raise CannotDo(f"there is no interpreter {path}", "--python names one, by its path or by its name")
        return cls(str(Path(found).absolute()), _version(found))

    def shown(self, folder: Path) -> str:
        """`.venv/bin/python 3.12`."""
        path = Path(self.path)
        short = path.relative_to(folder) if path.is_relative_to(folder) else path
        return f"{short} {self.version}"


def _active(env: Mapping[str, str]) -> str:
    if not env.get("VIRTUAL_ENV"):
        return ""
    python = Path(env["VIRTUAL_ENV"], "bin", "python")
    return str(python) if python.exists() else ""


def _version(path: str) -> str:
    try:
        asked = subprocess.run(
            [path, "-I", "-S", "-c", _QUESTION],
            capture_output=True,
            text=True,
            timeout=_ASK_S,
            stdin=subprocess.DEVNULL,
        )
        major, minor = (int(number) for number in asked.stdout.split("."))
    except (OSError, ValueError, subprocess.SubprocessError):
        raise CannotDo(f"{path} is no Python interpreter", "--python names the one that your handler needs") from None
    if (major, minor) < OLDEST:
        raise CannotDo(f"{path} is Python {major}.{minor}", "a handler is run by Python 3.8 or newer: see --python")
    return f"{major}.{minor}"
