"""What stands beside and below a replay's tree: sums that add up, refusals of Lambda's, text that is cut."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddbtop.errors import CannotDo, DdbtopError, WrongUsage
from ddbtop.replay.adopting.deployed import Adopted
from ddbtop.replay.findings.since import Comparison
from ddbtop.replay.mapping.settings import RANGES, Settings
from ddbtop.replay.model import Answer, Counts, Given, HandlerError, Outcome, Summary
from ddbtop.replay.options import Arrival, Backoff, Clock
from ddbtop.replay.patterns import FilterCriteria
from ddbtop.tui.keymap import USUAL, KeyNames
from ddbtop.tui.look import Line, Role, plain
from ddbtop.tui.replays.details import EVENT_BYTES, MOST_LINES, Facts, Tab, copied, details
from ddbtop.tui.replays.fields import FIELDS, plan_of, takes, texts_of
from ddbtop.tui.replays.panes import access_lines, counts_lines, fact_lines, parameter_lines, shortened, unusual_words
from ddbtop.tui.replays.plan import Plan, Selected, Way
from ddbtop.tui.replays.remembered import remember, remembered
from ddbtop.tui.replays.state import head_line
from ddbtop.tui.replays.tree import Entry, ReplayTree
from ddbtop.tui.screens.replay import ReplayScreen
from ddbtop.tui.widgets.replaytree import RunTree
from tests.replay.scripted import FAILURE, Script, record

PATTERNS = FilterCriteria.parse(['{"eventName": ["INSERT"]}', '{"eventName": ["REMOVE"]}'])
WAY = Way("python3", "", 3, Clock.RECORDED, Arrival.RECORDED, Backoff.DOUBLING)
ODD = Plan("app.py:handler", Settings(25, 5, 2, True, 3, 60, True, 0, PATTERNS, "failed"), 1.5, WAY)

KEYS = KeyNames(USUAL, (RunTree, ReplayScreen))


def said(entry: Entry, tab: Tab = Tab.TRACEBACK, facts: Facts | None = None, width: int = 110) -> str:
    lines = details(entry, tab, facts or Facts(Settings(max_retries=2)), width, KEYS)
    return "\n".join(plain(line) for line in lines)


def last_entry(script: Script) -> Entry:
    tree = ReplayTree()
    for event in script.events:
        tree.add(event)
    assert tree.newest is not None
    return Entry(tree.newest)


def answered(answer: Answer, outcome: Outcome = Outcome.ERROR, records: int = 1) -> Entry:
    script = Script()
    script.invoke(script.batch(record(number) for number in range(records)), outcome, answer=answer)
    return last_entry(script)


def test_counts_are_a_sum_that_adds_up() -> None:
    summary = Summary(Counts(4_812, 2_962, 1_824, 1, 25, 85, 8))
    lines = [plain(line) for line in counts_lines(summary, [0.003, 0.004, 0.011, 3.0], "./failed/")]
    assert lines[3] == " discarded            1   in ./failed/"
    assert lines[6].endswith("4 812   adds up")
    assert lines[8].endswith("85   8 failed")
    assert "p50 11 ms" in lines[9]
    assert "max 3.0 s" in lines[9]


def test_a_sum_that_does_not_add_up_is_a_loss() -> None:
    lines = counts_lines(Summary(Counts(polled=10, delivered=9)), [], "")
    assert lines[6][-1] == ("   1 unaccounted for", Role.LOSS)


def test_every_parameter_is_there_with_the_values_that_it_takes() -> None:
    summary = Summary(Counts(polled=100, filtered=62, delivered=38))
    facts = fact_lines(ODD, Given("app.py:handler", "python 3.12"), Selected(), 48)
    text = "\n".join(plain(line) for line in [*facts, *parameter_lines(ODD, summary)])
    for words in (
        "BatchSize",
        "25    1–10000",
        "−1–10000",
        "60    −1, 60–604800",
        "2 patterns 38 %",
        "failed",
        "1.5 s",
    ):
        assert words in text
    assert "recorded, recorded" in text
    assert all(len(line) <= 48 for line in text.splitlines())


def test_what_is_not_lambda_s_default_stands_out_and_is_counted() -> None:
    lines = parameter_lines(Plan("h", Settings(bisect=True, max_retries=2), 5.0), Summary(Counts()))
    strong = [plain(line).split()[0] for line in lines if any(role is Role.STRONG for _, role in line)]
    assert strong == ["BisectBatchOnFunctionError", "MaximumRetryAttempts", "Timeout"]
    assert unusual_words(ODD, is_remembered=False) == "14 not default"
    assert unusual_words(Plan("h", timeout_s=1.0), is_remembered=True) == "remembered · 1 not default"
    assert unusual_words(Plan("h"), is_remembered=True) == ""


def test_the_header_leaves_out_whole_parts_and_says_what_its_times_are() -> None:
    today, now = time.strftime("%H:%M:%S"), time.time()
    said = [
        plain(head_line("orders", "app.py 14:29:51", Summary(Counts(), now=now), width)) for width in (160, 70, 50, 20)
    ]
    assert said[0].endswith(f"handler app.py, saved 14:29:51 · recorded clock {today} ")
    assert said[1].endswith(f"  handler app.py · recorded clock {today} ")
    assert said[2].endswith(f"  recorded clock {today} ")
    assert said[3].rstrip() == " orders  replay"
    assert "handler 42 " in plain(head_line("orders", "42", Summary(Counts()), 160))
    before = Summary(Counts(), now=now - 3 * 86_400)
    day = time.strftime("%d %b %H:%M:%S", time.localtime(before.now))
    assert f"recorded clock {day}" in plain(head_line("orders", "", before, 160))


def test_access_is_told_in_whole_words() -> None:
    facts = (("AWS credentials", "none given to the handler, whatever it asks for"),)
    lines = [plain(line) for line in access_lines(Given("h", facts=facts), 46)]
    assert "".join(lines).replace(" ", "").endswith("nonegiventothehandler,whateveritasksfor")
    assert len(lines) == 2


def test_of_a_path_the_end_is_kept() -> None:
    assert shortened("/home/me/projects/orders/app.py:handler", 24) == "…/orders/app.py:handler"
    assert shortened("app.py:handler", 24) == "app.py:handler"


def test_fields_are_read_back_as_they_were_written() -> None:
    assert plan_of(ODD, texts_of(ODD)) == ODD
    assert texts_of(plan_of(Plan("app.py:handler"), texts_of(ODD))) == texts_of(ODD)
    assert plan_of(Plan("h"), texts_of(Plan("h"))) == Plan("h")
    assert all(takes(field) for field in FIELDS)


def test_changes_name_no_key_for_what_did_not_change_since_none_shows_it_here() -> None:
    made = record(7)
    event = json.loads(made.event)
    event["eventName"] = "MODIFY"
    event["dynamodb"]["OldImage"] = event["dynamodb"]["NewImage"] | {"price": {"N": "1"}}
    script = Script()
    script.discard(script.batch([replace(made, event=json.dumps(event).encode())]))
    text = said(last_entry(script), Tab.CHANGES)
    assert "2 unchanged" in text
    assert "shows them" not in text


@pytest.mark.parametrize(
    ("field", "text", "refusal"),
    [
        ("batch_size", "0", "BatchSize is 1–10000, not 0"),
        ("batch_size", "many", "BatchSize is 1–10000, not 'many'"),
        ("max_record_age_s", "59", "MaximumRecordAgeInSeconds is 60–604800 s, or −1, not 59"),
        ("tumbling_window_s", "30", "TumblingWindowInSeconds needs a ParallelizationFactor of 1"),
        ("bisect", "maybe", "BisectBatchOnFunctionError is on or off"),
        ("filters", "{", "JSON"),
        ("on_failure", "arn:aws:sqs:eu-west-1:1:q", "from here on-failure messages go to a folder"),
        ("timeout_s", "901", "Timeout is more than 0 and at most 900 s, not '901'"),
        ("timeout_s", "nan", "Timeout is more than 0"),
        ("workers", "0", "workers is 1–100, not '0'"),
        ("workers", "few", "workers is 1–100, not 'few'"),
        ("clock", "sun", "clock is recorded or wall, not 'sun'"),
        ("clock", "wall", "arrival recorded is of the recorded clock"),
        ("backoff", "", "backoff is none or doubling, not ''"),
    ],
)
def test_what_lambda_refuses_is_refused_where_it_is_typed(field: str, text: str, refusal: str) -> None:
    with pytest.raises(WrongUsage, match=refusal.replace("(", r"\(")):
        plan_of(ODD, texts_of(ODD) | {field: text})


def test_an_interpreter_or_a_file_that_is_not_there_is_refused_where_it_is_typed(tmp_path: Path) -> None:
    (tmp_path / "bad.env").write_text("COLOUR\n")
    for field, text, refusal in (
        ("python", "python1.5", "there is no interpreter python1.5"),
        ("env_file", "none.env", "there is no file none.env"),
        ("env_file", str(tmp_path), "there is no file"),
        ("env_file", str(tmp_path / "bad.env"), "line 1: 'COLOUR' is no variable"),
    ):
        with pytest.raises(DdbtopError, match=refusal):
            plan_of(ODD, texts_of(ODD) | {field: text})


def test_how_it_is_run_is_shown_where_it_is_not_as_usual() -> None:
    usual, odd = (plain_lines(parameter_lines(plan, Summary(Counts()))) for plan in (Plan("h"), ODD))
    assert usual[-1].split() == ["clock", "recorded,", "backlog"]
    assert [line.split()[0] for line in odd[-3:]] == ["clock", "workers", "backoff"]
    wall = parameter_lines(Plan("h", way=Way(clock=Clock.WALL)), Summary(Counts()))
    assert plain(wall[-1]).endswith("wall, really waits")
    assert wall[-1][-1][1] is Role.STRONG


def plain_lines(lines: list[Line]) -> list[str]:
    return [plain(line) for line in lines]


@given(st.sampled_from(sorted(RANGES)), st.integers(-10, 1_000_000))
def test_a_number_is_taken_exactly_where_lambda_takes_it(field: str, number: int) -> None:
    limit = RANGES[field]
    taken = limit.low <= number <= limit.high or (limit.endless and number == -1)
    plain_plan = Plan("app.py:handler")
    try:
        assert getattr(plan_of(plain_plan, texts_of(plain_plan) | {field: str(number)}).settings, field) == number
        assert taken
    except WrongUsage:
        assert not taken


def test_a_plan_is_remembered_for_its_handler_and_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state" / "replay.json"
    monkeypatch.chdir(tmp_path)
    assert remembered(file=file) is None
    remember(ODD, file=file)
    remember(Plan("other.py:handler"), file=file)
    assert texts_of(remembered("app.py:handler", file=file) or Plan("")) == texts_of(ODD)
    assert remembered(file=file) == Plan("other.py:handler")
    assert file.stat().st_mode & 0o777 == 0o600
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert remembered("app.py:handler", file=file) is None


DEPLOYED = Adopted("the mapping of ship", "ship", Settings(batch_size=25, bisect=True), timeout_s=30.0)


def test_what_is_typed_wins_over_what_is_taken_over_also_where_that_changed_meanwhile() -> None:
    plan = Plan("h").adopting("ship", DEPLOYED)
    assert (plan.settings, plan.timeout_s) == (DEPLOYED.settings, 30.0)
    assert unusual_words(plan, is_remembered=True) == "like ship"
    typed = plan_of(plan, texts_of(plan) | {"max_retries": "2", "bisect": "off", "workers": "3"})
    assert unusual_words(typed, is_remembered=False) == "like ship · 3 changed"
    later = replace(DEPLOYED, settings=Settings(batch_size=50, bisect=True), timeout_s=60.0)
    assert typed.adopting("ship", later).settings == Settings(batch_size=50, max_retries=2)
    assert typed.adopting("ship", later).timeout_s == 60.0
    assert typed.adopting("ship", later).way.workers == 3


def test_what_is_typed_may_contradict_what_is_taken_over() -> None:
    typed = Plan("h", Settings(tumbling_window_s=30))
    with pytest.raises(WrongUsage, match="TumblingWindowInSeconds needs"):
        typed.adopting("ship", replace(DEPLOYED, settings=Settings(parallelization_factor=2)))


def test_what_was_typed_over_other_settings_is_remembered_as_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "replay.json"
    plan = Plan("h").adopting("ship", DEPLOYED)
    remember(plan_of(plan, texts_of(plan) | {"batch_size": "7"}), file=file)
    known = remembered(file=file)
    assert known is not None
    assert known.like == "ship"
    later = replace(DEPLOYED, settings=Settings(max_retries=5))
    assert known.adopting("ship", later).settings == Settings(batch_size=7, max_retries=5)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"HERE": 5}', '{"HERE": {"handlers": {"h": {"mapping": {"BatchSize": 0}}}}}']
)
def test_what_cannot_be_remembered_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "replay.json"
    file.write_text(content.replace("HERE", str(tmp_path)))
    assert remembered("h", file=file) is None
    if content != '{"HERE": 5}':
        remember(ODD, file=file)
        assert texts_of(remembered(file=file) or Plan("")) == texts_of(ODD)


def test_a_folder_that_cannot_be_written_to_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotDo, match="cannot be remembered in"):
        remember(ODD, file=tmp_path / "file" / "replay.json")


def test_logs_and_traces_are_cut_and_say_so() -> None:
    long = answered(Answer(logs="\n".join(map(str, range(MOST_LINES + 7))) + "\n" + "x" * 3_000))
    assert "8 more lines; y copies all of it" in said(long, Tab.LOGS)
    wide = answered(Answer(logs="x" * 3_000))
    assert said(wide, Tab.LOGS).endswith("x… 1 000 more")
    assert copied(wide, Tab.LOGS, Facts()) == "x" * 3_000


def test_what_is_copied_cannot_be_obeyed_by_a_terminal() -> None:
    error = HandlerError("ValueError", "no\x1b[2J", ('  File "app.py", line 1, in handler\n',))
    entry = answered(Answer(payload='"\u009b2J"'.encode(), error=error, logs="one\x1b]0;t\x07\ntwo\n"))
    assert copied(entry, Tab.LOGS, Facts()) == "one\\x1b]0;t\\x07\ntwo"
    assert copied(entry, Tab.TRACEBACK, Facts()) == '  File "app.py", line 1, in handler\nValueError: no\\x1b[2J'
    assert copied(entry, Tab.RESPONSE, Facts()) == '"\\u009b2J"'


def test_a_large_event_shows_its_first_record_and_how_large_it_is() -> None:
    records = EVENT_BYTES // len(record(1).event) + 1
    entry = answered(Answer(), Outcome.SUCCESS, records)
    text = said(entry, Tab.EVENT)
    assert text.startswith(f" {records} records, ")
    assert text.count('"SequenceNumber"') == 1
    assert len(json.loads(copied(entry, Tab.EVENT, Facts()))["Records"]) == records


def test_errors_keep_their_lines_and_their_frames() -> None:
    error = HandlerError("ValueError", "first\nsecond", ('  File "app.py", line 1, in handler\n', "    boom()"))
    text = said(answered(Answer(error=error)))
    assert text.splitlines()[2:] == [
        " Traceback (most recent call last):",
        '   File "app.py", line 1, in handler',
        "     boom()",
        " ValueError: first",
        " second",
        "",
        " on Lambda   it is tried 2 more times, then discarded",
    ]


def test_an_error_that_comes_and_goes_is_not_said_to_be_always_the_same() -> None:
    script = Script()
    batch = script.batch([record(1)])
    script.invoke(batch, Outcome.ERROR)
    script.invoke(batch, Outcome.ERROR, answer=Answer(error=replace(FAILURE, message="another")))
    assert "failed 2 of 2 times" in said(last_entry(script))
    script.invoke(batch)
    assert "failed 2 of 3 times" in said(last_entry(script))


def test_without_an_end_of_retries_it_is_said_until_when() -> None:
    script = Script()
    script.invoke(script.batch([record(1)]), Outcome.ERROR)
    entry = last_entry(script)
    assert "tried again until 21 Mar 14:32" in said(entry, facts=Facts(Settings()))
    assert "tried again until 20 Mar 14:33" in said(entry, facts=Facts(Settings(max_record_age_s=60)))


def test_what_differs_from_the_run_before_is_told() -> None:
    facts = Facts(before=2, since=Comparison(3, 0, 1_822, 4), version="app.py 14:29", changed=("BatchSize",))
    text = said(answered(Answer(), Outcome.SUCCESS), facts=facts)
    assert "since run 2   handler changed (app.py 14:29), BatchSize changed   newly ok 3" in text
    assert "newly failing 0   same 1 822" in text
    assert text.endswith("not reached 4")


def test_what_does_not_fit_on_a_line_goes_on_below_and_nothing_is_cut() -> None:
    changed = ("BisectBatchOnFunctionError", "MaximumRetryAttempts")
    apart = 'price is {"S": "12,90"}; all 406 INSERTs delivered in this run with price have {"N": …}'
    facts = Facts(Settings(max_retries=2), apart=(apart,), before=1, since=Comparison(3, 0, 1_822, 4), changed=changed)
    script = Script()
    script.discard(script.batch([record(1)]))
    entry = last_entry(script)
    for width in (50, 80, 112):
        text = said(entry, facts=facts, width=width)
        assert all(len(line) <= width for line in text.splitlines())
        whole = " ".join(text.split())
        for words in (apart, "MaximumRetryAttempts changed newly ok 3 newly failing 0 same 1 822 not reached 4"):
            assert words in whole
        assert "same error in 3 of 3" in text.splitlines()[1 if width == 50 else 0]
        assert "request request-1" in whole


def test_what_took_how_long_never_pushes_down_why_it_failed() -> None:
    script = Script()
    script.invoke(script.batch([record(1)]), Outcome.ERROR, answer=Answer(error=FAILURE, duration_s=0.0006))
    for width in range(30, 120, 7):
        lines = said(last_entry(script), width=width).splitlines()
        assert lines[0].startswith(" attempt 1 of 3 (1 + 2")
        trace = next(number for number, line in enumerate(lines) if "Traceback" in line)
        assert trace <= (2 if width >= 34 else 3)
        assert "0.6 ms" in "".join(lines)


def test_a_batch_of_one_that_stands_still_is_not_halved_and_neither_is_one_that_was_throttled() -> None:
    for outcome, records, is_told in (
        (Outcome.ERROR, 2, True),
        (Outcome.ERROR, 1, False),
        (Outcome.THROTTLED, 2, False),
    ):
        script = Script()
        batch = script.batch(record(number) for number in range(records))
        script.block(batch, failures=0)
        script.invoke(batch, outcome)
        assert ("BisectBatchOnFunctionError is off" in said(last_entry(script), facts=Facts(Settings()))) is is_told
        assert "is off" not in said(last_entry(script), facts=Facts(Settings(bisect=True)))
