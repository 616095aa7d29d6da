"""Published and recorded behaviour of event source mappings, seen through the command: files in, JSON out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.replayed import change, write_handler, write_records
from tests.cli.running import CommandLine
from tests.replay.esm import Vector, mapped, vectors
from tests.replay.inmemory import sequence
from tests.replay.test_mapping_core import expected, told

NOT_EXPRESSIBLE = {"throttle_does_not_use_retries"}
"""Only a deployed function is throttled."""

EXPRESSIBLE = [vector for vector in vectors("core") if vector.name not in NOT_EXPRESSIBLE]

OPTIONS = {
    "BatchSize": "--batch-size",
    "MaximumRetryAttempts": "--max-retries",
    "MaximumBatchingWindowInSeconds": "--batching-window",
}

STEPS = """
    def step(word):
        if word == "raise":
            raise ValueError("as it should")
        return word["return"] if isinstance(word, dict) else None
"""

BODIES = {
    "ok": "return None",
    "raise_if_contains": "if SEQS & {*numbers}: raise ValueError('as it should')",
    "timeout_if_contains": "if SEQS & {*numbers}: import time; time.sleep(60)",
    "report_if_contains": "return {'batchItemFailures': [{'itemIdentifier': n} for n in numbers if n in SEQS]}",
    "always_return": "return VALUE",
    "script": "return step(STEPS.pop(0) if STEPS else THEN)",
}


def options(settings: dict[str, Any]) -> list[str]:
    words = [word for name, option in OPTIONS.items() if name in settings for word in (option, str(settings[name]))]
    words += ["--bisect"] * bool(settings.get("BisectBatchOnFunctionError"))
    return words + ["--report-batch-item-failures"] * bool(settings.get("FunctionResponseTypes"))


def handler(folder: Path, spec: dict[str, Any]) -> str:
    """A Python function that behaves as the vector says."""
    constants = {
        "SEQS": {sequence(number) for number in spec.get("seqs", [])},
        "VALUE": mapped(spec.get("value")),
        "STEPS": [mapped(step) for step in spec.get("steps", [])],
        "THEN": spec.get("then"),
    }
    before = STEPS + "\n".join(f"    {name} = {value!r}" for name, value in constants.items())
    return write_handler(folder, BODIES[spec["type"]], before)


@pytest.mark.parametrize("vector", EXPRESSIBLE, ids=lambda vector: vector.name)
def test_the_command_does_what_was_recorded(ddbtop: CommandLine, tmp_path: Path, vector: Vector) -> None:
    records = write_records(tmp_path / "r.ndjson", *(change(sequence(number)) for number in vector.records))
    words = ["--timeout", "0.3"] if vector.spec["type"] == "timeout_if_contains" else []
    outcome = ddbtop(
        "replay", records, "--handler", handler(tmp_path, vector.spec), "--json", *options(vector.settings), *words
    )
    lines = outcome.records
    asked = [tuple(line["sequenceNumbers"]) for line in lines if line["type"] == "invocation"]
    messages = [line["message"] for line in lines if line["type"] == "discarded"]
    summary = lines[-1]
    assert vector.matches(asked)
    assert [told(message) for message in messages] == [expected(entry) for entry in vector.destination]
    assert summary["polled"] == summary["filtered"] + summary["delivered"] + summary["discarded"] + summary["pending"]
    assert summary["polled"] == len(vector.records)
    is_blocked = vector.match_mode == "prefix"
    assert summary["stopped"] == ("blocked" if is_blocked else None)
    assert outcome.code == (1 if messages or is_blocked else 0)


def test_every_vector_of_a_single_shard_is_tried_or_named() -> None:
    assert {vector.name for vector in vectors("core")} == {v.name for v in EXPRESSIBLE} | NOT_EXPRESSIBLE
