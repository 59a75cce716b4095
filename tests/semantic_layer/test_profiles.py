"""Tags and segments as fields of a profile, each with rows small enough to add up by eye."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from conftest import Shop

from semantic_layer.errors import RequestError, WorkspaceError
from semantic_layer.requests import REQUEST

MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all}
entities:
  - {name: member, key: member_id, type: category, count: buyers}
datasets:
  - {name: people, grain: [member_id], entities: {member: member_id}, fields: [{name: city}, {name: pets}]}
  - name: sales
    entities: {member: member_id}
    time: day
    fields: [{name: day, type: date}, {name: kind}]
  - name: letters
    entities: {member: member_id}
    time: sent_on
    fields: [{name: sent_on, type: date}]
metrics:
  - {name: spent, dataset: sales, agg: sum, expr: amount}
  - {name: trips, dataset: sales, agg: count}
  - {name: buyers, dataset: sales, agg: count_distinct, expr: member_id}
  - {name: off, ratio: {numerator: {metric: spent, where: {field: kind, is: cheap}}, denominator: spent}}
tags:
  - {name: town, entity: member, attribute: member.city}
  - {name: has_pets, entity: member, type: boolean, condition: {field: member.pets, not: none}}
  - {name: last_days, entity: member, type: count, occurrence: {dataset: sales, take: last, give: days_since}}
  - {name: first_day, entity: member, type: date, occurrence: {dataset: sales, take: first, give: date}}
  - {name: last_kind, entity: member, occurrence: {dataset: sales, take: last, give: kind}}
  - {name: spent_30d, entity: member, type: decimal, measure: {metric: spent, window: {days: 30}}}
  - {name: cheap_30d, entity: member, type: fraction, measure: {metric: off, window: {days: 30}}}
  - name: thrift
    entity: member
    rules:
      - {value: high, when: {tag: cheap_30d, at_least: 0.5}}
      - {value: low}
  - name: got_letter
    entity: member
    type: boolean
    rules:
      - {value: true, when: {did: letters, entity: member, period: {n: 30, unit: day}}}
      - {value: false}
  - {name: likes, entity: member, preference: {by: kind, metric: spent}}
  - {name: score, entity: member, type: count, rank: {of: spent_30d, tiles: 2}}
  - {name: tier, entity: member, rank: {of: spent_30d, descending: true, thresholds: [[0.4, top]], otherwise: rest}}
segments:
  - {name: top_ones, entity: member, rule: {tag: tier, is: top}}
  - {name: written_top, entity: member, rule: [{segment: top_ones}, {tag: got_letter, is: true}]}
  - {name: not_top, entity: member, rule: {not: {segment: top_ones}}}
  - {name: falling, entity: member, rule: {metric: spent, period: {n: 30, unit: day}, less_than: {metric: spent, period: {n: 30, unit: day, skip: 30}}}}
roles:
  - {name: everyone, default: true}
  - {name: no_pets, datasets: {people: {hide: [pets]}}}
  - {name: no_tier, hide: [tier]}
  - {name: no_letters, only_these: true, datasets: {sales: {}, people: {}}}
  - {name: northern, datasets: {sales: {rows: {field: city, is: north}}}}
"""
# member  city   pets   in the 30 days to March 31          before
#   a     north  one    40 good + 10 cheap = 50             -
#   b     south  none   20 cheap                            -
#   c     -      -      -                                   30 good (February 10): nothing in the 30 days
#   d     north  -      (no sales at all: nobody knows d)
PEOPLE = """
member_id,city,pets
a,north,one
b,south,none
d,north,
"""
SALES = """
member_id,day,kind,amount
a,2025-03-10,good,40
a,2025-03-30,cheap,10
b,2025-03-05,cheap,20
c,2025-02-10,good,30
,2025-03-10,good,99
"""
LETTERS = """
member_id,sent_on
a,2025-03-20
b,2025-01-20
d,2025-03-20
"""


