"""Steps in an order: rows that are worked out by hand, and random ones against a search of every way there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from conftest import Shop

from assistant.wording.readings import Words
from semantic_layer.conditions import Sequence
from semantic_layer.errors import RequestError, WorkspaceError

MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all}
datasets:
  - name: events
    entities: {customer: customer_id}
    time: at
    fields: [{name: at, type: time}, {name: what}]
  - name: orders
    entities: {customer: customer_id}
    time: ordered_on
    fields: [{name: ordered_on, type: date}, {name: colour}]
  - name: returns
    entities: {customer: buyer}
    time: returned_on
    fields: [{name: returned_on, type: date}]
  - name: people
    grain: [customer_id]
    entities: {customer: customer_id}
    fields: [{name: city}]
entities: [{name: customer, key: customer_id, count: people}]
metrics:
  - {name: people, dataset: people, agg: count}
  - {name: orders, dataset: orders, agg: count}
tags:
"""
EVENTS = """at,customer_id,what
    2025-01-01 10:00:00,1,view
    2025-01-01 10:05:00,1,view
    2025-01-02 09:00:00,1,click
    2025-01-01 10:00:00,2,click
    2025-01-01 11:00:00,2,view
    2025-01-01 10:00:00,3,view
    2025-01-01 10:00:00,3,click
    2025-01-05 08:00:00,,view
    2025-01-05 09:00:00,,click"""
ORDERS = """ordered_on,customer_id,colour
    2025-01-02,1,red
    2025-01-02,1,red
    2025-01-01,2,red
    2025-02-10,2,blue
    2025-03-20,3,red"""
RETURNS = """returned_on,buyer
    2025-01-02,1
    2025-02-10,2
    2025-03-25,3"""
PEOPLE = """customer_id,city
    1,Ulm
    2,Ulm
    3,Bonn
    4,Bonn"""
VIEW = "{dataset: events, where: {field: what, is: view}}"
CLICK = "{dataset: events, where: {field: what, is: click}}"


def made(make_shop: Callable[..., Shop], sequence: str, **tables: str) -> Shop:
    tag = f"  - {{name: done, entity: customer, sequence: {sequence}}}\n"
    return make_shop(MODEL + tag, **{"events": EVENTS, "orders": ORDERS, "returns": RETURNS, "people": PEOPLE, **tables})


def told(shop: Shop, as_of: str | None = None) -> dict[Any, Any]:
    """The tag of each one."""
    return dict(shop.rows(kind="entity_query", entity="customer", columns=[{"kind": "tag", "name": "done", "as_of": as_of}]))


def test_a_step_comes_later_than_the_one_before_by_the_moment(make_shop: Callable[..., Shop]) -> None:
    """Customer 2 clicked first, customer 3 at the same moment, customer 4 did nothing."""
    shop = made(make_shop, f"{{steps: [{VIEW}, {CLICK}]}}")
    assert told(shop) == {1: True, 2: False, 3: False, 4: False}


def test_a_step_of_several_rows_is_reached_at_the_last_of_them(make_shop: Callable[..., Shop]) -> None:
    twice = VIEW.replace("}}", "}, times: 2}")
    assert told(made(make_shop, f"{{steps: [{twice}, {CLICK}]}}"))[1] is True
    thrice = VIEW.replace("}}", "}, times: 3}")
    assert told(made(make_shop, f"{{steps: [{thrice}, {CLICK}]}}"))[1] is False


def test_the_days_run_from_the_first_row_to_the_last(make_shop: Callable[..., Shop]) -> None:
    """The first occurrence takes 9 days, a later one of the same customer 2."""
    events = """at,customer_id,what
        2025-01-01 10:00:00,1,view
        2025-01-08 10:00:00,1,view
        2025-01-10 10:00:00,1,click"""
    assert told(made(make_shop, f"{{steps: [{VIEW}, {CLICK}], within_days: 2}}", events=events))[1] is True
    assert told(made(make_shop, f"{{steps: [{VIEW}, {CLICK}], within_days: 1}}", events=events))[1] is False


def test_where_the_order_within_a_day_is_not_known_the_same_day_counts(make_shop: Callable[..., Shop]) -> None:
    """Customer 1 clicked and returned on the days of an order; the orders of customer 2 come after the view, by their days."""
    assert told(made(make_shop, f"{{steps: [{CLICK}, {{dataset: orders}}]}}")) == {1: True, 2: True, 3: True, 4: False}
    assert told(made(make_shop, "{steps: [{dataset: orders}, {dataset: returns}], within_days: 1}")) == {
        1: True,
        2: True,
        3: False,
        4: False,
    }


def test_a_row_does_not_follow_itself(make_shop: Callable[..., Shop]) -> None:
    """Two orders on one day are not "ordered, then ordered again": they may be one. Nor is an order its own successor."""
    assert told(made(make_shop, "{steps: [{dataset: orders}, {dataset: orders}]}")) == {1: False, 2: True, 3: False, 4: False}
    around = "{steps: [{dataset: orders}, {dataset: returns}, {dataset: orders}]}"
    assert told(made(make_shop, around)) == {1: False, 2: True, 3: False, 4: False}


def test_a_moment_between_days_is_held_against_the_moment_before_them(make_shop: Callable[..., Shop]) -> None:
    """View at 11, an order of that day, a click at 10: the click came before the view."""
    asked = f"{{steps: [{VIEW}, {{dataset: orders}}, {CLICK}]}}"
    assert told(made(make_shop, asked)) == {1: True, 2: False, 3: False, 4: False}


