"""The journal's file format: tables, settings, and how a connection to such a file is opened or refused."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import quote

from ddbtop.errors import CannotDo

APPLICATION_ID = 0x64646274
"""`ddbt` in the file's header: what tells a journal from any other SQLite database."""

FORMAT = 1
"""Grows when an older ddbtop could not read the file any more."""

BUSY_TIMEOUT_S = 5.0
"""How long a connection waits for a lock; a checkpoint holds one for some 60 ms."""

WRITER_CACHE_KIB = 16_000
READER_CACHE_KIB = 4_000

TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE stream(
  id INTEGER PRIMARY KEY CHECK(id = 1), arn TEXT NOT NULL, name TEXT NOT NULL, label TEXT NOT NULL,
  status TEXT NOT NULL, view_type TEXT NOT NULL, created_at REAL NOT NULL, key_schema TEXT NOT NULL);
CREATE TABLE session(                    -- each time the file was opened for writing
  id INTEGER PRIMARY KEY, first INTEGER NOT NULL, started_at REAL NOT NULL, ddbtop TEXT NOT NULL);
CREATE TABLE shard(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, parent TEXT NOT NULL, n INTEGER NOT NULL);
CREATE TABLE progress(                   -- sequence numbers as text, as the service wrote them
  shard INTEGER PRIMARY KEY REFERENCES shard, last_sequence TEXT NOT NULL, drained INTEGER NOT NULL,
  iterator TEXT NOT NULL, iterator_at REAL NOT NULL,
  stands_at REAL NOT NULL);              -- where no number is known yet
CREATE TABLE block(                      -- narrow, so that counting and skipping never touch bodies
  id INTEGER PRIMARY KEY,                -- number of its first record
  n INTEGER NOT NULL, ins INTEGER NOT NULL, mod INTEGER NOT NULL, rem INTEGER NOT NULL,
  min_at REAL NOT NULL, max_at REAL NOT NULL, wire INTEGER NOT NULL, packed INTEGER NOT NULL);
CREATE TABLE cols(                       -- packed, n entries each
  id INTEGER PRIMARY KEY REFERENCES block,
  event BLOB NOT NULL,                   -- 1 byte, block.Event
  at BLOB NOT NULL,                      -- float64, little-endian
  kh BLOB NOT NULL);                     -- 8 bytes, keys.key_hash
