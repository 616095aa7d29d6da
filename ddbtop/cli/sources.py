"""From what a user typed as SOURCE to a file, or to the name of a stream."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ddbtop.cli.options import say
from ddbtop.errors import CannotDo

STDIN = "-"

_FILE = "file:"
_NAMES_OF_STREAMS = ("arn:", "table:")

_FILES = (".json", ".ndjson", ".jsonl")
"""Endings that no table is likely to have: a file that is not there is told, and not asked of AWS as a table."""


def names_file(text: str) -> bool:
    """Whether SOURCE is a file rather than a stream; says so where a table could be called the same."""
    if text == STDIN or text.startswith(_FILE):
        return True
    if text.startswith(_NAMES_OF_STREAMS):
        return False
    if os.sep in text:
        return True
    found = Path(text).exists() and not Path(text).is_dir()
    if found:
        say(f"{text} is a file that exists and is read; table:{text} would be the table")
    return found or text.endswith(_FILES)


@contextlib.contextmanager
def open_file(text: str) -> Iterator[tuple[BinaryIO, str]]:
    """The file, and what to call it. Raises `CannotDo`."""
    if text == STDIN:
        yield sys.stdin.buffer, "stdin"
        return
    name = text.removeprefix(_FILE)
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            hint = f"table:{name} would be the table" if name == text and os.sep not in name else ""
            raise CannotDo(f"the file {name} cannot be read: {error.strerror}", hint) from None
        yield file, name