def test_a_step_is_absent_where_its_days_are_over_and_unknown_before(make_shop: Callable[..., Shop]) -> None:
    """Order, and no return in 30 days: of customer 2 the first order, of customer 3 none."""
    shop = made(make_shop, "{steps: [{dataset: orders}, {dataset: returns, absent: true}], within_days: 30}")
    # 1 returned on the day of the order: that day is not known to come after it.
    assert told(shop, "2025-01-31")[2] is True
    assert told(shop, "2025-01-31")[1] == "Unknown"
    assert told(shop, "2025-02-01")[1] is True
    assert told(shop, "2025-03-22")[3] == "Unknown"
    assert told(shop, "2025-03-31")[3] is False
    assert told(shop)[4] is False


def test_less_often_than_is_absent_too(make_shop: Callable[..., Shop]) -> None:
    """A view, and fewer than two orders in the 30 days after."""
    asked = (
        "{steps: [{dataset: events, where: {field: what, is: view}}, {dataset: orders, times: 2, absent: true}], within_days: 30}"
    )
    assert told(made(make_shop, asked)) == {1: False, 2: True, 3: True, 4: False}


def test_rows_after_the_day_are_not_read(make_shop: Callable[..., Shop]) -> None:
    shop = made(make_shop, f"{{steps: [{VIEW}, {CLICK}]}}")
    assert told(shop, "2025-01-01")[1] is False
    assert told(shop, "2025-01-02")[1] is True


def test_a_condition_of_a_request_goes_by_steps_too(make_shop: Callable[..., Shop]) -> None:
    shop = made(make_shop, f"{{steps: [{VIEW}, {CLICK}]}}")
    steps = [{"dataset": "events", "where": {"field": "what", "is": what}} for what in ("view", "click")]
    where = {"steps": steps, "entity": "customer"}
    assert shop.rows(metrics=["orders"], where=where) == [(2,)]
    assert shop.rows(metrics=["orders"], where={"not": where}) == [(3,)]
    assert shop.rows(kind="entity_query", entity="customer", where=where) == [(1,)]
    both = shop.rows(metrics=["orders"], by=[{"kind": "meets", "entity": "customer", "condition": where}])
    assert sorted(both, key=str) == [(False, 3), (True, 2)]
    absent = {"entity": "customer", "within_days": 30, "steps": [{"dataset": "returns"}, {"dataset": "orders", "absent": True}]}
    assert shop.rows(kind="entity_query", entity="customer", where=absent) == [(1,), (2,)]


def test_a_sequence_is_part_of_rules_and_segments(make_shop: Callable[..., Shop]) -> None:
    asked = f"{{entity: customer, steps: [{VIEW}, {CLICK}]}}"
    model = f"""{MODEL}
  - {{name: path, entity: customer, rules: [{{value: looked, when: {asked}}}, {{value: other}}]}}
segments:
  - {{name: others, entity: customer, rule: {{not: {asked}}}}}
"""
    shop = make_shop(model, events=EVENTS, orders=ORDERS, returns=RETURNS, people=PEOPLE)
    assert dict(shop.rows(metrics=["people"], by=[{"kind": "tag", "name": "path"}])) == {"looked": 1, "other": 3}
    assert shop.rows(kind="entity_query", entity="customer", where={"segment": "others"}) == [(2,), (3,), (4,)]


def test_the_days_of_an_absent_step_that_are_not_over_leave_a_segment_out(make_shop: Callable[..., Shop]) -> None:
    asked = "{entity: customer, steps: [{dataset: orders}, {dataset: returns, absent: true}], within_days: 30}"
    model = f"""{MODEL}
  - {{name: gone, entity: customer, rules: [{{value: gone, when: {asked}}}, {{value: here}}]}}
"""
    shop = make_shop(model, events=EVENTS, orders=ORDERS, returns=RETURNS, people=PEOPLE)
    shop.as_of = date(2025, 3, 22)
    rows = shop.rows(kind="entity_query", entity="customer", columns=[{"kind": "tag", "name": "gone"}])
    assert dict(rows) == {1: "gone", 2: "gone", 3: "Unknown", 4: "here"}


@pytest.mark.parametrize(
    ("steps", "fix"),
    [
        ("[{dataset: orders, absent: true}, {dataset: returns}]", "Put it last"),
        ("[{dataset: orders}, {dataset: returns, absent: true}]", "Add within_days:"),
    ],
)
def test_a_step_is_absent_at_the_end_and_within_days(make_shop: Callable[..., Shop], steps: str, fix: str) -> None:
    with pytest.raises(WorkspaceError) as caught:
        made(make_shop, f"{{steps: {steps}}}")
    assert fix in caught.value.problems[0].fix


def test_steps_need_a_time(make_shop: Callable[..., Shop]) -> None:
    shop = made(make_shop, f"{{steps: [{VIEW}, {CLICK}]}}")
    with pytest.raises(RequestError) as caught:
        shop.compile(metrics=["orders"], where={"entity": "customer", "steps": [{"dataset": "people"}, {"dataset": "orders"}]})
    assert caught.value.problem.code == "no_time"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "customer with 3 events (what is view), then no orders, in this order within 7 days"),
        ("zh", "先后有3 条events（what为view）、此后没有orders的customer（7 天内）"),
    ],
)
def test_an_answer_says_the_steps(make_shop: Callable[..., Shop], language: str, said: str) -> None:
    shop = made(make_shop, f"{{steps: [{VIEW}, {CLICK}]}}")
    steps = [
        {"dataset": "events", "where": {"field": "what", "is": "view"}, "times": 3},
        {"dataset": "orders", "absent": True},
    ]
    asked = Sequence.model_validate({"entity": "customer", "steps": steps, "within_days": 7})
    assert Words(shop.workspace, language).condition(asked) == said
