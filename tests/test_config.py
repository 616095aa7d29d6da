"""The configuration file: what it may say, what holds without it, and that every mistake is one line with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from ddbtop.cli.main import run
from ddbtop.cli.printconfig import default_text
from ddbtop.config import Config, load, parse
from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.tui.keymap import USUAL, Keymap
from ddbtop.tui.regions import SECTIONS, KeysRefused, checked
from ddbtop.tui.themes import THEMES


def settings(config: Config) -> tuple[object, ...]:
    """Without where they come from."""
    return config.theme, config.mouse, config.history, config.budget, dict(config.keys)


def test_what_is_printed_says_the_defaults() -> None:
    assert settings(parse(default_text(), "printed")) == settings(Config())


def test_every_line_of_keys_that_is_printed_says_the_usual_keys() -> None:
    head, _, keys = default_text().partition("[keys]\n")
    lines = [line.removeprefix("# ") for line in keys.splitlines() if line.startswith('# "')]
    wanted = parse("\n".join([head, "[keys]", *lines]), "printed").keys
    assert set(wanted) == {binding.id for section in SECTIONS for binding, _ in section.commands}
    assert checked(wanted) == USUAL


def test_print_config_writes_to_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--print-config"]) == 0
    assert capsys.readouterr().out == default_text()


def test_settings_of_the_readme_are_accepted() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    config = parse(readme.partition("```toml\n")[2].partition("```")[0], "README.md")
    assert settings(config)[:4] == ("high-contrast", False, 2 * 10**9, 20.0)
    assert set(checked(config.keys).keys) == {"start.pick", "quit"}


def test_themes_are_those_that_there_are() -> None:
    for theme in THEMES:
        assert parse(f'theme = "{theme}"', "file").theme == theme


def test_keys_may_be_written_with_and_without_quotes_and_one_or_several() -> None:
    config = parse('[keys]\nstart.pick = "f2"\n"list.down" = ["down", "s"]', "file")
    assert config.keys == {"start.pick": ("f2",), "list.down": ("down", "s")}


def test_no_command_is_named_like_the_beginning_of_another() -> None:
    """TOML could not have both without quotes."""
    ids = {binding.id or "" for section in SECTIONS for binding, _ in section.commands}
    assert not [(one, other) for one in ids for other in ids if other.startswith(f"{one}.")]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            'mouse = true\nteme = "dark"',
            "file:2: there is no setting 'teme'",
            "did you mean 'theme'? there are",
        ),
        ('theme = "drak"', "file:1: theme cannot be 'drak'", "did you mean 'dark'? it takes auto, dark, light"),
        ("\nmouse = 1", "file:2: mouse cannot be 1", "it takes true or false"),
        ('history = "1MB"', "file:1: history cannot be '1MB'", "it takes a size such as"),
        ('history = "much"', "file:1: history cannot be 'much'", "it takes a size such as"),
        ("budget = 0", "file:1: budget cannot be 0", "it takes calls a second, a number from 0.1 on"),
        ("budget = nan", "file:1: budget cannot be nan", "it takes calls a second"),
        ("budget = true", "file:1: budget cannot be true", "it takes calls a second"),
        ("keys = 3", "file:1: keys is a table", "it begins with [keys]"),
        ("[keys]\nquit = 3", "file:2: quit needs the name of a key", 'like "start.pick"'),
        ("[keys]\nquit = []", "file:2: quit needs the name of a key", 'like "start.pick"'),
        ("theme = = 3", "file:1: this is not TOML: Invalid value", "`ddbtop --print-config` shows the form"),
    ],
)
def test_mistake_is_told_with_its_place_and_what_is_accepted(text: str, message: str, hint: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        parse(text, "file")
    assert caught.value.message.startswith(message)
    assert caught.value.hint.startswith(hint)
    assert "\n" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("keys", "message", "hint"),
    [
        ({"strat.pick": ("x",)}, "there is no command 'strat.pick'", "did you mean 'start.pick'?"),
        ({"quit": ("spce",)}, "there is no key 'spce'", "did you mean 'space'?"),
        ({"quit": ("shift+x",)}, "there is no key 'shift+x'", "a capital letter is written 'X'"),
        ({"quit": ("ctrl+",)}, "there is no key 'ctrl+'", ""),
        ({"start.pick": ("b",)}, "b would be both start.pick and start.earlier in the records", "give one of them"),
        ({"list.down": ("l",)}, "l would be both shards.unfold and list.down in the shards", "give one of them"),
        ({"start.copy": ("enter",)}, "enter would be both start.go and start.copy in the start picker", "give one"),
    ],
)
def test_keys_that_cannot_be_are_refused(keys: dict[str, tuple[str, ...]], message: str, hint: str) -> None:
    with pytest.raises(KeysRefused) as caught:
        checked(keys)
    assert caught.value.message == message
    assert caught.value.hint.startswith(hint)


def test_two_commands_may_exchange_their_keys() -> None:
    assert checked({"start.pick": ("b",), "start.earlier": ("t",)}).textual() == {
        "start.pick": "b",
        "start.earlier": "t",
    }


@pytest.mark.parametrize(("written", "key"), [("%", "percent_sign"), ("^e", "ctrl+e"), (",", "comma"), ("T", "T")])
def test_keys_are_written_as_people_do(written: str, key: str) -> None:
    assert checked({"quit": (written,)}).keys == {"quit": (key,)}


def test_missing_file_is_an_error_only_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load() == Config()
    with pytest.raises(WrongUsage, match="there is no file"):
        load(str(tmp_path / "none.toml"))


def test_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'theme = "\xe4"')
    for name in ("latin.toml", ""):
        with pytest.raises(CannotDo, match="cannot be read"):
            load(str(tmp_path / name))


def configured(folder: Path, text: str) -> str:
    file = folder / "mine.toml"
    file.write_text(text)
    return str(file)


def test_command_line_ends_with_two_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ddbtop.cli.demo.need_terminal", lambda instead: None)
    file = configured(tmp_path, '[keys]\nquit = "spce"')
    assert run(["demo", "--config", file]) == 2
    assert capsys.readouterr().err == (
        f"ddbtop: {file}:2: there is no key 'spce'; did you mean 'space'? keys are like t, T, ?, f2, space, ctrl+o\n"
    )
    monkeypatch.setenv("DDBTOP_CONFIG", str(tmp_path / "none"))
    assert run(["demo"]) == 2
    assert f"there is no file {tmp_path / 'none'}" in capsys.readouterr().err


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What the inspector would have been opened with."""
    opened: list[dict[str, object]] = []

    class Screen:
        return_code = 0

        def __init__(self, connect: object, start: object, place: object, history: int, **rest: object) -> None:
            opened.append({"history": history, **rest})

        def run(self, *, mouse: bool) -> None:
            opened[-1]["mouse"] = mouse

    monkeypatch.setattr("ddbtop.cli.demo.need_terminal", lambda instead: None)
    monkeypatch.setattr("ddbtop.tui.app.InspectorApp", Screen)
    return opened


