"""The generated web shop: the same rows each time, and every tag and segment equal to SQL over the raw tables, at two days."""

from __future__ import annotations

import hashlib
import importlib.util
from bisect import bisect_right
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Asker

from evals.golden import Gold
from semantic_layer.loading.loader import find_workspace
from semantic_layer.model.tags import PredictiveTag
from semantic_layer.requests import REQUEST

DAYS = (date(2023, 6, 30), date(2024, 12, 31))
PRELUDE = """
CREATE TABLE ord AS SELECT o.*, o.ordered_utc + INTERVAL 8 HOUR AS ts, CAST(o.ordered_utc + INTERVAL 8 HOUR AS DATE) AS d, p.category
FROM orders o LEFT JOIN products p USING (product_id);
CREATE TABLE ev AS SELECT e.*, e.happened_utc + INTERVAL 8 HOUR AS ts, CAST(e.happened_utc + INTERVAL 8 HOUR AS DATE) AS d,
    hour(e.happened_utc + INTERVAL 8 HOUR) AS h, p.category
FROM events e LEFT JOIN products p USING (product_id) WHERE e.customer_id IS NOT NULL;
CREATE TABLE ref AS SELECT *, CAST(refunded_utc + INTERVAL 8 HOUR AS DATE) AS d FROM refunds;
"""
KNOWN = "(SELECT * FROM customers WHERE registered_on <= DATE '{day}') k"
"""The population: customers who registered on or before the day."""
ANSWERS = f"{KNOWN} LEFT JOIN (SELECT * FROM survey WHERE answered_on <= DATE '{{day}}') s USING (customer_id)"
YEAR = "d BETWEEN DATE '{day}' - 364 AND DATE '{day}'"
QUARTER = "d BETWEEN DATE '{day}' - 89 AND DATE '{day}'"
MONTH = "d BETWEEN DATE '{day}' - 29 AND DATE '{day}'"


def figure(sql: str, table: str, where: str, otherwise: str = "0") -> str:
    """A figure of each one of the population; `otherwise` for those without rows."""
    inner = f"SELECT customer_id, {sql} AS x FROM {table} WHERE {where} GROUP BY 1"
    return f"SELECT k.customer_id, coalesce(x, {otherwise}) AS x FROM {KNOWN} LEFT JOIN ({inner}) USING (customer_id)"


LAST = figure("DATE '{day}' - max(d)", "ord", "d <= DATE '{day}'", "NULL")
FIRST = figure("DATE '{day}' - min(d)", "ord", "d <= DATE '{day}'", "NULL")
VISITED = figure("DATE '{day}' - max(d)", "ev", "d <= DATE '{day}'", "NULL")
ORDERS_90 = figure("count(DISTINCT order_id)", "ord", QUARTER)
ORDERS_365 = figure("count(DISTINCT order_id)", "ord", YEAR)
SALES = figure("sum(amount)", "ord", YEAR)
STAGE = f"""SELECT customer_id, CASE WHEN l.x IS NULL THEN 'prospect' WHEN f.x < 30 THEN 'new' WHEN l.x <= 30 THEN 'active'
    WHEN l.x <= 90 THEN 'at_risk' WHEN l.x <= 180 THEN 'dormant' ELSE 'churned' END AS x FROM ({LAST}) l JOIN ({FIRST}) f USING (customer_id)"""
TIER = f"""SELECT customer_id, CASE WHEN p < 0.10 THEN 'high' WHEN p < 0.30 THEN 'medium' ELSE 'low' END AS x
    FROM (SELECT customer_id, percent_rank() OVER (ORDER BY x DESC) AS p FROM ({SALES}))"""
FREQUENCY = f"""SELECT customer_id, CASE WHEN x >= 5 THEN 'high' WHEN x >= 2 THEN 'medium' WHEN x >= 1 THEN 'low' ELSE 'none' END AS x
    FROM ({ORDERS_90})"""
NIGHT = figure("count(*) FILTER (WHERE h >= 21 OR h <= 4) >= 0.3 * count(*)", "ev", YEAR, "false")
CARTED = figure("true", "ev", f"event_type = 'cart_add' AND {MONTH}", "false")
ORDERED = figure("true", "ord", MONTH, "false")
ABANDONED = f"SELECT customer_id, c.x AND NOT o.x AS x FROM ({CARTED}) c JOIN ({ORDERED}) o USING (customer_id)"
CHANNELS = figure("bool_or(channel = 'store_pickup') AND bool_or(channel <> 'store_pickup')", "ord", YEAR, "false")
BARGAINS = figure("avg(CAST(discount > 0 AS INTEGER)) >= 0.6", "ord", YEAR, "NULL")
REFUNDED = figure("count(DISTINCT order_id)", "ref", YEAR)
PRONE = f"SELECT customer_id, r.x >= 2 AND r.x >= 0.3 * o.x AS x FROM ({REFUNDED}) r JOIN ({ORDERS_365}) o USING (customer_id)"
DAYPART = """CASE WHEN h BETWEEN 5 AND 10 THEN 1 WHEN h BETWEEN 11 AND 13 THEN 2 WHEN h BETWEEN 14 AND 16 THEN 3
    WHEN h BETWEEN 17 AND 20 THEN 4 ELSE 5 END"""
