"""Start and end points as people write them, and the clocks that they are held against."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from ddbtop.errors import WrongUsage
from ddbtop.streams.arn import Target, parse_target
from ddbtop.streams.clock import ServiceTime, certainly_before
from ddbtop.streams.model import LATEST, TRIM_HORIZON, Position
from ddbtop.streams.startpoints import parse_point, parse_time, remarks

NUMBER = "1" * 21
NOW = datetime(2026, 7, 15, 12, 0, tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two hours ahead of UTC in summer, one in winter."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("trim_horizon", TRIM_HORIZON),
        (" LATEST ", LATEST),
        (f"at_sequence_number:{NUMBER}", Position.at(NUMBER)),
        (f"AFTER_SEQUENCE_NUMBER: {NUMBER}", Position.after(NUMBER)),
        (NUMBER, Position.at(NUMBER)),
        ("AT_TIMESTAMP:2026-07-15T10:00Z", Position.at_time(utc(2026, 7, 15, 10))),
        ("15m", Position.at_time(NOW - 900)),
    ],
)
def test_points_by_the_names_of_the_api_and_bare(text: str, position: Position) -> None:
    assert parse_point(text, NOW) == position


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h30m", NOW - 9000),
        ("1d", NOW - 86400),
        ("90s", NOW - 90),
        ("15min", NOW - 900),
        ("09:00", utc(2026, 7, 15, 7)),
        ("today 9:05:07", utc(2026, 7, 15, 7, 5, 7)),
        ("Yesterday 18:00", utc(2026, 7, 14, 16)),
        ("2026-01-15T09:00", utc(2026, 1, 15, 8)),
        ("2026-07-15T09:00+05:30", utc(2026, 7, 15, 3, 30)),
        ("2026-07-15", utc(2026, 7, 14, 22)),
    ],
)
def test_times_without_a_zone_are_local(text: str, moment: float) -> None:
    assert parse_time(text, NOW) == moment


def test_yesterday_is_the_day_before_also_where_the_clocks_changed_in_between() -> None:
    for now, moment in (
        (utc(2026, 3, 29, 10), utc(2026, 3, 28, 17)),  # the night of 23 hours
        (utc(2026, 10, 25, 10), utc(2026, 10, 24, 16)),  # the night of 25 hours
    ):
        assert parse_time("yesterday 18:00", now) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "25:00",
        "9:60",
        "LATEST:1",
        "m",
        "2026-13-01",
        "9" * 41,
        "AT_SEQUENCE_NUMBER:1",
        "99999999999d",
        "9999999d",
        "١٥m",
    ],
)
def test_what_is_no_point_is_wrong_usage(text: str) -> None:
    with pytest.raises(WrongUsage):
        parse_point(text, NOW)


def test_what_is_ahead_or_older_than_the_stream_is_said() -> None:
    assert remarks(LATEST, NOW, "--from") == []
    assert remarks(Position.at_time(NOW - 60), NOW, "--to") == ["--to is 2026-07-15 13:59:00+02:00"]
    assert "ahead" in remarks(Position.at_time(NOW + 60), NOW, "--from")[1]
    assert "24 hours" in remarks(Position.at_time(NOW - 90000), NOW, "--from")[1]


ARN = "arn:aws-cn:dynamodb:cn-north-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (ARN, Target(ARN, "orders", "cn-north-1", "111122223333")),
        (ARN.partition("/stream")[0], Target("", "orders", "cn-north-1", "111122223333")),
        ("arn:aws:dynamodb:ddblocal:000000000000:table/t", Target("", "t", "", "000000000000")),
        ("table:demo", Target(table="demo")),
        ("a.b-c_d", Target(table="a.b-c_d")),
    ],
)
def test_what_names_a_stream(text: str, target: Target) -> None:
    assert parse_target(text) == target


def test_the_service_s_clock_is_known_to_a_second_and_does_not_wobble() -> None:
    known = ServiceTime()
    known.observe(1000.0, sent=1000.2, received=1000.4)
    assert known.offset == 0.0
    known.observe(1100.0, sent=1000.2, received=1000.4)
    assert 99.6 <= known.offset <= 100.8
    before = known.offset
    known.observe(1101.0, sent=1001.2, received=1001.4)
    known.observe(0.0, sent=5.0, received=6.0)
    assert known.offset == before


def test_only_what_is_older_for_certain_is_before_a_moment() -> None:
    assert certainly_before(99.0, 100.5, 1.0)
    assert not certainly_before(100.0, 100.5, 1.0)
    assert not certainly_before(0.0, 100.5, 1.0)
    assert not certainly_before(60.0, 100.5, 60.0)
