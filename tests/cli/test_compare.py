"""`ddbtop replay --compare` and `--grid`: the same records, run again, and which of them fared otherwise."""

from __future__ import annotations

import json
import signal
import threading
from pathlib import Path

import pytest

from ddbtop.journal.journal import Journal
from tests.cli.replayed import change, write_handler, write_records
from tests.cli.running import TIMEOUT_S, CommandLine, in_a_child
from tests.journal.pages import STREAM, batch, numbered
from tests.replay.inmemory import SHARD, sequence

POISON = "if %r in numbers: raise ValueError('price is no number')"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def five(tmp_path: Path) -> str:
    return write_records(tmp_path / "five.ndjson", *(change(sequence(number)) for number in range(1, 6)))


@pytest.fixture
def poisoned(tmp_path: Path) -> str:
    """Fails on the third of five records."""
    return write_handler(tmp_path, POISON % sequence(3))


def test_two_settings_differ_in_the_records_that_only_one_delivers(
    ddbtop: CommandLine, five: str, poisoned: str
) -> None:
    outcome = ddbtop("replay", five, "--handler", poisoned, "--max-retries", "0", "--compare", "--bisect", "--json")
    first, second, *found = outcome.records
    assert (first["delivered"], first["discarded"], first["invocations"], first["deliveredAgain"]) == (0, 5, 1, 0)
    assert (second["delivered"], second["discarded"], second["invocations"]) == (4, 1, 5)
    assert (second["deliveredAgain"], second["differ"]) == (5, 4)
    assert found == [
        {
            "type": "difference",
            "run": 2,
            "shardId": SHARD,
            "sequenceNumber": sequence(number),
            "first": "discarded",
            "here": "delivered",
        }
        for number in (1, 2, 4, 5)
    ]
    assert outcome.code == 1


def test_two_handlers_that_do_the_same_do_not_differ(ddbtop: CommandLine, five: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    one, other = write_handler(tmp_path, "pass"), write_handler(tmp_path / "other", "return 7")
    outcome = ddbtop("replay", five, "--handler", one, "--compare", f"--handler {other}")
    assert outcome.code == 0
    assert outcome.out.decode().splitlines()[-1] == "every record fared the same"


def test_a_corrected_handler_shows_what_it_corrects(
    ddbtop: CommandLine, five: str, poisoned: str, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    better = write_handler(tmp_path / "other", "pass")
    options = ("--max-retries", "0", "--batch-size", "1", "--compare", f"--handler {better}")
    outcome = ddbtop("replay", five, "--handler", poisoned, *options)
    assert outcome.code == 1
    assert outcome.out.decode().splitlines()[-2:] == [
        "1 record fared differently:",
        f"  {SHARD}  {sequence(3)}  discarded → delivered",
    ]


def test_what_ran_before_an_interrupt_is_shown(five: str, poisoned: str, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    began = tmp_path / "began"
    endless = write_handler(tmp_path / "other", f"open({str(began)!r}, 'w').close(); import time; time.sleep(600)")
    words = ("--max-retries", "0", "--timeout", "900", "--compare", f"--handler {endless}", "--json")
    comparing = in_a_child("replay", five, "--handler", poisoned, *words)
    try:
        while not began.exists():
            assert comparing.poll() is None
            threading.Event().wait(0.05)
        comparing.send_signal(signal.SIGINT)
        out, _ = comparing.communicate(timeout=TIMEOUT_S)
    finally:
        comparing.kill()
    (run,) = map(json.loads, out.splitlines())
    assert (run["run"], run["discarded"], comparing.returncode) == (1, 5, 130)


def test_a_grid_runs_every_combination_over_the_same_records(ddbtop: CommandLine, five: str, poisoned: str) -> None:
    options = ("--max-retries", "0", "--grid", "batch-size=1,5", "--grid", "bisect=off,on", "--json")
    outcome = ddbtop("replay", five, "--handler", poisoned, *options)
    runs = [line for line in outcome.records if line["type"] == "run"]
    assert [(run["options"], run["polled"], run["discarded"], run["differ"]) for run in runs] == [
        ("BatchSize 1, no BisectBatchOnFunctionError", 5, 1, 0),
        ("BatchSize 1, BisectBatchOnFunctionError", 5, 1, 0),
        ("BatchSize 5, no BisectBatchOnFunctionError", 5, 5, 4),
        ("BatchSize 5, BisectBatchOnFunctionError", 5, 1, 0),
    ]
    assert outcome.code == 1


def test_a_capture_is_read_again_for_each_run(ddbtop: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "kept.ddbtop"
    with Journal.create(path, STREAM) as journal:
        journal.commit(batch(numbered(1, 2, 3, 4)))
    handler = write_handler(tmp_path, "pass")
    outcome = ddbtop("replay", str(path), "--handler", handler, "--grid", "batch-size=1,4", "--json")
    assert [(run["polled"], run["delivered"], run["invocations"]) for run in outcome.records] == [(4, 4, 4), (4, 4, 1)]
    assert outcome.code == 0


def test_a_comparison_says_what_its_handlers_were_given_and_what_it_assumed(
    ddbtop: CommandLine, five: str, poisoned: str, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = write_handler(tmp_path / "other", POISON % sequence(2))
    words = ("--max-retries", "0", "--bisect", "--compare", f"--handler {other} --env AWS_PROFILE=x")
    said = ddbtop("replay", five, "--handler", poisoned, *words).err.splitlines()
    assert [line for line in said if "AWS credentials" in line] == [
        "ddbtop: AWS credentials: none given to the handler",
        "ddbtop: AWS credentials: typed: AWS_PROFILE",
    ]
    assert said.count("ddbtop: undocumented: bisect order: left half first (one public recording)") == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--compare", "--bisct"), "--compare: No such option"),
        (("--compare", ""), "needs options to compare with"),
        (("--compare", "--handler 'a"), "cannot be split"),
        (("--compare", "--batch-size 0"), "BatchSize is 1–10000, not 0"),
        (("--compare", "--bisect", "--grid", "bisect=on"), "exclude each other"),
        (("--compare", "--on-failure x"), "--compare: No such option"),
        (("--compare", "--follow"), "--compare: No such option"),
        (("--compare", "--from 15m"), "--compare: No such option"),
        (("--compare", "--profile other"), "--compare: No such option"),
        (("--compare", "--json"), "--compare: No such option"),
        (("--compare", "--bisect", "--on-failure", "x"), "sends no on-failure messages"),
        (("--grid", "bisect=on", "--clock", "wall"), "on the recorded clock"),
        (("--grid", "bisect=perhaps"), "on or off"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(
    ddbtop: CommandLine, five: str, poisoned: str, options: tuple[str, ...], words: str
) -> None:
    outcome = ddbtop("replay", five, "--handler", poisoned, *options)
    assert (outcome.code, outcome.out) == (2, b"")
    assert words in outcome.err.splitlines()[-1]
