"""Settings taken over from a mapping that is deployed; `template` takes them from a template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from ddbtop.errors import CallError, CannotDo, WrongUsage
from ddbtop.replay.mapping.settings import Settings, settings_from_lambda

if TYPE_CHECKING:
    from ddbtop.streams.awslambda import DeployedMapping, LambdaService


class Choice(NamedTuple):
    """One of several mappings that may be meant."""

    name: str
    """What names this one alone."""
    words: str


class SeveralMeant(WrongUsage):
    """What was named fits several mappings."""

    def __init__(self, message: str, hint: str, choices: Sequence[Choice]) -> None:
        super().__init__(message, hint)
        self.choices = tuple(choices)


@dataclass(frozen=True, slots=True)
class Adopted:
    """What a replay takes over; whatever a user types wins over it."""

    origin: str = ""
    """Where it comes from, in words; empty for nowhere."""
    name: str = ""
    """The function's, or the template's of the mapping."""
    settings: Settings = field(default_factory=Settings)
    """Without the mapping's destination: a replay writes to none that was not named for it."""
    destination: str = ""
    """The mapping's own."""
    handler: str = ""
    """As `--handler` takes it; empty where none can be told."""
    folder: str = ""
    """Where that handler is looked for."""
    function_arn: str = ""
    runtime: str = ""
    """Lambda's name of what runs that handler, where it is Python: `python3.12`."""
    timeout_s: float = 0.0
    """0 where it is not told."""
    environment: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    """What could not be taken over, one line each."""


def adopted_settings(told: Mapping[str, object]) -> tuple[Settings, str]:
    """Settings as Lambda or a template spells them, and the destination that they name. Raises `WrongUsage`."""
    settings = settings_from_lambda(told)
    return replace(settings, on_failure=""), settings.on_failure


def adopt_deployed(service: LambdaService, name: str, stream_arn: str) -> Adopted:
    """The mapping with this UUID, or the one between a function and a stream. Raises `DdbtopError`.

    `stream_arn` is empty where the records do not tell their stream.
    """
    from ddbtop.streams.awslambda import is_mapping_id

    if is_mapping_id(name):
        mapping = service.mapping(name)
    else:
        mapping = service.readable(_choose(list(service.mappings(function=name)), name, stream_arn))
    if ":dynamodb:" not in mapping.stream_arn:
        raise WrongUsage(f"the mapping {name} does not read a DynamoDB stream but {mapping.stream_arn or 'another'}")
    settings, destination = adopted_settings(_without_empty(mapping.told))
    timeout_s, untimed = _timeout(service, mapping)
    return Adopted(
        origin=f"the mapping {mapping.uuid} of {_function_name(mapping)}",
        name=_function_name(mapping),
        settings=settings,
        destination=destination,
        function_arn=mapping.function_arn,
        timeout_s=timeout_s,
        remarks=tuple(remark for remark in (*_remarks(mapping, stream_arn), untimed) if remark),
    )


def _choose(mappings: list[DeployedMapping], function: str, stream_arn: str) -> DeployedMapping:
    if not mappings:
        raise CannotDo(f"no event source mapping lets {function} read a DynamoDB stream")
    fitting = [mapping for mapping in mappings if mapping.stream_arn == stream_arn] or [
        mapping for mapping in mappings if stream_arn and _table(mapping.stream_arn) == _table(stream_arn)
    ]
    found = fitting or mappings
    if len(found) == 1:
        return found[0]
    choices = [Choice(each.uuid, f"{_function_name(each)} over {_table(each.stream_arn)}") for each in found]
    listed = "; ".join(f"{choice.name} of {choice.words}" for choice in choices)
    message = f"{function} has {len(found)} mappings that may be meant: {listed}"
    raise SeveralMeant(message, "choose one by --like UUID", choices)


def _remarks(mapping: DeployedMapping, stream_arn: str) -> list[str]:
    said = []
    if mapping.filters_unread:
        said.append(f"the mapping's filters cannot be read, so every record passes: {mapping.filters_unread}")
    if stream_arn and mapping.stream_arn != stream_arn:
        said.append(f"the mapping reads another stream: {mapping.stream_arn}")
    if mapping.state not in ("", "Enabled"):
        said.append(f"the mapping is {mapping.state.lower()}")
    return said


def _timeout(service: LambdaService, mapping: DeployedMapping) -> tuple[float, str]:
    try:
        return service.timeout_s(mapping.function_arn), ""
    except CallError as error:
        return 0.0, f"the function's time-out cannot be read, so it is Lambda's default: {error.message}"


def _without_empty(told: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in told.items() if value is not None}


def _function_name(mapping: DeployedMapping) -> str:
    """`ship`, or `ship:live` with an alias."""
    return mapping.function_arn.split(":function:")[-1]


def _table(stream_arn: str) -> str:
    """The table's ARN: a stream that was made anew has another label."""
    return stream_arn.split("/stream/")[0]
