"""Which files are opened, which are refused and why, and who may write."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ddbtop.errors import CannotDo
from ddbtop.journal import lock
from ddbtop.journal.journal import Journal
from ddbtop.journal.reader import JournalReader
from ddbtop.journal.schema import APPLICATION_ID, FORMAT
from tests.journal.pages import STREAM, batch, numbered

NOBODY = 65534


@contextmanager
def without_privileges() -> Iterator[None]:
    """Permissions do not hold for root, so give it up for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A folder that another user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="ddbtop-test-"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def no_sqlite(path: Path) -> None:
    path.write_bytes(b"pk,sk,status\n" * 100)


def empty(path: Path) -> None:
    path.touch()


def other_application(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE notes(id INTEGER)")
    connection.close()


def newer_format(path: Path) -> None:
    Journal.create(path, STREAM).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()


def foreign_tables(path: Path) -> None:
    Journal.create(path, STREAM).close()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TRIGGER t AFTER INSERT ON session BEGIN DELETE FROM shard; END")
    connection.close()


def folder(path: Path) -> None:
    path.mkdir()


def nothing(path: Path) -> None:
    pass


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (no_sqlite, "is not a ddbtop capture"),
        (empty, "is empty, not a ddbtop capture"),
        (other_application, "is an SQLite database of another application"),
        (newer_format, rf"written by a newer ddbtop \(format {FORMAT + 1}"),
        (foreign_tables, "its tables are not those of a ddbtop capture"),
        (folder, "is a folder"),
        (nothing, "does not exist"),
    ],
)
def test_what_is_no_journal_is_refused_by_what_it_is(path: Path, make: Callable[[Path], None], says: str) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    for open_it in (JournalReader.open, Journal.open):
        with pytest.raises(CannotDo, match=says) as caught:
            open_it(path)
        assert "\n" not in caught.value.message
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert {file.name for file in path.parent.iterdir()} <= {path.name}


def test_an_existing_file_is_never_overwritten(path: Path) -> None:
    path.write_text("precious")
    with pytest.raises(CannotDo, match="exists already"):
        Journal.create(path, STREAM)
    assert path.read_text() == "precious"
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_damaged_file_is_one_line(path: Path) -> None:
    with Journal.create(path, STREAM) as journal:
        journal.commit(batch(numbered(*range(1000))))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(bytes(data))
    with pytest.raises(CannotDo, match="damaged"), JournalReader.open(path) as reader:
        reader.window(0, 10)


def test_names_with_odd_characters_are_only_names(tmp_path: Path) -> None:
    for name in ("50%20.ddbtop", "a?mode=memory", "b#c", "später 🎉", "[x].ddbtop"):
        path = tmp_path / name
        with Journal.create(path, STREAM) as journal:
            journal.commit(batch(numbered(1)))
        with JournalReader.open(path) as reader:
            assert reader.bounds() == (0, 1)
        path.unlink()
    assert list(tmp_path.iterdir()) == []


def test_a_second_writer_hears_who_has_the_file(journal: Journal, path: Path) -> None:
    with pytest.raises(CannotDo, match=rf"is being written to by process {os.getpid()}$"):
        Journal.open(path)
    journal.commit(batch(numbered(1)))
    assert journal.end == 1


