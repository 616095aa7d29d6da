"""The difference of two images, and the line that sums it up."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from ddbtop.streams.changes import Change, ChangeKind, Role, changes, expired_by_ttl, summary
from ddbtop.streams.changes.compare import compare as comparison
from ddbtop.streams.changes.compare import same
from ddbtop.text import cell_width
from tests.hostile import ATTRIBUTES, STRINGS, nested, obeyed
from tests.streams.documents import UNHURRIED, attribute_values, items, json_values
from tests.streams.records import NOW, TTL_IDENTITY, record

ADDED, REMOVED, CHANGED, MOVED = ChangeKind.ADDED, ChangeKind.REMOVED, ChangeKind.CHANGED, ChangeKind.MOVED


def S(text: str) -> dict[str, Any]:
    return {"S": text}


def N(value: object) -> dict[str, Any]:
    return {"N": str(value)}


def L(*values: Any) -> dict[str, Any]:
    return {"L": list(values)}


def M(**members: Any) -> dict[str, Any]:
    return {"M": members}


def SS(*elements: str) -> dict[str, Any]:
    return {"SS": list(elements)}


def told(old: Any, new: Any) -> list[tuple[str, str]]:
    """Kind and path of every change of a MODIFY."""
    return [(change.kind.value, change.path) for change in changes(record("MODIFY", old, new)).changes]


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    return list(comparison(old, new))


def line(event: str, old: Any = None, new: Any = None, width: int = 200, **more: Any) -> str:
    return "".join(span.text for span in summary(record(event, old, new, **more), width))


# Images compared


def test_attributes_are_added_removed_and_changed() -> None:
    found = changes(record("MODIFY", {"a": S("x"), "b": S("y"), "c": N(1)}, {"c": N(1), "a": S("z"), "d": N(2)}))
    assert found.changes == (
        Change(CHANGED, ("a",), ("a",), S("x"), S("z")),
        Change(ADDED, new_path=("d",), new=N(2)),
        Change(REMOVED, old_path=("b",), old=S("y")),
    )
    assert found.unchanged == 1
    assert found.same[0].path == "c"
    assert found.note == ""


def test_nested_paths_name_the_place() -> None:
    old = {"a": M(b=L(N(1), N(2), M(c=S("x"), d=S("y"))))}
    new = {"a": M(b=L(N(1), N(2), M(c=S("z"), d=S("y"))))}
    assert told(old, new) == [("changed", "a.b[2].c")]


def test_names_that_look_like_paths_are_quoted() -> None:
    assert told({"a": M(**{"b.c": S("x")})}, {"a": M(**{"b.c": S("y")})}) == [("changed", 'a."b.c"')]


def test_an_element_inserted_in_the_middle_is_one_addition() -> None:
    assert told({"l": L(N(1), N(2), N(3))}, {"l": L(N(1), N(9), N(2), N(3))}) == [("added", "l[1]")]


def test_an_element_taken_from_the_middle_is_one_removal() -> None:
    assert told({"l": L(*map(N, range(400)))}, {"l": L(*map(N, [*range(200), *range(201, 400)]))}) == [
        ("removed", "l[200]")
    ]


def test_an_element_that_went_elsewhere_moved() -> None:
    (change,) = compare({"l": L(S("a"), S("b"), S("c"))}, {"l": L(S("b"), S("c"), S("a"))})
    assert (change.kind, change.old_path, change.new_path) == (MOVED, ("l", 0), ("l", 2))


def test_a_map_in_a_list_is_known_by_what_it_kept() -> None:
    old = {"items": L(M(sku=S("A"), qty=N(1)), M(sku=S("B"), qty=N(2)))}
    new = {"items": L(M(sku=S("B"), qty=N(3)))}
    assert told(old, new) == [("removed", "items[0]"), ("changed", "items[0].qty")]


def test_a_map_in_a_list_that_kept_nothing_is_another_one() -> None:
    old, new = {"l": L(M(sku=S("A"), qty=N(1)))}, {"l": L(M(sku=S("B"), qty=N(2)))}
    assert told(old, new) == [("removed", "l[0]"), ("added", "l[0]")]


def test_lists_too_large_to_align_go_by_index() -> None:
    old, new = {"l": L(*map(N, range(100)))}, {"l": L(*map(N, range(1000, 1101)))}
    found = compare(old, new)
    assert [change.kind for change in found] == [CHANGED] * 100 + [ADDED]
    assert applied(old, found) == new


def test_sets_are_compared_as_sets() -> None:
    (change,) = compare({"tags": SS("fragile", "gift")}, {"tags": SS("gift", "insured")})
    assert change.elements() == ([S("fragile")], [S("insured")])
    assert compare({"n": {"NS": ["1", "2.0"]}}, {"n": {"NS": ["2", "1.0"]}}) == []


def test_numbers_are_compared_and_subtracted_exactly() -> None:
    def delta(old: object, new: object) -> str:
        return next((change.delta for change in compare({"n": N(old)}, {"n": N(new)})), "equal")

    assert delta(1, 2) == "+1"
    assert delta("12.5", 12) == "−0.5"
    assert delta("1.0", "1") == "equal"
    assert delta("99999999999999999999999999999999999999", "99999999999999999999999999999999999998") == "−1"
    assert delta("0.1", "0.3") == "+0.2"
    assert delta("0", "1E+120") == "+1E+120"
    assert delta("1E-130", "9E+125") == ""
    assert delta("0.00000000000000000000000000000000000001", "1") == "+0.99999999999999999999999999999999999999"


def test_binary_changes_say_where_they_begin() -> None:
    (change,) = compare({"b": {"B": "AQIDBAU="}}, {"b": {"B": "AQIDBAY="}})
    assert change.delta == "from byte 4"


def test_a_changed_type_is_a_change_with_both_types() -> None:
    (change,) = compare({"price": N(12)}, {"price": S("12,90")})
    assert (change.type_text, change.type_changed, change.delta) == ("N → S", True, "")


@UNHURRIED
@given(items(), items())
def test_the_changes_of_any_two_items_make_one_of_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert same({"M": applied(old, compare(old, new))}, {"M": new})


@UNHURRIED
@given(st.lists(attribute_values(), max_size=6), st.lists(st.integers(0, 8), max_size=8))
def test_lists_are_told_apart_whatever_came_left_or_moved(values: list[Any], picks: list[int]) -> None:
    old = {"l": {"L": values}}
    new = {"l": {"L": [values[at] if at < len(values) else N(at) for at in picks]}}
    assert same({"M": applied(old, compare(old, new))}, {"M": new})


@UNHURRIED
@given(items())
def test_an_item_does_not_differ_from_itself(item: dict[str, Any]) -> None:
    found = changes(record("MODIFY", item, item))
    assert found.changes == ()
    assert found.unchanged == len(item)


def test_more_changes_than_anyone_reads_are_told_in_part() -> None:
    old = {"l": L(*map(N, range(2000))), "same": N(1)}
    new = {"l": L(*map(N, range(2000, 4000))), "same": N(1)}
    found = changes(record("MODIFY", old, new))
    assert len(found.changes) == 1000
    assert not found.complete
    assert found.note == "only the first 1 000 changes are told"
    assert found.unchanged == 1
    assert line("MODIFY", old, new, width=32) == "l[0] 0 → 2000  +>999 more"
    assert line("INSERT", new={str(at): N(at) for at in range(2000)}) == "new, >1 000 attributes"


# What a stream view lets anyone know


def test_an_insert_adds_everything_and_a_delete_removes_everything() -> None:
    assert [c.kind for c in changes(record("INSERT", new={"a": S("x")})).changes] == [ADDED]
    assert [c.kind for c in changes(record("REMOVE", {"a": S("x")})).changes] == [REMOVED]


@pytest.mark.parametrize(
    ("view", "old", "new", "note"),
    [
        ("KEYS_ONLY", None, None, "KEYS_ONLY: the stream carries no images"),
        ("NEW_IMAGE", None, {"a": S("x")}, "NEW_IMAGE: what was there before is not in the stream"),
        ("OLD_IMAGE", {"a": S("x")}, None, "OLD_IMAGE: what is there now is not in the stream"),
        ("NEW_AND_OLD_IMAGES", None, {"a": S("x")}, "the record carries no old image"),
        ("NEW_AND_OLD_IMAGES", {"a": S("x")}, None, "the record carries no new image"),
        ("", None, None, "the record carries no images"),
    ],
)
def test_what_cannot_be_known_is_said(view: str, old: Any, new: Any, note: str) -> None:
    found = changes(record("MODIFY", old, new, view=view))
    assert found.note == note
    assert {change.kind for change in found.changes} <= {ChangeKind.UNKNOWN}
    assert len(found.changes) == len(old or new or {})


def test_an_old_side_from_the_journal_is_marked_as_derived() -> None:
    new_image = record("MODIFY", None, {"a": S("y")}, view="NEW_IMAGE")
    found = changes(new_image, previous=b'{"a": {"S": "x"}}')
    assert [(c.kind, c.old) for c in found.changes] == [(CHANGED, S("x"))]
    assert found.derived
    assert "derived" in found.note


def test_the_records_own_old_image_is_preferred_to_the_journals() -> None:
    found = changes(record("MODIFY", {"a": S("own")}, {"a": S("y")}), previous=b'{"a": {"S": "x"}}')
    assert found.changes[0].old == S("own")
    assert not found.derived


def test_thirty_two_levels_are_compared() -> None:
    deep, other = nested(31), nested(31)
    inner = other
    while "S" not in inner:
        inner = inner["L"][0] if "L" in inner else inner["M"]["a"]
    inner["S"] = "changed"
    (change,) = changes(record("MODIFY", {"a": deep}, {"a": other})).changes
    assert change.old == S("bottom")


def abyss(levels: int, bottom: bytes) -> Raw:
    return Raw(b'{"a": ' + b'{"L":[' * levels + bottom + b"]}" * levels + b"}")


@pytest.mark.parametrize("levels", [33, 100, 300, 450, 480, 500, 50_000])
def test_depth_that_dynamodb_does_not_allow_is_compared_or_said(levels: int) -> None:
    deep = record("MODIFY", abyss(levels, b'{"N":"1"}'), abyss(levels, b'{"N":"2"}'))
    found = changes(deep)
    assert found.unreadable == (not found.changes)
    assert found.unreadable == bool(found.note)
    for shown in (summary(deep, 60), summary(record("INSERT", None, abyss(levels, b'{"N":"1"}')), 60)):
        assert not obeyed("".join(span.text for span in shown))


def test_depth_that_cannot_be_compared_is_said() -> None:
    deep = record("MODIFY", abyss(50_000, b'{"N":"1"}'), abyss(50_000, b'{"N":"2"}'))
    assert "nested deeper than can be" in changes(deep).note
    assert [span.role for span in summary(deep)] == [Role.ATTENTION]


@pytest.mark.parametrize("image", [b"[1]", b'"x"', b'{"a": ', b"\xff", b""])
def test_an_image_that_is_none_is_said_and_does_not_raise(image: bytes) -> None:
    broken = record("MODIFY", Raw(image), {"a": S("x")})
    assert changes(broken).unreadable
    assert {span.role for span in summary(broken)} == {Role.ATTENTION}


@pytest.mark.parametrize("casing", [TTL_IDENTITY, {"type": "Service", "principalId": "dynamodb.amazonaws.com"}])
def test_a_delete_by_ttl_is_known_in_either_casing(casing: dict[str, str]) -> None:
    assert expired_by_ttl(record("REMOVE", {"a": S("x")}, identity=casing))
    assert not expired_by_ttl(record("MODIFY", {"a": S("x")}, {"a": S("y")}, identity=casing))


@pytest.mark.parametrize("identity", [None, {}, [], "Service", {**TTL_IDENTITY, "PrincipalId": "someone"}, Raw(b"{")])
def test_any_other_delete_is_somebodys(identity: Any) -> None:
    assert not expired_by_ttl(record("REMOVE", {"a": S("x")}, identity=identity))


# The one line


def test_status_first_then_added_then_removed() -> None:
    old = {"hold": {"BOOL": True}, "lines": L(M(qty=N(1))), "status": S("PAID")}
    new = {"tracking": M(), "lines": L(M(qty=N(2))), "status": S("SHIPPED")}
    assert line("MODIFY", old, new) == "status PAID → SHIPPED  +tracking  −hold, lines[0].qty 1 → 2".replace(
        "hold,", "hold "
    )


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ({"on_hand": N(12)}, {"on_hand": N(11)}, "on_hand 12 → 11"),
        ({"items": L(N(1))}, {"items": L(N(1), M(sku=S("A-020"), qty=N(1)))}, "items[1] +{sku A-020, qty 1}"),
        ({"items": L(N(1), M(sku=S("A-020")))}, {"items": L(N(1))}, "items[1] −{sku A-020}"),
        ({"items": L(M(s=S("A"), qty=N(1)))}, {"items": L(M(s=S("A"), qty=N(2)))}, "items[0].qty 1 → 2"),
        ({"note": S("leave at door")}, {"note": S("ring")}, 'note "leave at door" → "ring"'),
        ({"tags": SS("fragile", "gift")}, {"tags": SS("gift", "insured")}, "tags −fragile +insured"),
        ({"tags": SS("a")}, {"tags": SS("a", "b", "c", "d", "e")}, "tags +b +c +d +1 more"),
        ({"spend": N(80), "orders": N(17)}, {"spend": N("112.9"), "orders": N(18)}, "spend 80 → 112.9, orders 17 → 18"),
        ({"price": N(12)}, {"price": S("12,90")}, "price N 12 → S 12,90"),
        ({"b": {"B": "AQI="}}, {"b": {"B": "AQID"}}, "b 2 bytes → 3 bytes"),
        ({"b": {"B": "AQI="}}, {"b": {"B": "AQM="}}, "b 2 bytes changed"),
        ({"l": L(S("a"), S("b"), S("c"))}, {"l": L(S("b"), S("c"), S("a"))}, "l[0] moved to [2]"),
        ({"updated_at": N(1774017000), "n": N(1)}, {"updated_at": N(1774017127), "n": N(2)}, "n 1 → 2, updated_at 177"),
        ({"a": N("1.0")}, {"a": N(1)}, "no difference"),
    ],
)
def test_the_line_of_a_modification(old: Any, new: Any, text: str) -> None:
    assert line("MODIFY", old, new).startswith(text)
    assert text.endswith("177") or line("MODIFY", old, new) == text


def test_the_line_of_what_came() -> None:
    keys = {"pk": S("SESSION#f3a1"), "sk": S("META")}
    session = {**keys, "user": S("u"), "ttl": N(int(NOW) + 1800), "device": S("phone")}
    order = {**keys, **{f"attribute{at}": N(at) for at in range(12)}}
    assert line("INSERT", new=session, keys=keys) == "user, device, ttl in 30 m"
    assert line("INSERT", new=order, keys=keys) == "new, 14 attributes"
    assert line("INSERT", new={"pk": S("x")}, keys={"pk": S("x")}) == "new, 1 attribute"
    assert line("INSERT", view="KEYS_ONLY") == "new"


def test_the_line_of_what_went() -> None:
    item = {f"attribute{at}": N(at) for at in range(9)}
    assert line("REMOVE", item) == "deleted, 9 attributes"
    assert line("REMOVE", view="KEYS_ONLY") == "deleted"
    assert line("REMOVE", item, identity=TTL_IDENTITY) == "expired by TTL"
    assert summary(record("REMOVE", item, identity=TTL_IDENTITY))[0].role is Role.EXPIRY


def test_the_line_says_what_a_view_leaves_out() -> None:
    assert line("MODIFY", view="KEYS_ONLY") == "changed, keys only"
    assert line("MODIFY", new={"a": N(1), "b": N(2)}, view="NEW_IMAGE") == "changed, 2 attributes now"
    assert line("MODIFY", {"a": N(1)}, view="OLD_IMAGE") == "changed, 1 attribute before"


def test_a_derived_line_looks_like_one() -> None:
    spans = summary(record("MODIFY", None, {"a": N(2)}, view="NEW_IMAGE"), previous=b'{"a": {"N": "1"}}')
    assert "".join(span.text for span in spans) == "≈ a 1 → 2"
    for event, new, said in [("REMOVE", None, "≈ deleted, 1 attribute"), ("MODIFY", {"a": N(1)}, "≈ no difference")]:
        spans = summary(record(event, None, new, view="NEW_IMAGE"), previous=b'{"a": {"N": "1"}}')
        assert "".join(span.text for span in spans) == said


def test_roles_say_what_is_what() -> None:
    spans = summary(record("MODIFY", {"status": S("PAID"), "hold": N(1)}, {"status": S("SENT"), "code": N(1)}))
    assert [(span.text, span.role) for span in spans if span.text.strip()] == [
        ("status PAID", Role.PLAIN),
        (" → ", Role.MODIFY),
        ("SENT", Role.PLAIN),
        ("+code", Role.ADDED),
        ("−hold", Role.REMOVED),
    ]


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (60, 'note "ring" → "no bell, please, the baby sleeps until five"'),
        (38, 'note "ring" → "no bell, please, the b…'),
        (28, 'note "ring" → "no bell, ple…'),
    ],
)
def test_new_value_has_the_room_that_the_old_one_leaves(width: int, text: str) -> None:
    old, new = {"note": S("ring")}, {"note": S("no bell, please, the baby sleeps until five")}
    assert line("MODIFY", old, new, width=width) == text


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (39, "status PAID → SHIPPED  +tracking  −hold"),
        (38, "status PAID → SHIPPED  +tracking  −ho…"),
        (37, "status PAID → SHIPPED  +2 more"),
        (35, "status PAID → SHIPPED  +2 more"),
        (29, "status PAID → SHIPP…  +2 more"),
    ],
)
def test_room_that_is_left_is_filled_before_the_rest_is_counted(width: int, text: str) -> None:
    old, new = {"status": S("PAID"), "hold": S("x")}, {"status": S("SHIPPED"), "tracking": S("x")}
    assert line("MODIFY", old, new, width=width) == text


@pytest.mark.parametrize(
    ("name", "width", "text"),
    [
        ("tracking", 38, "status PAID → SHIPPED  +trac…  +3 more"),
        ("tracking", 37, "status PAID → SHIPPED  +4 more"),
        ("a_name_that_goes_on_and_on", 44, "status PAID → SHIPPED  +a_name_tha…  +3 more"),
        ("a_name_that_goes_on_and_on", 43, "status PAID → SHIPPED  +4 more"),
    ],
)
def test_most_of_what_came_is_shown_or_it_is_counted(name: str, width: int, text: str) -> None:
    old = {"status": S("PAID"), "x": S("x"), "y": S("y"), "z": S("z")}
    assert line("MODIFY", old, {"status": S("SHIPPED"), name: S("x")}, width=width) == text


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (42, "status PAID → SHIPPED, total 36.26 → 38.88"),
        (40, "status PAID → SHIPPED, total 36.26 → 38…"),
        (30, "status PAID → SHIPPED, total …"),
        (29, "status PAID → SHIPP…  +1 more"),
    ],
)
def test_two_values_are_not_begun_without_their_whole_name(width: int, text: str) -> None:
    old, new = {"status": S("PAID"), "total": N("36.26")}, {"status": S("SHIPPED"), "total": N("38.88")}
    assert line("MODIFY", old, new, width=width) == text


def test_what_does_not_fit_is_counted() -> None:
    old = {f"a{at}": N(at) for at in range(30)}
    new = {f"a{at}": N(at + 1) for at in range(30)}
    assert line("MODIFY", old, new, width=32) == "a0 0 → 1, a1 1 → 2  +28 more"
    assert line("MODIFY", old, new, width=20) == "a0 0 → 1  +29 more"
    assert line("MODIFY", old, new, width=34) == "a0 0 → 1, a1 1 → 2, a2 …  +27 more"
    assert line("MODIFY", old, new, width=10) == "a0 0 → 1…"


def test_a_value_is_never_cut_without_saying_so() -> None:
    images: tuple[Any, Any] = ({"status": S("PAID")}, {"status": S("SHIPPED")})
    whole = line("MODIFY", *images)
    for width in range(1, len(whole)):
        shown = line("MODIFY", *images, width=width)
        assert shown.endswith("…")
        assert whole.startswith(shown[:-1])


@UNHURRIED
@given(items(), items(), st.integers(0, 60), st.sampled_from(["INSERT", "MODIFY", "REMOVE", "x"]))
def test_the_line_never_exceeds_its_width_nor_emits_a_control(old: Any, new: Any, width: int, event: str) -> None:
    text = line(event, old, new, width)
    assert cell_width(text) <= width
    assert not obeyed(text)


@UNHURRIED
@given(json_values(), json_values())
def test_no_image_whatever_raises(old: Any, new: Any) -> None:
    text = line("MODIFY", {"a": old}, {"a": new}, 60) + line("INSERT", new=new) + line("REMOVE", old)
    assert not obeyed(text)


@pytest.mark.parametrize("value", ATTRIBUTES, ids=lambda value: ascii(value)[:30])
def test_hostile_values_are_compared_and_summed_up_safely(value: Any) -> None:
    other = {"a": S("before"), "l": L(N(1)), "m": M()}
    hostile = {"a": value, "l": L(value), "m": {"M": {"x": value}}}
    for old, new in ((other, hostile), (hostile, other), (hostile, hostile)):
        text = line("MODIFY", old, new, 80)
        assert cell_width(text) <= 80
        assert not obeyed(text)
        assert not obeyed("".join(c.path + c.type_text + c.delta for c in changes(record("MODIFY", old, new)).changes))


@pytest.mark.parametrize("name", STRINGS, ids=lambda text: ascii(text)[:30])
def test_hostile_names_are_summed_up_safely(name: str) -> None:
    wider = {name: N(2), "x": M(**{name: N(3)})}
    for text in (line("INSERT", new={name: N(1)}, width=70), line("MODIFY", {name: N(1)}, wider, width=70)):
        assert cell_width(text) <= 70
        assert not obeyed(text)


# A reference that makes the new item of the old one and its changes


def applied(old: dict[str, Any], found: list[Change]) -> Any:
    return _applied({"M": old}, {"M": {}}, found, 0)["M"]


def _applied(old: Any, new: Any, found: list[Change], level: int) -> Any:
    """`old` with the changes that lie under it; `level` is how many steps of their paths lead here."""
    here = [change for change in found if len(change.new_path or change.old_path) == level]
    if here:
        return here[0].new
    if not found:
        return old
    return {"M": _map(old["M"], found, level)} if "M" in old else {"L": _list(old["L"], found, level)}


def _map(old: dict[str, Any], found: list[Change], level: int) -> dict[str, Any]:
    result = {}
    for name in [*old, *(str(change.new_path[level]) for change in found if change.new_path)]:
        mine = [change for change in found if (change.new_path or change.old_path)[level] == name]
        if not any(change.kind is REMOVED and len(change.old_path) == level + 1 for change in mine):
            result[name] = _applied(old.get(name), None, mine, level + 1)
    return result


def _list(old: list[Any], found: list[Change], level: int) -> list[Any]:
    """Elements that left or moved are taken out, those that came are put at their index, the others fill up."""
    direct = [change for change in found if max(len(change.new_path), len(change.old_path)) == level + 1]
    gone = {change.old_path[level] for change in direct if change.kind in (REMOVED, MOVED)}
    placed = {change.new_path[level]: change.new for change in direct if change.kind in (ADDED, MOVED)}
    inner = [change for change in found if change not in direct or change.kind is CHANGED]
    stayed = [at for at in range(len(old)) if at not in gone]
    free = [at for at in range(len(stayed) + len(placed)) if at not in placed]
    for at, place in zip(stayed, free, strict=True):
        mine = [change for change in inner if _leads_to(change, level, at, place)]
        placed[place] = _applied(old[at], None, mine, level + 1)
    return [placed[at] for at in sorted(placed)]


def _leads_to(change: Change, level: int, at: int, place: int) -> bool:
    return change.new_path[level] == place if change.new_path else change.old_path[level] == at


def test_the_reference_itself_takes_changes_into_account() -> None:
    item = {"a": L(S("x"), S("y"))}
    found = [Change(REMOVED, old_path=("a", 0), old=S("x")), Change(ADDED, new_path=("a", 1), new=S("z"))]
    assert json.dumps(applied(item, found)) == json.dumps({"a": L(S("y"), S("z"))})
