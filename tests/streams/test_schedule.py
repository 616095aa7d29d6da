"""Whose call comes next."""

from __future__ import annotations

from ddbtop.streams.schedule import LIVE, Budget, CallQueue


def test_nothing_comes_before_it_is_due() -> None:
    queue = CallQueue()
    queue.push("a", 5.0, LIVE)
    assert queue.due() == 5.0
    assert queue.pop(4.9) is None
    assert queue.pop(5.0) == ("a", 5.0)
    assert queue.due() == float("inf")


def test_shards_at_the_tip_and_shards_behind_take_turns() -> None:
    queue = CallQueue()
    for name, behind in (("live 1", LIVE), ("live 2", LIVE), ("old", 10.0), ("older", 5.0), ("unread", 0.0)):
        queue.push(name, 1.0, behind)
    order = [entry[0] for entry in iter(lambda: queue.pop(1.0), None)]
    assert [name for name in order if not name.startswith("live")] == ["unread", "older", "old"]
    assert [name.startswith("live") for name in order[:4]] in ([True, False] * 2, [False, True] * 2)


def test_a_budget_allows_its_rate_and_a_short_burst() -> None:
    budget, made = Budget(10.0, ticks=0.0), []
    for step in range(1000):
        ticks = step / 100
        while budget.allows(ticks):
            budget.spend(ticks)
            made.append(ticks)
    assert made[:2] == [0.0, 0.0]
    assert 100 <= len(made) <= 103


def test_a_budget_below_one_call_a_second_still_makes_calls() -> None:
    budget = Budget(0.1, ticks=0.0)
    assert budget.allows(0.0)
    budget.spend(0.0)
    assert not budget.allows(9.9)
    assert budget.allows(budget.ready_at)


def test_no_budget_never_waits() -> None:
    budget = Budget(0.0, ticks=0.0)
    for _ in range(1000):
        assert budget.allows(0.0)
        budget.spend(0.0)
