"""Each deed of a question is in the request that answers it, or the question is refused by the deed."""

from __future__ import annotations

import pytest
from conftest import Asker
from understanding import request, understood

from assistant.planner.deeds_answered import datasets_read
from assistant.planner.outcome import Plan, Refuse
from semantic_layer.requests import MetricQuery


@pytest.mark.parametrize(
    "question",
    [
        "What share of customers contacted by campaign 13 redeemed a coupon?",
        "what percentage of customers reached by campaign 8 redeemed a coupon",
    ],
)
def test_a_deed_that_the_request_would_leave_out_refuses_it(demo: Asker, question: str) -> None:
    outcome = understood(demo, question)
    if isinstance(outcome, Plan):
        read = set(datasets_read(demo.runtime.workspace, MetricQuery.model_validate(outcome.readings[0])))
        assert {"campaigns", "coupon_redemptions"} <= read
    else:
        assert isinstance(outcome, Refuse)


@pytest.mark.parametrize(
    ("question", "data"),
    [
        ("sales of customers who redeemed in Q3", {"transactions", "coupon_redemptions"}),
        ("13号活动触达了多少客户", {"campaigns"}),
        ("how many customers bought meat in November", {"transactions"}),
    ],
)
def test_what_is_read_holds_what_was_done(demo: Asker, question: str, data: set[str]) -> None:
    assert data <= set(datasets_read(demo.runtime.workspace, MetricQuery.model_validate(request(demo, question))))


def test_a_tag_reads_what_it_is_told_from(demo: Asker) -> None:
    asked = MetricQuery.model_validate({"metrics": ["sales"], "where": {"segment": "coupon_lovers"}})
    assert {"transactions", "coupon_redemptions"} <= set(datasets_read(demo.runtime.workspace, asked))