def test_settings_reach_the_inspector(tmp_path: Path, opened: list[dict[str, object]]) -> None:
    text = 'theme = "light"\nmouse = false\nhistory = "2GB"\nbudget = 7\n[keys]\nquit = "f4"'
    assert run(["demo", "--config", configured(tmp_path, text)]) == 0
    assert opened == [
        {
            "theme": "light",
            "mouse": False,
            "history": 2 * 10**9,
            "budget": 7.0,
            "keymap": Keymap({"quit": ("f4",)}),
            "elsewhere": None,
        }
    ]


@pytest.mark.parametrize("before", [True, False])
def test_what_is_typed_wins(tmp_path: Path, opened: list[dict[str, object]], before: bool) -> None:
    file = configured(tmp_path, 'theme = "light"\nhistory = "2GB"')
    look = ["--config", file, "--theme", "ansi"]
    assert run([*look, "demo", "--history", "20MB"] if before else ["demo", *look, "--history", "20MB"]) == 0
    assert (opened[0]["theme"], opened[0]["history"]) == ("ansi", 20 * 10**6)


def test_file_that_is_typed_wins_over_the_variable(
    tmp_path: Path, opened: list[dict[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DDBTOP_CONFIG", str(tmp_path / "none"))
    assert run(["--config", configured(tmp_path, 'theme = "ansi"'), "demo"]) == 0
    assert opened[0]["theme"] == "ansi"
