"""Handlers for tests: a file with a function, run as `ddbtop replay` runs it, in real processes."""

from __future__ import annotations

import json
import os
import textwrap
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ddbtop.replay.handlers.choice import HandlerOptions, parse_handler
from ddbtop.replay.model import Answer, Call, Handler

LONG_S = 60.0
"""A time-out that no test meets, however busy the machine is."""

SHORT_S = 0.3
"""A time-out for functions that never answer."""


def write(folder: Path, name: str, source: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(source), encoding="utf-8")
    return path


@contextmanager
def running(text: str, folder: Path, **options: Any) -> Iterator[Handler]:
    """A handler in a folder, started in the environment of the tests without this machine's AWS settings."""
    options.setdefault("outside", {**os.environ, "HOME": str(folder)})
    with closing(parse_handler(text, HandlerOptions(folder=folder, **options))) as handler:
        yield handler


@contextmanager
def function(folder: Path, source: str, **options: Any) -> Iterator[Handler]:
    """The function `handler` of a Python file."""
    write(folder, "app.py", source)
    with running("app.py:handler", folder, **options) as handler:
        yield handler


def ask(handler: Handler, event: object = None, *, timeout_s: float = LONG_S, worker: int = 0) -> Answer:
    return handler.invoke(Call(json.dumps(event or {}).encode(), str(uuid.uuid4()), timeout_s), worker)


def value(answer: Answer) -> Any:
    """What the function returned."""
    assert answer.error is None, answer
    return json.loads(answer.payload)


def error_type(answer: Answer) -> str:
    assert answer.error is not None, answer
    return answer.error.error_type