DAYPARTS = "['morning', 'midday', 'afternoon', 'evening', 'night']"


def preferred(by: str, sql: str, table: str, where: str) -> str:
    """The value with most of a figure; ties go to the one that sorts first."""
    inner = f"SELECT customer_id, {by} AS v, {sql} AS n FROM {table} WHERE {where} GROUP BY 1, 2"
    best = f"SELECT customer_id, arg_min(v, (-n, v)) AS x FROM ({inner}) WHERE v IS NOT NULL GROUP BY 1"
    return f"SELECT k.customer_id, x FROM {KNOWN} LEFT JOIN ({best}) USING (customer_id)"


VIEWED = f"event_type = 'page_view' AND {YEAR}"
APP = preferred("channel", "count(DISTINCT order_id)", "ord", YEAR)
TAGS = {
    "gender_tag": f"SELECT customer_id, gender FROM {KNOWN}",
    "age_tag": f"SELECT customer_id, age_band FROM {KNOWN}",
    "region_tag": f"SELECT customer_id, region FROM {KNOWN}",
    "signup_channel": f"SELECT customer_id, registered_via FROM {KNOWN}",
    "big_city": f"SELECT customer_id, city_tier IN ('tier1', 'new_tier1') FROM {KNOWN}",
    "interest_tag": f"SELECT k.customer_id, main_interest FROM {ANSWERS}",
    "attitude_tag": f"SELECT k.customer_id, attitude FROM {ANSWERS}",
    "recommends_points": f"SELECT k.customer_id, recommend_score FROM {ANSWERS}",
    "loyalty_voice": f"""SELECT k.customer_id, CASE WHEN recommend_score >= 9 THEN 'promoter' WHEN recommend_score >= 7 THEN 'passive'
        WHEN recommend_score >= 0 THEN 'detractor' END FROM {ANSWERS}""",
    "recency_days": LAST,
    "last_visit_days": VISITED,
    "views_30d": figure("count(*)", "ev", f"event_type = 'page_view' AND {MONTH}"),
    "clicks_30d": figure("count(*)", "ev", f"event_type = 'product_click' AND {MONTH}"),
    "orders_90d": ORDERS_90,
    "orders_365d": ORDERS_365,
    "sales_365d": SALES,
    "frequency_tier": FREQUENCY,
    "night_browser": NIGHT,
    "cart_abandoner": ABANDONED,
    "multi_channel": CHANNELS,
    "preferred_category": preferred("category", "sum(amount)", "ord", YEAR),
    "distinctive_category": f"""SELECT k.customer_id, best FROM {KNOWN} LEFT JOIN (
        SELECT customer_id, arg_min(category, (-ratio, category)) AS best FROM (
            SELECT customer_id, category, n / sum(n) OVER (PARTITION BY customer_id) AS own,
                n::DOUBLE / (sum(n) OVER (PARTITION BY category))::DOUBLE AS ratio
            FROM (SELECT customer_id, category, count(*) AS n FROM ev WHERE {VIEWED} GROUP BY 1, 2))
        WHERE own >= 0.1 GROUP BY 1) USING (customer_id)""",
    "preferred_channel": APP,
    "preferred_daypart": f"SELECT customer_id, {DAYPARTS}[x] FROM ({preferred(DAYPART, 'count(*)', 'ev', VIEWED)})",
    "discount_lover": BARGAINS,
    "refund_prone": PRONE,
    "r_score": f"""SELECT customer_id, CASE WHEN x IS NOT NULL THEN ntile(5) OVER (PARTITION BY x IS NULL ORDER BY x DESC, customer_id) END
        FROM ({LAST})""",
    "f_score": f"SELECT customer_id, ntile(5) OVER (ORDER BY x, customer_id) FROM ({ORDERS_365})",
    "m_score": f"SELECT customer_id, ntile(5) OVER (ORDER BY x, customer_id) FROM ({SALES})",
    "value_tier": TIER,
    "first_order_days": FIRST,
    "lifecycle_stage": STAGE,
}
AT_RISK = f"SELECT customer_id FROM ({TIER}) t JOIN ({STAGE}) s USING (customer_id) WHERE t.x = 'high' AND s.x IN ('at_risk', 'dormant')"
HUNTERS = f"""SELECT b.customer_id FROM ({BARGAINS}) b JOIN ({TAGS["attitude_tag"]}) a USING (customer_id)
    WHERE coalesce(b.x, false) OR coalesce(attitude = 'price_first', false)"""
