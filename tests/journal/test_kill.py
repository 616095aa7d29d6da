"""`kill -9` at any moment loses nothing and doubles nothing; and the check would notice if it did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journal.killing import Outcome, kill_a_writer

KILLS_A_JOURNAL = 5
"""Each next writer goes on with what the last one left."""

ENOUGH_KILLS = 200
"""The time between two commits that belong together is short: about one kill in ten falls into it."""


def kill(folder: Path, kills: int, mutant: str = "") -> Iterator[Outcome]:
    for number in range(kills):
        yield kill_a_writer(folder / f"{number // KILLS_A_JOURNAL}.ddbtop", number, mutant)


def test_a_killed_writer_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    outcomes = list(kill(tmp_path, 5))
    assert [outcome.violations for outcome in outcomes] == [()] * 5
    assert sum(outcome.acknowledged for outcome in outcomes) > 5


@pytest.mark.long
def test_fifty_killed_writers_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    assert [outcome.violations for outcome in kill(tmp_path, 50)] == [()] * 50


@pytest.mark.long
@pytest.mark.parametrize(
    ("mutant", "says"),
    [("duplicates", "has twice"), ("apart", "its position is")],
    ids=["no ranges", "positions apart"],
)
def test_the_check_bites(tmp_path: Path, mutant: str, says: str) -> None:
    noticed = (text for outcome in kill(tmp_path, ENOUGH_KILLS, mutant) for text in outcome.violations if says in text)
    assert next(noticed, None) is not None
