"""The shard tree: what is folded, what hangs where, for lineages of any shape and size."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ddbtop.streams.lineage import Lineage
from ddbtop.streams.model import Shard
from ddbtop.streams.status import ReaderState, ReaderStatus
from ddbtop.tui.forest import SHOWN_ANCESTORS, Forest


def readers(parents: dict[str, str]) -> dict[str, ReaderStatus]:
    lineage = Lineage(Shard(shard_id, parent) for shard_id, parent in parents.items())
    return {
        shard_id: ReaderStatus(
            lineage[shard_id],
            ReaderState.TIP,
            lineage.is_closed(shard_id),
            generation=lineage.generation(shard_id),
            children=lineage.children(shard_id),
        )
        for shard_id in lineage
    }


def forest(parents: dict[str, str]) -> Forest:
    made = Forest()
    made.update(readers(parents))
    return made


def lines(made: Forest) -> list[str]:
    nodes = [made.node(row) for row in range(len(made.order))]
    return [f"{node.branch}{node.shard_id}{f' +{node.above}' if node.above else ''}" for node in nodes]


CHAIN = {"a": "", "b": "a", "c": "b", "d": "c", "e": "d", "f": "e"}


def test_ancestors_fold_into_the_topmost_shown() -> None:
    assert lines(forest(CHAIN)) == ["c +2", "└─d", "  └─e", "    └─f"]


def test_split_is_seen_where_it_happened() -> None:
    made = forest({"r": "", "a": "r", "b": "r", "c": "a", "d": "a"})
    assert lines(made) == ["r", "├─a", "│ ├─c", "│ └─d", "└─b"]


def test_unfolding_shows_the_ancestors_and_folding_hides_what_is_below() -> None:
    made = forest(CHAIN)
    made.unfold("c")
    assert made.order == list("abcdef")
    assert made.fold("c") == "c"
    assert made.order == ["a", "b", "c"]
    assert made.node(2).below == 3
    assert made.fold("c") == "b", "what is folded already means the parent"
    made.unfold("c")
    assert made.order == list("abcdef")


def test_only_the_newest_are_left_when_closed_shards_fold() -> None:
    made = forest({**CHAIN, "x": ""})
    made.fold_closed()
    assert made.order == ["f", "x"]
    assert made.node(0).above == 5
    made.fold_closed()
    assert made.order == ["c", "d", "e", "f", "x"]


def test_nearest_shard_that_is_shown_stands_for_one_that_is_folded() -> None:
    made = forest({**CHAIN, "x": ""})
    made.fold_closed()
    assert next(shard_id for shard_id in made.kin("c") if shard_id in made.rows) == "f"
    made.fold_closed()
    made.fold("d")
    assert next(shard_id for shard_id in made.kin("f") if shard_id in made.rows) == "d"
    assert list(made.kin("c")) == ["c", "b", "a", "d", "e", "f"]
    assert list(made.kin("gone")) == []


def test_parent_that_is_listed_no_more_leaves_a_root() -> None:
    assert lines(forest({"b": "gone", "c": "b"})) == ["b", "└─c"]


def test_many_shards_are_a_list_of_the_newest() -> None:
    made = forest({f"p{n}": "" for n in range(1000)} | {f"c{n}": f"p{n}" for n in range(1000)})
    assert len(made.order) == 1000
    assert all(shard_id.startswith("c") for shard_id in made.order)


@st.composite
def families(draw: st.DrawFn) -> dict[str, str]:
    parents: dict[str, str] = {}
    for number in range(draw(st.integers(0, 30))):
        known = ["", "unlisted", *parents]
        parents[f"s{number}"] = draw(st.sampled_from(known))
    return parents


@settings(max_examples=150, deadline=None)
@given(families(), st.lists(st.tuples(st.sampled_from(["fold", "unfold", "all"]), st.integers(0, 29)), max_size=8))
def test_whatever_is_folded_each_shown_shard_stands_once_below_its_parent(
    parents: dict[str, str], steps: list[tuple[str, int]]
) -> None:
    made = forest(parents)
    check(made, parents)
    for step, number in steps:
        shard_id = f"s{number}"
        if step == "all":
            made.fold_closed()
        elif shard_id in parents:
            (made.fold if step == "fold" else made.unfold)(shard_id)
        check(made, parents)
    made.update(readers({**parents, "new": "s0" if parents else ""}))
    check(made, {**parents, "new": "s0" if parents else ""})


def check(made: Forest, parents: dict[str, str]) -> None:
    assert len(set(made.order)) == len(made.order)
    nodes = [made.node(row) for row in range(len(made.order))]
    for row, node in enumerate(nodes):
        assert made.rows[node.shard_id] == row
        if not node.is_root:
            assert made.rows[parents[node.shard_id]] < row
    collapsed = {node.shard_id for node in nodes if node.below}
    for leaf in made.leaves():
        hidden_by = {leaf, *ancestors(leaf, parents)} & collapsed
        assert leaf in made.rows or hidden_by, "a newest shard is hidden only by a fold that says so"


def ancestors(shard_id: str, parents: dict[str, str]) -> set[str]:
    found = set()
    while (shard_id := parents.get(shard_id, "")) in parents:
        found.add(shard_id)
    return found


def test_no_more_than_the_last_generations_are_shown_at_first() -> None:
    deep = {"s0": ""} | {f"s{n}": f"s{n - 1}" for n in range(1, 2000)}
    assert len(forest(deep).order) == SHOWN_ANCESTORS + 1