WIN_BACK = (
    f"SELECT customer_id FROM ({STAGE}) s JOIN ({VISITED}) v USING (customer_id) WHERE s.x IN ('dormant', 'churned') AND v.x < 90"
)
OWLS = f"SELECT customer_id FROM ({NIGHT}) n JOIN ({VISITED}) v USING (customer_id) WHERE n.x AND v.x < 90"
CARE = f"(({AT_RISK}) UNION ({WIN_BACK})) EXCEPT ({HUNTERS})"
SEGMENTS = {
    "high_value_at_risk": AT_RISK,
    "loyal_core": f"""SELECT customer_id FROM ({TIER}) t JOIN ({STAGE}) s USING (customer_id) JOIN ({FREQUENCY}) f USING (customer_id)
        WHERE t.x = 'high' AND s.x = 'active' AND f.x = 'high'""",
    "night_owls": OWLS,
    "bargain_hunters": HUNTERS,
    "cart_rescue": f"SELECT customer_id FROM ({ABANDONED}) a JOIN ({PRONE}) p USING (customer_id) WHERE a.x AND NOT p.x",
    "win_back": WIN_BACK,
    "young_app_shoppers": f"SELECT customer_id FROM ({APP}) a JOIN customers USING (customer_id) WHERE age_band IN ('18-24', '25-34') AND x = 'app'",
    "care_list": CARE,
    "quiet_night_care": f"({CARE}) INTERSECT ({OWLS})",
}
VIEWS, CLICKS, CARTS = (f"(SELECT * FROM ev WHERE event_type = '{each}')" for each in ("page_view", "product_click", "cart_add"))
ORDERS, REFUNDS = "ord", "(SELECT *, refunded_utc + INTERVAL 8 HOUR AS ts FROM refunds)"
SEQUENCES = {
    "three_views_then_order": (((VIEWS, 3), (ORDERS, 1)), 1),
    "third_click_then_order": (((CLICKS, 3), (ORDERS, 1)), 7),
    "whole_path": (((VIEWS, 1), (CLICKS, 1), (CARTS, 1), (ORDERS, 1)), 1),
    "back_after_refund": (((REFUNDS, 1), (ORDERS, 1)), 30),
}
"""Steps, each with how many rows of it, and within how many days."""
TOLD_FROM_SEQUENCES = {"refund_not_back", "lost_by_refund"}


@pytest.fixture(scope="module")
def gold(web_shop: Asker) -> Gold:
    runtime = web_shop.runtime
    version = runtime.opened().version
    return Gold(runtime.warehouse.file_of(version.id), list(version.tables), PRELUDE)


def listed(asker: Asker, day: date, **more: Any) -> list[tuple[Any, ...]]:
    context = asker.context()
    request = REQUEST.validate_python({"kind": "entity_query", "entity": "customer", **more})
    return [tuple(row) for row in context.run(context.compile(request), "listed").values]


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("tag", TAGS)
def test_a_tag_has_the_values_of_its_definition(web_shop: Asker, gold: Gold, tag: str, day: date) -> None:
    expected = dict(gold.rows(TAGS[tag].format(day=day)))
    known = [{"tag": "signup_channel", "as_of": day.isoformat(), "missing": False}]
    found = listed(web_shop, day, columns=[{"kind": "tag", "name": tag, "as_of": day.isoformat()}], where=known)
    assert len(found) == len(expected) > 2500
    assert {key: None if value == "Unknown" else value for key, value in found} == pytest.approx(expected)


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("segment", SEGMENTS)
def test_a_segment_has_the_members_of_its_definition(web_shop: Asker, gold: Gold, segment: str, day: date) -> None:
    expected = {row[0] for row in gold.rows(SEGMENTS[segment].format(day=day))}
    found = listed(web_shop, day, where=[{"segment": segment, "as_of": day.isoformat()}])
    assert {row[0] for row in found} == expected
    assert expected


def test_no_tag_and_no_segment_is_left_out(web_shop: Asker) -> None:
    workspace = web_shop.runtime.workspace
    names = {each.name for each in (*workspace.tags, *workspace.segments) if not isinstance(each, PredictiveTag)}
    assert names == {*TAGS, *SEGMENTS, *SEQUENCES, *TOLD_FROM_SEQUENCES}


