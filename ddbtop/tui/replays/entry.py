"""The way from the main screen into a replay: which records, which handler, and its settings as they were last."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App

import ddbtop
from ddbtop.errors import DdbtopError, WrongUsage
from ddbtop.journal.reader import Row
from ddbtop.tui.names import ShardNames
from ddbtop.tui.place import Place
from ddbtop.tui.replays.plan import Plan
from ddbtop.tui.replays.remembered import remember, remembered
from ddbtop.tui.replays.subjects import EVERY_SHARD, check_handler, look_up, open_run, subjects
from ddbtop.tui.screens.replay import ReplayScreen
from ddbtop.tui.screens.replayprompt import ReplayPrompt, Wanted
from ddbtop.tui.session import Session

_EXAMPLE_NOTE = "An example that comes with ddbtop: it takes every price for a number, which in this shop is not so."
_NOTE = "It runs here, in processes of its own, without your AWS credentials. No record is asked of AWS again."


def ask(
    app: App[Any],
    session: Session,
    place: Place,
    names: ShardNames,
    shard_id: str,
    row: Row | None,
    *,
    of_shard: bool,
    of_record: bool,
) -> None:
    """Ask for the handler and open the replay.

    First comes what is meant: the shard or the record that somebody chose; who chose neither wants every shard, since
    one of many may well have no record on which the handler fails.
    """
    found = subjects(session, shard_id, row, names)
    if not found:
        app.notify("There is nothing to replay yet: no shard is known", markup=False)
        return
    last = remembered()
    handler = last.handler if last else _example() if place.demo else ""
    note = _EXAMPLE_NOTE if place.demo and handler == _example() else _NOTE

    def answered(wanted: Wanted | None) -> None:
        if wanted is None:
            return
        known, subject = remembered(wanted.handler), wanted.subject
        try:
            plan = _plan(wanted, known)
        except WrongUsage as error:
            app.notify(f"What was typed over these settings is left out: {error.message}", markup=False)
            plan = _plan(wanted, None)
        if plan != known and (plan.like or known):
            _remember(app, plan)
        is_remembered = plan == known
        opened = partial(open_run, subject)
        app.push_screen(ReplayScreen(opened, plan, subject.stream, subject.words, names, is_remembered=is_remembered))

    if of_record:
        found.sort(key=lambda subject: not subject.starts)
    elif not of_shard:
        found.sort(key=lambda subject: subject.words.source != EVERY_SHARD)
    like = last.like if last else ""
    app.push_screen(ReplayPrompt(found, handler, like, note, check_handler, partial(look_up, session)), answered)


def _plan(wanted: Wanted, known: Plan | None) -> Plan:
    """What was typed over the same settings wins over them; over others, or over Lambda's, it says nothing.

    Raises `WrongUsage` where both contradict each other.
    """
    plan = known or Plan(wanted.handler)
    if plan.like != wanted.like:
        plan = Plan(wanted.handler, way=plan.way)
    return plan.adopting(wanted.like, wanted.adopted) if wanted.like else plan


def _remember(app: App[Any], plan: Plan) -> None:
    """What cannot be remembered can be replayed."""
    try:
        remember(plan)
    except DdbtopError as error:
        app.notify(error.message, severity="error", markup=False)


def _example() -> str:
    """The shop's handler, as it would be typed from here."""
    file = Path(ddbtop.__file__).parent / "examples" / "orders.py"
    here = Path.cwd()
    return f"{file.relative_to(here) if file.is_relative_to(here) else file}:handler"
