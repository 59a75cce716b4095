"""Every rule tag and segment of the demo equals SQL that was written from the glossary alone, over the raw tables, at three days."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from conftest import Asker

from evals.golden import Gold, find_set, load_set
from semantic_layer.requests import REQUEST

DAYS = (date(2017, 2, 15), date(2017, 6, 30), date(2017, 12, 31))
KNOWN = "(SELECT DISTINCT household_id FROM tx WHERE d <= DATE '{day}') k"
"""The population: households with at least one basket on or before the day."""
YEAR = "d BETWEEN DATE '{day}' - 364 AND DATE '{day}'"
QUARTER = "d BETWEEN DATE '{day}' - 89 AND DATE '{day}'"
BASKETS = f"(SELECT household_id, count(DISTINCT basket_id) AS n FROM tx WHERE {QUARTER} GROUP BY 1)"
SALES = f"(SELECT household_id, sum(sales_value) AS s FROM tx WHERE {YEAR} GROUP BY 1)"
ALL_SALES = f"(SELECT k.household_id, coalesce(s, 0) AS s FROM {KNOWN} LEFT JOIN {SALES} y USING (household_id))"
LAST = "(SELECT household_id, DATE '{day}' - max(d) AS recency, DATE '{day}' - min(d) AS since FROM tx WHERE d <= DATE '{day}' GROUP BY 1)"
TIER = f"""(SELECT household_id, CASE WHEN p < 0.20 THEN 'high' WHEN p < 0.50 THEN 'medium' ELSE 'low' END AS tier
    FROM (SELECT household_id, percent_rank() OVER (ORDER BY s DESC) AS p FROM {ALL_SALES}))"""
STAGE = f"""(SELECT household_id, CASE WHEN since < 30 THEN 'new' WHEN recency <= 30 THEN 'active' WHEN recency <= 60 THEN 'at_risk'
    WHEN recency <= 90 THEN 'dormant' ELSE 'churned' END AS stage FROM {LAST})"""
FREQUENCY = f"""(SELECT k.household_id, CASE WHEN coalesce(n, 0) >= 12 THEN 'high' WHEN n >= 4 THEN 'medium' ELSE 'low' END AS tier
    FROM {KNOWN} LEFT JOIN {BASKETS} b USING (household_id))"""
DAYPART = """CASE WHEN hour BETWEEN 5 AND 10 THEN 1 WHEN hour BETWEEN 11 AND 13 THEN 2 WHEN hour BETWEEN 14 AND 16 THEN 3
    WHEN hour BETWEEN 17 AND 20 THEN 4 ELSE 5 END"""
DAYPARTS = "['morning', 'midday', 'afternoon', 'evening', 'night']"
BY_DEPARTMENT = f"(SELECT household_id, department, sum(sales_value) AS s FROM tx WHERE {YEAR} GROUP BY 1, 2)"
SENSITIVITY = f"""(SELECT k.household_id, CASE WHEN r >= 0.20 THEN 'high' WHEN r >= 0.12 THEN 'medium' WHEN r < 0.12 THEN 'low' END AS level
    FROM {KNOWN} LEFT JOIN (SELECT household_id, sum(disc) / nullif(sum(list_value), 0) AS r FROM tx WHERE {YEAR} GROUP BY 1) USING (household_id))"""
REDEEMED = f"(SELECT DISTINCT household_id, true AS used FROM red WHERE {YEAR})"
COUPONS = f"(SELECT k.household_id, coalesce(used, false) AS used FROM {KNOWN} LEFT JOIN {REDEEMED} USING (household_id))"
NIGHT = f"""(SELECT household_id, count(DISTINCT basket_id) FILTER (WHERE hour >= 21 OR hour <= 4) >= 0.3 * count(DISTINCT basket_id) AS night
    FROM tx WHERE {YEAR} GROUP BY 1)"""
KIDS = f"""(SELECT k.household_id, age, kids_count <> '0' AS kids FROM {KNOWN} LEFT JOIN demo USING (household_id))"""

TAGS = {
    "age_band": f"SELECT k.household_id, age FROM {KNOWN} LEFT JOIN demo USING (household_id)",
    "income_band": f"SELECT k.household_id, income FROM {KNOWN} LEFT JOIN demo USING (household_id)",
    "household_type": f"SELECT k.household_id, household_comp FROM {KNOWN} LEFT JOIN demo USING (household_id)",
    "has_kids": f"SELECT household_id, kids FROM {KIDS}",
    "recency_days": f"SELECT household_id, recency FROM {LAST}",
    "first_purchase_days": f"SELECT household_id, since FROM {LAST}",
    "baskets_90d": f"SELECT k.household_id, coalesce(n, 0) FROM {KNOWN} LEFT JOIN {BASKETS} b USING (household_id)",
    "baskets_365d": f"SELECT household_id, count(DISTINCT basket_id) FILTER (WHERE {YEAR}) FROM tx WHERE d <= DATE '{{day}}' GROUP BY 1",
    "sales_90d": f"SELECT household_id, coalesce(sum(sales_value) FILTER (WHERE {QUARTER}), 0) FROM tx WHERE d <= DATE '{{day}}' GROUP BY 1",
    "sales_365d": f"SELECT household_id, s FROM {ALL_SALES}",
    "frequency_tier": f"SELECT household_id, tier FROM {FREQUENCY}",
    "preferred_daypart": f"""SELECT household_id, {DAYPARTS}[arg_min(part, (-n, part))] FROM (
        SELECT household_id, {DAYPART} AS part, count(DISTINCT basket_id) AS n FROM tx WHERE {YEAR} GROUP BY 1, 2) GROUP BY 1""",
    "night_shopper": f"SELECT household_id, night FROM {NIGHT}",
    "favourite_department": f"""SELECT household_id, arg_min(department, (-s, department))
        FROM {BY_DEPARTMENT} WHERE department <> 'Unknown' GROUP BY 1""",
    "distinctive_department": f"""SELECT k.household_id, best FROM {KNOWN} LEFT JOIN (
        SELECT household_id, arg_min(department, (-ratio, department)) AS best FROM (
            SELECT household_id, department, s / sum(s) OVER (PARTITION BY household_id) AS own,
                (s::DOUBLE / (sum(s) OVER (PARTITION BY department))::DOUBLE) AS ratio, s FROM {BY_DEPARTMENT})
        WHERE own >= 0.05 AND department NOT IN ('Unknown', 'FUEL') AND s > 0 GROUP BY 1) USING (household_id)""",
    "price_sensitivity": f"SELECT household_id, level FROM {SENSITIVITY}",
    "coupon_user": f"SELECT household_id, used FROM {COUPONS}",
    "private_label_affinity": f"""SELECT household_id, coalesce(sum(sales_value) FILTER (WHERE brand = 'Private'), 0) / nullif(sum(sales_value), 0) >= 0.35
        FROM tx WHERE {YEAR} GROUP BY 1""",
    "r_score": f"SELECT household_id, ntile(5) OVER (ORDER BY recency DESC, household_id) FROM {LAST}",
    "f_score": f"""SELECT household_id, ntile(5) OVER (ORDER BY n, household_id) FROM (
        SELECT household_id, count(DISTINCT basket_id) FILTER (WHERE {YEAR}) AS n FROM tx WHERE d <= DATE '{{day}}' GROUP BY 1)""",
    "m_score": f"SELECT household_id, ntile(5) OVER (ORDER BY s, household_id) FROM {ALL_SALES}",
    "value_tier": f"SELECT household_id, tier FROM {TIER}",
    "lifecycle_stage": f"SELECT household_id, stage FROM {STAGE}",
}
SEGMENTS = {
    "high_value_declining": f"""SELECT household_id FROM {TIER} JOIN (
        SELECT household_id, coalesce(sum(sales_value) FILTER (WHERE {QUARTER}), 0) AS now,
            coalesce(sum(sales_value) FILTER (WHERE d BETWEEN DATE '{{day}}' - 179 AND DATE '{{day}}' - 90), 0) AS before
        FROM tx WHERE d <= DATE '{{day}}' GROUP BY 1) USING (household_id) WHERE tier = 'high' AND now <= 0.70 * before""",
    "high_value_at_risk": f"""SELECT household_id FROM {TIER} JOIN {STAGE} USING (household_id)
        WHERE tier = 'high' AND stage IN ('at_risk', 'dormant')""",
    "loyal_high_value": f"""SELECT household_id FROM {TIER} t JOIN {STAGE} USING (household_id) JOIN {FREQUENCY} f USING (household_id)
        WHERE t.tier = 'high' AND stage = 'active' AND f.tier = 'high'""",
    "night_shoppers": f"SELECT household_id FROM {NIGHT} WHERE night",
    "coupon_lovers": f"SELECT household_id FROM {COUPONS} JOIN {SENSITIVITY} USING (household_id) WHERE used AND level = 'high'",
    "young_families": f"SELECT household_id FROM {KIDS} WHERE age IN ('19-24', '25-34') AND kids",
    "win_back": f"""SELECT household_id FROM {TIER} JOIN {STAGE} USING (household_id)
        WHERE stage IN ('dormant', 'churned') AND tier IN ('high', 'medium')""",
    "new_customers": f"SELECT household_id FROM {STAGE} WHERE stage = 'new'",
}


@pytest.fixture(scope="module")
def gold(demo: Asker) -> Gold:
    runtime = demo.runtime
    version = runtime.opened().version
    return Gold(runtime.warehouse.file_of(version.id), list(version.tables), load_set(find_set("complete_journey")).prelude)


def by_hand(gold: Gold, sql: str, day: date) -> dict[int, Any]:
    rows = gold.rows(sql.format(day=day))
    return {row[0]: None if row[1] in (None, "Unknown") else row[1] for row in rows}


def listed(demo: Asker, day: date, **more: Any) -> list[tuple[Any, ...]]:
    context = demo.context()
    request = REQUEST.validate_python({"kind": "entity_query", "entity": "household", **more})
    return [tuple(row) for row in context.run(context.compile(request), "listed").values]


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_has_the_values_of_the_glossary(demo: Asker, gold: Gold, tag: str, day: date) -> None:
    expected = by_hand(gold, TAGS[tag], day)
    known = [{"tag": "recency_days", "as_of": day.isoformat(), "missing": False}]
    found = listed(demo, day, columns=[{"kind": "tag", "name": tag, "as_of": day.isoformat()}], where=known)
    assert len(found) == len(expected) > 1000
    assert {key: None if value == "Unknown" else value for key, value in found} == pytest.approx(expected)


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("segment", SEGMENTS)
def test_a_segment_has_the_members_of_the_glossary(demo: Asker, gold: Gold, segment: str, day: date) -> None:
    expected = {row[0] for row in gold.rows(SEGMENTS[segment].format(day=day))}
    found = listed(demo, day, where=[{"segment": segment, "as_of": day.isoformat()}])
    assert {row[0] for row in found} == expected


def test_the_sizes_that_the_glossary_names(demo: Asker) -> None:
    sizes = {name: len(listed(demo, DAYS[-1], where=[{"segment": name}])) for name in SEGMENTS}
    assert sizes["high_value_declining"] == 66
    assert (sizes["high_value_at_risk"], sizes["new_customers"], sizes["win_back"]) == (4, 6, 14)


def test_no_tag_of_the_glossary_is_left_out(demo: Asker) -> None:
    workspace = demo.runtime.workspace
    predicted = {"churn_probability", "churn_risk", "predicted_clv_180d"}
    assert {tag.name for tag in workspace.tags} == {*TAGS, *predicted}
    assert {segment.name for segment in workspace.segments} == set(SEGMENTS)
