"""The test that a replay writes fails as the run did, passes once the handler is mended, and needs no real data."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.findings.masking import masked_text, masked_value
from ddbtop.replay.findings.pytestfile import Case, masked_event, pytest_source, write_pytest
from ddbtop.streams.attributes import kind_of
from tests.replay.scripted import record

HANDLER = """
from decimal import Decimal

def handler(event, context):
    assert context.get_remaining_time_in_millis() > 0
    for record in event["Records"]:
        image = record["dynamodb"]["NewImage"]
        Decimal(image["price"]["N"])
"""

EVENT = b'{"Records":[%b]}' % record(7, price={"S": "12,90"}).event


def case(handler: str = "src/app.py:handler", **changed: Any) -> Case:
    return Case(
        **{"handler": handler, "event": EVENT, "title": "ORDER#7 · HEAD", "failure": "KeyError: 'N'", **changed}
    )


def outcome(test: Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Of the test, run in a folder, or in its own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(test.parent), str(test)]
    return subprocess.run(command, cwd=folder or test.parent, capture_output=True, text=True, check=False)


@pytest.fixture(autouse=True, scope="module")
def handler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The handler, in the folder that one works in."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text(HANDLER)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder / "src" / "app.py"


@pytest.mark.parametrize("masked", [False, True])
def test_it_fails_as_the_run_did_and_passes_once_mended(tmp_path: Path, handler: Path, masked: bool) -> None:
    test = write_pytest(case(), tmp_path, masked=masked)
    assert test.name == "test_order_7_head.py"
    failed = outcome(test)
    assert failed.returncode == 1
    assert "KeyError: 'N'" in failed.stdout
    handler.write_text(HANDLER.replace('image["price"]["N"]', '"1"'))
    assert outcome(test).returncode == 0
    handler.write_text(HANDLER)


def test_a_handler_that_is_gone_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="there is no file"):
        write_pytest(case("gone.py:handler"), tmp_path, masked=False)
    assert not list(tmp_path.iterdir())


def test_files_are_new_and_their_user_s_alone(tmp_path: Path) -> None:
    first, second = (write_pytest(case(), tmp_path, masked=False) for _ in range(2))
    assert second.name == "test_order_7_head-2.py"
    for file in (first, first.with_suffix(".json"), second, second.with_suffix(".json")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(second.with_suffix(".json").read_text()) == json.loads(EVENT)


def test_a_folder_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CannotDo, match="cannot be written: No such file"):
        write_pytest(case(), tmp_path / "none", masked=False)


@pytest.mark.parametrize("handler", ["exec:./bootstrap --fast", "http://localhost:9000", "lambda:orders"])
def test_other_handlers_are_called_by_the_command(tmp_path: Path, handler: str) -> None:
    source = pytest_source(case(handler, reports=True), tmp_path, masked=False)
    compile(source, "test.py", "exec")
    assert "--handler" in source
    assert repr(handler) in source
    assert "--report-batch-item-failures" in source


def test_a_handler_that_was_ended_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    assert "subprocess" in pytest_source(case(ended=True, timeout_s=1.5), tmp_path, masked=False)


@pytest.mark.parametrize("ended", [False, True])
def test_a_handler_that_a_template_names_is_looked_for_in_its_folder(
    tmp_path: Path, handler: Path, ended: bool
) -> None:
    """In a process of its own as well; the project's folder has no `app`."""
    test = write_pytest(case("app.handler", ended=ended, folder=str(handler.parent)), tmp_path, masked=False)
    assert "KeyError" in outcome(test).stdout
    handler.write_text(HANDLER.replace('image["price"]["N"]', '"1"'))
    assert outcome(test).returncode == 0
    handler.write_text(HANDLER)


@pytest.mark.parametrize("ended", [False, True])
@pytest.mark.parametrize("is_in_a_file", [False, True])
def test_a_handler_has_the_variables_that_it_had(
    tmp_path: Path, handler: Path, ended: bool, is_in_a_file: bool
) -> None:
    """Without them the test would fail before and after the handler is mended, and of something else."""
    handler.write_text(f"import os\nTABLE = os.environ['TABLE']\n{HANDLER}")
    given: dict[str, Any] = {"environment": {"TABLE": "it's"}}
    if is_in_a_file:
        (handler.parent / "variables").write_text("TABLE=secret\n")
        given = {"env_file": "src/variables"}
    test = write_pytest(case(ended=ended, **given), tmp_path, masked=False)
    assert "secret" not in test.read_text()
    assert "KeyError: 'N'" in outcome(test, handler.parent.parent).stdout
    handler.write_text(handler.read_text().replace('image["price"]["N"]', '"1"'))
    assert outcome(test, handler.parent.parent).returncode == 0
    handler.write_text(HANDLER)


@given(st.text(), st.text())
def test_whatever_the_record_is_called_it_is_python(title: str, failure: str) -> None:
    compile(pytest_source(case(title=title, failure=failure), Path(), masked=True), "test.py", "exec")


@given(st.text())
def test_masked_text_has_its_length_and_its_punctuation(text: str) -> None:
    masked = masked_text(text)
    assert len(masked) == len(text)
    assert [c for c in masked if c in ',."{['] == [c for c in text if c in ',."{[']


def test_masking_keeps_types_and_lengths_and_no_value() -> None:
    value = {
        "M": {
            "name": {"S": "Ada Lovelace, 12"},
            "qty": {"N": "-120.50"},
            "zero": {"N": "0"},
            "sig": {"B": "3q2+7w=="},
            "tags": {"SS": ["gift", "late"]},
            "sizes": {"NS": ["38", "40"]},
            "lines": {"L": [{"BOOL": True}, {"NULL": True}]},
        }
    }
    masked = masked_value(value)["M"]
    assert masked["name"] == {"S": "Xxx Xxxxxxxx, 11"}
    assert masked["qty"] == {"N": "-111.11"}
    assert masked["zero"] == {"N": "0"}
    assert masked["sig"] == {"B": "AAAAAA=="}
    assert len(set(masked["tags"]["SS"])) == 2
    assert sorted(masked["sizes"]["NS"]) == ["10", "11"]
    assert masked["lines"] == value["M"]["lines"]
    assert {name: kind_of(each) for name, each in masked.items()} == {
        name: kind_of(each) for name, each in value["M"].items()
    }


def test_half_a_character_is_masked_as_well() -> None:
    event = EVENT.replace(b"12,90", b"\\ud83d")
    assert json.loads(masked_event(event))["Records"][0]["dynamodb"]["NewImage"]["price"] == {"S": "x"}


def test_a_masked_event_keeps_what_is_not_the_item_s() -> None:
    masked = json.loads(masked_event(EVENT))["Records"][0]["dynamodb"]
    assert masked["Keys"] == {"pk": {"S": "XXXXX#1"}, "sk": {"S": "XXXX"}}
    assert masked["NewImage"]["price"] == {"S": "11,11"}
    assert masked["SequenceNumber"] == json.loads(EVENT)["Records"][0]["dynamodb"]["SequenceNumber"]
