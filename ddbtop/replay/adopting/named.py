"""What settings are taken over from, by one name: something deployed, or a template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ddbtop.replay.adopting.deployed import Adopted, adopt_deployed
from ddbtop.replay.mapping.settings import NAMES, RANGES, Settings

if TYPE_CHECKING:
    from ddbtop.streams.awslambda import LambdaService

_VERSION = re.compile(r" (3\.\d+)$")
"""Behind the name of an interpreter; other programs have none."""


def names_template(text: str) -> bool:
    """Whether it is a file's name: those of functions, and their ARNs, have neither a dot nor a slash."""
    return "." in text or "/" in text


def adopt_named(text: str, service: Callable[[], LambdaService], stream_arn: str) -> Adopted:
    """A function, a mapping's UUID, or a template as `adopt_template` takes it. Raises `DdbtopError`.

    `service`: whom to ask of what is deployed; asked for only then.
    """
    if names_template(text):
        from ddbtop.replay.adopting.template import adopt_template

        return adopt_template(text)
    return adopt_deployed(service(), text, stream_arn)


def adoption_words(adopted: Adopted, other_destination: str) -> Iterator[str]:
    """What was taken over and what was not, one line each; `other_destination` says how messages get somewhere."""
    if adopted.origin:
        taken = ", ".join(_taken(adopted.settings)) or "all of them Lambda's defaults"
        timeout = f"; time-out {adopted.timeout_s:g} s" if adopted.timeout_s else ""
        yield f"settings are those of {adopted.origin}: {taken}{timeout}"
    yield from adopted.remarks
    if adopted.destination:
        yield f"nothing is sent to the mapping's own destination, {adopted.destination}: {other_destination}"


def runtime_words(adopted: Adopted, runner: str) -> Iterator[str]:
    """That another version of Python runs a function than on Lambda, where that is known; `runner` as it is shown."""
    version = _VERSION.search(runner)
    if adopted.runtime and version and adopted.runtime != f"python{version[1]}":
        yield f"on Lambda {adopted.runtime} runs it, here Python {version[1]}"


def _taken(settings: Settings) -> Iterator[str]:
    """`BatchSize 25`, of what is not Lambda's default."""
    for field, name in NAMES.items():
        value = getattr(settings, field)
        if value != getattr(Settings(), field):
            yield f"{name} {value}" if field in RANGES else name
