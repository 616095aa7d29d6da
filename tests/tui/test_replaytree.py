"""The tree of a run: nothing that happened is missing from it, and what is folded is only what went well."""

from __future__ import annotations

import random
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddbtop.replay.model import Blocked, Discarded, Event, Invoked, Outcome, Part, ReplayBatch
from ddbtop.tui.look import plain
from ddbtop.tui.names import ShardNames
from ddbtop.tui.replays.lines import TreeFacts, heading, replay_line
from ddbtop.tui.replays.tree import FOLDED_FROM, Entry, Node, ReplayTree, State
from ddbtop.tui.weights import Weights
from tests.replay.scripted import SHARD, Script, picture, record


def grown(events: list[Event]) -> ReplayTree:
    tree = ReplayTree()
    for event in events:
        tree.add(event)
    return tree


def entries(tree: ReplayTree) -> list[Entry]:
    return [tree.entry(line) for line in range(len(tree))]


def words(entry: Entry) -> str:
    if entry.run is not None:
        return f"{len(entry.run)} batches"
    if entry.attempt is not None:
        return f"attempt {entry.attempt + 1}"
    return f"{entry.node.batch.part.value} {len(entry.node.batch.records)} {entry.node.state.value}"


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=40))
def test_weights_are_those_of_a_plain_list(changes: list[tuple[int, int]]) -> None:
    weights, values = Weights(), list[int]()
    for place, value in changes:
        if place < len(values):
            weights.set(place, value)
            values[place] = value
        else:
            weights.append(value)
            values.append(value)
    held = [(index, offset) for index, value in enumerate(values) for offset in range(value)]
    assert [weights.find(place) for place in range(weights.total)] == held
    assert [weights.before(index) for index in range(len(values) + 1)] == [
        sum(values[:index]) for index in range(len(values) + 1)
    ]


def test_a_poison_record_is_found_in_one_screen() -> None:
    assert [words(entry) for entry in entries(grown(picture().events))] == [
        "70 batches",
        "batch 25 failed",
        "left half 13 ok",
        "right half 12 failed",
        "left half 6 failed",
        "left half 3 ok",
        "right half 3 failed",
        "left half 2 failed",
        "left half 1 ok",
        "right half 1 discarded",
        "right half 1 ok",
        "right half 6 ok",
        "batch 25 ok",
        "batch 25 ok",
        "batch 25 running",
    ]


def test_rests_of_rests_stand_beside_each_other() -> None:
    script = Script()
    batch = script.batch(record(number) for number in range(30))
    rest = batch
    for _ in range(20):
        rest = script.report(rest, 1)
    script.invoke(rest)
    tree = grown(script.events)
    assert len(tree) == 21
    assert {entry.node.above for entry in entries(tree)[1:]} == {tree.tops[0]}


def test_attempts_are_one_line_until_they_are_asked_for() -> None:
    script = Script()
    script.discard(script.batch([record(1)]))
    tree = grown(script.events)
    assert [words(entry) for entry in entries(tree)] == ["batch 1 discarded"]
    assert tree.toggle(tree.entry(0), True)
    assert [words(entry) for entry in entries(tree)][1:] == ["attempt 1", "attempt 2", "attempt 3"]
    assert [entry.invoked.invoking.number for entry in entries(tree) if entry.invoked] == [3, 1, 2, 3]


def test_what_was_expired_before_anything_was_invoked_is_shown() -> None:
    script = Script()
    expired = script.batch([record(1)], Part.REST, parent=99)
    script.discard(expired, attempts=0)
    tree = grown(script.events)
    assert [words(entry) for entry in entries(tree)] == ["the rest 1 discarded"]
    assert tree.poisons == [tree.tops[0]]


