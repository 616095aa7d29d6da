"""A Python handler answers, fails and logs as it does on Lambda."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from ddbtop.replay import runtime
from tests.replay.running import ask, error_type, function, running, value, write

CLIENT = Path(runtime.__file__).with_name("pythonclient.py")


def test_a_function_gets_the_event_and_its_answer_comes_back(tmp_path: Path) -> None:
    with function(tmp_path, "def handler(event, context): return {'seen': event['Records']}") as handler:
        assert value(ask(handler, {"Records": ["é", 1.5, None]})) == {"seen": ["é", 1.5, None]}


def test_one_process_serves_one_invocation_after_the_other(tmp_path: Path) -> None:
    source = """
        import os
        calls = []
        def handler(event, context):
            calls.append(1)
            return [os.getpid(), len(calls)]
    """
    with function(tmp_path, source) as handler:
        pids, counts = zip(*[value(ask(handler)) for _ in range(3)], strict=True)
    assert len(set(pids)) == 1
    assert counts == (1, 2, 3)


def test_the_context_is_lambdas(tmp_path: Path) -> None:
    source = """
        def handler(event, context):
            return [context.function_name, context.function_version, context.invoked_function_arn,
                    context.memory_limit_in_mb, context.log_group_name, context.log_stream_name,
                    context.identity.cognito_identity_id, context.client_context,
                    len(context.aws_request_id), 0 < context.get_remaining_time_in_millis() <= 60_000]
    """
    with function(tmp_path, source) as handler:
        assert value(ask(handler)) == [
            *("app", "$LATEST", "arn:aws:lambda:us-east-1:000000000000:function:app", "128", "/aws/lambda/app"),
            *("ddbtop/[$LATEST]replay", None, None, 36, True),
        ]


def test_what_is_printed_and_logged_is_kept_in_its_order(tmp_path: Path) -> None:
    source = """
        import logging, os, sys
        def handler(event, context):
            print("out")
            print("err", file=sys.stderr)
            logging.getLogger("shop").warning("logged")
            logging.info("not on Lambda either")
            os.write(1, b"raw \\xff\\n")
            print("last", end="")
    """
    with function(tmp_path, source) as handler:
        lines = ask(handler).logs.split("\n")
    assert lines[:2] == ["out", "err"]
    assert lines[2].startswith("[WARNING]\t20")
    assert lines[2].endswith("\tlogged")
    assert lines[3:] == ["raw \\xff", "last"]


@pytest.mark.parametrize("stdout", ["None", "open(os.devnull, 'w')", "sys.stdout.close()"])
def test_a_function_may_do_away_with_its_output(tmp_path: Path, stdout: str) -> None:
    source = f"""
        import os, sys
        sys.stdout = {stdout}
        def handler(event, context): return "good"
    """
    with function(tmp_path, source) as handler:
        assert [value(ask(handler)) for _ in range(2)] == ["good", "good"]


def test_each_invocation_has_its_own_logs(tmp_path: Path) -> None:
    with function(tmp_path, "def handler(event, context): print(event['say'])") as handler:
        assert [ask(handler, {"say": word}).logs for word in ("one", "two")] == ["one\n", "two\n"]


def test_an_exception_is_told_with_the_functions_own_frames(tmp_path: Path) -> None:
    source = """
        def handler(event, context):
            return price(event)
        def price(event):
            raise ValueError("price of ORDER#1 is not a number")
    """
    with function(tmp_path, source) as handler:
        answer = ask(handler)
        assert answer.error is not None
        assert (answer.error.error_type, answer.error.message) == ("ValueError", "price of ORDER#1 is not a number")
        assert [frame.split(", in ")[1].split("\n")[0] for frame in answer.error.stack_trace] == ["handler", "price"]


def test_a_decimal_is_a_number_and_what_json_has_no_form_for_is_a_marshal_error(tmp_path: Path) -> None:
    source = """
        from decimal import Decimal
        import datetime
        def handler(event, context):
            return datetime.date(2026, 1, 1) if event else {"price": Decimal("12.90"), "raw": b"bytes"}
    """
    with function(tmp_path, source) as handler:
        assert ask(handler).payload == b'{"price": 12.90, "raw": "bytes"}'
        assert error_type(ask(handler, {"date": True})) == "Runtime.MarshalError"


@pytest.mark.parametrize(
    ("source", "expected", "words"),
    [
        ("import no_such_module\ndef handler(e, c): ...", "Runtime.ImportModuleError", "Unable to import module 'app'"),
        ("def handler(e, c) return 1", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("globals()['other'] = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("raise KeyError('TABLE')\ndef handler(e, c): ...", "KeyError", "'TABLE'"),
    ],
)
def test_a_module_that_cannot_be_loaded_is_told_as_lambda_tells_it(
    tmp_path: Path, source: str, expected: str, words: str
) -> None:
    with function(tmp_path, source) as handler:
        answer = ask(handler)
    assert error_type(answer) == expected
    assert answer.error is not None
    assert words in answer.error.message
    assert any("ran again inside the time-out" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("src/shop/app.py:handler", "src/shop/app.py"),
        ("shop.app:handler", "shop/app.py"),
        ("shop.app.handler", "shop/app.py"),
        ("shop/app.handler", "shop/app.py"),
    ],
)
def test_every_form_of_a_name_finds_the_function(tmp_path: Path, text: str, file: str) -> None:
    write(tmp_path, file, "from shop import prices\ndef handler(event, context): return prices.VAT")
    write(tmp_path, str(Path(file).with_name("prices.py")), "VAT = 19")
    write(tmp_path, str(Path(file).with_name("__init__.py")), "")
    with running(text, tmp_path) as handler:
        assert value(ask(handler)) == 19


def test_a_file_that_changed_is_loaded_anew_and_the_version_says_which_ran(tmp_path: Path) -> None:
    write(tmp_path, "prices.py", "VAT = 19")
    with function(tmp_path, "import prices\ndef handler(event, context): return prices.VAT") as handler:
        before = ask(handler)
        write(tmp_path, "prices.py", "VAT = 7  # reduced")
        after = ask(handler)
    assert (value(before), value(after)) == (19, 7)
    assert after.version.startswith("prices.py ")
    assert after.notes == ("prices.py has changed: a new process was started",)


def test_a_reload_that_fails_is_an_error_of_that_invocation_and_mending_it_helps(tmp_path: Path) -> None:
    with function(tmp_path, "def handler(event, context): return 1") as handler:
        assert value(ask(handler)) == 1
        write(tmp_path, "app.py", "def handler(event, context) return 22")
        assert error_type(ask(handler)) == "Runtime.UserCodeSyntaxError"
        write(tmp_path, "app.py", "def handler(event, context): return 333")
        assert value(ask(handler)) == 333


def test_the_client_is_python_3_8() -> None:
    ast.parse(CLIENT.read_bytes(), feature_version=(3, 8))


@pytest.mark.parametrize("version", ["3.8", "3.9", "3.10", "3.12", "3.13"])
def test_older_and_newer_interpreters_run_the_client(tmp_path: Path, version: str) -> None:
    if (python := interpreter(version)) is None:
        pytest.skip(f"no Python {version} here")
    source = """
        import sys
        from decimal import Decimal
        def handler(event, context): return [sys.version_info[:2], Decimal(1), "é"]
    """
    with function(tmp_path, source, python=python) as handler:
        assert value(ask(handler)) == [[int(step) for step in version.split(".")], 1, "é"]


def interpreter(version: str) -> str | None:
    """An interpreter of a version, where this machine has one that starts."""
    installed = (Path.home() / ".pyenv" / "versions").glob(f"{version}.*/bin/python{version}")
    return next(map(str, installed), None) or shutil.which(f"python{version}")