@pytest.mark.parametrize("day", DAYS, ids=str)
@pytest.mark.parametrize("tag", sorted(SEQUENCES))
def test_a_sequence_is_true_of_those_whose_rows_come_in_that_order(web_shop: Asker, gold: Gold, tag: str, day: date) -> None:
    steps, within = SEQUENCES[tag]
    rows = [moments_of(gold, table, day) for table, _ in steps]
    expected = {
        who for who in rows[0] if did_in_order([each.get(who, []) for each in rows], [times for _, times in steps], within)
    }
    found = {row[0] for row in listed(web_shop, day, where=[{"tag": tag, "is": True, "as_of": day.isoformat()}])}
    assert found == expected
    assert expected


def moments_of(gold: Gold, table: str, day: date) -> dict[Any, list[datetime]]:
    """When each one did something, in order."""
    found: dict[Any, list[datetime]] = {}
    for who, moment in gold.rows(f"SELECT customer_id, ts FROM {table} WHERE CAST(ts AS DATE) <= DATE '{day}' ORDER BY 1, 2"):
        found.setdefault(who, []).append(moment)
    return found


def did_in_order(steps: list[list[datetime]], times: list[int], within: int) -> bool:
    """Whether from some row of the first step the others follow, each later than the one before, within so many days of it."""
    for start in steps[0]:
        at: datetime | None = start
        needed = [times[0] - 1, *times[1:]]
        for moments, count in zip(steps, needed, strict=True):
            for _ in range(count):
                at = next((each for each in moments[bisect_right(moments, at) :]), None) if at is not None else None
        if at is not None and (at.date() - start.date()).days <= within:
            return True
    return False


def test_the_script_writes_the_same_bytes_each_time(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("shop_events_script", find_workspace("shop_events") / "generate.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    hashes = []
    for name in ("one", "two"):
        script.write(tmp_path / name)
        hashes.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / name).iterdir()})
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) == 6


def test_it_says_everywhere_that_its_data_is_generated(web_shop: Asker) -> None:
    workspace = web_shop.runtime.workspace
    settings = workspace.workspace
    for text in (settings.label, settings.description):
        assert "模拟数据" in text.get("zh")
        assert "generated data" in text.get("en").lower()
    assert all("Generated data" in (source.notice or "") for source in workspace.sources)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_questions_of_a_newcomer_are_answered(web_shop: Asker, language: str) -> None:
    for question in web_shop.runtime.workspace.questions:
        reply = web_shop.ask(getattr(question, language))
        assert (reply.status, bool(reply.rows)) == ("answered", True), question


class TestWhatTheDataHolds:
    """What it was made for; a change of the script that loses one of these has lost its point."""

    @pytest.mark.parametrize(
        ("what", "sql", "least", "most"),
        [
            ("events", "SELECT count(*) FROM events", 450_000, 600_000),
            ("orders", "SELECT count(DISTINCT order_id) FROM orders", 40_000, 70_000),
            ("views by nobody known", "SELECT avg(CAST(customer_id IS NULL AS INTEGER)) FROM events", 0.1, 0.3),
            ("customers who never bought", "SELECT count(*) FROM customers ANTI JOIN orders USING (customer_id)", 1_000, 4_000),
            ("order lines without a product", "SELECT count(*) FROM orders ANTI JOIN products USING (product_id)", 20, 300),
            ("unknown gender", "SELECT avg(CAST(gender IS NULL AS INTEGER)) FROM customers", 0.1, 0.25),
            ("survey answers", "SELECT count(*) FROM survey", 2_000, 3_500),
            (
                "web against app",
                "SELECT count(*) FILTER (WHERE channel = 'web') / count(*) FILTER (WHERE channel = 'app') FROM orders",
                0.1,
                0.5,
            ),
            (
                "Double Eleven",
                "SELECT count(*) FILTER (WHERE d = DATE '2024-11-11') / count(*) FILTER (WHERE d = DATE '2024-10-14') FROM ord",
                2.5,
                20,
            ),
            (
                "orders before the registration",
                "SELECT count(*) FROM ord o JOIN customers c USING (customer_id) WHERE o.d < c.registered_on",
                0,
                0,
            ),
            (
                "refunds before their order",
                "SELECT count(*) FROM refunds r JOIN orders o USING (order_id, line_no) WHERE r.refunded_utc <= o.ordered_utc",
                0,
                0,
            ),
            (
                "clicks before any view",
                """SELECT count(*) FROM (SELECT session_id, min(ts) FILTER (WHERE event_type = 'page_view') AS v,
                min(ts) FILTER (WHERE event_type = 'product_click') AS c FROM ev GROUP BY 1) WHERE c <= v""",
                0,
                0,
            ),
        ],
    )
    def test_figures(self, gold: Gold, what: str, sql: str, least: float, most: float) -> None:
        assert least <= float(gold.rows(sql)[0][0]) <= most, what