CREATE TABLE body(id INTEGER PRIMARY KEY REFERENCES block, codec INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE page(                       -- a contiguous range of its shard: what lies inside is stored
  shard INTEGER NOT NULL REFERENCES shard,
  first_seq BLOB NOT NULL, last_seq BLOB NOT NULL,                -- 17 bytes, big-endian; never numeric affinity
  id INTEGER NOT NULL, n INTEGER NOT NULL, nth INTEGER NOT NULL,  -- first record: in the journal, in its shard
  off INTEGER NOT NULL, len INTEGER NOT NULL,                     -- its JSON array inside the block
  read_at REAL NOT NULL,
  PRIMARY KEY(shard, first_seq)) WITHOUT ROWID;
CREATE INDEX page_id ON page(id);
CREATE TABLE dropped(                    -- ranges that were stored once and are not kept any more
  shard INTEGER NOT NULL REFERENCES shard, first_seq BLOB NOT NULL, last_seq BLOB NOT NULL,
  PRIMARY KEY(shard, first_seq)) WITHOUT ROWID;
CREATE TABLE gap(
  id INTEGER PRIMARY KEY, shard INTEGER NOT NULL REFERENCES shard, after_sequence TEXT NOT NULL,
  before_sequence TEXT NOT NULL, from_at REAL NOT NULL, to_at REAL NOT NULL, reason TEXT NOT NULL,
  noticed_at REAL NOT NULL, first INTEGER NOT NULL);             -- number of the next record when it was noticed
CREATE TABLE evidence(
  id INTEGER PRIMARY KEY, shard INTEGER NOT NULL REFERENCES shard, codec INTEGER NOT NULL, wire INTEGER NOT NULL,
  data BLOB NOT NULL, reason TEXT NOT NULL, received_at REAL NOT NULL);
CREATE TABLE total(                      -- of what is kept
  id INTEGER PRIMARY KEY CHECK(id = 1), ins INTEGER NOT NULL, mod INTEGER NOT NULL, rem INTEGER NOT NULL,
  wire INTEGER NOT NULL);
INSERT INTO total VALUES(1, 0, 0, 0, 0);
"""


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turns what SQLite says into one line about the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise _explained(error, path) from error


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """A connection without implicit transactions, usable from whichever one thread owns it; `mode` is SQLite's."""
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        check_format(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def check_format(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse whatever is no journal, by what it is, before anything is written to it."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    found = _definitions(connection)
    if not found and application == 0:
        raise CannotDo(f"{path} is empty, not a ddbtop capture")
    if application != APPLICATION_ID:
        raise CannotDo(f"{path} is an SQLite database of another application, not a ddbtop capture")
    if version > FORMAT:
        raise CannotDo(
            f"{path} was written by a newer ddbtop (format {version}, this one reads up to {FORMAT})",
            "install a newer ddbtop",
        )
    if not _expected() <= found or any(kind in ("trigger", "view") for kind, _ in found):
        raise CannotDo(f"{path} is damaged: its tables are not those of a ddbtop capture")


def _definitions(connection: sqlite3.Connection) -> frozenset[tuple[str, str]]:
    """Everything that the file defines: what it is, and its SQL (none for SQLite's own indexes)."""
    return frozenset(connection.execute("SELECT type, coalesce(sql, '') FROM sqlite_master").fetchall())


@cache
def _expected() -> frozenset[tuple[str, str]]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(TABLES)
        return _definitions(connection)
    finally:
        connection.close()


def lay_out(path: Path, fill: Callable[[sqlite3.Connection], None], *, durable: bool) -> None:
    """Write a new journal over an empty file; `fill` adds its first facts.

    Header, tables and facts go in one transaction in SQLite's default mode, so that the file is complete from then on,
    whatever happens to a write-ahead log.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        _set_synchronous(connection, durable)
        header = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT};"
        connection.executescript(f"BEGIN IMMEDIATE; {header} {TABLES}")
        fill(connection)
        connection.execute("COMMIT")
    finally:
        connection.close()


def bindable(text: str) -> str | bytes:
    """The text as SQLite takes it: lone surrogates, which an odd server may put into any name, are no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass")
    return text


def text_of(value: str | bytes) -> str:
    """What `bindable` was given."""
    return value if isinstance(value, str) else value.decode(errors="surrogatepass")


def connect_for_writing(path: Path, *, durable: bool) -> sqlite3.Connection:
    """The writer's connection; one that is not durable does without syncing."""
    connection = connect(path, "mode=rw")
    _set_synchronous(connection, durable)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA cache_size = -{WRITER_CACHE_KIB}")
    return connection


def _set_synchronous(connection: sqlite3.Connection, durable: bool) -> None:
    """NORMAL loses nothing to a killed process and the last commits at most to a power cut."""
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if durable else 'OFF'}")


def connect_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, also to a file in a folder that cannot be written to."""
    try:
        connection = connect(path, "mode=ro")
    except sqlite3.OperationalError as error:
        if not _wants_write_access(error) or not os.path.isfile(path):
            raise
        connection = _connect_immutable(path)
    connection.execute("PRAGMA query_only = ON")
    connection.execute(f"PRAGMA cache_size = -{READER_CACHE_KIB}")
    return connection


def _connect_immutable(path: Path) -> sqlite3.Connection:
    """For a read-only folder. A log with records in it would be ignored, so that is refused."""
    log = Path(f"{path}-wal")
    if log.exists() and log.stat().st_size:
        raise CannotDo(
            f"{path} was not closed, and its folder does not allow to recover it",
            f"copy it together with {log.name} to a folder that can be written to",
        )
    return connect(path, "immutable=1")


def _wants_write_access(error: sqlite3.Error) -> bool:
    return primary_code(error) in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without the extended part; 0 for errors of the Python module itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _explained(error: sqlite3.Error, path: Path) -> CannotDo:
    code = primary_code(error)
    if os.path.isdir(path):
        return CannotDo(f"{path} is a folder")
    if code == sqlite3.SQLITE_NOTADB:
        return CannotDo(f"{path} is not a ddbtop capture")
    if code == sqlite3.SQLITE_CORRUPT:
        return CannotDo(f"{path} is damaged: {error}")
    if code == sqlite3.SQLITE_FULL:
        return CannotDo(f"{path} cannot grow: the disk is full", "nothing that was stored is lost; free some space")
    if code == sqlite3.SQLITE_CANTOPEN:
        return CannotDo(f"{path} {'cannot be opened: no permission' if os.path.exists(path) else 'does not exist'}")
    return CannotDo(f"{path}: {error}")
