"""How a Python handler is named, and where that is: a file, a module, or Lambda's own `folder/module.function`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from os.path import isfile  # what cannot be a file, or may not be looked at, is none
from pathlib import Path

from ddbtop.errors import WrongUsage

FORMS = "app.py:handler, package.module:handler, or Lambda's package.module.handler"

_OTHER_LANGUAGES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".rb", ".java", ".jar", ".go", ".rs", ".cs", ".dll", ".sh")
"""What files of Lambda's other runtimes end with."""


@dataclass(frozen=True, slots=True)
class PythonHandler:
    """A function in a module."""

    module: str
    function: str
    folders: tuple[Path, ...]
    """Where imports are looked for first; the first is the function's own folder, LAMBDA_TASK_ROOT."""
    file: Path | None = None
    """None for a module that is installed with the interpreter, as far as can be told from here."""

    @classmethod
    def parse(cls, text: str, folder: Path) -> PythonHandler:
        """From what was typed in a folder. Raises `WrongUsage` for files and functions that do not exist."""
        _refuse_other_languages(text, folder)
        place, colon, function = text.rpartition(":") if ":" in text else _lambda_form(text, folder)
        if not place or not function.isidentifier():
            raise WrongUsage(f"{text!r} names no function", f"a Python handler is {FORMS}")
        if colon and (place.endswith(".py") or "/" in place):
            handler = _in_file(folder / place, function, folder)
        else:
            handler = _in_module(place, function, folder)
        handler.check()
        return handler

    @property
    def name(self) -> str:
        """What the function is called where nothing names it: its module, as a deployed one often is."""
        return self.module.rpartition(".")[2]

    def check(self) -> None:
        """Raises `WrongUsage` where the file's own text says that it has no such function."""
        if self.file is None or (names := _names(self.file)) is None or self.function in names:
            return
        functions = ", ".join(sorted(name for name, is_function in names.items() if is_function)) or "none"
        raise WrongUsage(f"{self.file.name} has no {self.function}", f"functions in {self.file}: {functions}")


def _refuse_other_languages(text: str, folder: Path) -> None:
    """`app.go` may be the function `go` of a module, `app.go:handler` is not."""
    file, colon, _ = text.partition(":")
    if file.endswith(_OTHER_LANGUAGES) and (colon or isfile(folder / file)):
        raise WrongUsage(
            f"{file} is not Python",
            "exec:COMMAND runs a program that speaks the Lambda Runtime API, http://HOST:PORT calls an emulator",
        )


def _lambda_form(text: str, folder: Path) -> tuple[str, str, str]:
    if text.endswith(".py") or isfile(folder / text):
        raise WrongUsage(f"{text!r} names a file and no function", f"name both: {text}:handler")
    place, _, function = text.rpartition(".")
    return place.replace("/", "."), "", function


def _in_file(file: Path, function: str, folder: Path) -> PythonHandler:
    """The folder to import from is above the packages that a file lies in."""
    file = file if file.suffix == ".py" else file.with_name(f"{file.name}.py")
    if not isfile(file):
        raise WrongUsage(f"there is no file {file}", f"a Python handler is {FORMS}")
    file = file.resolve()
    root, steps = file.parent, [file.stem]
    while isfile(root / "__init__.py"):
        root, steps = root.parent, [root.name, *steps]
    if steps[-1] == "__init__" and len(steps) > 1:
        del steps[-1]
    return PythonHandler(".".join(steps), function, tuple(dict.fromkeys((root, folder))), file)


def _in_module(module: str, function: str, folder: Path) -> PythonHandler:
    if not all(step.isidentifier() for step in module.split(".")):
        raise WrongUsage(f"{module!r} is no name of a module", f"a Python handler is {FORMS}")
    path = folder.joinpath(*module.split("."))
    found = (file for file in (path.with_name(f"{path.name}.py"), path / "__init__.py") if isfile(file))
    return PythonHandler(module, function, (folder,), next(found, None))


def _names(file: Path) -> dict[str, bool] | None:
    """The names that a module's text binds at its top, and whether as a function; None where that cannot be told."""
    try:
        module = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError):  # whoever runs it says what is wrong
        return None
    names: dict[str, bool] = {}
    for node in _top(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names[node.name] = not isinstance(node, ast.ClassDef)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.setdefault(node.id, False)
        elif isinstance(node, ast.alias):
            names.setdefault((node.asname or node.name).split(".")[0], False)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("globals", "exec"):
            return None
    return None if "*" in names or "__getattr__" in names else names


def _top(node: ast.AST) -> list[ast.AST]:
    """Every node outside the bodies of functions and classes."""
    found: list[ast.AST] = []
    for child in ast.iter_child_nodes(node):
        found.append(child)
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            found += _top(child)
    return found
