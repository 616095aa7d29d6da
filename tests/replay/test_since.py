"""What is different from the run before is counted record by record."""

from __future__ import annotations

from ddbtop.replay.findings.fates import Fates
from ddbtop.replay.findings.since import Comparison, compare
from tests.replay.scripted import Script, picture, record


def compared(before: Script, now: Script, *, is_over: bool = True) -> Comparison:
    return compare(Fates.of(before.events), Fates.of(now.events), is_over=is_over)


def test_a_record_that_was_mended_is_newly_ok() -> None:
    before, now = Script(), Script()
    before.ok([record(1)])
    before.discard(before.batch([record(2)]))
    now.ok([record(1), record(2)])
    assert compared(before, now) == Comparison(newly_ok=1, same=1)
    assert compared(now, before) == Comparison(newly_failing=1, same=1)


def test_what_a_shard_stands_still_at_fails_once_the_run_is_over() -> None:
    before, now = Script(), Script()
    before.ok([record(1), record(2)])
    now.ok([record(1)])
    now.block(now.batch([record(2)]))
    assert compared(before, now, is_over=False) == Comparison(same=1)
    assert compared(before, now) == Comparison(newly_failing=1, same=1)
    assert compared(now, before) == Comparison(newly_ok=1, same=1)
    assert compared(now, now) == Comparison(same=2)


def test_what_a_run_did_not_reach_is_counted_as_such() -> None:
    now = Script()
    now.ok([record(1)])
    assert compared(picture(), now) == Comparison(same=1, not_reached=1824)
