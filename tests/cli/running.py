"""Runs command lines: in this process where only the outcome counts, in a child where the process does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pytest

from ddbtop.cli.main import run

NOBODY = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""An environment in which no credentials, profile or region are to be found."""

SOMEBODY = NOBODY | {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}

TIMEOUT_S = 60


@dataclass(frozen=True)
class Outcome:
    code: int
    out: bytes
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """What `--json` printed."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def numbers(self) -> list[str]:
        return [record["dynamodb"]["SequenceNumber"] for record in self.records]

    @property
    def complaint(self) -> str:
        """The one line on stderr."""
        (line,) = self.err.splitlines()
        assert line.startswith("ddbtop: ")
        return line.removeprefix("ddbtop: ")


class CommandLine:
    """The fixture `ddbtop`: call it with the words of a command line."""

    def __init__(self, capture: pytest.CaptureFixture[bytes]) -> None:
        self._capture = capture

    def __call__(self, *words: str) -> Outcome:
        self._capture.readouterr()
        code = run(words)
        captured = self._capture.readouterr()
        return Outcome(code, captured.out, captured.err.decode())


def in_a_child(*words: str, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "ddbtop", *words],
        env=clean_environment() | (SOMEBODY if environment is None else environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def clean_environment() -> dict[str, str]:
    """This process's, without anything that would tell boto3 who or where it is."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
