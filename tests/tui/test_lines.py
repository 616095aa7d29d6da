"""The lines of the header, the tree, the card and the rules, without a screen."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddbtop.errors import ServerFault
from ddbtop.streams.model import ITERATOR_LIFE_S, KeyAttribute, Position, Shard, StreamInfo
from ddbtop.streams.status import ReaderState, ReaderStatus, SessionStatus
from ddbtop.text import cell_width
from ddbtop.tui import cardlines, columns, shardlines
from ddbtop.tui.catchup import CatchUp
from ddbtop.tui.figures import Figures, Kept, figures
from ddbtop.tui.forest import Node
from ddbtop.tui.keymap import USUAL, KeyNames
from ddbtop.tui.look import Role, clip, fit, plain, sparkline, width_of, wrapped
from ddbtop.tui.meter import CELL_S, Meter, whole
from ddbtop.tui.names import ShardNames
from ddbtop.tui.place import Place
from ddbtop.tui.screens.main import MainScreen
from ddbtop.tui.shardlines import ShardFacts, leaf_line, tree_line
from ddbtop.tui.widgets.header import header_lines
from ddbtop.tui.widgets.rule import rule
from tests.tui.worlds import NOW, PLACE

STREAM = StreamInfo(
    "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/stream/2026-02-11T09:14:00.000",
    "orders",
    "2026-02-11T09:14:00.000",
    "ENABLED",
    "NEW_AND_OLD_IMAGES",
    key_schema=(KeyAttribute("pk", True), KeyAttribute("sk", False)),
)
FIGURES = Figures(
    NOW,
    STREAM,
    open=4,
    closed=15,
    lag_s=41,
    behind=1,
    gaps=1,
    throttled=0,
    rate=379,
    minute=[1, 2, 3] * 8,
    call_rate=16.2,
    kept=Kept(3_100_000, 17_400_000, 1_000_000_000),
    described=True,
)
KEYS = KeyNames(USUAL, (MainScreen,))
SHARD = "shardId-00000001774015322118-a47e99d0"
READER = ReaderStatus(
    Shard(SHARD, "shardId-00000001774001322118-1c062810"),
    ReaderState.TIP,
    closed=False,
    generation=4,
    position=Position.after("1624739500000000027768819660"),
    exact=True,
    iterator_at=NOW - 39,
    records=328_114,
    size_bytes=412_000_000,
    calls=9,
    first_at=NOW - 1800,
    last_at=NOW,
    interval_s=0.25,
    latency_s=0.121,
)


def facts(reader: ReaderStatus = READER, **changed: object) -> ShardFacts:
    whole = ShardFacts(reader, "a47e99d0", "1c062810", 182, [2, 3, 5, 7, 6, 5, 3, 2], 7, NOW)
    return replace(whole, **changed)  # type: ignore[arg-type]


def test_header_says_how_fast_how_far_behind_what_was_lost_and_what_it_costs() -> None:
    first, second = (plain(line) for line in header_lines(FIGURES, PLACE, 160))
    assert first.startswith(" ddbtop  orders  ● ENABLED  NEW_AND_OLD_IMAGES ")
    assert first.endswith(" prod-readonly · 111122223333 · eu-west-1 · stream 2026-02-11T09:14 ")
    assert second.startswith("   379/s ")
    assert "behind 41 s on 1 of 4 open shards  ·  gaps 1  " in second
    assert second.endswith("  kept 3.1 M of 17.4 M, disk 1.0 GB  ·  16.2 calls/s ≈ $0.012/h  ·  throttled 0  ")


def test_small_header_says_the_same_in_fewer_words() -> None:
    first, second = (plain(line) for line in header_lines(FIGURES, PLACE, 80))
    assert first.startswith(" orders ● ENABLED  NEW_AND_OLD ")
    assert first.endswith(" prod-readonly · eu-west-1 ")
    assert "behind 41 s" in second
    assert "4/19 open" in second


def test_header_one_column_narrower_than_the_widest_still_says_everything() -> None:
    for width in (139, 140):
        first, second = (plain(line) for line in header_lines(FIGURES, PLACE, width))
        assert first.startswith(" ddbtop  orders  ● ENABLED  NEW_AND_OLD_IMAGES ")
        assert first.endswith(" prod-readonly · 111122223333 · eu-west-1 · stream 2026-02-11T09:14 ")
        assert all(word in second for word in ("behind 41 s", "throttled 0", "kept 3.1 M of 17.4 M, disk 1.0 GB"))
    first = plain(header_lines(FIGURES, PLACE, 100)[0])
    assert "NEW_AND_OLD_IMAGES " in first, "the stream's label is the first to go, the account the next"
    assert first.endswith(" prod-readonly · 111122223333 · eu-west-1 ")


def test_nothing_is_counted_before_the_first_answer_and_a_long_name_does_not_touch_the_place() -> None:
    unknown = replace(FIGURES, stream=replace(STREAM, table="", status="", view_type=""), open=0, closed=0)
    for width in (80, 100, 160):
        first, second = (
            plain(line) for line in header_lines(replace(unknown, described=False), Place(profile="demo"), width)
        )
        assert " demo " in first
        assert first.startswith((" orders ", " ddbtop  orders  ")), "its ARN has its name"
        assert "●" not in first
        assert "0/0" not in second
        assert "kept" not in second


@pytest.mark.parametrize("width", [60, 80, 100, 139, 140, 160, 220])
def test_header_fills_its_width_and_no_more(width: int) -> None:
    long = replace(FIGURES, stream=replace(STREAM, table="t" * 255))
    for told in (FIGURES, long, replace(FIGURES, rate=123_456, throttled=99_999, gaps=1234)):
        assert [width_of(line) for line in header_lines(told, PLACE, width)] == [width, width]


def test_only_trouble_has_a_colour_in_the_header() -> None:
    healthy = replace(FIGURES, lag_s=0, behind=0, gaps=0)
    roles = {role for line in header_lines(healthy, PLACE, 160) for text, role in line if text.strip()}
    assert roles <= {Role.STRONG, Role.TEXT, Role.DIM, Role.ACCENT, Role.INSERT}
    roles = {role for line in header_lines(replace(FIGURES, throttled=3), PLACE, 160) for _, role in line}
    assert {Role.ATTENTION, Role.REMOVE} <= roles


def test_endpoint_of_another_kind_has_the_colour_of_attention() -> None:
    lines = header_lines(FIGURES, Place(endpoint_url="http://localhost:8000"), 160)
    assert ("http://localhost:8000", Role.ATTENTION) in lines[0]


def test_tree_line_has_the_columns_of_its_heading() -> None:
    line = plain(tree_line(Node(SHARD, "│ ├─"), facts(), 66))
    heading = plain(shardlines.heading(66))
    assert width_of(tree_line(Node(SHARD, "│ ├─"), facts(), 66)) == cell_width(heading) == 66
    assert line.startswith("   │ ├─● a47e99d0 ")
    assert line[heading.index("  minute") :].startswith("▃▄▆█▇▆▄▃")
    assert line[: heading.index("rec/s") + 5].endswith("  182")
    assert line[heading.index("reader") :].startswith("tip")
    assert line[: heading.index("behind") + 6].endswith(" 0 s")


@pytest.mark.parametrize(
    ("reader", "word", "behind"),
    [
        (replace(READER, state=ReaderState.DRAINED, closed=True), "drained", "–"),
        (replace(READER, state=ReaderState.DRAINING, closed=True, last_at=NOW - 41), "draining", "41 s"),
        (replace(READER, state=ReaderState.WAITS, last_at=None), "waits", "?"),
        (replace(READER, state=ReaderState.NOT_ASKED, last_at=None), "not asked", "–"),
        (replace(READER, state=ReaderState.BEHIND, last_at=NOW - 19_000), "behind", "5 h"),
    ],
)
def test_state_is_a_word_and_unknown_is_no_zero(reader: ReaderStatus, word: str, behind: str) -> None:
    line = plain(tree_line(Node(SHARD, "", is_root=True), facts(reader), 66))
    assert word in line
    assert line.rstrip().endswith(f" {behind}")


def test_number_of_what_is_folded_stays_without_its_word() -> None:
    line = plain(tree_line(Node(SHARD, "", above=12, is_root=True), facts(), 60))
    assert line.startswith(" ▸ ● a47e99d0  +12 ")
    assert "…" not in line


def test_deep_branches_keep_the_name() -> None:
    line = tree_line(Node(SHARD, "│ " * 30 + "└─"), facts(), 66)
    assert width_of(line) == 66
    assert "a47e99d0" in plain(line)


@pytest.mark.parametrize(
    ("node", "width", "words"),
    [
        (Node(SHARD, "", above=2, below=3, is_root=True), 80, " ▸ ● a47e99d0  +2 above  +3 below "),
        (Node(SHARD, "", above=2, is_root=True, has_children=True), 80, " ▾ ● a47e99d0  +2 above "),
        (Node(SHARD, "", above=2, is_root=True), 80, " ▸ ● a47e99d0  +2 above "),
        (Node(SHARD, "  └─", below=3), 80, "     └─● a47e99d0 ▸ +3 below "),
        (Node(SHARD, "  └─", below=3), 66, "     └─● a47e99d0 ▸ +3 "),
        (Node(SHARD, "  └─", below=120), 66, "     └─● a47e99d0 ▸ +120 "),
    ],
)
def test_how_many_shards_are_folded_is_said_before_which_way(node: Node, width: int, words: str) -> None:
    assert plain(tree_line(node, facts(), width)).startswith(words)


def test_leaf_line_of_a_small_screen() -> None:
    line = plain(leaf_line(facts(), 80))
    assert line.startswith(" ● a47e99d0 ← 1c062810   ▃▄▆█▇▆▄▃  182/s  tip ")
    assert line.endswith(" 0 s  iter 14:21")
    assert cell_width(line) <= 80
    waiting = plain(leaf_line(facts(replace(READER, state=ReaderState.WAITS, last_at=None)), 80))
    assert "waits for parent" in waiting
    assert "iter" not in waiting


def test_card_says_what_the_tree_has_no_room_for() -> None:
    parent = ReaderStatus(
        Shard(READER.shard.parent_id),
        ReaderState.DRAINED,
        True,
        children=(SHARD, "shardId-00000001774015322118-0be417f3"),
    )
    status = SessionStatus(STREAM, {parent.shard.shard_id: parent, SHARD: READER})
    names = ShardNames()
    names.update([*status.readers, *parent.children])
    text = "\n".join(plain(line) for line in cardlines.card_lines(SHARD, status, names, Meter(), NOW, KEYS))
    assert SHARD in text
    assert "split 14:02:02 into a47e99d0 and 0be417f3" in text
    assert "AFTER_SEQUENCE_NUMBER …027768819660   exact" in text
    assert "328 114 records · 412 MB JSON, 14:02:07 to 14:32:07" in text
    assert "14:21 left of 15:00 █" in text
    assert "every 250 ms · 2.7 calls/s · 121 ms a call" in text


@pytest.mark.parametrize("changed", [{}, {"interval_s": 0.0}, {"interval_s": 1.0, "latency_s": 2.5}])
def test_card_never_cuts_that_a_shard_was_throttled(changed: dict[str, float]) -> None:
    reader = replace(READER, throttled=12_345, **changed)  # type: ignore[arg-type]
    status = SessionStatus(STREAM, {SHARD: reader})
    lines = cardlines.card_lines(SHARD, status, ShardNames(), Meter(), NOW, KEYS)
    (poll,) = [plain(line) for line in lines if plain(line).startswith(" poll")]
    assert poll.endswith(" · throttled 12 345")
    assert cell_width(poll) <= 60


def test_iterator_that_runs_out_has_the_colour_of_attention() -> None:
    late = replace(READER, iterator_at=NOW - ITERATOR_LIFE_S + 100)
    status = SessionStatus(STREAM, {SHARD: late})
    line = next(
        line
        for line in cardlines.card_lines(SHARD, status, ShardNames(), Meter(), NOW, KEYS)
        if "iterator" in line[0][0]
    )
    assert Role.ATTENTION in {role for _, role in line}


def test_rule_keeps_the_state_and_cuts_the_name() -> None:
    line = rule([("x" * 100, Role.STRONG)], [("following", Role.DIM)], 40)
    assert width_of(line) == 40
    assert plain(line).endswith(" following ─")
    assert "…" in plain(line)
    assert plain(rule([("Shards", Role.STRONG)], [("4 open", Role.DIM)], 30)) == "─ Shards ──────────── 4 open ─"
    assert plain(rule([("", Role.STRONG)], [], 20)) == "─" * 20


@given(st.integers(10, 200), st.text(max_size=300))
def test_rule_fills_its_width(width: int, name: str) -> None:
    assert width_of(rule([(name.replace("\n", ""), Role.STRONG)], [], width)) >= min(width, 1)


@settings(deadline=None)
@given(st.lists(st.text("aé日́ ", max_size=9), max_size=6), st.integers(0, 30))
def test_clipped_lines_fit_and_say_that_something_is_missing(texts: list[str], width: int) -> None:
    line = [(text, Role.TEXT) for text in texts]
    clipped = clip(line, width)
    assert width_of(clipped) <= max(0, width)
    if width_of(line) > width > 0:
        assert plain(clipped).endswith("…")
    assert width_of(fit(line, width)) <= max(0, width)


@given(st.text("ab 日", max_size=80), st.integers(4, 30))
def test_wrapped_text_loses_no_character(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cell_width(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("width", [1, 0, -4])
def test_text_without_room_is_wrapped_all_the_same(width: int) -> None:
    assert wrapped("ab 日", width) == ["a", "b", "日"]


def test_sparkline_shows_nothing_as_the_lowest_bar_and_something_as_more() -> None:
    assert sparkline([0, 0, 0]) == "▁▁▁"
    assert sparkline([0, 1, 1000]) == "▁▂█"
    assert sparkline([5, 10], top=20) == "▃▅"
    assert sparkline([]) == ""


def test_names_widen_until_they_are_unique() -> None:
    names = ShardNames()
    names.update(["shardId-1-a47e99d0", "shardId-2-0be417f3"])
    assert names["shardId-1-a47e99d0"] == "a47e99d0"
    names.update(["shardId-1-a47e99d0", "shardId-9-a47e99d0"])
    assert names["shardId-1-a47e99d0"] != names["shardId-9-a47e99d0"]
    assert names.width == 10


def test_columns_leave_in_the_order_of_their_use() -> None:
    full, small, least = columns.Columns.of(93, 8), columns.Columns.of(80, 8), columns.Columns.of(40, 8)
    assert (full.shard, full.event, full.size) == (8, 6, 7)
    assert (full.key, full.what) == (21, 38)
    assert (small.shard, small.event, small.size) == (4, 1, 0)
    assert least.what >= 1
    wholes = [columns.Columns.of(width, 8) for width in range(81, 93)]
    shown = [(one.shard, one.event, one.size) for one in wholes]
    assert shown == [(8, 1, 0)] * 5 + [(8, 6, 0)] * 7
    for width in range(60, 100):
        assert "shard " in plain(columns.heading(columns.Columns.of(width, 8)))


def test_sort_key_goes_rather_than_to_be_cut_to_a_letter() -> None:
    assert columns.key_cell("CART#8841 · ITEMS", 16) == "CART#8841       "
    assert columns.key_cell("CART#8841 · ITEMS", 17) == "CART#8841 · ITEMS"
    assert columns.key_cell("ORDER#10861 · LINE#1", 19) == "ORDER#10861 · LINE…"
    assert columns.key_cell("CUSTOMER#77100 · STATS", 19) == "CUSTOMER#77100     "
    assert columns.key_cell("a very long partition key", 10) == "a very lo…"


@pytest.mark.parametrize("width", [60, 65, 66, 79, 80, 100, 139])
def test_leaf_line_has_room_between_its_columns_and_fills_what_it_can(width: int) -> None:
    line = plain(leaf_line(facts(), width))
    assert cell_width(line) <= width
    assert "a47e99d0 ▃" in line or "1c062810   ▃" in line
    assert ("made 14:02" in line) is (width >= 92)
    assert ("328 114 read, 412 MB" in line) is (width >= 118)


def test_rates_are_means_of_whole_bars_and_add_up() -> None:
    meter = Meter()
    shards = {name: replace(READER, shard=Shard(name), records=0) for name in ("a", "b")}
    status = SessionStatus(STREAM, shards)
    for step in range(20):
        status = replace(
            status,
            readers={
                "a": replace(shards["a"], records=step * 25),
                "b": replace(shards["b"], records=step * 5),
            },
            calls=step * 10,
        )
        meter.sample(step * CELL_S, status)
    assert meter.shard_rate("a") == 10
    assert meter.shard_rate("b") == 2
    assert meter.rate() == 12
    assert meter.call_rate() == pytest.approx(4)
    assert max(meter.minute()) == 30
    assert sum(meter.shard_minute("a")) <= 19 * 25


def test_many_slow_shards_add_up_to_what_the_stream_does() -> None:
    rates = {f"s{number}": 0.4 for number in range(100)}
    assert sum(whole(rates).values()) == 40
    assert whole({"a": 1.5, "b": 1.5, "c": 7.0}) == {"a": 2, "b": 1, "c": 7}
    assert whole({}) == {}


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1e6)))
def test_whole_rates_add_up_and_none_is_off_by_one(rates: dict[str, float]) -> None:
    rounded = whole(rates)
    assert sum(rounded.values()) == round(sum(rates.values()))
    assert all(abs(rounded[name] - rate) < 1.01 for name, rate in rates.items())


def test_figures_stay_what_they_are_until_it_is_said_that_they_became_others() -> None:
    meter = Meter()
    for tenth in range(80):
        before = meter.rate(), meter.shard_rate(SHARD), meter.knows(SHARD), meter.call_rate()
        status = SessionStatus(STREAM, {SHARD: replace(READER, records=tenth * tenth)}, calls=tenth)
        if not meter.sample(tenth / 10, status):
            assert before == (meter.rate(), meter.shard_rate(SHARD), meter.knows(SHARD), meter.call_rate())


def test_rate_forgets_shards_that_close() -> None:
    meter = Meter()
    for second, records in enumerate((0, 100)):
        meter.sample(second, SessionStatus(STREAM, {SHARD: replace(READER, records=records)}))
    assert meter.rate() == meter.shard_rate(SHARD) == 100
    meter.sample(2, SessionStatus(STREAM, {SHARD: replace(READER, records=100, closed=True)}))
    assert meter.rate() is None


def test_shard_that_closes_between_two_bars_counts_no_more_at_once() -> None:
    meter = Meter()
    for step, records in enumerate((0, 100, 200)):
        readers = {name: replace(READER, shard=Shard(name), records=records) for name in ("a", "b")}
        meter.sample(step * CELL_S, SessionStatus(STREAM, readers, lineage_version=1))
    assert meter.rate() == 80
    readers["a"] = replace(readers["a"], closed=True)
    assert meter.sample(2.1 * CELL_S, SessionStatus(STREAM, readers, lineage_version=2)), "the screen is told"
    assert meter.rate() == meter.shard_rate("b") == 40


def test_reading_a_day_at_once_is_no_rate_of_the_table() -> None:
    meter = Meter()
    for step, (state, records) in enumerate(
        [(ReaderState.BEHIND, 0), (ReaderState.BEHIND, 50_000), (ReaderState.TIP, 100_000), (ReaderState.TIP, 100_025)]
    ):
        meter.sample(step * CELL_S, SessionStatus(STREAM, {SHARD: replace(READER, state=state, records=records)}))
        assert meter.knows(SHARD) is (records == 100_025), "one look at the tip says nothing yet"
        assert (meter.rate() is None) is (records < 100_025)
    assert meter.minute() == [25]
    assert meter.rate() == meter.shard_rate(SHARD) == 10, "counted from the tip on"
    assert meter.shard_minute(SHARD) == [25], "and no bar of before it"
    assert meter.reading_rate() == round(100_025 / 3 / CELL_S)


def test_rate_of_a_shard_whose_tip_was_reached_within_a_bar_counts_from_then() -> None:
    meter = Meter()
    for second, state, records in ((0, ReaderState.BEHIND, 9_000), (1.5, ReaderState.TIP, 9_000), (2.6, None, 9_022)):
        reader = replace(READER, state=state or ReaderState.TIP, records=records)
        meter.sample(second, SessionStatus(STREAM, {SHARD: reader}))
    assert meter.rate() == 20


def test_rate_is_the_sum_of_what_stands_beside_the_shards() -> None:
    meter = Meter()
    early, late = (replace(READER, shard=Shard(name), records=0) for name in ("early", "late"))
    late = replace(late, state=ReaderState.BEHIND)
    for second, read in ((0.0, 0), (1.6, 0), (2.2, 50)):
        late = late if second < 1 else replace(late, state=ReaderState.TIP, records=read)
        readers = {"early": replace(early, records=read), "late": late}
        meter.sample(second, SessionStatus(STREAM, readers))
    assert meter.knows("early")
    assert not meter.knows("late")
    assert meter.rate() == meter.shard_rate("early") == round(50 / 2.2)
    assert meter.shard_rate("late") == 0


def test_time_left_is_what_the_pace_of_the_last_seconds_makes_it() -> None:
    catch_up = CatchUp()
    assert catch_up.left_s() is None
    for second in range(60):
        catch_up.tell(second, 36_000 - 100 * second)
    assert catch_up.left_s() == pytest.approx((36_000 - 5_900) / 100)
    catch_up.tell(61, 40_000)
    assert catch_up.left_s() is None, "it falls behind"


def test_leap_over_what_was_quiet_does_not_promise_an_end() -> None:
    catch_up = CatchUp()
    for second in range(12):
        catch_up.tell(second, 80_000 if second < 4 else 95 - (second - 4) * 0.5)
    assert catch_up.left_s() == pytest.approx(91.5 / 0.5)
    for second in range(12, 17):
        catch_up.tell(second, 95)
    assert catch_up.left_s() is None


def test_header_says_how_long_catching_up_takes() -> None:
    late = replace(FIGURES, rate=None, minute=(), lag_s=18_180, reading=12_000, left_s=181)
    wide, small = (plain(header_lines(late, PLACE, width)[1]) for width in (180, 80))
    assert wide.startswith("     ?/s ")
    assert "behind 5 h 3 m on 1 of 4 open shards, reading 12 000/s, ≈ 3 m left  ·  gaps 1" in wide
    assert "behind 5 h 3 m on 1 open, ≈ 3 m left  gaps 1" in small


def test_header_says_where_it_is_behind_when_no_shard_on_screen_is() -> None:
    late = replace(FIGURES, lag_s=20_400, behind=0, behind_closed=3, rate=None, minute=())
    wide, small = (plain(header_lines(late, PLACE, width)[1]) for width in (160, 80))
    assert "behind 5 h 40 m on 3 closed shards  ·  gaps" in wide
    assert "behind 5 h 40 m on 3 closed" in small


def test_tip_whose_calls_fail_is_as_far_behind_in_the_header_as_in_its_line() -> None:
    failing = replace(READER, trouble=ServerFault("no answer"), answered_at=NOW - 6.7)
    status = SessionStatus(STREAM, {SHARD: failing}, described=True, clock_offset=NOW - time.time())
    told = figures(status, Meter(), Kept())
    assert (told.lag_s, told.behind) == (6, 1)
    for line in (tree_line(Node(SHARD, ""), facts(failing), 66), leaf_line(facts(failing), 80)):
        assert "retrying" in plain(line)
        assert " 6 s" in plain(line)
        assert "tip" not in plain(line)
    just_failed = replace(failing, answered_at=NOW - 0.4)
    assert "tip         0 s" in plain(tree_line(Node(SHARD, ""), facts(just_failed), 66))
    card = "\n".join(plain(line) for line in cardlines.card_lines(SHARD, status, ShardNames(), Meter(), NOW, KEYS))
    assert "nothing unread" not in card


@pytest.mark.parametrize("width", [60, 80, 100, 140, 160, 200])
def test_figures_of_the_header_stay_where_they_are_while_they_change(width: int) -> None:
    words = ("behind", "gaps", "calls", "$", "throttled", "open")
    calm = replace(FIGURES, rate=7, lag_s=0, behind=0, gaps=0, kept=Kept(3_817, 3_817, 535_000))
    busy = replace(calm, rate=1_204, minute=[9] * 24, call_rate=4.1, kept=Kept(328_114, 328_114, 41_000_000))
    before, after = (plain(header_lines(told, PLACE, width)[1]) for told in (calm, busy))
    assert [before.find(word) for word in words] == [after.find(word) for word in words]


@pytest.mark.parametrize("width", [60, 65, 66, 79])
def test_leaf_line_keeps_how_far_behind_on_any_screen(width: int) -> None:
    line = plain(leaf_line(facts(replace(READER, state=ReaderState.BEHIND, last_at=NOW - 120)), width))
    assert cell_width(line) <= width
    assert "2 m" in line
