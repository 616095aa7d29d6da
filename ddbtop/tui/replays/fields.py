"""What a replay is set to as text that is typed, and what is refused of it: the mapping, and how it is run here."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ddbtop.errors import CannotDo, WrongUsage
from ddbtop.replay.handlers.variables import read_variables
from ddbtop.replay.mapping.settings import FOR_EVER, NAMES, RANGES, Settings
from ddbtop.replay.options import LONGEST_TIMEOUT_S, MOST_WORKERS, Arrival, Backoff, Clock
from ddbtop.replay.patterns import FilterCriteria
from ddbtop.tui.replays.panes import SETTING_FIELDS, range_words
from ddbtop.tui.replays.plan import WAY_NAMES, Plan, Way

TIMEOUT = "timeout_s"
"""Not of the mapping but of the function, and set in the same place."""

MAPPING_FIELDS = (*SETTING_FIELDS, TIMEOUT)

FIELDS = (*MAPPING_FIELDS, *WAY_NAMES)

_USUAL = Settings()
_SWITCHES = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
_ENUMS = {"clock": Clock, "arrival": Arrival, "backoff": Backoff}

_TAKES = {
    "filters": "a pattern, a whole FilterCriteria or @FILE; empty for none",
    "on_failure": "a folder for the messages; empty for nowhere",
    TIMEOUT: "seconds, up to 900",
    "python": "the handler's interpreter, a path or a name; empty for the active environment's",
    "env_file": "a file with a variable NAME=VALUE a line; empty for none",
    "workers": "processes; batches beyond them wait",
    "clock": "recorded: nothing sleeps; wall: it really waits, and ages are real",
    "arrival": "backlog: every record is there at once; recorded: when it was made",
    "backoff": "pauses between retries; doubling is a guess at Lambda's",
}


def texts_of(plan: Plan) -> dict[str, str]:
    """What stands in each field at first."""
    found = {field: _text(field, plan.settings) for field in SETTING_FIELDS}
    way = {field: str(getattr(plan.way, field)) for field in WAY_NAMES}
    return {**found, TIMEOUT: f"{plan.timeout_s:g}", **way}


def name_of(field: str) -> str:
    return NAMES.get(field) or WAY_NAMES.get(field, "Timeout")


def takes(field: str) -> str:
    """What a field takes, in words."""
    return RANGES[field].words if field in RANGES else _TAKES.get(field, "on or off")


def choices_of(field: str) -> tuple[str, ...]:
    """All that a field takes, where that is a few words; else nothing."""
    if field in _ENUMS:
        return tuple(each.value for each in _ENUMS[field])
    return ("on", "off") if isinstance(getattr(_USUAL, field, None), bool) else ()


def values_of(field: str) -> str:
    """What stands beside a field: the values it takes, where that is short."""
    if field in RANGES:
        return range_words(RANGES[field])
    return {TIMEOUT: "up to 900 s", "workers": f"1–{MOST_WORKERS}"}.get(field, ", ".join(choices_of(field)))


def plan_of(plan: Plan, texts: Mapping[str, str]) -> Plan:
    """The plan with what was typed. Raises `DdbtopError` with the first thing that is refused."""
    typed = {field: text.strip() for field, text in texts.items()}
    values = {field: _value(field, typed[field], plan.settings) for field in SETTING_FIELDS}
    settings, timeout_s = replace(plan.settings, **values), _timeout(typed[TIMEOUT])
    way = Way(
        python=_interpreter(typed["python"]),
        env_file=_env_file(typed["env_file"]),
        workers=_workers(typed["workers"]),
        clock=Clock(_choice("clock", typed["clock"])),
        arrival=Arrival(_choice("arrival", typed["arrival"])),
        backoff=Backoff(_choice("backoff", typed["backoff"])),
    )
    return replace(plan, settings=settings, timeout_s=timeout_s, way=way)


def _text(field: str, settings: Settings) -> str:
    value = getattr(settings, field)
    if field == "filters":
        return _filters_text(settings.filters)
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _filters_text(filters: FilterCriteria) -> str:
    texts = [pattern.text for pattern in filters.patterns]
    return texts[0] if len(texts) == 1 else _whole(texts) if texts else ""


def _whole(texts: list[str]) -> str:
    import json

    return json.dumps({"Filters": [{"Pattern": text} for text in texts]})


def _value(field: str, text: str, settings: Settings) -> Any:
    if field in RANGES:
        value = _whole_number(field, text)
        RANGES[field].check(value)
        return value
    if field == "filters":
        return (
            settings.filters
            if text == _filters_text(settings.filters)
            else FilterCriteria.parse([text] if text else [])
        )
    if field == "on_failure":
        return _folder(text)
    if text.lower() not in _SWITCHES:
        raise WrongUsage(f"{NAMES[field]} is on or off, not {text!r}")
    return _SWITCHES[text.lower()]


def _folder(text: str) -> str:
    if text.startswith("arn:") or "://" in text:
        hint = "`ddbtop replay --allow-aws --on-failure ARN` delivers to AWS"
        raise WrongUsage("from here on-failure messages go to a folder", hint)
    return text


def _whole_number(field: str, text: str) -> int:
    try:
        return FOR_EVER if text == "−1" else int(text)
    except ValueError:
        raise WrongUsage(f"{NAMES[field]} is {RANGES[field].words}, not {text!r}") from None


def _timeout(text: str) -> float:
    try:
        value = float(text.removesuffix("s"))
    except ValueError:
        value = 0.0
    if not 0 < value <= LONGEST_TIMEOUT_S:
        raise WrongUsage(f"Timeout is more than 0 and at most {LONGEST_TIMEOUT_S:g} s, not {text!r}")
    return value


def _interpreter(text: str) -> str:
    """Which version it is, is asked when a run is opened."""
    if text and shutil.which(text) is None:
        raise CannotDo(f"there is no interpreter {text}")
    return text


def _env_file(text: str) -> str:
    if text:
        if not Path(text).is_file():
            raise CannotDo(f"there is no file {text}")
        read_variables(Path(text))
    return text


def _workers(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if not 1 <= value <= MOST_WORKERS:
        raise WrongUsage(f"workers is 1–{MOST_WORKERS}, not {text!r}")
    return value


def _choice(field: str, text: str) -> str:
    if text.lower() not in choices_of(field):
        raise WrongUsage(f"{name_of(field)} is {' or '.join(choices_of(field))}, not {text!r}")
    return text.lower()
