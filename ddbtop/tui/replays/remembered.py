"""Handlers and how they were replayed last, by the folder they are named in, so that nothing is typed twice."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from platformdirs import user_state_path

from ddbtop.errors import CannotDo, DdbtopError
from ddbtop.replay.adopting.deployed import Adopted
from ddbtop.replay.mapping.settings import RANGES, REPORT, Settings, settings_from_lambda
from ddbtop.replay.options import Arrival, Backoff, Clock
from ddbtop.tui.replays.plan import Plan, Way

MOST_HANDLERS = 50
"""Of one folder; the oldest goes."""


def remembered(handler: str = "", *, file: Path | None = None) -> Plan | None:
    """How a handler was replayed last from this folder, or the last one; None where nothing (readable) is there."""
    here = _read(file or _file()).get(str(Path.cwd()))
    if not isinstance(here, dict) or not isinstance(plans := here.get("handlers"), dict):
        return None
    name = handler or here.get("last")
    stored = plans.get(name)
    return _plan(name, stored) if isinstance(name, str) and isinstance(stored, dict) else None


def remember(plan: Plan, *, file: Path | None = None) -> None:
    """Keep a plan as the last one. Raises `CannotDo`."""
    path = file or _file()
    everything = _read(path)
    here = everything.get(str(Path.cwd()))
    plans = dict(here.get("handlers", {})) if isinstance(here, dict) else {}
    plans.pop(plan.handler, None)
    plans[plan.handler] = {
        "timeout": plan.timeout_s,
        "mapping": _as_lambda(plan.settings),
        "run": asdict(plan.way),
        **({"like": _like(plan)} if plan.like else {}),
    }
    kept = dict(list(plans.items())[-MOST_HANDLERS:])
    _write(path, everything | {str(Path.cwd()): {"last": plan.handler, "handlers": kept}})


def _file() -> Path:
    return user_state_path("ddbtop") / "replay.json"


def _plan(handler: str, stored: dict[str, Any]) -> Plan | None:
    """What this version refuses is not proposed again."""
    try:
        settings = settings_from_lambda(stored.get("mapping") or {})
        plan = Plan(handler, settings, float(stored.get("timeout", 3.0)), _way(stored.get("run") or {}))
        return _with_like(plan, stored.get("like") or {})
    except (DdbtopError, TypeError, ValueError, AttributeError, KeyError):
        return None


def _like(plan: Plan) -> dict[str, Any]:
    """Enough to tell, another time, what was typed over what was taken over."""
    adopted = plan.adopted
    return {"name": plan.like, "timeout": adopted.timeout_s, "mapping": _as_lambda(adopted.settings)}


def _with_like(plan: Plan, stored: dict[str, Any]) -> Plan:
    if not stored:
        return plan
    adopted = Adopted(settings=settings_from_lambda(stored["mapping"]), timeout_s=float(stored["timeout"]))
    return replace(plan, like=str(stored["name"]), adopted=adopted)


def _way(stored: dict[str, Any]) -> Way:
    """What it does not tell is as usual."""
    told = {**asdict(Way()), **stored}
    return Way(
        str(told["python"]),
        str(told["env_file"]),
        int(told["workers"]),
        Clock(told["clock"]),
        Arrival(told["arrival"]),
        Backoff(told["backoff"]),
    )


def _as_lambda(settings: Settings) -> dict[str, Any]:
    """In the names of GetEventSourceMapping."""
    patterns = [{"Pattern": pattern.text} for pattern in settings.filters.patterns]
    destination = {"OnFailure": {"Destination": settings.on_failure}} if settings.on_failure else {}
    return {
        **{limit.name: getattr(settings, field) for field, limit in RANGES.items()},
        "BisectBatchOnFunctionError": settings.bisect,
        "FunctionResponseTypes": [REPORT] if settings.report_batch_item_failures else [],
        "FilterCriteria": {"Filters": patterns},
        "DestinationConfig": destination,
    }


def _read(path: Path) -> dict[str, Any]:
    """Nothing where there is no such file, or none of ours: it only saves typing."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all, for its user alone: patterns may hold values."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(descriptor, "w") as file:
            json.dump(content, file, indent=1)
        os.replace(name, path)
    except OSError as error:
        raise CannotDo(f"the replay's settings cannot be remembered in {path}: {error.strerror or error}") from error
