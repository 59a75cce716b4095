"""Statistics over things: the figures of each one, summed up. What they are called, who is counted, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Asker, Shop

from semantic_layer.errors import RequestError
from semantic_layer.requests import MetricQuery
from semantic_layer.statistics import summaries
from tools import metrics

MODEL = """
workspace: {name: shop, time_zone: UTC, as_of: 2025-03-31, default_period: all}
datasets:
  - name: sales
    entities: {customer: customer_id, bill: bill_id}
    time: sold_on
    fields: [{name: sold_on, type: date}, {name: colour}]
entities: [{name: bill, key: bill_id}, {name: customer, key: customer_id, count: customers}]
metrics:
  - {name: amount, dataset: sales, agg: sum, expr: amount}
  - {name: customers, dataset: sales, agg: count_distinct, expr: customer_id}
  - {name: red, dataset: sales, agg: sum, expr: amount, where: {field: colour, is: red}}
  - {name: bills, dataset: sales, agg: count_distinct, expr: bill_id}
  - {name: per_bill, ratio: {numerator: amount, denominator: bills}}
"""
SALES = """customer_id,bill_id,sold_on,colour,amount
    1,1,2025-01-05,red,10
    1,2,2025-01-05,blue,30
    2,3,2025-01-09,blue,20
    3,4,2025-02-01,red,70
    3,5,2025-02-01,red,30
    ,6,2025-02-02,red,500"""


@pytest.fixture
def small(make_shop: Callable[..., Shop]) -> Shop:
    return make_shop(MODEL, sales=SALES)


def rows(small: Shop, name: str, entity: str, *statistics: Any, **request: Any) -> list[tuple[Any, ...]]:
    return small.rows(metrics=[name], of_each={"entity": entity, "statistics": list(statistics)}, **request)


def test_rows_of_nobody_are_of_no_customer(small: Shop) -> None:
    assert rows(small, "amount", "customer", "mean", "median", "min", "max") == [(pytest.approx(160 / 3), 40.0, 20.0, 100.0)]


def test_a_percentile_lies_between_the_two_nearest(small: Shop) -> None:
    assert rows(small, "amount", "customer", {"percentile": 0.75}) == [(70.0,)]


def test_each_is_counted_once_in_each_group(small: Shop) -> None:
    assert rows(small, "amount", "customer", "mean", by=["colour"]) == [("red", 55.0), ("blue", 25.0)]


def test_who_has_rows_but_none_that_the_metric_counts_has_nothing(small: Shop) -> None:
    assert rows(small, "red", "customer", "mean") == [(pytest.approx(110 / 3),)]


def test_days_without_rows_are_no_days(small: Shop) -> None:
    assert rows(small, "amount", "date", "min", "max") == [(20.0, 500.0)]
    assert rows(small, "amount", "month", "mean") == [(330.0,)]


def test_different_values_are_counted_of_each_one(small: Shop) -> None:
    assert rows(small, "colour", "customer", "max", "mean") == [(2, pytest.approx(4 / 3))]
    assert rows(small, "customers", "colour", "max") == [(2,)]


def test_a_ratio_is_one_of_each_customer(small: Shop) -> None:
    assert rows(small, "per_bill", "customer", "max") == [(50.0,)]


def test_periods_stand_side_by_side(small: Shop) -> None:
    months = {"of": [{"start": "2025-01-01", "end": "2025-01-31"}, {"start": "2025-02-01", "end": "2025-02-28"}]}
    assert [row[1] for row in rows(small, "amount", "customer", "mean", period=months)] == [30.0, 100.0]


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"metrics": ["amount"], "of_each": {"entity": "nobody", "statistics": ["mean"]}}, "unknown_entity"),
        (
            {"metrics": ["amount"], "of_each": {"entity": "bill", "statistics": ["mean"]}, "share_of": {}},
            "kind_not_compiled",
        ),
        (
            {
                "metrics": ["amount"],
                "of_each": {"entity": "bill", "statistics": ["mean"]},
                "compare": {"kind": "previous"},
                "period": {"start": "2025-02-01", "end": "2025-02-28"},
            },
            "kind_not_compiled",
        ),
        (
            {"metrics": ["amount"], "of_each": {"entity": "bill", "statistics": ["mean"]}, "order": [{"target": "one"}]},
            "unknown_field",
        ),
    ],
)
def test_what_is_not_computed_is_refused(small: Shop, request_: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError) as caught:
        small.compile(**request_)
    assert caught.value.problem.code == code


def test_columns_say_what_they_are(demo: Asker) -> None:
    asked = {"entity": "household", "statistics": ["median", {"percentile": 0.9}, "max"]}
    request = MetricQuery.model_validate({"metrics": ["sales"], "of_each": asked})
    found = summaries(demo.runtime.workspace, request)
    assert [each.name for each in found] == ["sales_median", "sales_p90", "sales_max"]
    assert [each.label.en for each in found] == [
        "Median sales of each household",
        "90th percentile of sales of each household",
        "Largest sales of one household",
    ]
    assert found[0].label.zh == "每个客户的销售额中位数"


@pytest.mark.parametrize(
    ("statistics", "seen"), [(["mean"], True), (["median"], True), (["max"], False), ([{"percentile": 0.999}], False)]
)
def test_who_sees_no_single_customer_sees_none_by_a_statistic(demo: Asker, statistics: list[Any], seen: bool) -> None:
    """A mean is about all of them; the largest figure is that of one, and a high percentile of the few beyond it."""
    asked = {"metrics": ["sales"], "of_each": {"entity": "household", "statistics": statistics}}
    request = MetricQuery.model_validate(asked)
    if seen:
        assert metrics.run(request, demo.context("marketer")).main
        return
    with pytest.raises(RequestError) as caught:
        metrics.run(request, demo.context("marketer"))
    assert caught.value.problem.code == "too_small"
