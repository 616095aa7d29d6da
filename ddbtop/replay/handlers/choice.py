"""What `--handler` may name: a Python function, a program that speaks the Lambda Runtime API, an endpoint that
invokes functions, or a deployed function.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from os.path import isfile
from pathlib import Path

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.handlers.deployed import DeployedHandler
from ddbtop.replay.handlers.endpoint import EndpointHandler
from ddbtop.replay.handlers.fence import DEFAULT_MEMORY_MB, Fence, function_env
from ddbtop.replay.handlers.interpreter import Interpreter
from ddbtop.replay.handlers.process import ProcessHandler
from ddbtop.replay.handlers.python import PythonHandler
from ddbtop.replay.model import Given, Handler
from ddbtop.replay.runtime.instance import Program
from ddbtop.replay.runtime.worker import INIT_S
from ddbtop.streams.aws import Account

_EXAMPLE = "for example --handler 'exec:python -m awslambdaric app.handler'"

_CLIENT = Path(__file__).parents[1] / "runtime" / "pythonclient.py"


@dataclass(frozen=True, slots=True)
class HandlerOptions:
    """How a handler is run; what does not concern its kind is not looked at."""

    workers: int = 1
    """Processes, or connections."""
    python: str = ""
    """The interpreter's path or name."""
    fence: Fence = field(default_factory=Fence)
    function: str = ""
    """The function's name, such as a template or a deployed mapping tells; empty for one made of the handler's."""
    memory_mb: int = DEFAULT_MEMORY_MB
    init_s: float = INIT_S
    """What a process has to start in, before it is started again inside the first invocation's time-out."""
    folder: Path = field(default_factory=Path.cwd)
    """Where the handler is looked for and runs."""
    account: Account | None = None
    """As whom a deployed function is invoked; None for whom boto3's own rules find."""
    outside: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    """ddbtop's own environment."""


def parse_handler(text: str, options: HandlerOptions | None = None) -> Handler:
    """Raises `WrongUsage` and `CannotDo` for what is no handler; nothing is started yet."""
    options = options or HandlerOptions()
    options = replace(options, folder=options.folder.absolute())
    if options.workers < 1:
        raise WrongUsage(f"--workers is 1 or more, not {options.workers}")
    kind, colon, rest = text.partition(":")
    if colon and kind == "exec":
        return _command(text, rest, options)
    if colon and kind in ("http", "https"):
        return EndpointHandler(text, options.workers)
    if colon and kind == "lambda":
        return DeployedHandler(text, rest, options.workers, options.account or Account())
    return _python(text, options)


def _python(text: str, options: HandlerOptions) -> Handler:
    handler = PythonHandler.parse(text, options.folder)
    interpreter = Interpreter.find(options.python, options.outside)
    name = options.function or handler.name
    env = function_env(name, f"{handler.module}.{handler.function}", str(handler.folders[0]), options.memory_mb)
    env["AWS_EXECUTION_ENV"] = f"AWS_Lambda_python{interpreter.version}"
    command = (interpreter.path, str(_CLIENT), handler.module, handler.function, *map(str, handler.folders))
    program = Program(command, options.folder, options.fence.env(options.outside, env), name)
    given = _given(text, interpreter.shown(options.folder), options.fence)
    return ProcessHandler(program, options.workers, given, options.init_s)


def _command(text: str, command: str, options: HandlerOptions) -> Handler:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise WrongUsage(f"{command!r} cannot be read as a command: {str(error).lower()}", _EXAMPLE) from None
    if not words:
        raise WrongUsage("exec: names no command", _EXAMPLE)
    program = options.folder / words[0] if "/" in words[0] else words[0]
    found = shutil.which(program, path=options.outside.get("PATH"))
    if found is None:
        if isfile(program):
            raise CannotDo(f"{words[0]} is a file that may not be run", f"`chmod +x {words[0]}`, or name what runs it")
        raise CannotDo(f"there is no program {words[0]}", "exec: takes any program that speaks the Lambda Runtime API")
    name = options.function or Path(words[-1]).name.partition(".")[0] or "function"
    env = function_env(name, Path(words[-1]).name, str(options.folder), options.memory_mb)
    started = Program((found, *words[1:]), options.folder, options.fence.env(options.outside, env), name)
    return ProcessHandler(started, options.workers, _given(text, words[0], options.fence), options.init_s)


def _given(text: str, runner: str, fence: Fence) -> Given:
    return Given(text, runner, fence.facts, fence.is_closed)