@dataclass
class Lanes:
    """Any course of events that a driver could append: several batches under way, ended in any order."""

    script: Script
    chance: random.Random

    def play(self, steps: int) -> list[Event]:
        waiting: list[ReplayBatch] = []
        number = 0
        for _ in range(steps):
            if not waiting or self.chance.random() < 0.4:
                size = self.chance.randint(1, 6)
                waiting.append(self.script.batch(record(number + each) for each in range(size)))
                number += size
            batch = waiting.pop(self.chance.randrange(len(waiting)))
            waiting += self._after(batch)
        return self.script.events

    def _after(self, batch: ReplayBatch) -> list[ReplayBatch]:
        size = len(batch.records)
        match self.chance.choice(["ok", "ok", "ok", "ok", "retry", "halve", "report", "discard", "block", "throttle"]):
            case "halve" if size > 1:
                return list(self.script.halve(batch))
            case "report" if size > 1:
                return [self.script.report(batch, self.chance.randint(1, size - 1))]
            case "retry":
                self.script.invoke(batch, Outcome.ERROR)
                return [batch]
            case "throttle":
                self.script.invoke(batch, Outcome.THROTTLED)
                return [batch]
            case "discard":
                self.script.discard(batch, self.chance.randint(0, 3))
            case "block":
                self.script.block(batch, 2)
            case _:
                self.script.invoke(batch)
        return []


courses = st.builds(
    lambda seed, steps: Lanes(Script(), random.Random(seed)).play(steps), st.integers(), st.integers(1, 60)
)


def all_nodes(tree: ReplayTree) -> list[Node]:
    found, todo = list[Node](), list(tree.tops)
    while todo:
        node = todo.pop()
        found.append(node)
        todo += node.below
    return found


@given(courses)
def test_every_event_is_in_the_tree(events: list[Event]) -> None:
    tree = grown(events)
    invoked = [event for event in events if isinstance(event, Invoked)]
    nodes = all_nodes(tree)
    assert sorted(each.invoking.number for node in nodes for each in node.attempts) == [
        each.invoking.number for each in sorted(invoked, key=lambda each: each.invoking.number)
    ]
    assert tree.invocations == len(invoked)
    assert tree.failed == sum(event.outcome is not Outcome.SUCCESS for event in invoked)
    assert {id(node.discarded) for node in nodes if node.discarded} == {
        id(event) for event in events if isinstance(event, Discarded)
    }
    assert len(tree.poisons) == sum(isinstance(event, Discarded | Blocked) for event in events)


@given(courses)
def test_folding_never_hides_what_failed(events: list[Event]) -> None:
    tree = grown(events)
    shown = {entry.node for entry in entries(tree) if entry.run is None}
    hidden = [node for node in all_nodes(tree) if node not in shown]
    assert all(node.state is State.OK and len(node.attempts) == 1 for node in hidden)
    folded = sum(len(entry.run) for entry in entries(tree) if entry.run is not None)
    assert len(shown) + folded == len(all_nodes(tree))


@given(courses, st.integers())
def test_lines_and_their_places_agree_however_it_is_folded(events: list[Event], seed: int) -> None:
    """Against the plain walk over everything, after each event and each fold."""
    chance = random.Random(seed)
    tree = ReplayTree()
    for event in events:
        tree.add(event)
        if len(tree) and chance.random() < 0.3:
            tree.toggle(tree.entry(chance.randrange(len(tree))), chance.random() < 0.6)
    assert [words(entry) for entry in entries(tree)] == walked(tree)
    for line, entry in enumerate(entries(tree)):
        assert tree.line_of(entry) == line
        holder = tree.holder(entry)
        assert holder is None or tree.line_of(holder) < line


def walked(tree: ReplayTree) -> list[str]:
    lines = list[str]()
    place = 0
    while place < len(tree.tops):
        end = place
        while end < len(tree.tops) and tree.tops[end].is_plain:
            end += 1
        if end - place >= FOLDED_FROM:
            run = tree._run_with(place)
            assert run is not None
            assert (run.first, run.last, len(run.durations)) == (place, end - 1, end - place)
            lines.append(f"{end - place} batches")
            lines += [words(Entry(node)) for node in tree.tops[place:end]] if run.is_open else []
            place = end
        else:
            _walk(tree.tops[place], lines)
            place += 1
    return lines


