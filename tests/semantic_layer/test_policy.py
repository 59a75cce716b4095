"""What a role may see is compiled in: rows, totals, values, SQL."""

from __future__ import annotations

import pytest
from conftest import Asker, Shop

from semantic_layer.errors import RequestError
from semantic_layer.policy import Viewer, grant_of


def test_a_row_condition_over_another_datasets_field_narrows_every_figure(shop: Shop) -> None:
    north = {"cities": ["north"]}
    assert shop.rows("citizen", north, metrics=["sales"]) == [(70.0,)]
    assert shop.rows("citizen", north, metrics=["sales"], by=["family"]) == [("Unknown", 40.0), ("large", 20.0), ("small", 10.0)]


def test_a_missing_attribute_gives_no_rows_never_all(shop: Shop) -> None:
    assert shop.rows("citizen", {}, metrics=["sales"], by=["family"]) == []
    assert shop.rows("citizen", {"cities": {"odd": 1}}, metrics=["sales"]) == [(0,)]


@pytest.mark.parametrize(
    "request_",
    [
        {"metrics": ["sales"], "by": ["customer_id"]},
        {"metrics": ["sales"], "where": {"field": "customer_id", "is": 10}},
        {"kind": "value_query", "field": "customer_id"},
    ],
)
def test_a_hidden_field_cannot_be_grouped_filtered_or_listed(shop: Shop, request_: dict[str, object]) -> None:
    with pytest.raises(RequestError) as caught:
        shop.compile("citizen", {"cities": ["north"]}, **request_)
    assert caught.value.problem.code == "field_hidden"


def test_entities_are_those_that_the_own_rows_are_about(shop: Shop) -> None:
    listed = {"kind": "entity_query", "entity": "item"}
    assert shop.rows("citizen", {"cities": ["north"]}, **listed, columns=["family"]) == [(1, "small"), (2, "large")]
    assert shop.rows("citizen", {"cities": ["south"]}, **listed) == [(1,)]
    assert shop.rows("citizen", {"cities": ["south"]}, kind="value_query", field="family") == [("small",)]
    assert shop.rows("citizen", {}, **listed) == []
    assert shop.rows(None, **listed) == [(1,), (2,)]


@pytest.mark.parametrize(
    "where",
    [
        {"field": "city", "in": ["north", "south"]},
        {"any": [{"field": "city", "is": "north"}, {"field": "customer.city", "is": "south"}]},
        [{"field": "family", "is": "small"}, {"field": "city", "is": "south"}],
    ],
)
def test_values_beyond_the_grant_are_refused_though_others_are_inside(shop: Shop, where: object) -> None:
    with pytest.raises(RequestError) as caught:
        shop.compile("citizen", {"cities": ["north"]}, metrics=["sales"], where=where)
    assert (caught.value.problem.code, caught.value.problem.parts["values"]) == ("beyond_grant", ["south"])


def test_other_values_may_be_left_out(shop: Shop) -> None:
    kept = {"field": "city", "not_in": ["south"]}
    assert shop.rows("citizen", {"cities": ["north"]}, metrics=["sales"], where=kept) == [(70.0,)]


def test_hidden_entities_can_still_be_counted(shop: Shop) -> None:
    assert shop.rows("citizen", {"cities": ["north", "south"]}, metrics=["buyers"]) == [(2,)]


def test_an_unknown_role_is_never_the_default_one(shop: Shop) -> None:
    with pytest.raises(RequestError) as caught:
        grant_of(Viewer(role="boss"), shop.workspace)
    assert caught.value.problem.reason == "not_allowed"


def test_grants_differ_by_attributes_so_that_nothing_is_shared_between_them(shop: Shop) -> None:
    one, other = (shop.scope("citizen", cities=[city]).grant.hash for city in ("north", "south"))
    assert one != other


class TestStoreManager:
    """Sees the rows of own stores only."""

    def test_totals_rows_and_sql_hold_the_condition(self, demo: Asker) -> None:
        own = demo.ask("2017年各门店的销售额", role="store_manager", stores=[367, 368])
        assert {row[0] for row in own.rows} == {367, 368}
        assert own.totals == {"sales": pytest.approx(sum(row[1] for row in own.rows))}
        assert own.sql is not None
        assert "store_id IN (367, 368)" in own.sql

    def test_another_store_is_not_allowed_rather_than_empty(self, demo: Asker) -> None:
        other = demo.ask("406店的销售额", role="store_manager", stores=[367])
        assert (other.status, other.reason) == ("refused", {"code": "not_allowed", "span": "store_id"})

    def test_listed_values_are_own_ones(self, demo: Asker) -> None:
        assert demo.ask("有哪些门店", role="store_manager", stores=[367, 368]).rows == [[367], [368]]

    def test_campaign_data_is_not_open(self, demo: Asker) -> None:
        refused = demo.ask("核销次数是多少", role="store_manager", stores=[367])
        assert refused.reason is not None
        assert refused.reason["code"] == "not_allowed"

    def test_without_stores_there_is_nothing(self, demo: Asker) -> None:
        assert demo.ask("sales last month", role="store_manager").rows == [[0]]


class TestMarketer:
    """Sees no single household, and no group of fewer than five."""

    def test_single_households_are_refused_and_never_suggested(self, demo: Asker) -> None:
        for question in ("消费最高的10个客户", "sales by household", "list the households"):
            refused = demo.ask(question, role="marketer")
            assert refused.status == "refused", question
            assert refused.reason is not None
            assert refused.reason["code"] == "not_allowed"
            assert all("household_id" not in str(each.request) for each in refused.suggestions)

    def test_large_groups_are_answered_and_small_ones_refused_as_a_whole(self, demo: Asker) -> None:
        assert demo.ask("buyers by brand type", role="marketer").status == "answered"
        small = demo.ask("buyers by department", role="marketer")
        assert small.reason is not None
        assert small.reason["code"] == "not_available"
        assert small.rows == []

    def test_the_answer_says_that_the_view_is_restricted(self, demo: Asker) -> None:
        assert any("Marketer" in text for text in demo.ask("sales last month", role="marketer").assumptions)
