"""Requests: one canonical text for equal ones, short spellings, a published schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from semantic_layer.conditions import And, Compare, Field, In, Not, TimeBucket
from semantic_layer.requests import REQUEST, MetricQuery, canonical, fingerprint, plain, request_schema

SCHEMA = Path(__file__).parents[2] / "docs" / "request.schema.json"


def test_short_and_typed_spellings_are_equal() -> None:
    short = MetricQuery.model_validate(
        {
            "metrics": ["sales"],
            "by": ["department", "month"],
            "where": [{"field": "brand", "not": "Private"}, {"field": "hour", "in": [8, 9]}],
        }
    )
    where = And(
        of=(
            Compare(left=Field(name="brand"), op="ne", right="Private"),
            In(left=TimeBucket(grain="hour"), values=(8, 9)),
        )
    )
    assert short == MetricQuery(metrics=("sales",), by=(Field(name="department"), TimeBucket(grain="month")), where=where)


def test_a_request_comes_back_equal_from_its_plain_form() -> None:
    request = MetricQuery.model_validate(
        {
            "metrics": ["sales"],
            "by": ["paid_at.month"],
            "where": {
                "not": {"any": [{"field": "a", "is": True}, {"field": "b", "between": [1, 2]}, {"field": "c", "missing": True}]}
            },
            "period": {"n": 3, "unit": "month"},
            "compare": {"kind": "previous"},
            "share_of": {"kind": "share"},
            "order": [{"target": "sales", "part": "share"}],
            "limit": 3,
        }
    )
    assert REQUEST.validate_python(plain(request)) == request
    assert REQUEST.validate_json(canonical(request)) == request


def test_equal_requests_have_one_fingerprint_and_others_another() -> None:
    one = MetricQuery.model_validate({"metrics": ["sales"], "where": {"field": "a", "is": 1}})
    same = MetricQuery.model_validate(
        {"where": {"kind": "compare", "left": {"kind": "field", "name": "a"}, "op": "eq", "right": 1}, "metrics": ["sales"]}
    )
    assert fingerprint(one, "d", "w", "g", "v") == fingerprint(same, "d", "w", "g", "v")
    assert fingerprint(one, "d", "w", "g", "v") != fingerprint(one, "d", "w", "other grant", "v")


def test_a_policy_condition_on_an_attribute() -> None:
    where = MetricQuery.model_validate({"metrics": ["x"], "where": {"field": "store", "is": {"attribute": "stores"}}}).where
    assert isinstance(where, In)


@pytest.mark.parametrize(
    "request_",
    [
        {"metrics": []},
        {"metrics": ["a"], "limit": 0},
        {"metrics": ["a"], "where": {"is": 1}},
        {"metrics": ["a"], "period": {"unit": "decade"}},
        {"metrics": ["a"], "unknown": 1},
    ],
)
def test_what_is_no_request_is_refused(request_: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        MetricQuery.model_validate(request_)


def test_the_published_schema_is_current() -> None:
    assert json.loads(SCHEMA.read_text("utf-8")) == request_schema(), "write it anew: make schema"


def test_negation_reads_as_one_condition() -> None:
    where = MetricQuery.model_validate({"metrics": ["x"], "where": {"not": {"field": "a", "in": ["b"]}}}).where
    assert where == Not(of=In(left=Field(name="a"), values=("b",)))
