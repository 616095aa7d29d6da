"""What a user set once and for all: the configuration file, read into one frozen value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.text import bytes_of

if TYPE_CHECKING:
    from pathlib import Path

THEMES = ("auto", "dark", "light", "high-contrast", "ansi")
"""`auto` is dark or light, as the terminal is; `ansi` has the terminal's own sixteen colours."""

MIN_HISTORY = 10_000_000
"""Bytes. Less than some ten pages of the largest records would drop what has just come in."""

MIN_BUDGET = 0.1
"""Calls a second: fewer would let iterators expire between two calls."""

FILE_NAME = "config.toml"

_KEYS_FORM = '"start.pick" = "t" or "start.pick" = ["t", "f2"]'

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]")


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its default. What is typed on the command line wins over it."""

    theme: str = "auto"
    """One of `THEMES`."""
    mouse: bool = True
    """Whether the program takes the mouse; otherwise the terminal selects text with it."""
    history: int = 1_000_000_000
    """Bytes on disk for what a session keeps."""
    budget: float = 50.0
    """Calls a second at most."""
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys of a command, by its id, where they are not the usual ones."""
    file: str = ""
    """Where it was read from; empty without a file."""
    text: str = field(default="", repr=False)

    def refuse(self, name: str, words: str, hint: str, table: str = "") -> NoReturn:
        """Raises `WrongUsage` with the place of a setting in the file."""
        line = _line(self.text, name, table)
        raise WrongUsage(f"{self.file}{f':{line}' if line else ''}: {words}", hint)


def default_file() -> Path:
    """At the platform's usual place."""
    from platformdirs import user_config_path  # only who has no file of his own pays for it

    return user_config_path("ddbtop") / FILE_NAME


def load(file: str = "") -> Config:
    """The settings of a file; without a name, those of the usual one, if there is one.

    Raises `WrongUsage` for what it says, `CannotDo` if it cannot be read.
    """
    from pathlib import Path  # `--version` is there without it

    path = Path(file).expanduser() if file else default_file()
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        if not file:
            return Config()
        raise WrongUsage(f"there is no file {file}", "`ddbtop --print-config` writes one") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CannotDo(f"{path} cannot be read: {reason}", "--config names another file") from None
    return parse(text, str(path))


def parse(text: str, file: str) -> Config:
    """The settings of a text; `file` is its name in messages. Raises `WrongUsage`."""
    import tomllib  # only who has a file pays for it

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words, _, place = str(error).removesuffix(")").partition(" (at line ")
        line = place.partition(",")[0]
        where = f"{file}:{line}" if line.isdecimal() else file
        raise WrongUsage(f"{where}: this is not TOML: {words}", "`ddbtop --print-config` shows the form") from None
    raw = Config(file=file, text=text)
    keys = _keys(raw, table.pop("keys", {}))
    found: dict[str, Any] = {name: _setting(raw, name, value) for name, value in table.items()}
    return Config(**found, keys=keys, file=file, text=text)


def nearest(word: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """`did you mean 'theme'?`, or nothing if nothing is near."""
    import difflib  # only who made a mistake pays for it

    meant = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"did you mean {meant[0]!r}?" if meant else ""


def hints(*parts: str) -> str:
    """What there is to say, in one line."""
    return "; ".join(part for part in parts if part).replace("?; ", "? ")


def _setting(raw: Config, name: str, value: object) -> object:
    if name not in _SETTINGS:
        known = (*_SETTINGS, "keys")
        raw.refuse(name, f"there is no setting {name!r}", hints(nearest(name, known), f"there are {', '.join(known)}"))
    read, accepted = _SETTINGS[name]
    try:
        return read(value)
    except ValueError:
        near = nearest(value, THEMES) if name == "theme" and isinstance(value, str) else ""
        raw.refuse(name, f"{name} cannot be {_shown(value)}", hints(near, f"it takes {accepted}"))


def _theme(value: object) -> str:
    if value not in THEMES:
        raise ValueError
    return str(value)


def _mouse(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _history(value: object) -> int:
    size = bytes_of(value) if isinstance(value, str) else value
    if not isinstance(size, int) or isinstance(size, bool) or size < MIN_HISTORY:
        raise ValueError
    return size


def _budget(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not MIN_BUDGET <= value < float("inf"):
        raise ValueError
    return float(value)


def _keys(raw: Config, value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        raw.refuse("keys", "keys is a table", f"it begins with [keys] and goes on like {_KEYS_FORM}")
    found: dict[str, tuple[str, ...]] = {}
    for name, keys in _flat(value, ""):
        names = [keys] if isinstance(keys, str) else keys
        if not isinstance(names, list) or not names or not all(isinstance(key, str) and key for key in names):
            raw.refuse(name, f"{name} needs the name of a key, or several in brackets", f"like {_KEYS_FORM}", "keys")
        found[name] = tuple(names)
    return found


def _flat(table: Mapping[str, object], above: str) -> Iterator[tuple[str, object]]:
    """Ids have dots in them, which TOML takes for tables unless they are quoted."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, str | int | float) else "that"


def _line(text: str, name: str, table: str) -> int:
    """The line where a setting stands, counted from 1; 0 if it cannot be told."""
    quoted = re.escape(name)
    setting = re.compile(rf"""\s*(?:{quoted}|"{quoted}"|'{quoted}')\s*=""")
    here = ""
    for number, line in enumerate(text.splitlines(), 1):
        if (heading := _TABLE.match(line)) is not None:
            here = heading[1]
            if here == name and not table:
                return number
        elif here == table and setting.match(line):
            return number
    return 0


_SETTINGS: dict[str, tuple[Callable[[object], object], str]] = {
    "theme": (_theme, ", ".join(THEMES)),
    "mouse": (_mouse, "true or false"),
    "history": (_history, f'a size such as "1GB", at least "{MIN_HISTORY // 10**6}MB"'),
    "budget": (_budget, f"calls a second, a number from {MIN_BUDGET} on"),
}
"""How a value is read, and what is accepted in words."""
