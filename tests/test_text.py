"""Text that is safe to show, its width, and quantities in fixed forms."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ddbtop.text import (
    cell_width,
    clock,
    count,
    counted,
    cut,
    day,
    duration,
    fit,
    gauge,
    moment,
    rate,
    roughly,
    same_day,
    short_count,
    size,
    visible,
)
from tests.hostile import STRINGS, obeyed
from tests.streams.documents import UNHURRIED

ANY_TEXT = st.text(st.characters(), max_size=40)
"""Every code point, lone surrogates included."""

TRICKY_TEXT = st.text(
    st.sampled_from("aZ \\\n\x1b\x9b\u0301\u0489\u200d\u202e\ufe0f\u1160日👍🏽\ud800\u3000\xa0…"), max_size=30
)


def check_safe(text: str) -> None:
    shown = visible(text)
    assert not obeyed(shown)
    assert visible(shown) == shown
    assert cell_width(shown) == cell_len(shown)


@pytest.mark.parametrize("text", STRINGS, ids=lambda text: ascii(text)[:30])
def test_nothing_hostile_reaches_the_terminal(text: str) -> None:
    check_safe(text)


@UNHURRIED
@given(ANY_TEXT | TRICKY_TEXT)
def test_no_text_whatever_reaches_the_terminal_as_a_control(text: str) -> None:
    check_safe(text)


def test_every_character_is_as_wide_as_the_screen_counts_it() -> None:
    for start in range(0, 0x110000, 0x1000):
        shown = [visible(chr(code)) for code in range(start, start + 0x1000)]
        assert [cell_width(text) for text in shown] == [cell_len(text) for text in shown]


@UNHURRIED
@given(ANY_TEXT | TRICKY_TEXT, st.integers(-2, 40))
def test_cut_text_fits_and_says_that_it_was_cut(text: str, cells: int) -> None:
    shown = visible(text)
    kept = cut(shown, cells)
    assert cell_width(kept) <= max(0, cells)
    if kept != shown and cells > 0:
        assert kept.endswith("…")
        assert shown.startswith(kept[:-1])
    if cell_width(shown) <= cells:
        assert kept == shown


@UNHURRIED
@given(TRICKY_TEXT, st.integers(0, 40), st.booleans())
def test_fitted_text_is_exactly_as_wide_as_asked(text: str, cells: int, right: bool) -> None:
    assert cell_len(fit(visible(text), cells, right=right)) == cells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [text] \\n", "plain [text] \\n"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\x1b[31m\x9b\x7f\x00", r"\x1b[31m\x9b\x7f\x00"),
        ("\u202egnp", r"\u202egnp"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("ad\u200bmin", r"ad\u200bmin"),
        ("e\u0301", "e\u0301"),
        ("\u0301", r"\u0301"),
        ("\n\u0301", r"\n\u0301"),
        ("Z" + "\u0301" * 9 + "a", "Z\u0301\u0301\u0301…a"),
        ("山田\u3000太郎", "山田\u3000太郎"),
        ("a\u00a0b", r"a\xa0b"),
    ],
)
def test_one_notation_for_everything_unshowable(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_a_limit_looks_at_no_more_and_says_so() -> None:
    assert visible("x" * 400_000, 3) == "xxx…"
    assert visible("xxx", 3) == "xxx"
    assert visible("\x1b\x1b\x1b", 1) == r"\x1b…"


def test_a_wide_character_is_never_cut_in_half() -> None:
    assert cut("日本語", 5) == "日本…"
    assert cut("日本語", 4) == "日…"
    assert cut("日本語", 6) == "日本語"
    assert fit("日本語", 4) == "日… "
    assert fit("12", 4, right=True) == "  12"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (208, "208 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1249, "1.2 kB"),
        (9949, "9.9 kB"),
        (9960, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (412_000_000, "412 MB"),
        (1_000_000_000, "1.0 GB"),
        (5_000_000_000_000_000, "5000 TB"),
    ],
)
def test_sizes(number: int, text: str) -> None:
    assert size(number) == text


def test_counts() -> None:
    assert count(328_114) == "328 114"
    assert [counted(number, "record") for number in (0, 1, 1_200)] == ["0 records", "1 record", "1 200 records"]
    assert count(7) == "7"
    assert short_count(328_114) == "328 114"
    assert short_count(3_100_000) == "3.1 M"
    assert short_count(17_440_000) == "17.4 M"
    assert short_count(999_960_000) == "1.0 G"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0/s"), (0.01, "<0.1/s"), (4, "4.0/s"), (16.2, "16.2/s"), (99.96, "100/s"), (12345, "12 345/s")],
)
def test_rates(value: float, text: str) -> None:
    assert rate(value) == text


def test_a_rate_may_name_what_it_counts() -> None:
    assert rate(16.2, " calls/s") == "16.2 calls/s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (0.0001, "1 ms"),
        (0.121, "121 ms"),
        (41.9, "41 s"),
        (60, "1 m"),
        (540, "9 m"),
        (95, "1 m 35 s"),
        (86_280, "23 h 58 m"),
        (86_400, "1 d"),
        (183_600, "2 d 3 h"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_rough_durations_and_gauges() -> None:
    assert [roughly(s) for s in (-5, 45, 119, 120, 1799, 5400, 7200, 1_209_600)] == [
        *("0 s", "45 s", "119 s", "2 m", "30 m", "90 m", "2 h", "14 d"),
    ]
    assert [gauge(s) for s in (861, 900, 0, -3)] == ["14:21", "15:00", "00:00", "00:00"]


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "at", "now", "text"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", 1_774_017_127, 1_774_017_130, "15:32:07 CET"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", 1_774_047_600, 1_774_017_130, "21 Mar 00:00:00 CET"),
        ("UTC", 1_774_047_600, 1_774_017_130, "23:00:00 UTC"),
        ("UTC", 1_774_017_127, 1_805_553_127, "20 Mar 2026 14:32:07 UTC"),
        ("<LongName>-3", 1_774_017_127, 1_774_017_130, "17:32:07 +03:00"),
    ],
    indirect=["zone"],
)
def test_moment_has_its_zone_and_the_date_of_another_day(zone: None, at: int, now: int, text: str) -> None:
    assert moment(at, now) == text
    assert clock(at) in text
    assert same_day(at, now) is not text.startswith(f"{day(at)} ")


@pytest.mark.parametrize("at", [1_774_017_127_000.0, -1e15, 1e20, 1e300])
def test_no_number_that_a_server_sends_is_too_large_for_a_clock(at: float) -> None:
    for text in (clock(at), day(at), moment(at, 1_774_017_130), moment(1_774_017_130, at)):
        assert text
    assert not same_day(at, 1_774_017_130)
    assert clock(1e300) == "?"