@pytest.fixture
def shop(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(MODEL, people=PEOPLE, sales=SALES, letters=LETTERS)


def tag(name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "tag", "name": name, **more}


def known(shop: Shop, name: str, role: str | None = None, **more: Any) -> dict[str, Any]:
    """The value of a tag for each one whom it is known of."""
    request = {
        "kind": "entity_query",
        "entity": "member",
        "columns": [tag(name, **more)],
        "where": [{"did": "sales", "entity": "member"}],
    }
    context = shop.context(role)
    return {row[0]: row[1] for row in context.run(context.compile(REQUEST.validate_python(request)), "tags").values}


def members(shop: Shop, where: Any, role: str | None = None) -> list[str]:
    request = {"kind": "entity_query", "entity": "member", "where": where}
    context = shop.context(role)
    return [row[0] for row in context.run(context.compile(REQUEST.validate_python(request)), "members").values]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("town", {"a": "north", "b": "south", "c": None}),
        ("has_pets", {"a": True, "b": False, "c": None}),
        ("last_days", {"a": 1, "b": 26, "c": 49}),
        ("first_day", {"a": date(2025, 3, 10), "b": date(2025, 3, 5), "c": date(2025, 2, 10)}),
        ("last_kind", {"a": "cheap", "b": "cheap", "c": "good"}),
        ("spent_30d", {"a": 50, "b": 20, "c": 0}),
        ("cheap_30d", {"a": 0.2, "b": 1.0, "c": None}),
        ("thrift", {"a": "low", "b": "high", "c": None}),
        ("got_letter", {"a": True, "b": False, "c": False}),
        ("likes", {"a": "good", "b": "cheap", "c": "good"}),
        ("score", {"a": 2, "b": 1, "c": 1}),
        ("tier", {"a": "top", "b": "rest", "c": "rest"}),
    ],
)
def test_each_kind_of_tag(shop: Shop, name: str, values: dict[str, Any]) -> None:
    assert known(shop, name) == values


def test_a_rule_that_cannot_be_told_gives_no_value(shop: Shop) -> None:
    """c bought nothing in the 30 days, so that nobody can say whether c is thrifty: unknown, and not the rest's `low`."""
    assert known(shop, "thrift")["c"] is None


@pytest.mark.parametrize(
    ("segment", "expected"),
    [("top_ones", ["a"]), ("written_top", ["a"]), ("not_top", ["b", "c"]), ("falling", ["c"])],
)
def test_segments_are_algebra(shop: Shop, segment: str, expected: list[str]) -> None:
    assert members(shop, [{"segment": segment}]) == expected


def test_who_was_known_by_no_row_is_in_no_segment_and_meets_no_tag(shop: Shop) -> None:
    assert "d" not in members(shop, [{"segment": "not_top"}])
    assert "d" not in members(shop, [{"tag": "tier", "is": "rest"}])


def test_a_tag_is_a_dimension_of_facts_and_rows_of_nobody_stay_in_the_total(shop: Shop) -> None:
    # 99 were spent by nobody; d has no row
    assert shop.rows(metrics=["spent"], by=[tag("tier")]) == [("Unknown", 99.0), ("rest", 50.0), ("top", 50.0)]
    assert shop.rows(metrics=["spent"], where=[{"segment": "top_ones"}]) == [(50.0,)]


def test_a_tag_and_a_field_of_other_data_filter_together(shop: Shop) -> None:
    assert shop.rows(metrics=["spent"], where=[{"tag": "tier", "is": "rest"}, {"field": "city", "is": "south"}]) == [(20.0,)]


def test_two_facts_are_cut_by_one_tag(shop: Shop) -> None:
    assert shop.rows(metrics=["spent", "trips"], by=[tag("got_letter")], where=[{"segment": "not_top"}]) == [(False, 50.0, 2)]


def test_nothing_after_the_day_is_known(shop: Shop) -> None:
    """On March 6 only b and c had bought: a is not there, and c's 30 were spent within 30 days."""
    assert {key: value for key, value in known(shop, "spent_30d", as_of="2025-03-06").items() if value is not None} == {
        "b": 20,
        "c": 30,
    }
    assert members(shop, [{"segment": "top_ones", "as_of": "2025-03-06"}]) == ["c"]
    assert known(shop, "got_letter", as_of="2025-03-06") == {"a": None, "b": False, "c": False}


