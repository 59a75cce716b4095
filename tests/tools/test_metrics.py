"""Metric answers: totals, the rest, checks, charts, what could be asked next."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Asker, Shop

from semantic_layer.requests import REQUEST, MetricQuery
from tools.answer import Answer
from tools.metrics import run


def answer(shop: Shop, **request: Any) -> Answer:
    return run(MetricQuery.model_validate(request), shop.context())


def test_totals_are_computed_and_stand_apart(shop: Shop) -> None:
    found = answer(shop, metrics=["buyers", "aov"], by=["month"])
    assert found.totals is not None
    assert found.totals.rows == ((3, 37.5),)
    assert found.main is not None
    assert len(found.main.rows) == 3


def test_the_rest_beyond_a_limit_is_its_own_line(shop: Shop) -> None:
    found = answer(shop, metrics=["sales"], by=["city"], limit=1)
    assert found.main is not None
    assert found.main.rows == (("north", 70.0),)
    assert found.rest is not None
    assert found.rest.rows == ((80.0,),)


def test_parts_that_must_add_up_are_checked_against_the_whole(shop: Shop) -> None:
    found = answer(shop, metrics=["sales", "orders"], by=["family"])
    assert [(check.metric, check.parts, check.whole, check.holds) for check in found.evidence.checks] == [
        ("sales", 150.0, 150.0, True)
    ]


def test_buckets_that_each_have_members_of_their_own_need_not_add_up(demo: Asker) -> None:
    """Who came ten times in a month is somebody else than who came ten times in the year."""
    often = {"metric": "baskets", "of": "household", "at_least": 10}
    by_bucket = run(MetricQuery.model_validate({"metrics": ["sales"], "by": ["month"], "where": often}), demo.context())
    assert by_bucket.evidence.checks == ()
    of_the_year = {**often, "period": {"start": "2017-01-01", "end": "2017-12-31"}}
    decided = run(MetricQuery.model_validate({"metrics": ["sales"], "by": ["month"], "where": of_the_year}), demo.context())
    assert [check.holds for check in decided.evidence.checks] == [True]


def test_evidence_names_what_the_answer_rests_on(shop: Shop) -> None:
    evidence = answer(shop, metrics=["sales"], where={"field": "city", "is": "north"}).evidence
    assert evidence.metrics == ("sales",)
    assert evidence.data_version == "facts_0001"
    assert evidence.where is not None
    assert "facts.lines" in evidence.statements[0]
    assert len(evidence.fingerprint) == 20


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({"metrics": ["sales"]}, "number"),
        ({"metrics": ["sales"], "by": ["month"]}, "line"),
        ({"metrics": ["sales"], "by": ["city"]}, "bar"),
        ({"metrics": ["sales"], "by": ["month", "city"]}, "line"),
        ({"metrics": ["sales", "aov"], "by": ["city"]}, "grouped_bar"),
    ],
)
def test_the_chart_fits_the_result(shop: Shop, request_: dict[str, Any], kind: str) -> None:
    charts = answer(shop, **request_).charts
    assert [chart.kind for chart in charts] == [kind]


def test_the_best_months_are_compared_and_not_joined_by_a_line(shop: Shop) -> None:
    by_sales = {"metrics": ["sales"], "by": ["month"], "order": [{"target": "sales"}]}
    assert [chart.kind for chart in answer(shop, **by_sales, limit=3).charts] == ["bar"]


def test_a_chart_has_two_dimensions_at_most(shop: Shop) -> None:
    assert answer(shop, metrics=["sales"], by=["month", "city", "family"]).charts == ()


def test_what_could_be_asked_next_runs(demo: Asker) -> None:
    found = run(
        MetricQuery.model_validate({"metrics": ["sales"], "by": ["department"], "period": {"unit": "quarter"}}), demo.context()
    )
    assert found.next
    for following in found.next:
        request = REQUEST.validate_python(following.request)
        assert isinstance(request, MetricQuery)
        assert run(request, demo.context()).main is not None


def test_a_rate_over_too_little_carries_a_warning(demo: Asker) -> None:
    found = run(MetricQuery.model_validate({"metrics": ["discount_rate"], "by": ["department"]}), demo.context())
    thin = [note for note in found.notes if note.code == "thin_denominator"]
    assert "Unknown" in thin[0].parts["groups"]
    assert found.main is not None
    assert [column.name for column in found.main.columns] == ["department", "discount_rate"]


def test_hidden_columns_leave_neither_rows_nor_totals(demo: Asker) -> None:
    found = run(MetricQuery.model_validate({"metrics": ["buyers"], "by": ["brand"]}), demo.context(role="marketer"))
    names = [column.name for table in (found.main, found.totals) if table for column in table.columns]
    assert not [name for name in names if name.startswith("_")]
