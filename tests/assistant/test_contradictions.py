"""Conditions that nothing can meet are refused: an answer to them would be an empty number from a misread question."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from conftest import Asker
from pydantic import TypeAdapter

from assistant.planner.contradictions import contradiction
from semantic_layer.calendar import Span
from semantic_layer.conditions import Condition, parts_of
from semantic_layer.periods import Between, SinglePeriod

CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)
YEAR = Span(date(2017, 1, 1), date(2017, 12, 31))
MAY = {"kind": "dates", "start": "2017-05-01", "end": "2017-05-31"}
SPRING = {"kind": "dates", "start": "2017-03-01", "end": "2017-05-31"}
RED = {"field": "colour", "is": "red"}
BLUE = {"field": "colour", "is": "blue"}
EITHER = {"field": "colour", "in": ["red", "blue"]}
SALES = {"metric": "sales", "of": "customer"}
OTHER_DAYS = SALES | {"period": MAY}


def days(period: SinglePeriod | None) -> Span | None:
    if period is None:
        return YEAR
    assert isinstance(period, Between) and period.start is not None and period.end is not None
    return Span(period.start, period.end)


def did(**more: Any) -> dict[str, Any]:
    return {"did": "orders", "entity": "customer", **more}


def never(**more: Any) -> dict[str, Any]:
    return {"not": did(**more)}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (did(), never()),
        (did(period=MAY), never(period=MAY)),
        (did(period=MAY), never(period=SPRING)),
        (did(period=MAY), never()),
        (did(where=RED), never()),
        (did(where=RED), never(where=EITHER)),
        (did(count=3), never(count=2)),
        (RED, BLUE),
        (RED, {"not": EITHER}),
        (RED, {"field": "colour", "not": "red"}),
        ({"field": "hour", "in": [1, 2]}, {"field": "hour", "is": 3}),
        (SALES | {"at_least": 10}, SALES | {"less_than": 10}),
        (SALES | {"is": 4}, SALES | {"more_than": 4}),
        (SALES | {"between": [1, 5]}, SALES | {"at_least": 6}),
        (SALES | {"at_least": 10}, {"not": SALES | {"at_least": 5}}),
        (
            {"field": "date", "between": ["2017-05-01", "2017-05-31"]},
            {"field": "date", "between": ["2017-06-01", "2017-06-30"]},
        ),
    ],
)
def test_two_that_exclude_each_other(first: Any, second: Any) -> None:
    for pair in ([first, second], [second, first], [{"all": [first]}, {"field": "size", "is": 1}, second]):
        where = CONDITION.validate_python(pair)
        assert contradiction(where, days) == parts_of(where)[-1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (did(period=SPRING), never(period=MAY)),
        (did(), never(period=MAY)),
        (did(), never(where=RED)),
        (did(where=RED), never(where=BLUE)),
        (did(where=EITHER), never(where=RED)),
        (did(count=2), never(count=3)),
        (did(), {"not": {"did": "returns", "entity": "customer"}}),
        (did(within={"days": 7}), never()),
        (RED, EITHER),
        (RED, {"not": BLUE}),
        (SALES | {"at_least": 10}, SALES | {"at_most": 10}),
        (SALES | {"at_least": 10}, OTHER_DAYS | {"less_than": 10}),
        ({"not": SALES | {"at_least": 5}}, {"not": SALES | {"at_most": 5}}),
        ({"any": [RED, {"field": "size", "is": 1}]}, BLUE),
    ],
)
def test_two_that_may_both_be_true(first: Any, second: Any) -> None:
    assert contradiction(CONDITION.validate_python([first, second]), days) is None


def test_what_a_deed_is_of_can_exclude_itself() -> None:
    assert contradiction(CONDITION.validate_python(did(where=[RED, BLUE])), days) is not None
    assert contradiction(CONDITION.validate_python(never(where=[RED, BLUE])), days) is not None
    assert contradiction(None, days) is None


def test_days_that_are_not_one_stretch_exclude_nothing_but_themselves() -> None:
    where = CONDITION.validate_python([did(period=MAY), never()])
    assert contradiction(where, lambda period: None) is None


@pytest.mark.parametrize(
    "question",
    [
        "how many customers shopped in April but did not shop in April",
        "customers who bought cheese in July and never bought anything in 2017",
        "7月买过奶酪但7月没买过东西的客户有多少",
        "8月来过、下半年没来过的客户数",
    ],
)
def test_a_question_that_contradicts_itself_is_refused(demo: Asker, question: str) -> None:
    reply = demo.ask(question)
    assert reply.status == "refused", reply.text
    assert reply.reason is not None and reply.reason["code"] == "not_available"


@pytest.mark.parametrize(
    "question",
    [
        "how many customers shopped in April but did not buy cheese in April",
        "下半年来过、8月没来的客户数",
        "how many customers bought in April but not in May",
    ],
)
def test_one_that_only_narrows_is_answered(demo: Asker, question: str) -> None:
    assert demo.ask(question).status == "answered"
