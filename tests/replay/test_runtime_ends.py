"""Whatever a handler's process does, the invocation has an answer in Lambda's words, and nothing of it stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from ddbtop.errors import CannotDo
from ddbtop.replay.model import Answer, Handler
from ddbtop.replay.runtime import groups
from tests.replay.running import LONG_S, SHORT_S, ask, error_type, function, running, value, write

ENDED = 30.0
"""Seconds within which a process that was killed is gone, however busy the machine is."""


def pipe_end(folder: Path) -> tuple[int, str]:
    """A named pipe open for reading: it ends once the last process that has opened it for writing is gone."""
    path = folder / "alive"
    os.mkfifo(path)
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK), str(path)


def wait_for_the_end(reading: int) -> bytes:
    """All that was written, once nobody is left who could write."""
    os.set_blocking(reading, True)
    ended, found = threading.Event(), bytearray()

    def read() -> None:
        while data := os.read(reading, 1 << 10):
            found.extend(data)
        ended.set()

    threading.Thread(target=read, daemon=True).start()
    assert ended.wait(ENDED), "a process is still there"
    os.close(reading)
    return bytes(found)


@pytest.fixture(params=["told", "looked for"])
def end_of_a_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux tells the end of a process; elsewhere it is looked for."""
    if request.param == "looked for":
        monkeypatch.setattr(groups, "_handle", lambda _: -1)


@pytest.mark.usefixtures("end_of_a_process")
@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("sys.exit(3)", "Runtime exited with error: exit status 3"),
        ("sys.exit()", "Runtime exited without providing a reason"),
        ("os._exit(9)", "Runtime exited with error: exit status 9"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "Runtime exited with error: signal: killed"),
        ("os.abort()", "Runtime exited with error: signal: aborted"),
        ("raise KeyboardInterrupt", "Runtime exited with error: "),
    ],
)
def test_a_process_that_ends_is_an_exit_error_and_the_next_invocation_has_a_new_one(
    tmp_path: Path, line: str, words: str
) -> None:
    source = f"""
        import os, signal, sys
        def handler(event, context):
            print("before", flush=True)
            if event: {line}
            return "good"
    """
    with function(tmp_path, source) as handler:
        answer = ask(handler, {"end": True})
        assert error_type(answer) == "Runtime.ExitError"
        assert answer.error is not None
        assert words in answer.error.message
        assert answer.logs.startswith("before\n")
        assert value(ask(handler)) == "good"


@pytest.mark.usefixtures("end_of_a_process")
def test_a_function_that_does_not_answer_in_time_is_ended_with_all_it_started(tmp_path: Path) -> None:
    reading, path = pipe_end(tmp_path)
    source = f"""
        import signal, subprocess, sys, time
        CHILD = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"
        def handler(event, context):
            if not event: return "good"
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            alive = open({path!r}, "w")
            subprocess.Popen([sys.executable, "-c", CHILD], pass_fds=[alive.fileno()])
            alive.write("started"); alive.flush()
            time.sleep(1000)
    """
    with function(tmp_path, source) as handler:
        ask(handler)
        answer = ask(handler, {"hang": True}, timeout_s=1.0)
        assert wait_for_the_end(reading) == b"started"
        assert (answer.is_timeout, error_type(answer)) == (True, "Sandbox.Timedout")
        assert answer.error is not None
        assert answer.error.message.endswith("Error: Task timed out after 1.00 seconds")
        assert value(ask(handler)) == "good"


def test_what_a_function_left_running_ends_with_the_replay(tmp_path: Path) -> None:
    reading, path = pipe_end(tmp_path)
    source = f"""
        import subprocess
        def handler(event, context):
            alive = open({path!r}, "w")
            subprocess.Popen(["sleep", "1000"], pass_fds=[alive.fileno()])
            return "left"
    """
    with function(tmp_path, source) as handler:
        assert value(ask(handler)) == "left"
    assert wait_for_the_end(reading) == b""


