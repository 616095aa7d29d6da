"""Variables of a handler's environment as they are typed: `NAME=VALUE`, or a file with one such line each."""

from __future__ import annotations

from pathlib import Path

from ddbtop.errors import CannotDo, WrongUsage


def read_variables(path: Path) -> dict[str, str]:
    """Empty lines and those that begin with # do not count, quotes around a value neither. Raises `DdbtopError`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        raise CannotDo(f"the file of variables {path} cannot be read: {reason}") from None
    found = {}
    for number, line in enumerate(lines, 1):
        words = line.strip()
        if words and not words.startswith("#"):
            name, value = parse_variable(words.removeprefix("export "), f"{path}, line {number}")
            found[name] = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
    return found


def parse_variable(text: str, place: str) -> tuple[str, str]:
    """`place`: where it is typed, for the error. Raises `WrongUsage`."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise WrongUsage(f"{place}: {text!r} is no variable", "a variable is NAME=VALUE")
    return name.strip(), value
