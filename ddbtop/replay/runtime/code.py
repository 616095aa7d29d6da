"""Which files of the user's a process runs, and whether they have changed since."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CodeFile:
    """A file as it was when it was loaded."""

    path: Path
    modified_ns: int
    size: int

    @property
    def has_changed(self) -> bool:
        try:
            now = os.stat(self.path)
        except OSError:  # while an editor writes it anew, too
            return True
        return (now.st_mtime_ns, now.st_size) != (self.modified_ns, self.size)


def code_files(told: bytes) -> tuple[CodeFile, ...]:
    """What the Python client told: `[[path, mtime_ns, size], ...]`."""
    return tuple(CodeFile(Path(path), modified_ns, size) for path, modified_ns, size in json.loads(told))


def changed(files: Sequence[CodeFile]) -> str:
    """The name of a file that is not what was loaded; empty for none."""
    return next((file.path.name for file in files if file.has_changed), "")


def version(files: Sequence[CodeFile]) -> str:
    """`app.py 14:29:51`: the file that was changed last, and when; empty where nothing is known."""
    if not files:
        return ""
    newest = max(files, key=lambda file: file.modified_ns)
    modified = datetime.fromtimestamp(newest.modified_ns / 1e9, UTC).astimezone()
    return f"{newest.path.name} {modified:%H:%M:%S}"
