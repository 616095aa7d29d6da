"""The journals of live sessions: in the user's cache folder, gone when the session ends, also if it ended badly.

The system's folder for temporary files is memory on many machines, and others can look into it.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from platformdirs import user_cache_path

from ddbtop.errors import CannotDo
from ddbtop.journal.journal import COMPANIONS, Journal, remove_files
from ddbtop.journal.lock import SUFFIX as LOCK_SUFFIX
from ddbtop.journal.lock import FileLock, Held
from ddbtop.streams.model import StreamInfo

_PREFIX = "live-"
_SUFFIX = ".ddbtop"

_ATTEMPTS = 5
"""Another process that cleans up can hold a new name's lock for an instant; the next name is free."""


def temporary_journal(stream: StreamInfo, *, limit_bytes: int | None = None, folder: Path | None = None) -> Journal:
    """A journal for one session, readable by its user alone; closing it removes it.

    Removes what dead processes left behind. Raises `CannotDo` where the cache folder cannot be used.
    """
    folder = folder or user_cache_path("ddbtop")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        remove_leftovers(folder)
    except OSError as error:
        raise _unusable(folder, error) from error
    for _ in range(_ATTEMPTS):
        path = folder / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}"
        try:
            return Journal.create(path, stream, temporary=True, limit_bytes=limit_bytes)
        except Held:
            continue
    raise CannotDo(f"no temporary journal could be made in {folder}: other processes hold every name tried")


def remove_leftovers(folder: Path) -> None:
    """Remove temporary journals whose process is gone; what the process itself still locks is in use."""
    for path in _journals(folder):
        try:
            lock = FileLock.acquire(path)
        except Held:
            continue
        try:
            remove_files(path)
        finally:
            lock.release()


def _journals(folder: Path) -> set[Path]:
    """By what is left of each: the file itself, or only something beside it."""
    found = set()
    for file in folder.glob(f"{_PREFIX}*"):
        for suffix in ("", *COMPANIONS, LOCK_SUFFIX):
            if file.name.endswith(f"{_SUFFIX}{suffix}"):
                found.add(file.with_name(file.name.removesuffix(suffix)))
    return found


def _unusable(folder: Path, error: OSError) -> CannotDo:
    return CannotDo(
        f"the cache folder {folder} cannot be used: {error.strerror}",
        "a session keeps what it reads there; XDG_CACHE_HOME names another place",
    )