def test_processes_end_though_ddbtop_is_killed(tmp_path: Path) -> None:
    reading, path = pipe_end(tmp_path)
    write(
        tmp_path, "app.py", f"alive = open({path!r}, 'w')\ndef handler(event, context): import time; time.sleep(1000)"
    )
    script = write(
        tmp_path,
        "replays.py",
        f"""
        import os, signal, threading
        from pathlib import Path
        from tests.replay.running import ask, running
        with running("app.py:handler", Path({str(tmp_path)!r})) as handler:
            threading.Thread(target=ask, args=[handler], daemon=True).start()
            with open({path!r} + ".ready", "r") as ready:
                ready.read()
            os.kill(os.getpid(), signal.SIGKILL)
        """,
    )
    os.mkfifo(f"{path}.ready")
    write(
        tmp_path,
        "app.py",
        f"""
        import time
        alive = open({path!r}, "w")
        def handler(event, context):
            open({path!r} + ".ready", "w").close()
            time.sleep(1000)
    """,
    )
    ended = subprocess.run([sys.executable, str(script)], cwd=Path(__file__).parents[2], check=False, timeout=LONG_S)
    assert ended.returncode == -signal.SIGKILL
    assert wait_for_the_end(reading) == b""


def test_an_interrupt_ends_the_invocation_and_the_next_one_is_not_concerned(tmp_path: Path) -> None:
    reading, path = pipe_end(tmp_path)
    source = f"""
        import time
        def handler(event, context):
            if not event: return "good"
            with open({path!r}, "w") as started:
                started.write("x"); started.flush()
                time.sleep(1000)
    """
    with function(tmp_path, source) as handler:
        handler.interrupt()
        assert value(ask(handler)) == "good"
        answers = []
        invoking = threading.Thread(target=lambda: answers.append(ask(handler, {"hang": True})))
        invoking.start()
        wait_until_written(reading)
        handler.interrupt()
        invoking.join(LONG_S)
        assert error_type(answers[0]) == "Interrupted"
        assert wait_for_the_end(reading) == b""
        assert value(ask(handler)) == "good"


def test_closing_ends_what_is_under_way_and_nothing_begins_after(tmp_path: Path) -> None:
    reading, path = pipe_end(tmp_path)
    source = f"""
        import time
        def handler(event, context):
            with open({path!r}, "w") as started:
                started.write("x"); started.flush()
                time.sleep(1000)
    """
    answers = []
    with function(tmp_path, source) as handler:
        invoking = threading.Thread(target=lambda: answers.append(ask(handler)))
        invoking.start()
        wait_until_written(reading)
    invoking.join(LONG_S)
    handler.interrupt()
    answers.append(ask(handler))
    assert [error_type(answer) for answer in answers] == ["Interrupted", "Interrupted"]
    assert wait_for_the_end(reading) == b""


def wait_until_written(reading: int) -> None:
    waiting = threading.Event()
    while True:
        try:
            if os.read(reading, 1):
                return
        except BlockingIOError:
            pass
        waiting.wait(0.01)


def test_output_without_end_is_capped_and_said(tmp_path: Path) -> None:
    source = """
        def handler(event, context):
            print("first")
            while True: print("x" * 1000)
    """
    with function(tmp_path, source) as handler:
        answer = ask(handler, timeout_s=SHORT_S)
    assert answer.is_timeout
    assert answer.logs.startswith("first\nxxx")
    assert "bytes were printed here that are not kept" in answer.logs
    assert len(answer.logs) < 100_000


def test_what_is_printed_after_the_answer_does_not_hold_it_up_and_comes_with_the_next(tmp_path: Path) -> None:
    source = """
        import threading
        go, said = threading.Event(), threading.Event()
        def late():
            go.wait(); print("late", flush=True); said.set()
        threading.Thread(target=late, daemon=True).start()
        def handler(event, context):
            if event:
                go.set(); said.wait()
            return "good"
    """
    with function(tmp_path, source) as handler:
        assert ask(handler).logs == ""
        assert ask(handler, {"go": True}).logs == "late\n"


def test_a_thread_that_prints_without_end_keeps_no_answer_from_coming(tmp_path: Path) -> None:
    source = """
        import threading
        def endless():
            while True: print("x" * 10_000)
        threading.Thread(target=endless, daemon=True).start()
        def handler(event, context): return "good"
    """
    with function(tmp_path, source) as handler:
        assert [value(ask(handler)) for _ in range(3)] == ["good"] * 3


