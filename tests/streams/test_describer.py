"""When DescribeStream is asked for what, one decision at a time."""

from __future__ import annotations

from itertools import pairwise

from ddbtop.streams.clock import Instant
from ddbtop.streams.describer import LONGEST_SEARCH_S, PACE_S, REFRESH_S, DescribePage, Describer
from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import Description, Shard, StreamInfo

PARENT = Shard("parent", first_sequence="1", last_sequence="9")
CHILD = Shard("child", "parent", "10")


def at(ticks: float) -> Instant:
    return Instant(ticks, ticks)


def told(*shards: Shard, last: str = "") -> Description:
    return Description(StreamInfo("arn"), shards, last)


def listed(*shards: Shard) -> Describer:
    """A describer that has listed these shards at 0."""
    describer = Describer(Lineage(), at(0), shard_filter=True)
    call = describer.call(at(0))
    assert call is not None
    describer.answered(call, told(*shards), at(0), at(0))
    return describer


def test_a_listing_is_read_page_by_page_at_its_pace() -> None:
    describer = Describer(Lineage(), at(0), shard_filter=True)
    assert describer.call(at(0)) == DescribePage()
    assert describer.call(at(5)) is None, "one call at a time"
    describer.answered(DescribePage(), told(PARENT, last="parent"), at(0), at(0.01))
    first = describer.complete
    assert describer.call(at(0.02)) is None
    assert describer.call(at(PACE_S)) == DescribePage(after="parent")
    describer.answered(DescribePage(after="parent"), told(CHILD), at(PACE_S), at(PACE_S))
    assert (first, describer.complete) == (False, True)
    assert describer.due() >= REFRESH_S


def test_children_are_looked_for_with_a_filter_and_less_and_less_often() -> None:
    describer = listed(PARENT)
    describer.want(at(1), "parent")
    asked = []
    for tenth in range(10, 3000):
        if call := describer.call(at(tenth / 10)):
            asked += [tenth / 10] if call.children_of else []
            describer.answered(call, told() if call.children_of else told(PARENT), at(tenth / 10), at(tenth / 10))
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert asked[0] == 1.0
    assert pauses[0] < 1
    assert LONGEST_SEARCH_S <= pauses[-1] <= LONGEST_SEARCH_S + 1


def test_children_found_end_the_search() -> None:
    describer = listed(PARENT)
    describer.want(at(1), "parent")
    call = describer.call(at(1))
    assert call == DescribePage(children_of="parent")
    describer.answered(call, told(CHILD), at(1), at(1))
    assert describer.due() >= REFRESH_S


def test_a_parent_that_is_listed_no_more_is_not_searched_for() -> None:
    describer = listed(PARENT)
    describer.want(at(1), "parent")
    describer.forget(["parent"])
    assert describer.due() >= REFRESH_S


def test_a_refused_search_asks_for_the_whole_listing_once() -> None:
    describer = listed(PARENT)
    describer.want(at(1), "parent")
    call = describer.call(at(1))
    assert call is not None
    describer.refused(call, at(1))
    assert describer.call(at(2)) == DescribePage()


def test_a_filter_that_is_ignored_is_not_used_again() -> None:
    describer = listed(PARENT, CHILD)
    describer.want(at(1), "child")
    call = describer.call(at(1))
    assert call == DescribePage(children_of="child")
    describer.answered(call, told(PARENT, CHILD), at(1), at(1))
    describer.want(at(2), "child")
    assert not describer.shard_filter
    assert describer.call(at(40)) == DescribePage()


def test_failures_slow_down_and_asking_to_try_again_does_not_wait() -> None:
    describer = Describer(Lineage(), at(0), shard_filter=True)
    now = 0.0
    for _ in range(12):
        assert describer.call(at(now))
        describer.failed(at(now), jitter=1.0)
        now = describer.due()
    assert now - 20 > 30
    describer.retry(at(now - 20))
    assert describer.call(at(now - 20)) == DescribePage()


def test_a_shard_is_gone_once_two_listings_in_a_row_left_it_out() -> None:
    describer = listed(PARENT, CHILD)
    vanished = []
    for turn in (1, 2):
        describer.want(at(turn))
        call = describer.call(at(turn))
        assert call is not None
        vanished.append(describer.answered(call, told(CHILD), at(turn), at(turn)).vanished)
    assert vanished == [(), ("parent",)]
