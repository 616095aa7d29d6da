"""A new file that has its name only once it is complete, and that never takes another file's place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import BinaryIO

from ddbtop.errors import CannotDo

PARTIAL = ".part"
"""What a file's name ends with until the file is complete: whatever kills the program, half a file says that it is."""

_WRITE_BUFFER_BYTES = 1 << 18
_MODE = 0o600
"""Items are data of strangers: whoever wants to share a file says so."""


class NewFile:
    """Written to under another name; `keep` gives it its own."""

    def __init__(self, file: BinaryIO, partial: Path, wanted: Path) -> None:
        self.write = file.write
        self.path = free_name(wanted)
        """The name that was asked for, or the next one that is free."""
        self._file, self._partial, self._wanted = file, partial, wanted

    def keep(self) -> Path:
        """Nothing more is written. The name is taken first and then given to what was written."""
        self._file.close()
        descriptor, self.path = _created(self._wanted)
        os.close(descriptor)
        os.replace(self._partial, self.path)
        return self.path


@contextmanager
def new_file(path: Path) -> Iterator[NewFile]:
    """Gone without a trace if it was not kept. Raises `CannotDo` where it cannot be made or written."""
    if os.path.isdir(path):
        raise CannotDo(f"{path} is a folder", "name a file")
    descriptor, partial = _created(path.with_name(path.name + PARTIAL))
    try:
        with os.fdopen(descriptor, "wb", _WRITE_BUFFER_BYTES) as file:
            yield NewFile(file, partial, path)
    except OSError as error:
        raise CannotDo(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        _remove(partial)


def free_name(path: Path) -> Path:
    """The path, or the first of `name-2.ending`, `name-3.ending` and so on where nothing is yet."""
    return next(name for name in _names(path) if not os.path.lexists(name))


def _created(path: Path) -> tuple[int, Path]:
    for name in _names(path):
        try:
            return os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE), name
        except FileExistsError:
            continue
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise CannotDo(f"{path} cannot be created: {reason}") from error
    raise AssertionError("names do not end")


def _names(path: Path) -> Iterator[Path]:
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise CannotDo(f"{path} is not complete and cannot be removed: {error.strerror}") from error