def test_two_days_side_by_side_show_who_moved(shop: Shop) -> None:
    rows = shop.rows(metrics=["member_profile.member"], by=[tag("tier", as_of="2025-03-06"), tag("tier")])
    assert rows == [("Unknown", "top", 1), ("rest", "rest", 1), ("top", "rest", 1)]


def test_a_day_to_come_is_refused(shop: Shop) -> None:
    with pytest.raises(RequestError) as caught:
        members(shop, [{"segment": "top_ones", "as_of": "2025-04-01"}])
    assert caught.value.problem.code == "day_to_come"


def test_sizes_are_those_of_the_last_day_and_in_a_series_of_each_buckets(shop: Shop) -> None:
    size = "member_profile.member"
    assert shop.rows(metrics=[size]) == [(3,)]
    assert shop.rows(metrics=[size], period={"start": "2025-02-01", "end": "2025-02-28"}) == [(1,)]
    assert shop.rows(metrics=[size], by=["month"]) == [("2025-02-01", 1), ("2025-03-01", 3)]
    rows = shop.rows(metrics=[size], by=["month", tag("tier")])
    assert rows == [("2025-02-01", "top", 1), ("2025-03-01", "rest", 2), ("2025-03-01", "top", 1)]


def test_the_size_of_a_segment_its_list_and_the_figure_filtered_by_it_are_about_the_same_ones(shop: Shop) -> None:
    for segment in ("top_ones", "not_top", "written_top", "falling"):
        where = [{"segment": segment}]
        size = shop.rows(metrics=["member_profile.member"], where=where)[0][0]
        assert size == len(members(shop, where)) == shop.rows(metrics=["buyers"], where=where)[0][0]


@pytest.mark.parametrize(
    ("role", "name", "code"),
    [
        ("no_pets", "has_pets", "field_hidden"),
        ("no_tier", "tier", "field_hidden"),
        ("no_letters", "got_letter", "dataset_denied"),
    ],
)
def test_what_a_role_may_not_see_it_does_not_see_of_a_tag(shop: Shop, role: str, name: str, code: str) -> None:
    with pytest.raises(RequestError) as caught:
        known(shop, name, role)
    assert caught.value.problem.code == code


def test_a_segment_hides_what_it_is_told_from(shop: Shop) -> None:
    for role, segment in (("no_tier", "not_top"), ("no_letters", "written_top")):
        with pytest.raises(RequestError):
            members(shop, [{"segment": segment}], role)


def test_a_viewer_of_some_rows_sees_those_whom_they_are_about_with_tags_of_all_rows(shop: Shop) -> None:
    assert members(shop, [{"tag": "tier", "in": ["top", "rest"]}], "northern") == ["a"]
    assert shop.rows("northern", metrics=["member_profile.member"]) == [(1,)]
    assert known(shop, "score", "northern") == {"a": 2}


def test_what_is_not_there_is_named(shop: Shop) -> None:
    with pytest.raises(RequestError) as caught:
        members(shop, [{"tag": "teir", "is": "top"}])
    assert (caught.value.problem.code, caught.value.problem.parts["near"]) == ("unknown_tag", ["tier"])
    with pytest.raises(RequestError) as caught:
        members(shop, [{"segment": "top_one"}])
    assert caught.value.problem.code == "unknown_segment"


def test_tags_told_from_each_other_are_refused_with_the_way_round(make_shop: Callable[..., Shop]) -> None:
    model = MODEL.replace("{segment: top_ones}, {tag: got_letter, is: true}", "{segment: not_top}").replace(
        "rule: {not: {segment: top_ones}}", "rule: {not: {segment: written_top}}"
    )
    with pytest.raises(WorkspaceError, match="written_top -> not_top -> written_top"):
        make_shop(model, people=PEOPLE, sales=SALES, letters=LETTERS)


def test_one_pass_reads_each_dataset_once(shop: Shop) -> None:
    """Six tags of two datasets: the statement names each table of facts once in the profile, and once for the rows counted."""
    names = ("last_days", "spent_30d", "thrift", "got_letter", "score", "tier")
    sql = shop.compile(metrics=["spent"], where=[{"tag": name, "missing": False} for name in names]).sql()
    assert (sql.count("facts.sales"), sql.count("facts.letters"), sql.count("facts.people")) == (2, 1, 0)
