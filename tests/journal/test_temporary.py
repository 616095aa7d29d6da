"""The journals of live sessions."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ddbtop.errors import CannotDo
from ddbtop.journal.temporary import remove_leftovers, temporary_journal
from tests.journal.pages import STREAM, batch, numbered
from tests.journal.test_files import shared, without_privileges

__all__ = ["shared"]  # a fixture

LIVE = """
import sys
from pathlib import Path
from ddbtop.journal.temporary import temporary_journal
from tests.journal.pages import STREAM, batch, numbered
journal = temporary_journal(STREAM, folder=Path(sys.argv[1]))
journal.commit(batch(numbered(1, 2, 3)))
print(journal.path.name, flush=True)
sys.stdin.read()
"""


def live_session(folder: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", LIVE, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline().startswith(f"live-{child.pid}-")
    return child


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


def test_nothing_is_left_of_a_closed_session(tmp_path: Path) -> None:
    with temporary_journal(STREAM, folder=tmp_path) as journal:
        journal.commit(batch(numbered(1)))
        assert journal.path.name in names(tmp_path)
    assert names(tmp_path) == set()


def test_nobody_else_can_read_a_session(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "ddbtop"
    old_mask = os.umask(0)
    try:
        with temporary_journal(STREAM, folder=folder) as journal:
            journal.commit(batch(numbered(1)))
            modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    finally:
        os.umask(old_mask)
    assert len(modes) == 4, "the journal, its log, its shared memory and its lock"
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_a_killed_session_left_is_removed_and_a_living_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "theme.json").touch()
    with live_session(tmp_path) as dead, live_session(tmp_path) as living:
        dead.send_signal(signal.SIGKILL)
        dead.wait()
        left = {name for name in names(tmp_path) if name.startswith(f"live-{dead.pid}-")}
        kept = {name for name in names(tmp_path) if name.startswith(f"live-{living.pid}-")}
        assert len(left) == len(kept) == 4
        with temporary_journal(STREAM, folder=tmp_path) as own:
            assert kept < names(tmp_path)
            assert not left & names(tmp_path)
            remove_leftovers(tmp_path)
            own.commit(batch(numbered(1)))
            with own.reader() as reader:
                assert reader.bounds() == (0, 1)
        living.communicate("")
    assert (tmp_path / "theme.json").exists()


def test_a_leftover_is_recognised_by_any_of_its_files(tmp_path: Path) -> None:
    for number, suffix in enumerate(("", "-wal", "-shm", "-journal", "-lock")):
        (tmp_path / f"live-1-{number}.ddbtop{suffix}").touch()
    remove_leftovers(tmp_path)
    assert names(tmp_path) == set()


def test_a_cache_folder_that_cannot_be_used_is_one_line(shared: Path) -> None:
    (shared / "file").touch()
    shared.chmod(0o555)
    with without_privileges():
        for folder in (shared / "ddbtop", shared / "file", shared):
            with pytest.raises(CannotDo, match=r"the cache folder .* cannot be used") as caught:
                temporary_journal(STREAM, folder=folder)
            assert "XDG_CACHE_HOME" in caught.value.hint
