"""What the functions of a template come to, as far as the template alone can tell."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

_VARIABLE = re.compile(r"\$\{(!?)\s*([^}]*?)\s*\}")

_MAX_DEPTH = 60
"""Functions inside functions: CloudFormation takes far fewer; what goes in a circle ends here."""

_FROM_SSM = "AWS::SSM::"
"""Parameters of such a type have the name of a value as their default, not the value."""


class NoValue:
    """`AWS::NoValue`: the property is as if it were not there."""


class Unresolved(Exception):
    """A value that only a deployment has, as a template would say it: `!Ref Size is a parameter without a default`."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what} {why}")


class Values:
    """Resolves values of one template; every method raises `Unresolved`."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        self._parameters = _members(template, "Parameters")
        self._mappings = _members(template, "Mappings")
        self._conditions = _members(template, "Conditions")
        self._functions: dict[str, Callable[[Any, int], Any]] = {
            "Ref": self._ref,
            "Fn::Sub": self._sub,
            "Fn::FindInMap": self._find_in_map,
            "Fn::If": self._if,
            "Fn::Join": self._join,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::ToJsonString": lambda value, depth: json.dumps(self._resolved(value, depth)),
            "Fn::GetAtt": self._attribute,
        }

    def resolve(self, value: Any) -> Any:
        """The value with every function in it worked out; `NoValue` where it is not there at all."""
        return self._resolved(value, 0)

    def _resolved(self, value: Any, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise Unresolved("a value", "refers to itself")
        if isinstance(value, list):
            resolved = [self._resolved(each, depth + 1) for each in value]
            return [each for each in resolved if each is not NoValue]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name,) = value
            if name in self._functions:
                return self._called(name, value[name], depth + 1)
            if isinstance(name, str) and name.startswith("Fn::"):
                raise Unresolved(_spelled(name, value[name]), "is known to a deployment only")
        members = {name: self._resolved(each, depth + 1) for name, each in value.items()}
        return {name: each for name, each in members.items() if each is not NoValue}

    def _called(self, name: str, argument: Any, depth: int) -> Any:
        try:
            return self._functions[name](argument, depth)
        except (TypeError, ValueError, LookupError, AttributeError):
            raise Unresolved(_spelled(name, argument), "is not in the form that CloudFormation knows") from None

    def _ref(self, name: str, depth: int) -> Any:
        if name == "AWS::NoValue":
            return NoValue
        if name not in self._parameters:
            raise Unresolved(f"!Ref {name}", "is known to a deployment only")
        parameter = self._parameters[name]
        if "Default" not in parameter:
            raise Unresolved(f"!Ref {name}", "is a parameter without a default")
        kind = str(parameter.get("Type", ""))
        if kind.startswith(_FROM_SSM):
            raise Unresolved(f"!Ref {name}", "is a parameter whose value is kept in SSM")
        default = parameter["Default"]
        is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
        return [part.strip() for part in str(default).split(",")] if is_list else default

    def _attribute(self, argument: Any, _: int) -> Any:
        raise Unresolved(_spelled("Fn::GetAtt", argument), "is known to a deployment only")

    def _sub(self, argument: Any, depth: int) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})

        def replaced(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in own:
                return _text(self._resolved(own[name], depth))
            if "." in name:
                raise Unresolved(f"!Sub ${{{name}}}", "is known to a deployment only")
            return _text(self._ref(name, depth))

        return _VARIABLE.sub(replaced, text)

    def _find_in_map(self, argument: list[Any], depth: int) -> Any:
        name, first, second = (self._resolved(each, depth) for each in argument[:3])
        return self._resolved(self._mappings[name][first][second], depth)

    def _if(self, argument: list[Any], depth: int) -> Any:
        condition, then, otherwise = argument
        return self._resolved(then if self._holds({"Condition": condition}, depth) else otherwise, depth)

    def _holds(self, condition: Any, depth: int) -> bool:
        if depth > _MAX_DEPTH:
            raise Unresolved("a condition", "refers to itself")
        ((name, argument),) = condition.items()
        match name:
            case "Condition":
                return self._holds(self._conditions[argument], depth + 1)
            case "Fn::Equals":
                one, other = (self._resolved(each, depth + 1) for each in argument)
                return _text(one) == _text(other)
            case "Fn::And":
                return all(self._holds(each, depth + 1) for each in argument)
            case "Fn::Or":
                return any(self._holds(each, depth + 1) for each in argument)
            case "Fn::Not":
                return not self._holds(argument[0], depth + 1)
        raise Unresolved(_spelled(name, argument), "is no condition")

    def _join(self, argument: list[Any], depth: int) -> str:
        between, parts = argument
        return _text(between).join(_text(part) for part in self._resolved(parts, depth))

    def _select(self, argument: list[Any], depth: int) -> Any:
        index, parts = self._resolved(argument[0], depth), self._resolved(argument[1], depth)
        return parts[int(index)]

    def _split(self, argument: list[Any], depth: int) -> list[str]:
        between, text = self._resolved(argument, depth)
        return _text(text).split(_text(between))


def _members(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = template.get(name)
    return {key: each for key, each in found.items() if isinstance(each, dict)} if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    """Values are text to CloudFormation: `true`, not `True`. Raises `TypeError` for what is no single value."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise TypeError(value)
    return str(value)


def _spelled(name: str, argument: Any) -> str:
    short = name.removeprefix("Fn::")
    if short == "GetAtt" and isinstance(argument, list):
        return f"!GetAtt {'.'.join(map(str, argument))}"
    return f"!{short} {argument}" if isinstance(argument, str) else f"!{short}"
