"""Listing an account's streams and describing those that somebody looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ddbtop.errors import AccessDenied, CannotDo, LoginEnded, Throttled
from ddbtop.streams import census as module
from ddbtop.streams.census import PAGE, Census, Details
from tests.catalogues import FakeCatalogue, description, entry, shards, wait_until

Begin = Callable[[FakeCatalogue], Census]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Start a census that does not pause between calls."""
    running: list[Census] = []

    def start(catalogue: FakeCatalogue) -> Census:
        running.append(Census(lambda: catalogue, 0.0, 0.0))
        running[-1].start()
        return running[-1]

    yield start
    for census in running:
        census.stop()


@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1, 1000])
def test_every_stream_is_listed_once(begin: Begin, count: int) -> None:
    census = begin(FakeCatalogue(entry(f"t{number}") for number in range(count)))
    wait_until(lambda: census.done)
    assert [found.table for found in census.entries] == [f"t{number}" for number in range(count)]
    assert census.error is None
    assert census.region == "eu-west-1"


def test_only_what_is_looked_at_is_described_and_each_once(begin: Begin) -> None:
    catalogue = FakeCatalogue(entry(f"t{number}") for number in range(500))
    census = begin(catalogue)
    wanted = [entry("t7").arn, entry("t3").arn]
    census.look_at(wanted)
    wait_until(lambda: census.done and all(arn in census.details for arn in wanted))
    census.look_at([*wanted, entry("t9").arn])
    wait_until(lambda: entry("t9").arn in census.details)
    assert catalogue.described == [(entry(table).arn, "") for table in ("t7", "t3", "t9")]
    assert census.details[wanted[0]] == Details("ENABLED", "NEW_AND_OLD_IMAGES", 2, 0, whole=True)


def test_shards_of_further_pages_are_counted_after_every_stream_is_known(begin: Begin) -> None:
    catalogue = FakeCatalogue([entry("many"), entry("few")])
    first, second = shards(0, 100, closed=99), shards(100, 30, closed=20)
    catalogue.answers["many"] = [
        description("many", first[-1].shard_id, first),
        description("many", "", second),
    ]
    census = begin(catalogue)
    census.look_at([entry("many").arn, entry("few").arn])
    wait_until(lambda: census.details.get(entry("many").arn, module.UNKNOWN).whole)
    assert [arn for arn, _ in catalogue.described] == [entry(name).arn for name in ("many", "few", "many")]
    assert catalogue.described[-1][1] == first[-1].shard_id
    assert census.details[entry("many").arn] == Details("ENABLED", "NEW_AND_OLD_IMAGES", 11, 119, whole=True)


def test_description_that_names_the_same_page_again_ends(begin: Begin) -> None:
    catalogue = FakeCatalogue([entry("odd")])
    some = shards(0, 3)
    catalogue.answers["odd"] = [description("odd", some[-1].shard_id, some)] * 2
    census = begin(catalogue)
    census.look_at([entry("odd").arn])
    wait_until(lambda: census.details.get(entry("odd").arn, module.UNKNOWN).whole)
    assert census.details[entry("odd").arn].open == 3


def test_refused_description_is_said_and_not_asked_again(begin: Begin) -> None:
    catalogue = FakeCatalogue([entry("secret"), entry("open")])
    catalogue.answers["secret"] = [AccessDenied("not authorized to perform: dynamodb:DescribeStream")]
    census = begin(catalogue)
    census.look_at([entry("secret").arn, entry("open").arn])
    wait_until(lambda: entry("open").arn in census.details)
    assert "not authorized" in census.details[entry("secret").arn].error
    assert len(catalogue.described) == 2


def test_throttled_description_is_made_again(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_S", 0.0)
    catalogue = FakeCatalogue([entry("busy")])
    catalogue.answers["busy"] = [Throttled("slow down"), Throttled("slow down")]
    census = begin(catalogue)
    census.look_at([entry("busy").arn])
    wait_until(lambda: entry("busy").arn in census.details)
    assert census.details[entry("busy").arn].status == "ENABLED"
    assert len(catalogue.described) == 3


@pytest.mark.parametrize("count", [PAGE, PAGE + 7])
def test_listing_that_fails_says_why_and_keeps_what_it_has(begin: Begin, count: int) -> None:
    census = begin(FakeCatalogue([entry(f"t{number}") for number in range(count)], LoginEnded("the session has ended")))
    wait_until(lambda: census.done)
    assert isinstance(census.error, LoginEnded)
    assert len(census.entries) == count


def test_account_that_cannot_be_reached_ends_the_census(begin: Begin) -> None:
    def connect() -> FakeCatalogue:
        raise CannotDo("no region is set")

    census = Census(connect)
    census.start()
    wait_until(lambda: census.done)
    assert isinstance(census.error, CannotDo)


def test_the_pace_of_calls_stays_within_what_the_service_allows() -> None:
    assert 1 / module.LIST_PACE_S <= 5
    assert 5 <= 1 / module.DESCRIBE_PACE_S <= 10
