"""A test file for one invocation that failed: calls the handler with the same event and passes once it is mended."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ddbtop.errors import CannotDo
from ddbtop.journal.newfile import free_name
from ddbtop.replay.findings.masking import masked_record
from ddbtop.replay.handlers.python import PythonHandler
from ddbtop.streams.lambda_form import safe_json
from ddbtop.streams.wire import decode_value
from ddbtop.text import visible

_MODE = 0o600
"""The event is what someone's table holds."""

_NO_WORD = re.compile(r"[^A-Za-z0-9]+")
_NAME_CHARACTERS = 60
_LINE_CHARACTERS = 200

_OTHERS = ("exec:", "http:", "https:", "lambda:")


@dataclass(frozen=True, slots=True)
class Case:
    """What failed."""

    handler: str
    """As it was named."""
    event: bytes
    """As it was handed over."""
    title: str
    """Of the record: `ORDER#10331 · HEAD`."""
    failure: str
    """`ValueError: price of ORDER#10331 is not a number`."""
    timeout_s: float = 3.0
    reports: bool = False
    """ReportBatchItemFailures."""
    ended: bool = False
    """The process was ended, by its time-out or by itself: a test has to run it in another one."""
    folder: str = ""
    """Where the handler is looked for and runs; empty for the current one."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What a template gives: that lies beside the code already, while a file of variables may hold secrets."""
    env_file: str = ""
    """A file with more variables, which win."""


def masked_event(event: bytes) -> bytes:
    """The event with its values masked."""
    value = decode_value(event)
    return json.dumps({**value, "Records": [masked_record(record) for record in value.get("Records", ())]}).encode()


def write_pytest(case: Case, folder: Path, *, masked: bool) -> Path:
    """Write the test and its event beside it, both new and readable by their user alone.

    Raises `CannotDo`, and `WrongUsage` for a handler that is gone.
    """
    path = free_name(folder / f"test_{_word(case.title)}.py")
    event = masked_event(case.event) if masked else safe_json(case.event)
    files = {path.with_suffix(".json"): event + b"\n", path: pytest_source(case, folder, masked=masked).encode()}
    for name, content in files.items():
        _write(name, content)
    return path


def pytest_source(case: Case, folder: Path, *, masked: bool) -> str:
    """The text of the test: variables of a file stay there, which takes the command to read."""
    data = "masked: types and lengths are the record's, values are not" if masked else "data of a real table"
    head = _HEAD.format(title=_line(case.title), failure=_line(case.failure), data=data)
    name = f"test_{_word(case.title)}_is_handled"
    if case.ended or case.env_file or case.handler.startswith(_OTHERS):
        return head + _BY_COMMAND.format(name=name, arguments=_arguments(case), folder=_relative(case, folder))
    handler = PythonHandler.parse(case.handler, Path(case.folder or Path.cwd()))
    folders = ", ".join(repr(os.path.relpath(each, folder)) for each in handler.folders)
    check = _REPORTS if case.reports else ""
    timeout = round(case.timeout_s * 1000)
    arguments, variables = ("monkeypatch", _variables(case.environment)) if case.environment else ("", "")
    return head + _BY_IMPORT.format(
        name=name,
        arguments=arguments,
        variables=variables,
        handler=handler,
        folders=folders,
        timeout=timeout,
        check=check,
    )


def _relative(case: Case, folder: Path) -> str:
    """From the test to where the handler runs, as an argument; empty for wherever the test runs."""
    return f", cwd=HERE / {os.path.relpath(case.folder, folder)!r}" if case.folder else ""


def _arguments(case: Case) -> str:
    options = ["--handler", case.handler, "--timeout", f"{case.timeout_s:g}", "--max-retries", "0"]
    for name, value in case.environment.items():
        options += ["--env", f"{name}={value}"]
    if case.env_file:
        options += ["--env-file", os.path.relpath(case.env_file, case.folder or Path.cwd())]
    if case.reports:
        options.append("--report-batch-item-failures")
    return ", ".join(map(repr, options))


def _variables(environment: Mapping[str, str]) -> str:
    """Before the handler's module is imported, which may read them."""
    return "".join(f"    monkeypatch.setenv({name!r}, {value!r})\n" for name, value in environment.items())


def _word(title: str) -> str:
    return _NO_WORD.sub("_", title).strip("_").lower()[:_NAME_CHARACTERS] or "record"


def _line(text: str) -> str:
    """On one line of a docstring, whatever it is."""
    return visible(text, _LINE_CHARACTERS).replace("\\", "/").replace('"', "'")


def _write(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        raise CannotDo(f"{path} cannot be written: {error.strerror or error}") from error


_HEAD = '''"""{title} failed in a replay: {failure}

The event beside this file is {data}.
"""
'''

_BY_IMPORT = """
import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent


class Context:
    function_name = "replayed"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:replayed"
    memory_limit_in_mb = "128"
    aws_request_id = "00000000-0000-0000-0000-000000000000"
    log_group_name = "/aws/lambda/replayed"
    log_stream_name = "replayed"
    identity = None
    client_context = None

    def get_remaining_time_in_millis(self):
        return {timeout}


def {name}({arguments}):
{variables}    sys.path[:0] = [str(HERE / folder) for folder in ({folders},)]
    handler = importlib.import_module({handler.module!r}).{handler.function}
    event = json.loads(Path(__file__).with_suffix(".json").read_text())
    result = handler(event, Context())
    json.dumps(result)  # what Lambda makes of it
{check}"""

_REPORTS = """    assert not (result or {}).get("batchItemFailures")
"""

_BY_COMMAND = """
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
EVENT = str(Path(__file__).resolve().with_suffix(".json"))


def {name}():
    command = [sys.executable, "-m", "ddbtop", "replay", EVENT, {arguments}]
    done = subprocess.run(command, capture_output=True, text=True{folder})
    assert done.returncode == 0, done.stdout + done.stderr
"""