def test_a_lock_that_was_removed_while_it_was_taken_is_not_held(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really = lock._try_lock
    removed: list[Path] = []

    def remove_first(descriptor: int) -> None:
        really(descriptor)
        if not removed:  # the last holder let go and removed it after this one had opened it
            removed.append(Path(f"{path}{lock.SUFFIX}"))
            removed[0].unlink()

    monkeypatch.setattr(lock, "_try_lock", remove_first)
    with Journal.create(path, STREAM):
        assert removed
        with pytest.raises(CannotDo, match="is being written to"):
            Journal.open(path)


def test_a_reader_needs_no_lock(journal: Journal, path: Path) -> None:
    journal.commit(batch(numbered(1)))
    with JournalReader.open(path) as reader:
        assert reader.bounds() == (0, 1)


def test_a_reader_cannot_write(journal: Journal) -> None:
    with journal.reader() as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("DELETE FROM block")


LEFT_OPEN = """
import sys
from pathlib import Path
from ddbtop.journal.journal import Journal
from tests.journal.pages import STREAM, batch, numbered
journal = Journal.create(Path(sys.argv[1]), STREAM)
journal.commit(batch(numbered(1, 2, 3)))
print("stored", flush=True)
sys.stdin.read()
"""


@contextmanager
def killed_writer(path: Path) -> Iterator[None]:
    """A journal whose writer was killed: its last records are in the write-ahead log alone."""
    child = subprocess.Popen(
        [sys.executable, "-c", LEFT_OPEN, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "stored\n"
        with pytest.raises(CannotDo, match=f"is being written to by process {child.pid}$"):
            Journal.open(path)
        child.send_signal(signal.SIGKILL)
        child.wait()
    yield


def test_the_log_of_a_killed_writer_is_read_and_its_lock_is_free(path: Path) -> None:
    with killed_writer(path):
        assert Path(f"{path}-wal").stat().st_size > 0
        with JournalReader.open(path) as reader:
            assert reader.bounds() == (0, 3)
        with Journal.open(path) as journal:
            assert journal.end == 3
        assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_capture_opens_in_a_folder_that_cannot_be_written_to(shared: Path) -> None:
    path = shared / "orders.ddbtop"
    with Journal.create(path, STREAM) as journal:
        journal.commit(batch(numbered(1, 2)))
    wal = shared / "odd.ddbtop"  # closed cleanly, but its header still asks for a log
    shutil.copy(path, wal)
    connection = sqlite3.connect(wal)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    for file in (path, wal):
        file.chmod(0o444)
    shared.chmod(0o555)
    with without_privileges():
        for file in (path, wal):
            with JournalReader.open(file) as reader:
                assert reader.bounds() == (0, 2)
        with pytest.raises(CannotDo, match="cannot be written to"):
            Journal.open(path)
        with pytest.raises(CannotDo, match=r"cannot be (created|written to)"):
            Journal.create(shared / "new.ddbtop", STREAM)


def test_a_log_in_a_folder_that_cannot_be_written_to_is_read(shared: Path) -> None:
    path = shared / "orders.ddbtop"
    with killed_writer(path):
        for file in shared.iterdir():
            file.chmod(0o444)
        shared.chmod(0o555)
        with without_privileges(), JournalReader.open(path) as reader:
            assert reader.bounds() == (0, 3)


def test_a_log_that_cannot_be_recovered_is_said_instead_of_ignored(shared: Path) -> None:
    path = shared / "orders.ddbtop"
    with killed_writer(path):
        Path(f"{path}-shm").unlink()
        for file in shared.iterdir():
            file.chmod(0o444)
        shared.chmod(0o555)
        with without_privileges(), pytest.raises(CannotDo, match="was not closed") as caught:
            JournalReader.open(path)
        assert "orders.ddbtop-wal" in caught.value.hint


def test_a_file_without_permission_is_said(shared: Path) -> None:
    path = shared / "orders.ddbtop"
    Journal.create(path, STREAM).close()
    path.chmod(0o000)
    with without_privileges(), pytest.raises(CannotDo, match="no permission"):
        JournalReader.open(path)


def test_a_file_system_without_locks_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("ddbtop.journal.lock._try_lock", refuse)
    with pytest.raises(CannotDo, match="cannot be locked: No locks available"):
        Journal.create(path, STREAM)


def test_the_header_names_the_application(path: Path) -> None:
    Journal.create(path, STREAM).close()
    header = path.read_bytes()[:100]
    assert int.from_bytes(header[68:72], "big") == APPLICATION_ID
    assert int.from_bytes(header[60:64], "big") == FORMAT
