"""The parameters of a mapping as text that is typed, and what is refused of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ddbtop.errors import WrongUsage
from ddbtop.replay.mapping.settings import FOR_EVER, NAMES, RANGES, Settings
from ddbtop.replay.options import LONGEST_TIMEOUT_S
from ddbtop.replay.patterns import FilterCriteria
from ddbtop.tui.replaypanes import SETTING_FIELDS, range_words
from ddbtop.tui.replayplan import Plan

TIMEOUT = "timeout_s"
"""Not of the mapping but of the function, and set in the same place."""

FIELDS = (*SETTING_FIELDS, TIMEOUT)

_USUAL = Settings()
_SWITCHES = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


def texts_of(plan: Plan) -> dict[str, str]:
    """What stands in each field at first."""
    found = {field: _text(field, plan.settings) for field in SETTING_FIELDS}
    return found | {TIMEOUT: f"{plan.timeout_s:g}"}


def name_of(field: str) -> str:
    return NAMES.get(field, "Timeout")


def takes(field: str) -> str:
    """What a field takes, in words."""
    if field in RANGES:
        return RANGES[field].words
    if field == "filters":
        return "a pattern, a whole FilterCriteria or @FILE; empty for none"
    if field == "on_failure":
        return "a folder for the messages; empty for nowhere"
    return "seconds, up to 900" if field == TIMEOUT else "on or off"


def is_switch(field: str) -> bool:
    return field != TIMEOUT and isinstance(getattr(_USUAL, field), bool)


def values_of(field: str) -> str:
    """What stands beside a field: the values it takes, where that is short."""
    if field in RANGES:
        return range_words(RANGES[field])
    return "up to 900 s" if field == TIMEOUT else "on, off" if is_switch(field) else ""


def plan_of(plan: Plan, texts: Mapping[str, str]) -> Plan:
    """The plan with what was typed. Raises `DdbtopError` with the first thing that is refused."""
    values = {field: _value(field, texts[field].strip(), plan.settings) for field in SETTING_FIELDS}
    return replace(plan, settings=replace(plan.settings, **values), timeout_s=_timeout(texts[TIMEOUT].strip()))


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
