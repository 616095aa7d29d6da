"""Settings, handler, time-out and environment taken over from a SAM or CloudFormation template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.adopting.deployed import Adopted, Choice, SeveralMeant, adopted_settings
from ddbtop.replay.adopting.document import load_template
from ddbtop.replay.adopting.function import adopt_function
from ddbtop.replay.adopting.values import NoValue, Unresolved, Values
from ddbtop.replay.mapping.settings import Settings

SAM_FUNCTION = "AWS::Serverless::Function"
FUNCTION = "AWS::Lambda::Function"
MAPPING = "AWS::Lambda::EventSourceMapping"

_POINTERS = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
"""What names a function by its `FunctionName` and can itself be named by a mapping."""

_PARAMETERS = (
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "TumblingWindowInSeconds",
)
"""Of a mapping and of SAM's events alike (SAM copies them one to one)."""


@dataclass(frozen=True, slots=True)
class _Mapping:
    """A mapping of a template, whichever way it is written."""

    logical_id: str
    event: str
    """SAM's name of the event; empty for a resource of its own."""
    function: str
    """The function's logical id; empty where the template does not tell."""
    properties: Mapping[str, Any]

    def is_called(self, name: str) -> bool:
        return name in (self.logical_id, self.event, self.function)


def adopt_template(text: str) -> Adopted:
    """`text` is a file, or a file and the logical id of a mapping, an event or a function. Raises `DdbtopError`."""
    path, name = _split(text)
    template = load_template(path)
    values = Values(template)
    resources = {key: each for key, each in template["Resources"].items() if isinstance(each, dict)}
    mapping = _choose(list(_mappings(resources, values)), name, path)
    settings, destination, remarks = _settings(mapping, values)
    origin = f"{mapping.logical_id} of {path}"
    adopted = Adopted(origin, mapping.logical_id, settings, destination, remarks=remarks)
    if mapping.function not in resources:
        said = f"{mapping.logical_id}: the template does not tell which function it is of"
        return replace(adopted, remarks=(*remarks, said))
    return adopt_function(adopted, mapping.function, resources[mapping.function], template.get("Globals"), values, path)


def _split(text: str) -> tuple[Path, str]:
    """A colon may be part of a file's name."""
    name, colon, logical_id = text.rpartition(":")
    if colon and not Path(text).exists() and Path(name).exists():
        return Path(name), logical_id
    return Path(text), ""


def _mappings(resources: Mapping[str, Any], values: Values) -> Iterator[_Mapping]:
    for logical_id, resource in resources.items():
        properties = _members(resource.get("Properties"))
        if resource.get("Type") == SAM_FUNCTION:
            for name, event in _members(properties.get("Events")).items():
                if isinstance(event, dict) and event.get("Type") == "DynamoDB":
                    yield _Mapping(f"{logical_id}{name}", name, logical_id, _members(event.get("Properties")))
        elif resource.get("Type") == MAPPING and _reads_table(properties.get("EventSourceArn"), resources, values):
            function = _function(properties.get("FunctionName"), resources)
            yield _Mapping(logical_id, "", function, properties)


def _reads_table(source: Any, resources: Mapping[str, Any], values: Values) -> bool:
    """Whether a source is a table's stream; one that only a deployment knows may be."""
    if isinstance(source, dict) and "Fn::GetAtt" in source:
        return isinstance(source["Fn::GetAtt"], list) and source["Fn::GetAtt"][-1] == "StreamArn"
    try:
        arn = values.resolve(source)
    except Unresolved:
        return True
    return isinstance(arn, str) and ":dynamodb:" in arn


def _function(named: Any, resources: Mapping[str, Any]) -> str:
    """The logical id of the function that a `FunctionName` names, through an alias or a version."""
    logical_id = _referred(named)
    if not logical_id and isinstance(named, str):
        return next((key for key, each in resources.items() if _name_of(each) == named.split(":function:")[-1]), "")
    resource = _members(resources.get(logical_id))
    if resource.get("Type") in _POINTERS:
        return _function(_members(resource.get("Properties")).get("FunctionName"), resources)
    return logical_id


def _referred(value: Any) -> str:
    """The resource of `!Ref X`, `!GetAtt X.Arn` and `!Sub ${X.Arn}`."""
    if not isinstance(value, dict) or len(value) != 1:
        return ""
    match next(iter(value.items())):
        case ("Ref", str(name)) | ("Fn::GetAtt", [str(name), *_]):
            return name
        case ("Fn::Sub", str(text)) if text.startswith("${") and text.endswith("}"):
            return text[2:-1].split(".")[0]
    return ""


def _name_of(resource: Any) -> Any:
    is_function = _members(resource).get("Type") in (FUNCTION, SAM_FUNCTION)
    return _members(_members(resource).get("Properties")).get("FunctionName") if is_function else None


def _choose(mappings: list[_Mapping], name: str, path: Path) -> _Mapping:
    found = [mapping for mapping in mappings if mapping.is_called(name)] if name else mappings
    if len(found) == 1:
        return found[0]
    if not mappings:
        raise CannotDo(f"{path} has no mapping of a DynamoDB stream", f"one is a {MAPPING} or a DynamoDB event of SAM")
    listed = ", ".join(_described(mapping) for mapping in found or mappings)
    if not found:
        which, hint = f"no mapping of a DynamoDB stream is called {name}", f"choose one: {path}:LOGICAL_ID"
        raise WrongUsage(f"{path}: {which}: there are {listed}", hint)
    choices = [Choice(f"{path}:{mapping.logical_id}", _described(mapping)) for mapping in found]
    message = f"{path}: {len(found)} mappings may be meant: there are {listed}"
    raise SeveralMeant(message, f"choose one: {path}:LOGICAL_ID", choices)


def _described(mapping: _Mapping) -> str:
    return f"{mapping.logical_id} (function {mapping.function})" if mapping.function else mapping.logical_id


def _settings(mapping: _Mapping, values: Values) -> tuple[Settings, str, tuple[str, ...]]:
    told: dict[str, Any] = {}
    remarks: list[str] = []
    for name in _PARAMETERS:
        if name not in mapping.properties:
            continue
        try:
            value = values.resolve(mapping.properties[name])
        except Unresolved as error:
            remarks.append(_left_out(name, error))
            continue
        if value is not NoValue:
            told[name] = value
    try:
        settings, destination = adopted_settings(told)
    except WrongUsage as error:
        raise WrongUsage(f"{mapping.logical_id} of the template: {error.message}", error.hint) from None
    return settings, destination, tuple(remarks)


def _left_out(name: str, error: Unresolved) -> str:
    kept = "messages go nowhere" if name == "DestinationConfig" else "it is left at Lambda's default"
    return f"{name} cannot be told from the template, {error}: {kept}"


def _members(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
