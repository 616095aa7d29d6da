"""What a start point would cost: counted where it is kept, extrapolated where it is not, unknown where nothing is."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ddbtop.errors import WrongUsage
from ddbtop.journal.density import Density
from ddbtop.streams.model import LATEST, TRIM_HORIZON, Position, StartPoint
from ddbtop.streams.plan import Plan
from ddbtop.streams.simulated.clock import ManualClock
from ddbtop.streams.simulated.shapes import build_lineage
from ddbtop.streams.simulated.world import World
from ddbtop.streams.status import ReaderState
from ddbtop.tui.estimates import UNKNOWN, Outlook
from ddbtop.tui.figures import DOLLARS_A_CALL
from tests.tui.worlds import NOW, Stage, stage

HOUR_S = 3600.0
EVERYTHING = StartPoint(TRIM_HORIZON)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Stage]:
    """Two lines of descent over eight hours, each shard with ten records, all of them read; the clock is at `NOW`."""
    clock = ManualClock(NOW - 8 * HOUR_S)
    made = Stage(tmp_path, World(clock, shards=2))
    build_lineage(made.world, 2, records=10)
    clock.advance(4 * HOUR_S)
    made.read()
    made.tell(budget=50.0)
    yield made
    made.session.close().join()


def plan_of(made: Stage) -> Plan:
    status = made.pump.status
    return Plan(status.stream.arn, (reader.shard for reader in status.readers.values()), NOW)


def outlook(made: Stage, start: StartPoint = EVERYTHING, since: float = 0.0) -> Outlook:
    return Outlook(plan_of(made), made.pump.status, made.session.densities(), start, since)


def not_asked(made: Stage, *shard_ids: str) -> None:
    for shard_id in shard_ids:
        made.change(shard_id, state=ReaderState.NOT_ASKED)


def closed(made: Stage) -> list[str]:
    return [shard_id for shard_id, reader in made.pump.status.readers.items() if reader.closed]


def test_what_is_kept_is_counted(made: Stage) -> None:
    estimate = outlook(made).of(EVERYTHING)
    assert (estimate.records, estimate.seen) == (40, 1.0)
    assert estimate.calls == 8, "an iterator and a page for each of four shards"
    assert estimate.dollars == 4 * DOLLARS_A_CALL


def test_only_what_was_created_since_a_time_is_counted(made: Stage) -> None:
    assert outlook(made).of(StartPoint(Position.at_time(NOW - 5 * HOUR_S))).records == 20
    assert outlook(made).of(StartPoint(Position.at_time(NOW - 60))).records == 0


def test_a_shard_and_its_descendants_are_a_part_of_the_stream(made: Stage) -> None:
    parts = [outlook(made).of(StartPoint(TRIM_HORIZON, root)).records for root in closed(made)]
    assert parts == [20, 20]


def test_the_parts_of_a_record_are_what_its_shard_holds_from_then_on(made: Stage) -> None:
    (root, _) = closed(made)
    number = next(sequence for shard, sequence in made.world.written if shard == root)
    start = StartPoint(Position.after(number), root)
    assert outlook(made).of(start, NOW - 4.5 * HOUR_S).records == 10
    assert outlook(made).of(start) == UNKNOWN, "nobody knows how far back it lies"


def test_nothing_read_is_nothing_known(tmp_path: Path) -> None:
    with stage(tmp_path, created_at=NOW - HOUR_S) as made:
        not_asked(made, *made.world.open_shards())
        assert outlook(made).of(EVERYTHING) == UNKNOWN
        assert outlook(made).of(StartPoint(LATEST)).records == 0


def test_a_quiet_minute_does_not_make_the_past_empty(made: Stage) -> None:
    """Nothing came while somebody looked: what came before is unknown, not nothing."""
    with stage(made.folder / "other", created_at=NOW - HOUR_S) as quiet:
        assert outlook(quiet, StartPoint(LATEST), NOW - 60).of(EVERYTHING) == UNKNOWN


def test_what_was_never_asked_for_is_taken_to_be_as_busy_and_that_is_told(made: Stage) -> None:
    not_asked(made, *closed(made))
    estimate = outlook(made).of(EVERYTHING)
    assert estimate.records == 40, "two shards of four hours with ten records each, and two more that were not read"
    assert estimate.seen == pytest.approx(0.5)


def test_a_session_that_began_late_knows_only_what_came_since(made: Stage) -> None:
    late = outlook(made, StartPoint(LATEST), NOW - HOUR_S)
    assert late.of(StartPoint(Position.at_time(NOW - HOUR_S))).seen == 1.0
    assert late.of(StartPoint(Position.at_time(NOW - 4 * HOUR_S))) == UNKNOWN, "nothing came in that hour"


def test_what_the_journal_dropped_is_not_taken_for_nothing(made: Stage) -> None:
    (shard_id, _) = made.world.open_shards()
    late = Density(4_000, array("d", [NOW - 2 * HOUR_S]), array("q", [0, 10]))
    partly = Outlook(plan_of(made), made.pump.status, {shard_id: late}, EVERYTHING, 0.0, whole=False)
    estimate = partly.of(StartPoint(TRIM_HORIZON, shard_id))
    assert (estimate.records, estimate.seen) == (20, 0.5)


def test_a_server_without_at_timestamp_reads_everything_for_a_time(made: Stage) -> None:
    start = StartPoint(Position.at_time(NOW - 60))
    made.tell(reads_forward=True, budget=50.0)
    forward, everything = outlook(made).of(start), outlook(made).of(EVERYTHING)
    assert forward.records == 0
    assert (forward.calls, forward.seconds) == (everything.calls, everything.seconds)


def test_time_follows_from_the_budget_or_from_one_line_of_descent(made: Stage) -> None:
    assert outlook(made).of(EVERYTHING).seconds == pytest.approx(8 / 50)
    for shard_id in made.pump.status.readers:
        made.change(shard_id, latency_s=2.0)
    assert outlook(made).of(EVERYTHING).seconds == pytest.approx(4 * 2.0), "parents before children, a call at a time"


def test_pages_hold_a_thousand_records_or_a_megabyte(tmp_path: Path) -> None:
    with stage(tmp_path, shards=1, created_at=NOW - HOUR_S) as made:
        for number in range(30):
            made.world.put({"pk": {"S": f"BIG#{number}"}, "sk": {"S": ""}, "text": {"S": "x" * 100_000}})
        made.read()
        assert outlook(made).of(EVERYTHING).calls == 1 + 4
        for number in range(1500):
            made.world.put({"pk": {"S": f"SMALL#{number}"}, "sk": {"S": ""}})
        made.read()
        (shard_id,) = made.world.open_shards()
        assert outlook(made).of(StartPoint(TRIM_HORIZON, shard_id)).records == 1530


def test_a_point_that_names_nothing_is_refused_as_reading_would_refuse_it(made: Stage) -> None:
    with pytest.raises(WrongUsage, match="no shard of this stream"):
        outlook(made).of(StartPoint(TRIM_HORIZON, "zzz"))


def test_shards_are_planned_as_reading_would_begin_them(made: Stage) -> None:
    (old, *_), opened, plan = closed(made), made.world.open_shards(), plan_of(made)
    assert set(plan.positions(StartPoint(LATEST))) == set(opened)
    assert list(plan.positions(EVERYTHING))[:2] == closed(made), "parents first"
    assert len(plan.positions(StartPoint(TRIM_HORIZON, old))) == 2
    assert plan.positions(replace(EVERYTHING, shard_id=old, descendants=False)) == {old: TRIM_HORIZON}
