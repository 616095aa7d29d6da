"""The operations: paging, iterators, expiry, what ends, and what goes wrong on request."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from ddbtop import errors
from ddbtop.streams.model import ITERATOR_LIFE_S, LATEST, RETENTION_S, TRIM_HORIZON, Position
from ddbtop.streams.simulated import (
    AtTimestamp,
    Distortion,
    Fault,
    Faults,
    ManualClock,
    Service,
    SimulatedSource,
    World,
    build_lineage,
    fill,
)
from ddbtop.streams.simulated.world import LINGER_S
from ddbtop.streams.source import Source
from tests.streams.simulated.reading import all_shards, numbers, pages


def item(name: str, text: str = "x") -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": "HEAD"}, "text": {"S": text}}


class Stream:
    """A world of one shard with a service and a source; `number(i)` is the i-th sequence number written."""

    def __init__(self, *, shards: int = 1, faults: Faults | None = None, **options: Any) -> None:
        self.clock = ManualClock()
        self.world = World(self.clock, shards=shards)
        self.service = Service([self.world], faults, **options)
        self.source = SimulatedSource(self.service, self.world.stream_arn)
        self.root = self.world.open_shards()[0]

    def number(self, index: int) -> str:
        return self.world.written[index][1]

    def says(self, operation: str, **request: object) -> dict[str, Any]:
        """The decoded body of an answer, error or not."""
        answer: dict[str, Any] = msgspec.json.decode(self.service.answer(operation, msgspec.json.encode(request)).body)
        return answer


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_the_simulated_source_is_a_source(stream: Stream) -> None:
    source: Source = stream.source
    assert source.arn == stream.world.stream_arn
    assert source.describe().stream == stream.world.info
    assert source.describe().server_time == stream.clock.now()


def test_every_iterator_type_stands_where_it_says(stream: Stream) -> None:
    for second in range(5):
        fill(stream.world, [stream.root], 1)
        stream.clock.advance(1 if second < 4 else 0)
    written = [number for _, number in stream.world.written]
    third = stream.clock.now() - 2
    assert numbers(stream.source, stream.root) == written
    assert numbers(stream.source, stream.root, LATEST) == []
    assert numbers(stream.source, stream.root, Position.at(written[2])) == written[2:]
    assert numbers(stream.source, stream.root, Position.after(written[2])) == written[3:]
    assert numbers(stream.source, stream.root, Position.at_time(third)) == written[2:]
    assert numbers(stream.source, stream.root, Position.at_time(third - 0.5)) == written[2:]
    assert numbers(stream.source, stream.root, Position.at_time(third + 0.5)) == written[3:]
    assert numbers(stream.source, stream.root, Position.at_time(0)) == written


def test_latest_begins_where_the_shard_ended_at_the_time_of_the_call(stream: Stream) -> None:
    stream.world.put(item("before"))
    iterator = stream.source.open_iterator(stream.root, LATEST)
    stream.world.put(item("after"))
    page = stream.source.get_records(iterator)
    assert [record.sequence_number for record in page.records] == [stream.number(1)]


def test_the_last_page_of_a_closed_shard_holds_records_and_no_next_iterator(stream: Stream) -> None:
    stream.world.put(item("a"))
    stream.world.roll_over(stream.root)
    [page] = pages(stream.source, stream.root)
    assert len(page.records) == 1
    assert page.next_iterator is None


def test_an_open_shard_always_has_a_next_iterator(stream: Stream) -> None:
    stream.world.put(item("a"))
    assert all(page.next_iterator for page in pages(stream.source, stream.root))


def test_an_iterator_that_was_waiting_when_its_shard_closed_reads_what_came_before_the_end(stream: Stream) -> None:
    iterator = stream.source.open_iterator(stream.root, TRIM_HORIZON)
    stream.world.put(item("a"))
    stream.world.roll_over(stream.root)
    page = stream.source.get_records(iterator)
    assert (len(page.records), page.next_iterator) == (1, None)


@pytest.mark.parametrize("share", [0.2, 1.0])
def test_up_to_four_empty_pages_lie_between_any_two_records(share: float) -> None:
    stream = Stream(faults=Faults(empty_pages=(0, 4), empty_share=share))
    written = fill(stream.world, [stream.root], 60)
    stream.world.roll_over(stream.root)
    read = list(pages(stream.source, stream.root))
    assert [record.sequence_number for page in read for record in page.records] == written
    runs = _runs_of_empty_pages([len(page.records) for page in read])
    assert max(runs) == 4
    if share == 1.0:
        assert max(len(page.records) for page in read) == 1


def _runs_of_empty_pages(lengths: list[int]) -> list[int]:
    runs, run = [], 0
    for length in lengths:
        run = 0 if length else run + 1
        runs.append(run)
    return runs


def test_a_limit_bounds_a_page(stream: Stream) -> None:
    written = fill(stream.world, [stream.root], 10)
    read = list(pages(stream.source, stream.root, limit=4))
    assert [len(page.records) for page in read][:3] == [4, 4, 2]
    assert [record.sequence_number for page in read for record in page.records] == written


def test_a_page_has_at_most_a_thousand_records(stream: Stream) -> None:
    fill(stream.world, [stream.root], 1001)
    assert [len(page.records) for page in pages(stream.source, stream.root)][:2] == [1000, 1]


def test_a_page_has_at_most_a_megabyte_but_never_less_than_one_record(stream: Stream) -> None:
    for name in ("a", "b", "c"):
        stream.world.put(item(name, "x" * 390_000))
    stream.world.put(item("c", "y" * 390_000))
    sizes = [len(page.records) for page in pages(stream.source, stream.root)]
    assert sizes[:3] == [2, 1, 1]


def test_an_iterator_expires_after_fifteen_minutes(stream: Stream) -> None:
    iterator = stream.source.open_iterator(stream.root, TRIM_HORIZON)
    stream.clock.advance(ITERATOR_LIFE_S)
    following = stream.source.get_records(iterator).next_iterator
    stream.clock.advance(0.1)
    with pytest.raises(errors.ExpiredIterator):
        stream.source.get_records(iterator)
    assert following is not None
    assert stream.source.get_records(following).records == []


def test_two_iterators_for_one_place_have_different_text(stream: Stream) -> None:
    assert stream.source.open_iterator(stream.root, LATEST) != stream.source.open_iterator(stream.root, LATEST)


def test_a_trimmed_position_is_refused_by_number_and_by_iterator(stream: Stream) -> None:
    stream.world.put(item("a"))
    stream.clock.advance(RETENTION_S - 5)
    stream.world.put(item("b"))
    iterator = stream.source.open_iterator(stream.root, Position.at(stream.number(0)))
    stream.clock.advance(5)
    with pytest.raises(errors.TrimmedData):
        stream.source.get_records(iterator)
    with pytest.raises(errors.TrimmedData):
        stream.source.open_iterator(stream.root, Position.at(stream.number(0)))
    assert numbers(stream.source, stream.root, Position.after(stream.number(0))) == [stream.number(1)]
    assert numbers(stream.source, stream.root) == [stream.number(1)]


def test_a_listed_shard_without_records_grants_an_iterator_that_finds_no_shard(stream: Stream) -> None:
    stream.world.put(item("a"))
    child = stream.world.roll_over(stream.root)
    stream.clock.advance(RETENTION_S)
    assert [shard.shard_id for shard in all_shards(stream.source)] == [stream.root, child]
    iterator = stream.source.open_iterator(stream.root, TRIM_HORIZON)
    with pytest.raises(errors.NotFound, match="Invalid ShardId in ShardIterator"):
        stream.source.get_records(iterator)
    stream.clock.advance(LINGER_S)
    assert [shard.shard_id for shard in all_shards(stream.source)] == [child]
    with pytest.raises(errors.NotFound, match="Shard does not exist"):
        stream.source.open_iterator(stream.root, TRIM_HORIZON)


def test_a_shard_that_never_had_a_record_ends_like_any_other(stream: Stream) -> None:
    stream.world.roll_over(stream.root)
    [page] = pages(stream.source, stream.root)
    assert (page.records, page.next_iterator) == ([], None)


@pytest.mark.parametrize("show_ends", [True, False])
def test_a_disabled_stream_can_be_read_to_its_end_until_it_expires(stream: Stream, show_ends: bool) -> None:
    stream.world.put(item("a"))
    stream.world.disable(show_ends=show_ends)
    description = stream.source.describe()
    assert description.stream.status == "DISABLED"
    assert bool(description.shards[0].last_sequence) is show_ends
    [page] = pages(stream.source, stream.root)
    assert (len(page.records), page.next_iterator) == (1, None)
    stream.clock.advance(RETENTION_S + LINGER_S)
    with pytest.raises(errors.NotFound, match="not found"):
        stream.source.describe()
    assert stream.says("ListStreams")["Streams"] == []


def test_descriptions_are_paged_and_a_full_last_page_proves_nothing() -> None:
    stream = Stream(shards=100)
    first = stream.source.describe()
    assert (len(first.shards), first.last_shard_id) == (100, first.shards[-1].shard_id)
    second = stream.source.describe(first.last_shard_id)
    assert (second.shards, second.last_shard_id) == ((), "")


def test_descriptions_page_by_limit_over_several_generations() -> None:
    stream = Stream(shards=8)
    build_lineage(stream.world, 30)
    arn = stream.world.stream_arn
    listed, start = [], dict[str, str]()
    while True:
        said = stream.says("DescribeStream", StreamArn=arn, Limit=7, **start)["StreamDescription"]
        assert len(said["Shards"]) <= 7
        listed += [shard["ShardId"] for shard in said["Shards"]]
        if "LastEvaluatedShardId" not in said:
            break
        start = {"ExclusiveStartShardId": said["LastEvaluatedShardId"]}
    assert (
        listed == [shard.shard_id for shard in stream.world.shards] == [s.shard_id for s in all_shards(stream.source)]
    )


def test_the_shard_filter_lists_the_children_of_a_shard(stream: Stream) -> None:
    children = stream.world.split(stream.root)
    described = stream.source.describe(children_of=stream.root)
    assert {shard.shard_id for shard in described.shards} == set(children)
    assert stream.source.describe(children_of=children[0]).shards == ()


def test_an_older_server_ignores_the_shard_filter() -> None:
    stream = Stream(shard_filter=False)
    stream.world.roll_over(stream.root)
    assert len(stream.source.describe(children_of=stream.root).shards) == 2


def test_an_older_server_refuses_times() -> None:
    stream = Stream(at_timestamp=AtTimestamp.REFUSED)
    with pytest.raises(errors.Refused, match="enum value set"):
        stream.source.open_iterator(stream.root, Position.at_time(1))


def test_some_servers_grant_times_and_then_fail() -> None:
    stream = Stream(at_timestamp=AtTimestamp.BROKEN)
    iterator = stream.source.open_iterator(stream.root, Position.at_time(1))
    with pytest.raises(errors.ServerFault):
        stream.source.get_records(iterator)


@pytest.mark.parametrize(
    ("operation", "request_", "code"),
    [
        ("GetItem", {}, "UnknownOperationException"),
        ("GetRecords", {"ShardIterator": 7}, "SerializationException"),
        ("GetRecords", {}, "ValidationException"),
        ("DescribeStream", {"StreamArn": "arn:aws:kinesis:eu-west-1:111122223333:stream/x"}, "ValidationException"),
        ("DescribeStream", {"StreamArn": "short"}, "ValidationException"),
        ("GetShardIterator", {"StreamArn": "x" * 40, "ShardId": "y" * 30}, "ValidationException"),
    ],
)
def test_wrong_calls_get_the_services_error_codes(
    stream: Stream, operation: str, request_: dict[str, Any], code: str
) -> None:
    assert stream.says(operation, **request_)["__type"].endswith("#" + code)


def test_all_that_is_wrong_with_a_call_is_said_at_once(stream: Stream) -> None:
    said = stream.says("DescribeStream", StreamArn="short", Limit=0)
    assert said["message"] == (
        "2 validation errors detected: Value 'short' at 'streamArn' failed to satisfy constraint: Member must have "
        "length greater than or equal to 37; Value '0' at 'limit' failed to satisfy constraint: Member must have value "
        "greater than or equal to 1"
    )


def test_several_streams_of_one_table_are_listed_beside_each_other() -> None:
    clock = ManualClock()
    old = World(clock, table="orders")
    other = World(clock, table="carts")
    clock.advance(10)
    new = World(clock, table="orders")
    service = Service([old, other])
    old.disable()
    service.add(new)
    said = msgspec.json.decode(service.answer("ListStreams", b'{"TableName":"orders"}').body)
    assert [entry["StreamArn"] for entry in said["Streams"]] == [old.stream_arn, new.stream_arn]
    with pytest.raises(ValueError, match="one ARN"):
        service.add(new)
    with pytest.raises(ValueError, match="one clock"):
        service.add(World(ManualClock(5)))


ERRORS: list[tuple[Fault, type[errors.CallError]]] = [
    (Fault.THROTTLE, errors.Throttled),
    (Fault.LIMIT_EXCEEDED, errors.Throttled),
    (Fault.SERVER_ERROR, errors.ServerFault),
    (Fault.UNAVAILABLE, errors.ServerFault),
    (Fault.CUT, errors.CutShort),
    (Fault.GARBLED, errors.CutShort),
    (Fault.NO_RECORDS, errors.CutShort),
    (Fault.UNREADABLE, errors.Unreadable),
    (Fault.HANG, errors.NetworkFault),
    (Fault.DISCONNECT, errors.NetworkFault),
    (Fault.EXPIRED_LOGIN, errors.LoginEnded),
    (Fault.ACCESS_DENIED, errors.AccessDenied),
    (Fault.EXPIRED_ITERATOR, errors.ExpiredIterator),
    (Fault.TRIMMED, errors.TrimmedData),
]


def test_every_fault_is_tried_here() -> None:
    assert [fault for fault, _ in ERRORS] == list(Fault)


@pytest.mark.parametrize(("fault", "error"), ERRORS)
def test_an_injected_fault_hits_once_and_loses_nothing(
    stream: Stream, fault: Fault, error: type[errors.CallError]
) -> None:
    stream.world.put(item("a"))
    iterator = stream.source.open_iterator(stream.root, TRIM_HORIZON)
    stream.service.inject(fault, operation="GetRecords")
    with pytest.raises(error):
        stream.source.get_records(iterator)
    assert len(stream.source.get_records(iterator).records) == 1


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.NO_RECORDS, Fault.UNREADABLE, Fault.HANG, Fault.UNAVAILABLE])
def test_faults_hit_the_other_operations_too(stream: Stream, fault: Fault) -> None:
    for call in (stream.source.describe, lambda: stream.source.open_iterator(stream.root, LATEST)):
        stream.service.inject(fault)
        with pytest.raises(errors.CallError):
            call()


def test_a_fault_may_last_until_it_is_healed(stream: Stream) -> None:
    stream.service.inject(Fault.EXPIRED_LOGIN, times=None)
    for _ in range(3):
        with pytest.raises(errors.LoginEnded):
            stream.source.describe()
    stream.service.heal()
    assert stream.source.describe().shards


def test_a_fault_may_be_meant_for_one_shard() -> None:
    stream = Stream(shards=2)
    one, other = (stream.source.open_iterator(shard, LATEST) for shard in stream.world.open_shards())
    stream.service.inject(Fault.THROTTLE, shard_id=stream.world.open_shards()[1], times=2)
    stream.source.get_records(one)
    stream.source.describe()
    for _ in range(2):
        with pytest.raises(errors.Throttled):
            stream.source.get_records(other)
    stream.source.get_records(other)


def test_a_reader_that_tries_again_gets_everything_in_spite_of_faults() -> None:
    faults = Faults(seed=3, throttle=0.1, server_error=0.1, cut=0.1, garbled=0.1, no_records=0.1, hang=0.1)
    stream = Stream(faults=faults)
    written = fill(stream.world, [stream.root], 50)
    stream.world.roll_over(stream.root)
    failures: list[errors.CallError] = []
    iterator: str | None = _insist(lambda: stream.source.open_iterator(stream.root, TRIM_HORIZON), failures)
    read: list[str] = []
    while iterator is not None:
        asked = iterator
        page = _insist(lambda asked=asked: stream.source.get_records(asked, 2), failures)  # type: ignore[misc]
        read += [record.sequence_number for record in page.records]
        iterator = page.next_iterator
    assert read == written
    assert {type(failure) for failure in failures} >= {errors.Throttled, errors.ServerFault, errors.CutShort}


def _insist(call: Callable[[], Any], failures: list[errors.CallError]) -> Any:
    while True:
        try:
            return call()
        except errors.CallError as failure:
            failures.append(failure)


def test_the_same_seed_draws_the_same_faults() -> None:
    def outcomes() -> Iterator[str]:
        stream = Stream(faults=Faults(seed=5, throttle=0.3, disconnect=0.3))
        for _ in range(40):
            try:
                stream.source.describe()
                yield "ok"
            except errors.CallError as failure:
                yield type(failure).__name__

    first = list(outcomes())
    assert first == list(outcomes())
    assert set(first) == {"ok", "Throttled", "NetworkFault"}


@pytest.mark.parametrize("wrong", [{"throttle": 1.5}, {"empty_pages": (3, 1)}, {"empty_share": -0.1}])
def test_rates_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Faults(**wrong)


def test_a_child_may_be_listed_while_its_parent_still_looks_open(stream: Stream) -> None:
    child = stream.world.roll_over(stream.root)
    stream.service.distort(Distortion.LOOKS_OPEN, stream.root)
    wrong = stream.source.describe().shards
    assert [(shard.shard_id, shard.last_sequence) for shard in wrong] == [(stream.root, ""), (child, "")]
    assert stream.source.describe().shards[0].last_sequence


def test_a_shard_may_be_missing_for_some_calls(stream: Stream) -> None:
    child = stream.world.roll_over(stream.root)
    stream.service.distort(Distortion.HIDDEN, child, calls=2)
    seen = [len(stream.source.describe().shards) for _ in range(3)]
    assert seen == [1, 1, 2]


def test_a_further_page_may_contradict_the_one_before(stream: Stream) -> None:
    stream.world.roll_over(stream.root)
    stream.service.distort(Distortion.REPEATED, stream.root, calls=None)
    first = stream.source.describe().shards
    further = stream.source.describe(stream.root).shards
    assert first[0].last_sequence
    assert (further[0].shard_id, further[0].last_sequence) == (stream.root, "")
    stream.service.heal()
    assert len(stream.source.describe(stream.root).shards) == 1


def test_descriptions_may_be_wrong_by_chance() -> None:
    stream = Stream(faults=Faults(inconsistent=0.5))
    build_lineage(stream.world, 4)
    seen = {stream.source.describe().shards for _ in range(30)}
    assert len(seen) > 2
    assert stream.world.shards in seen


def test_calls_are_counted_so_that_a_client_can_be_held_to_the_limits(stream: Stream) -> None:
    for _ in range(12):
        stream.source.describe()
        stream.clock.advance(0.1)
    assert stream.service.calls.counts["DescribeStream"] == 12
    assert stream.service.calls.peaks["DescribeStream"] == 10


def test_limits_can_be_enforced() -> None:
    stream = Stream(enforce_limits=True)
    for _ in range(10):
        stream.source.describe()
    with pytest.raises(errors.Throttled):
        stream.source.describe()
    stream.clock.advance(1)
    assert stream.source.describe().shards


def test_what_is_read_while_it_is_written_is_complete_and_in_order() -> None:
    stream = Stream(shards=2, faults=Faults(empty_pages=(0, 4), empty_share=0.05))

    def write() -> None:
        for number in range(1500):
            stream.world.put(item(f"i{number % 40}", str(number)))
            if number % 150 == 75:
                stream.world.roll_over(stream.world.open_shards()[number % 2])
        stream.world.disable()

    iterators = {shard: stream.source.open_iterator(shard, TRIM_HORIZON) for shard in stream.world.open_shards()}
    writer = threading.Thread(target=write)
    writer.start()
    read: list[tuple[str, str]] = []
    known = set(iterators)
    while iterators or writer.is_alive():
        for shard_id, iterator in list(iterators.items()):
            page = stream.source.get_records(iterator)
            read += [(shard_id, record.sequence_number) for record in page.records]
            iterators[shard_id] = page.next_iterator or ""
        iterators = {shard_id: iterator for shard_id, iterator in iterators.items() if iterator}
        fresh = {shard.shard_id for shard in all_shards(stream.source)} - known
        iterators |= {shard_id: stream.source.open_iterator(shard_id, TRIM_HORIZON) for shard_id in fresh}
        known |= fresh
    writer.join()
    for shard_id in known:
        assert [pair for pair in read if pair[0] == shard_id] == [w for w in stream.world.written if w[0] == shard_id]
    assert len(read) == 1500


def test_a_closed_source_answers_no_more(stream: Stream) -> None:
    stream.source.close()
    with pytest.raises(errors.NetworkFault):
        stream.source.describe()
