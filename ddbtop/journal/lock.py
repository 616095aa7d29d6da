"""The one-writer lock of a journal: held by the operating system, so that it ends with its process."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from ddbtop.errors import CannotDo

SUFFIX = "-lock"
"""Beside the journal, like SQLite's own -wal and -shm: closing a second descriptor of the journal itself would take
SQLite's locks away from this process."""

if sys.platform == "win32":
    import msvcrt

    _FAR_AWAY = 1 << 30
    """Windows locks bytes against reading too; what names the holder stays readable."""

    def _try_lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR_AWAY, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Held(CannotDo):
    """Another writer has the lock."""


@dataclass(frozen=True, slots=True)
class FileLock:
    """Held from `acquire` until `release`, or until the process is gone."""

    path: Path
    descriptor: int

    @classmethod
    def acquire(cls, journal: Path) -> FileLock:
        """Raises `Held` with who holds it, `CannotDo` where a lock cannot be had at all."""
        path = Path(f"{journal}{SUFFIX}")
        while True:
            descriptor = _open(path, journal)
            try:
                _try_lock(descriptor)
                if _is_still(descriptor, path):
                    _name_holder(descriptor)
                    return cls(path, descriptor)
            except (BlockingIOError, PermissionError) as error:
                os.close(descriptor)
                raise Held(f"{journal} is being written to by {_holder(path)}") from error
            except OSError as error:  # a file system without locks, or a full one
                os.close(descriptor)
                raise CannotDo(f"{journal} cannot be locked: {error.strerror}") from error
            os.close(descriptor)  # the last holder removed it between opening and locking: try the new one

    def release(self) -> None:
        """Give it back and leave no file behind."""
        if sys.platform == "win32":  # an open file cannot be removed there
            os.close(self.descriptor)
            self.path.unlink(missing_ok=True)
        else:
            self.path.unlink(missing_ok=True)
            os.close(self.descriptor)


def _open(path: Path, journal: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotDo(f"{journal} cannot be written to: {error.strerror}") from error


def _is_still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _name_holder(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f"process {os.getpid()}".encode())


def _holder(path: Path) -> str:
    try:
        return path.read_text() or "another process"
    except OSError:
        return "another process"
