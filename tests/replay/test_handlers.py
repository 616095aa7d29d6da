"""What `--handler` may name, and the one line that says what is wrong with it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ddbtop.errors import AccessDenied, CannotDo, DdbtopError, NetworkFault, Throttled, WrongUsage
from ddbtop.replay.handlers.choice import HandlerOptions, parse_handler
from ddbtop.replay.handlers.deployed import DeployedHandler
from ddbtop.replay.handlers.endpoint import Endpoint
from ddbtop.streams.aws import Account
from ddbtop.streams.awslambda import Invoked
from tests.replay.running import LONG_S, ask, error_type, running, value, write

APP = "import os\nLIMIT = 3\ndef handler(event, context): ...\ndef other(event, context): ...\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("app.py", "'app.py' names a file and no function"),
        ("app.py:handlr", "app.py has no handlr"),
        ("nowhere/app.py:handler", "there is no file"),
        ("app:handlr", "app.py has no handlr"),
        ("app.handlr", "app.py has no handlr"),
        ("handler", "'handler' names no function"),
        ("index.js", "index.js is not Python"),
        ("src/main.go:handler", "src/main.go is not Python"),
        ("a-b.handler", "'a-b' is no name of a module"),
        ("app.py:", "names no function"),
        ("x" * 300, "names no function"),
        (f"{'x' * 300}.py:handler", "there is no file"),
        (f"exec:./{'x' * 300}", "there is no program"),
        ("", "names no function"),
        ("exec:", "exec: names no command"),
        ("exec:'unclosed", "cannot be read as a command"),
        ("exec:no-such-program --flag", "there is no program no-such-program"),
        ("exec:./app.py --flag", "./app.py is a file that may not be run"),
        ("https://localhost:9000", "is no endpoint"),
        ("http://localhost:port", "is no endpoint"),
        ("http://", "is no endpoint"),
        ("http://localhost:9000/a/b", "is no endpoint"),
        ("lambda:", "lambda: names no function"),
    ],
)
def test_what_is_no_handler_is_told_in_one_line_with_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    write(tmp_path, "app.py", APP)
    write(tmp_path, "index.js", "exports.handler = async () => {}")
    with pytest.raises(DdbtopError) as caught:
        parse_handler(text, HandlerOptions(folder=tmp_path, account=Account(demo=True)))
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_misspelt_function_is_told_with_those_there_are(tmp_path: Path) -> None:
    write(tmp_path, "app.py", APP)
    with pytest.raises(WrongUsage) as caught:
        parse_handler("app.py:handlr", HandlerOptions(folder=tmp_path))
    assert caught.value.hint.endswith("app.py: handler, other")


@pytest.mark.parametrize(
    "source",
    [
        "from shop import handler",
        "from shop import *",
        "import shop as handler",
        "handler = make()",
        "if True:\n    handler = 1",
        "globals()['handler'] = 1",
        "try:\n    from a import b as handler\nexcept ImportError:\n    def handler(e, c): ...",
        "def __getattr__(name): ...",
        "this is no Python",
    ],
)
def test_a_function_that_is_made_in_another_way_is_not_called_missing(tmp_path: Path, source: str) -> None:
    write(tmp_path, "app.py", source)
    with closing(parse_handler("app.py:handler", HandlerOptions(folder=tmp_path))) as handler:
        assert handler.workers == 1


@pytest.mark.parametrize(
    ("python", "words"),
    [("no-such-python", "there is no interpreter no-such-python"), ("/bin/true", "is no Python interpreter")],
)
def test_an_interpreter_that_is_none_is_told_before_anything_runs(tmp_path: Path, python: str, words: str) -> None:
    write(tmp_path, "app.py", APP)
    with pytest.raises(CannotDo) as caught:
        parse_handler("app.py:handler", HandlerOptions(folder=tmp_path, python=python))
    assert words in caught.value.message
    assert "--python" in caught.value.hint


def test_the_active_virtual_environment_runs_the_handler(tmp_path: Path) -> None:
    write(tmp_path, "app.py", "import sys\ndef handler(event, context): return sys.argv[0] and sys.executable")
    outside = {"PATH": "/usr/bin:/bin", "VIRTUAL_ENV": str(tmp_path / ".venv")}
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\nexec python3 "$@"\n')
    python.chmod(0o755)
    with running("app.py:handler", tmp_path, outside=outside) as handler:
        assert handler.given.runner.startswith(".venv/bin/python 3.")
        assert value(ask(handler))


def test_a_folder_that_was_named_from_here_is_found_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "src/app.py", "def handler(event, context): return 1")
    monkeypatch.chdir(tmp_path)
    with running("app.handler", Path("src")) as handler:
        assert value(ask(handler)) == 1


@dataclass
class Emulator:
    """An endpoint of the Invoke API that answers as it is told."""

    status: int = 200
    body: bytes = b"null"
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, bytes]] = field(default_factory=list)
    may_answer: threading.Event = field(default_factory=threading.Event)
    is_asked: threading.Event = field(default_factory=threading.Event)
    url: str = ""


@contextmanager
def emulator(**told: Any) -> Iterator[Emulator]:
    emulated = Emulator(**told)
    if "may_answer" not in told:
        emulated.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            emulated.asked.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            emulated.is_asked.set()
            emulated.may_answer.wait(LONG_S)
            self.send_response(emulated.status)
            for name, header in emulated.headers.items():
                self.send_header(name, header)
            self.end_headers()
            self.wfile.write(emulated.body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    emulated.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield emulated
    finally:
        emulated.may_answer.set()
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_emulator_is_asked_by_its_literal_name_and_a_local_lambda_by_the_functions(tmp_path: Path) -> None:
    with emulator(body=b'{"batchItemFailures": []}') as emulated:
        for text in (emulated.url, f"{emulated.url}/orders"):
            with running(text, tmp_path) as handler:
                assert value(ask(handler, {"Records": []})) == {"batchItemFailures": []}
                assert not handler.given.is_fenced
    paths = [path for path, _ in emulated.asked]
    assert paths == ["/2015-03-31/functions/function/invocations", "/2015-03-31/functions/orders/invocations"]
    assert emulated.asked[0][1] == b'{"Records": []}'


def test_an_error_that_only_looks_like_one_is_said_to_be_a_guess(tmp_path: Path) -> None:
    told = json.dumps({"errorType": "ValueError", "errorMessage": "price", "stackTrace": ["a", "b"]}).encode()
    with emulator(body=told) as emulated, running(emulated.url, tmp_path) as handler:
        guessed = ask(handler)
        emulated.headers["X-Amz-Function-Error"] = "Unhandled"
        marked = ask(handler)
    assert error_type(guessed) == error_type(marked) == "ValueError"
    assert "taken for one" in guessed.notes[0]
    assert marked.notes == ()


def test_an_emulators_own_timeout_is_one(tmp_path: Path) -> None:
    with emulator(body=b"Task timed out after 3.00 seconds") as emulated, running(emulated.url, tmp_path) as handler:
        answer = ask(handler)
    assert answer.is_timeout
    assert error_type(answer) == "Sandbox.Timedout"


@pytest.mark.parametrize("status", [429, 500, 400])
def test_a_refused_invocation_did_not_run(tmp_path: Path, status: int) -> None:
    with emulator(status=status, body=b"busy") as emulated, running(emulated.url, tmp_path) as handler:
        answer = ask(handler)
    assert (answer.ran, error_type(answer)) == (False, f"HTTP {status}")


def test_an_endpoint_that_lacks_the_function_cannot_be_used(tmp_path: Path) -> None:
    with (
        emulator(status=404) as emulated,
        running(emulated.url, tmp_path) as handler,
        pytest.raises(CannotDo, match="has no function function"),
    ):
        ask(handler)


def test_an_endpoint_that_is_not_there_cannot_be_used(tmp_path: Path) -> None:
    with emulator() as gone:
        pass
    with running(gone.url, tmp_path) as handler, pytest.raises(CannotDo, match="does not answer"):
        ask(handler)


def test_an_endpoint_that_does_not_answer_can_be_interrupted(tmp_path: Path) -> None:
    with emulator(may_answer=threading.Event()) as emulated, running(emulated.url, tmp_path) as handler:
        answers = []
        invoking = threading.Thread(target=lambda: answers.append(ask(handler)))
        invoking.start()
        assert emulated.is_asked.wait(LONG_S)
        handler.interrupt()
        invoking.join(LONG_S)
    assert error_type(answers[0]) == "Interrupted"


def test_the_whole_address_of_an_invocation_is_understood() -> None:
    assert Endpoint.parse("http://localhost:3001/2015-03-31/functions/orders/invocations").name == "orders"


class Deployed:
    """In place of the service: answers from a list."""

    def __init__(self, *answers: Invoked | Exception) -> None:
        self._answers = list(answers)

    def invoke(self, function: str, event: bytes) -> Invoked:
        assert (function, event) == ("orders", b"{}")
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def deployed(monkeypatch: pytest.MonkeyPatch, *answers: Invoked | Exception) -> DeployedHandler:
    service = Deployed(*answers)
    monkeypatch.setattr("ddbtop.replay.handlers.deployed.LambdaService", lambda *_, **__: service)
    return DeployedHandler("lambda:orders", "orders", 1, Account(demo=True, region="eu-west-1"))


def test_a_deployed_functions_answer_error_and_log_tail_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = b'{"errorType": "KeyError", "errorMessage": "price"}'
    handler = deployed(
        monkeypatch,
        Invoked(b'{"ok": 1}', "", b"START\nEND\n", "7"),
        Invoked(told, "Unhandled", b"x" * 4096, "7"),
        Invoked(told, "", b"", "7"),
    )
    good, failed, returned = (ask(handler) for _ in range(3))
    assert (value(good), good.logs, good.version) == ({"ok": 1}, "START\nEND\n", "7")
    assert error_type(failed) == "KeyError"
    assert failed.logs.startswith("… what was printed before")
    assert value(returned)["errorType"] == "KeyError"
    assert not handler.given.is_fenced


def test_a_throttled_invocation_counts_for_no_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    throttled = Throttled("Rate Exceeded.", code="TooManyRequestsException")
    handler = deployed(monkeypatch, throttled, NetworkFault("no answer"), AccessDenied("no"))
    answer, lost = ask(handler), ask(handler)
    assert (answer.ran, error_type(answer)) == (False, "TooManyRequestsException")
    assert (lost.ran, lost.notes) == (False, ("whether the function ran is not known",))
    with pytest.raises(AccessDenied):
        ask(handler)


def test_a_log_tail_of_an_emulator_is_kept(tmp_path: Path) -> None:
    tail = base64.b64encode(b"printed\n").decode()
    with emulator(headers={"X-Amz-Log-Result": tail}) as emulated, running(emulated.url, tmp_path) as handler:
        assert ask(handler).logs == "printed\n"