@pytest.mark.usefixtures("end_of_a_process")
def test_a_process_that_ended_after_its_answer_is_said_with_the_next_one(tmp_path: Path) -> None:
    with function(tmp_path, "import os\ndef handler(event, context): return os.getpid()") as handler:
        first = value(ask(handler))
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
        answer = ask(handler)
    assert value(answer) != first
    assert "Runtime exited with error: signal: killed" in answer.notes[0]


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ("'x' * 6_291_554", None),
        ("'x' * 6_291_555", "Function.ResponseSizeTooLarge"),
        ("b'no json'", "Runtime.MarshalError"),
    ],
)
def test_a_response_is_json_of_at_most_lambdas_size(tmp_path: Path, returned: str, expected: str | None) -> None:
    with function(tmp_path, f"def handler(event, context): return {returned} if event else 1") as handler:
        answer = ask(handler, {"big": True})
        assert (answer.error.error_type if answer.error else None) == expected
        assert value(ask(handler)) == 1


def test_an_event_of_six_megabytes_fits_and_a_larger_one_never_reaches_the_function(tmp_path: Path) -> None:
    with function(tmp_path, "def handler(event, context): return len(event['x'])") as handler:
        most = 6 * 1024 * 1024 - len(json.dumps({"x": ""}))
        assert value(ask(handler, {"x": "y" * most})) == most
        refused = ask(handler, {"x": "y" * (most + 1)})
    assert (refused.ran, error_type(refused)) == (False, "RequestEntityTooLargeException")


def test_a_slow_start_has_its_own_time_and_is_no_part_of_the_invocations(tmp_path: Path) -> None:
    source = f"""
        import time
        time.sleep({2 * SHORT_S})
        def handler(event, context): return "good"
    """
    with function(tmp_path, source) as handler:
        answer = ask(handler, timeout_s=2 * SHORT_S)
    assert value(answer) == "good"
    assert answer.notes == ()


def test_a_start_that_takes_too_long_runs_again_inside_the_time_out(tmp_path: Path) -> None:
    source = """
        import os, time
        first = not os.path.exists("started")
        open("started", "w").close()
        print("starting", flush=True)
        if first: time.sleep(1000)
        def handler(event, context): return "good"
    """
    with function(tmp_path, source, init_s=1.0) as handler:
        answer = ask(handler)
    assert value(answer) == "good"
    assert answer.logs == "starting\nstarting\n"
    assert answer.notes == ("initialisation took over 1 s, and ran again inside the time-out of this invocation",)


def test_a_start_that_never_ends_is_a_time_out(tmp_path: Path) -> None:
    with function(tmp_path, "import time\ntime.sleep(1000)\ndef handler(e, c): ...", init_s=SHORT_S) as handler:
        assert ask(handler, timeout_s=SHORT_S).is_timeout


@pytest.mark.usefixtures("end_of_a_process")
def test_a_process_that_ends_at_once_is_an_exit_error(tmp_path: Path) -> None:
    with running("exec:false", tmp_path) as handler:
        answer = ask(handler)
    assert error_type(answer) == "Runtime.ExitError"
    assert answer.notes == ("the process ended, and ran again inside the time-out of this invocation",)


def test_a_program_that_cannot_be_started_is_told_and_not_tried_again(tmp_path: Path) -> None:
    program = write(tmp_path, "bootstrap", "no program of any kind")
    program.chmod(0o755)
    with running("exec:./bootstrap", tmp_path) as handler, pytest.raises(CannotDo, match="cannot be started"):
        ask(handler)


def test_workers_answer_side_by_side(tmp_path: Path) -> None:
    """Each waits for the other: one after the other they would never answer."""
    os.mkfifo(tmp_path / "meeting")
    source = """
        def handler(event, context):
            with open("meeting", event["mode"]) as meeting:
                return meeting.read() if event["mode"] == "r" else meeting.write("met")
    """
    with function(tmp_path, source, workers=2) as handler:
        answers = side_by_side(handler)
    assert [value(answer) for answer in answers] == ["met", 3]


def side_by_side(handler: Handler) -> list[Answer]:
    answers: dict[str, Answer] = {}

    def invoke(worker: int, mode: str) -> None:
        answers[mode] = ask(handler, {"mode": mode}, worker=worker)

    threads = [threading.Thread(target=invoke, args=arguments) for arguments in ((0, "r"), (1, "w"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG_S)
    return [answers["r"], answers["w"]]
