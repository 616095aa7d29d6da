"""What a template tells of a function: how to run it here, how long it may take, and its environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ddbtop.replay.adopting.deployed import Adopted
from ddbtop.replay.adopting.values import NoValue, Unresolved, Values

_PYTHON = "python"

_NOWHERE = ("", "")

_OTHER_RUNTIMES = "name what runs it as the handler, exec:COMMAND"


def adopt_function(
    adopted: Adopted, logical_id: str, resource: Mapping[str, Any], globals_: Any, values: Values, path: Path
) -> Adopted:
    """What was adopted from the mapping, with what the template tells of its function."""
    told = _Function(logical_id, _properties(resource, globals_), values)
    timeout = told.value("Timeout")
    runtime = told.value("Runtime")
    handler, folder = _handler(told, runtime, path.parent)
    found = replace(
        adopted,
        handler=handler,
        folder=folder,
        runtime=runtime if handler and isinstance(runtime, str) else "",
        timeout_s=_seconds(timeout, told) if timeout is not None else 0.0,
        environment=_environment(told),
    )
    return replace(found, remarks=(*adopted.remarks, *told.remarks))


class _Function:
    """The properties of one function, and what could not be told of them."""

    def __init__(self, logical_id: str, properties: Mapping[str, Any], values: Values) -> None:
        self.properties = properties
        self.remarks: list[str] = []
        self._logical_id = logical_id
        self._values = values

    def value(self, name: str) -> Any:
        """None where it is not there, or cannot be told."""
        return self.resolved(name, self.properties.get(name))

    def resolved(self, name: str, value: Any) -> Any:
        try:
            found = self._values.resolve(value)
        except Unresolved as error:
            self.remark(f"{name} cannot be told from the template, {error}")
            return None
        return None if found is NoValue else found

    def remark(self, words: str) -> None:
        self.remarks.append(f"{self._logical_id}: {words}")


def _properties(resource: Mapping[str, Any], globals_: Any) -> dict[str, Any]:
    """With what SAM's `Globals` add: maps are merged, everything else is replaced (SAM specification)."""
    own = resource.get("Properties")
    common = globals_.get("Function") if isinstance(globals_, dict) else None
    is_sam = str(resource.get("Type", "")).startswith("AWS::Serverless::")
    return _merged(common if is_sam and isinstance(common, dict) else {}, own if isinstance(own, dict) else {})


def _merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(common)
    for name, value in own.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both else value
    return merged


def _handler(told: _Function, runtime: object, folder: Path) -> tuple[str, str]:
    """Lambda's name of it and the folder of the code; empty, with a remark, where that is not beside the template."""
    handler = told.value("Handler")
    if told.value("PackageType") == "Image":
        told.remark(f"its code is in an image: {_OTHER_RUNTIMES}")
        return _NOWHERE
    if isinstance(runtime, str) and not runtime.startswith(_PYTHON):
        told.remark(f"its runtime is {runtime}: {_OTHER_RUNTIMES}")
        return _NOWHERE
    code = told.value("CodeUri" if "CodeUri" in told.properties else "Code")
    if not isinstance(handler, str) or "." not in handler:
        told.remark("the template tells no handler: name one")
        return _NOWHERE
    return _file(told, handler, folder, "." if code is None else code)


def _file(told: _Function, handler: str, folder: Path, code: Any) -> tuple[str, str]:
    if not isinstance(code, str) or "://" in code:
        told.remark("its code is not beside the template: name it as the handler")
        return _NOWHERE
    module = handler.rpartition(".")[0].replace(".", "/")
    file = folder / code / f"{module}.py"
    if not file.is_file() and not (folder / code / module / "__init__.py").is_file():
        told.remark(f"its handler is {handler} in {file}, which does not exist: name it as the handler")
        return _NOWHERE
    return handler, str((folder / code).resolve())


def _seconds(timeout: Any, told: _Function) -> float:
    try:
        return float(timeout)
    except (TypeError, ValueError):
        told.remark(f"its Timeout is no number of seconds: {timeout!r}")
        return 0.0


def _environment(told: _Function) -> dict[str, str]:
    environment = told.properties.get("Environment")
    variables = environment.get("Variables") if isinstance(environment, dict) else None
    found = {}
    for name, value in (variables if isinstance(variables, dict) else {}).items():
        resolved = told.resolved(f"the variable {name}", value)
        if isinstance(resolved, str | int | float):
            found[str(name)] = str(resolved).lower() if isinstance(resolved, bool) else str(resolved)
    return found