def _walk(node: Node, lines: list[str]) -> None:
    lines.append(words(Entry(node)))
    if node.is_open:
        lines += [f"attempt {number + 1}" for number in range(node.listed_attempts)]
        for below in node.below:
            _walk(below, lines)


def test_a_line_outside_is_refused() -> None:
    with pytest.raises(IndexError):
        ReplayTree().entry(0)


OTHER = SHARD[:-8] + "0db8d5aa"


def taking_turns() -> ReplayTree:
    """Two shards side by side, and a batch of one of them in which a record fails."""
    script = Script()
    for start in range(0, 40, 10):
        for shard_id in (SHARD, OTHER):
            script.ok(record(number, shard_id) for number in range(start, start + 10))
    script.bisect(script.batch(record(number, OTHER) for number in range(40, 44)), [str(10**20 + 41)])
    for start in range(40, 70, 10):
        script.ok(record(number) for number in range(start, start + 10))
    return grown(script.events)


def shown(tree: ReplayTree, width: int, names: ShardNames | None) -> list[str]:
    facts = TreeFacts(shard_names=names, max_retries=2)
    return [plain(replay_line(entry, facts, width)).rstrip() for entry in entries(tree)]


@pytest.mark.parametrize("width", [80, 113])
def test_of_several_shards_each_batch_says_of_which_it_is_and_which_of_its_records(width: int) -> None:
    tree, names = taking_turns(), ShardNames()
    names.update([SHARD, OTHER])
    lines = shown(tree, width, names)
    assert lines[0].split("ok")[0].split() == ["▸", "8", "batches", "2", "shards", "80"]
    assert "checkpoint" not in lines[0]
    at = "41 – 44" if width > 90 else "4"
    assert lines[1].split("error")[0].split() == ["▾", "batch", "9", "0db8d5aa", *at.split()]
    assert "0db8d5aa" not in "".join(lines[2:-1])
    at = "41 – 70" if width > 90 else "30"
    assert lines[-1].split("ok")[0].split() == ["▸", "3", "batches", "a47e99d0", *at.split()]
    assert lines[-1].endswith(f"checkpoint …{str(10**20 + 69)[-4:]}")
    head = plain(heading(width, names))
    assert head.index("shard") == lines[1].index("0db8d5aa") == lines[0].index("2 shards")
    assert head.index("outcome") == lines[1].index("error")
    tree.toggle(tree.entry(0), True)
    assert shown(tree, width, names)[2].split("ok")[0].split()[:4] == ["●", "batch", "2", "0db8d5aa"]


def test_of_one_shard_no_line_names_it() -> None:
    assert [
        line.split("ok")[0].split("error")[0].rstrip() for line in shown(grown(picture().events), 113, None)[:3]
    ] == [
        " ▸ 70 batches                         1 – 1 750",
        " ▾ batch 71                       1 751 – 1 775",
        "   ├─● left half                             13",
    ]


def test_where_there_is_hardly_room_the_time_goes_before_a_column_is_cut() -> None:
    names = ShardNames()
    names.update([SHARD, OTHER])
    lines = shown(taking_turns(), 60, names)
    assert plain(heading(60, names)).endswith("note")
    assert len(plain(heading(60, names))) <= 60
    assert " ms" not in lines[1]


@pytest.mark.parametrize("width", [80, 113])
def test_a_batch_that_stands_still_says_the_error_and_one_record_which_it_is(width: int) -> None:
    names = ShardNames()
    names.update([SHARD])
    script = Script()
    script.block(script.batch(record(number) for number in range(100)))
    script.block(script.batch([record(7)]))
    several, one = shown(grown(script.events), width, names)
    stands = "stands still: " if width > 90 else "blocked         4 ms   "
    assert f"{stands}ValueError: price of ORDER#3" in several
    assert "batch 1  20 attempts" in several
    assert "ORDER#0" not in several
    assert f"{stands}ORDER#7 · HEAD" in one
