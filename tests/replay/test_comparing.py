"""What became of records is told from events alone, and two replays differ exactly where a record fared otherwise."""

from __future__ import annotations

import pytest

from ddbtop.errors import WrongUsage
from ddbtop.replay.findings.comparing import Axis, Difference, differences, grid
from ddbtop.replay.findings.fates import Fate, Fates
from ddbtop.replay.mapping.settings import Settings
from ddbtop.replay.model import (
    Answer,
    Condition,
    Discarded,
    Event,
    Invoked,
    Invoking,
    Outcome,
    Part,
    ReplayBatch,
    ReplayRecord,
)


def batch(*numbers: int, part: Part = Part.WHOLE) -> ReplayBatch:
    records = tuple(ReplayRecord("s", str(number), 100.0 + number, b"", b"{}") for number in numbers)
    return ReplayBatch(1, "s", records, part)


def invoked(at: float, of: ReplayBatch, outcome: Outcome, *split: ReplayBatch, ran: bool = True) -> Invoked:
    return Invoked(at, Invoking(at, 1, of, 1, "r"), outcome, Answer(ran=ran), split=split)


def discarded(at: float, of: ReplayBatch) -> Discarded:
    return Discarded(at, of, Condition.ATTEMPTS, {})


BISECTED: list[Event] = [
    invoked(110.0, batch(1, 2), Outcome.ERROR, batch(1, part=Part.LEFT), batch(2, part=Part.RIGHT)),
    invoked(111.0, batch(1, part=Part.LEFT), Outcome.SUCCESS),
    invoked(112.0, batch(2, part=Part.RIGHT), Outcome.ERROR),
    discarded(112.0, batch(2, part=Part.RIGHT)),
]


def test_a_split_batch_is_delivered_again_in_its_parts() -> None:
    fates = Fates.of(BISECTED)
    assert (fates["s", "1"], fates["s", "2"], fates["s", "3"]) == (
        Fate.DELIVERED,
        Fate.DISCARDED,
        Fate.UNFINISHED,
    )
    assert (fates.invocations, fates.failed, fates.discarded, fates.delivered_again) == (3, 2, 1, 2)
    assert (fates.worst_age_s, fates.duration_s) == (10.0, 2.0)


def test_before_the_rest_of_a_partial_result_everything_is_done() -> None:
    fates = Fates.of([invoked(110.0, batch(1, 2, 3), Outcome.PARTIAL, batch(3, part=Part.REST))])
    assert [fates["s", str(number)] for number in (1, 2, 3)] == [Fate.DELIVERED, Fate.DELIVERED, Fate.UNFINISHED]


def test_what_was_throttled_never_reached_the_handler() -> None:
    fates = Fates.of([invoked(110.0, batch(1), Outcome.THROTTLED, ran=False)])
    assert (fates.invocations, fates.delivered_again, fates["s", "1"]) == (0, 0, Fate.UNFINISHED)


def test_only_records_that_fared_otherwise_differ() -> None:
    without = Fates.of([invoked(110.0, batch(1, 2), Outcome.ERROR), discarded(110.0, batch(1, 2))])
    assert differences(without, Fates.of(BISECTED)) == [Difference(("s", "1"), Fate.DISCARDED, Fate.DELIVERED)]
    assert not differences(without, without)


def test_a_grid_is_every_combination_in_the_order_asked_for() -> None:
    axes = [Axis.parse("batch-size=10,100"), Axis.parse("bisect=off,on")]
    runs = list(grid(Settings(max_retries=1), axes))
    assert [chosen for chosen, _ in runs] == [
        {"BatchSize": size, "BisectBatchOnFunctionError": bisect} for size in (10, 100) for bisect in (False, True)
    ]
    assert runs[1][1] == Settings(batch_size=10, bisect=True, max_retries=1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("batchsize=1", "no parameter 'batchsize'"),
        ("batch-size=", "needs values"),
        ("batch-size", "needs values"),
        ("batch-size=ten", "a whole number"),
        ("batch-size=10,10001", "1–10000"),
        ("bisect=maybe", "on or off"),
    ],
)
def test_a_grid_that_lambda_would_refuse_is_refused_in_its_names(text: str, words: str) -> None:
    with pytest.raises(WrongUsage, match=words):
        Axis.parse(text)


def test_a_grid_takes_a_parameter_once_and_not_without_end() -> None:
    with pytest.raises(WrongUsage, match="each parameter once"):
        list(grid(Settings(), [Axis.parse("bisect=on"), Axis.parse("bisect=off")]))
    with pytest.raises(WrongUsage, match="too many"):
        list(grid(Settings(), [Axis.parse("batch-size=" + ",".join(map(str, range(1, 300))))]))
