"""Whom the Runtime API answers: no web page, and on Linux nobody but our own user."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""Every TCP socket of this machine with its user (proc(5)); a Java client's IPv4 is in the second."""

ROOT = 0
"""Who can do as any user, and does in containers."""

_LOOKS = 3
"""The kernel does not write its table in one go: a socket may be missing from one look."""

_UID, _INODE = 4, 6
"""Columns after the two addresses."""

_MAPPED = bytes(10) + b"\xff\xff"
"""How an IPv4 address begins where it is written as an IPv6 one."""


def why_refused(headers: Mapping[str, str], address: str) -> str:
    """Why a request of these headers is refused; empty if it is not. `address` is ours, `HOST:PORT`.

    A browser says what it is in every request that another site made it send, and a name that was pointed at this
    machine stands in `Host`.
    """
    if "origin" in headers or any(name.startswith("sec-fetch-") for name in headers):
        return "this is no place for a web page"
    port = address.rpartition(":")[2]
    if headers.get("host", "") not in (address, f"localhost:{port}"):
        return f"the Host of a request is {address}"
    return ""


def is_ours(connection: socket.socket, tables: Iterable[Path] = TABLES) -> bool:
    """Whether the other end belongs to our own user or to root; true where the system does not tell."""
    theirs, own = connection.getpeername()[:2], connection.getsockname()[:2]
    for _ in range(_LOOKS):
        try:
            uid = _uid_of(theirs, own, tables)
        except OSError:
            return True
        if uid is not None:
            return uid in (os.geteuid(), ROOT)
    return False


def _uid_of(theirs: tuple[str, int], own: tuple[str, int], tables: Iterable[Path]) -> int | None:
    for table, form in zip(tables, (_plain, _mapped), strict=False):
        if not table.exists() and form is _mapped:
            continue  # a kernel without IPv6
        _, found, rest = table.read_text().partition(f" {form(theirs)} {form(own)} ")
        columns = rest.split("\n", 1)[0].split()
        if found and columns[_INODE] != "0":  # without an inode it is what a closed socket left
            return int(columns[_UID])
    return None


def _plain(end: tuple[str, int]) -> str:
    return f"{_words(socket.inet_aton(end[0]))}:{end[1]:04X}"


def _mapped(end: tuple[str, int]) -> str:
    return f"{_words(_MAPPED + socket.inet_aton(end[0]))}:{end[1]:04X}"


def _words(address: bytes) -> str:
    """Words of four bytes in the machine's own order."""
    words = (address[at : at + 4] for at in range(0, len(address), 4))
    return "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
