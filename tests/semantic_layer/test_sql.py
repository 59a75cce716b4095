"""The SQL of typical requests: a file for each, that reads well in a review, parses, and gives the rows of SQL written by hand.

HUAXIANG_UPDATE=1 writes the files anew. The hand-written SQL is over the raw tables, through the views of the golden set.
"""

from __future__ import annotations

import contextlib
import gc
import os
import weakref
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from conftest import Asker
from sqlglot import exp

from evals.golden import Gold, find_set, load_set
from semantic_layer.compiler.compile import compile_request, over_all
from semantic_layer.compiler.plan import Compiled
from semantic_layer.errors import RequestError
from semantic_layer.requests import MetricQuery
from tools.context import Context, Rows

FOLDER = Path(__file__).parent / "sql"
NOVEMBER = {"start": "2017-11-01", "end": "2017-11-30"}
THIRD_QUARTER = {"start": "2017-07-01", "end": "2017-09-30"}
IN_NOVEMBER = "d BETWEEN DATE '2017-11-01' AND DATE '2017-11-30'"
IN_OCTOBER = "d BETWEEN DATE '2017-10-01' AND DATE '2017-10-31'"
OWN_STORES = "store_id IN ('367', '368')"


@dataclass(frozen=True)
class Case:
    """A request with SQL that was written independently of the compiler, in the order of the answer."""

    name: str
    request: dict[str, Any]
    gold: str
    role: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    total: bool = False

    def context(self, demo: Asker) -> Context:
        return demo.context(self.role, **self.attributes)

    def compile(self, demo: Asker) -> Compiled:
        request = MetricQuery.model_validate(self.request)
        return compile_request(over_all(request) if self.total else request, self.context(demo).scope)

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.sql"


CASES = [
    Case("sum_of_a_month", {"metrics": ["sales"], "period": NOVEMBER}, f"SELECT sum(sales_value) FROM tx WHERE {IN_NOVEMBER}"),
    Case(
        "ratio_of_two_metrics_by_quarter",
        {"metrics": ["avg_basket_value"], "by": ["quarter"]},
        "SELECT quarter, sum(sales_value) / count(DISTINCT basket_id) FROM tx GROUP BY quarter ORDER BY quarter",
    ),
    Case(
        "filter_over_two_joins",
        {"metrics": ["sales", "buyers"], "where": [{"field": "department", "is": "PASTRY"}, {"field": "age", "not": "45-54"}]},
        "SELECT sum(sales_value), count(DISTINCT household_id) FROM tx WHERE department = 'PASTRY' AND age <> '45-54'",
    ),
    Case(
        "days_of_business_time_with_the_closed_one",
        {"metrics": ["baskets", "avg_basket_value"], "by": ["date"], "period": {"start": "2017-12-23", "end": "2017-12-27"}},
        """SELECT days.d, count(DISTINCT basket_id), sum(sales_value) / nullif(count(DISTINCT basket_id), 0)
        FROM days LEFT JOIN tx ON tx.d = days.d WHERE days.d BETWEEN DATE '2017-12-23' AND DATE '2017-12-27'
        GROUP BY days.d ORDER BY days.d""",
    ),
    Case(
        "hours_of_the_weekend",
        {"metrics": ["baskets"], "by": ["hour"], "where": [{"field": "is_weekend", "is": True}, {"field": "hour", "at_most": 3}]},
        "SELECT hour, count(DISTINCT basket_id) AS n FROM tx WHERE is_weekend AND hour <= 3 GROUP BY hour ORDER BY hour",
    ),
    Case(
        "metrics_with_filters_of_their_own",
        {"metrics": ["units", "units_per_basket", "sales"], "by": ["brand"]},
        """SELECT brand, sum(units) AS n, sum(units) / count(DISTINCT merch_basket), sum(sales_value)
        FROM tx GROUP BY brand ORDER BY n DESC""",
    ),
    Case(
        "distinct_count_by_quarter",
        {"metrics": ["buyers"], "by": ["quarter"]},
        "SELECT quarter, count(DISTINCT household_id) FROM tx GROUP BY quarter ORDER BY quarter",
    ),
    Case(
        "distinct_count_in_total",
        {"metrics": ["buyers"], "by": ["quarter"]},
        "SELECT count(DISTINCT household_id) FROM tx",
        total=True,
    ),
    Case(
        "comparison_with_the_month_before",
        {"metrics": ["sales"], "by": ["department"], "period": {"unit": "month", "offset": -1}, "compare": {"kind": "previous"}},
        f"""WITH of AS (
          SELECT department, coalesce(sum(sales_value) FILTER ({IN_NOVEMBER}), 0) AS now,
            coalesce(sum(sales_value) FILTER ({IN_OCTOBER}), 0) AS before
          FROM tx WHERE d BETWEEN DATE '2017-10-01' AND DATE '2017-11-30' GROUP BY department
        )
        SELECT department, now, before, now - before, (now - before) / nullif(before, 0) FROM of ORDER BY now DESC, department""",
    ),
    Case(
        "series_beside_its_earlier_buckets",
        {"metrics": ["redemptions"], "by": ["month"], "period": THIRD_QUARTER, "compare": {"kind": "previous"}},
        """WITH of AS (SELECT month, count(*) AS n FROM red GROUP BY month),
        beside AS (SELECT month, n, lag(n) OVER (ORDER BY month) AS before FROM of)
        SELECT month, n, before, n - before, (n - before) / before FROM beside
        WHERE month BETWEEN DATE '2017-07-01' AND DATE '2017-09-01' ORDER BY month""",
    ),
    Case(
        "share_of_the_whole",
        {"metrics": ["sales"], "by": ["brand"], "share_of": {"kind": "share"}, "period": NOVEMBER},
        f"""SELECT brand, sum(sales_value) AS n, n / (SELECT sum(sales_value) FROM tx WHERE {IN_NOVEMBER})
        FROM tx WHERE {IN_NOVEMBER} GROUP BY brand ORDER BY n DESC""",
    ),
    Case(
        "share_within_each_quarter",
        {
            "metrics": ["buyers"],
            "by": ["quarter", "home_ownership"],
            "where": {"field": "home_ownership", "missing": False},
            "share_of": {"kind": "share", "by": ["quarter"]},
        },
        """WITH everyone AS (SELECT quarter, count(DISTINCT household_id) AS whole FROM tx GROUP BY quarter)
        SELECT quarter, home_ownership, count(DISTINCT household_id) AS n, n / any_value(whole)
        FROM tx JOIN everyone USING (quarter) WHERE home_ownership <> 'Unknown' GROUP BY ALL ORDER BY quarter, home_ownership""",
    ),
    Case(
        "top_six_with_everyone_who_ties",
        {"metrics": ["redemptions"], "by": ["campaign_id"], "limit": 6},
        """WITH of AS (SELECT campaign_id, count(*) AS n FROM red GROUP BY campaign_id)
        SELECT CAST(campaign_id AS INT), n FROM of WHERE n >= (SELECT n FROM of ORDER BY n DESC LIMIT 1 OFFSET 5)
        ORDER BY n DESC, CAST(campaign_id AS INT)""",
    ),
    Case(
        "several_periods_side_by_side",
        {"metrics": ["sales"], "period": {"of": [NOVEMBER, {"start": "2017-11-20", "end": "2017-12-31"}]}},
        f"""SELECT DATE '2017-11-01', sum(sales_value) FROM tx WHERE {IN_NOVEMBER}
        UNION ALL SELECT DATE '2017-11-20', sum(sales_value) FROM tx WHERE d >= DATE '2017-11-20'""",
    ),
    Case(
        "campaigns_that_ran_in_a_month",
        {"metrics": ["targeted", "contacts"], "by": ["campaign_type"], "period": NOVEMBER},
        """SELECT campaign_type, count(DISTINCT household_id) AS n, count(DISTINCT (campaign_id, household_id))
        FROM reach WHERE start_d <= DATE '2017-11-30' AND end_d >= DATE '2017-11-01' GROUP BY campaign_type ORDER BY n DESC""",
    ),
    Case(
        "store_manager_sees_own_stores",
        {"metrics": ["sales", "buyers"], "by": ["store_id"], "where": {"field": "brand", "is": "Private"}},
        f"""SELECT CAST(store_id AS INT), sum(sales_value) AS n, count(DISTINCT household_id)
        FROM tx WHERE {OWN_STORES} AND brand = 'Private' GROUP BY store_id ORDER BY n DESC""",
        role="store_manager",
        attributes={"stores": [367, 368]},
    ),
    Case("store_manager_without_stores_sees_nothing", {"metrics": ["sales"]}, "SELECT 0", role="store_manager"),
    Case(
        "marketer_counts_households_and_sees_none",
        {"metrics": ["buyers"], "by": ["brand"], "period": NOVEMBER, "where": {"field": "brand", "missing": False}},
        f"""SELECT brand, count(DISTINCT household_id) AS n
        FROM tx WHERE {IN_NOVEMBER} AND brand <> 'Unknown' GROUP BY brand ORDER BY n DESC""",
        role="marketer",
    ),
    Case(
        "those_who_came_twice_by_quarter",
        {"metrics": ["repeat_rate"], "by": ["quarter"]},
        """WITH each AS (SELECT quarter, household_id, count(DISTINCT basket_id) AS n FROM tx GROUP BY quarter, household_id)
        SELECT quarter, count(*) FILTER (n >= 2) / count(*) FROM each GROUP BY quarter ORDER BY quarter""",
    ),
    Case(
        "those_who_came_twice_by_age",
        {"metrics": ["repeat_rate"], "by": ["age"], "period": NOVEMBER},
        f"""WITH each AS (SELECT age, household_id, count(DISTINCT basket_id) AS n FROM tx WHERE {IN_NOVEMBER} GROUP BY age, household_id)
        SELECT age, count(*) FILTER (n >= 2) / count(*) FROM each GROUP BY age ORDER BY age""",
    ),
    Case(
        "new_ones_of_the_first_quarter",
        {"metrics": ["new_buyers"], "by": ["month"], "period": {"start": "2017-01-01", "end": "2017-03-31"}},
        """WITH first AS (SELECT household_id, CAST(date_trunc('month', min(d)) AS DATE) AS month FROM tx GROUP BY household_id)
        SELECT month, count(*) FROM first WHERE month <= DATE '2017-03-01' GROUP BY month ORDER BY month""",
    ),
    Case(
        "those_who_came_back_and_the_others",
        {"metrics": ["retention_rate", "churn_rate"], "by": ["month"], "period": {"start": "2017-01-01", "end": "2017-03-31"}},
        """WITH here AS (SELECT DISTINCT month, household_id FROM tx), beside AS (
          SELECT CAST(before.month + INTERVAL 1 MONTH AS DATE) AS month, count(*) AS n, count(here.household_id) AS back FROM here AS before
          LEFT JOIN here ON here.household_id = before.household_id AND here.month = before.month + INTERVAL 1 MONTH GROUP BY before.month
        )
        SELECT DATE '2017-01-01', NULL, NULL UNION ALL
        (SELECT month, back / n, 1 - back / n FROM beside WHERE month <= DATE '2017-03-01' ORDER BY month)""",
    ),
    Case(
        "several_facts_side_by_side",
        {"metrics": ["sales", "redemptions", "targeted"], "by": ["age"], "where": {"field": "age", "in": ["19-24", "65+"]}},
        """SELECT age, (SELECT sum(sales_value) FROM tx WHERE tx.age = ages.age) , (SELECT count(*) FROM red WHERE red.age = ages.age),
          (SELECT count(DISTINCT household_id) FROM reach WHERE reach.age = ages.age)
        FROM (VALUES ('19-24'), ('65+')) AS ages(age) ORDER BY age""",
    ),
    Case(
        "sales_of_those_who_used_a_coupon_and_bought_ten_times",
        {
            "metrics": ["sales", "buyers"],
            "period": NOVEMBER,
            "where": [
                {"did": "coupon_redemptions", "entity": "household", "period": "all"},
                {"metric": "baskets", "of": "household", "at_least": 10},
            ],
        },
        f"""WITH often AS (SELECT household_id FROM tx WHERE {IN_NOVEMBER} GROUP BY household_id HAVING count(DISTINCT basket_id) >= 10)
        SELECT sum(sales_value), count(DISTINCT household_id) FROM tx WHERE {IN_NOVEMBER}
        AND household_id IN (SELECT household_id FROM often) AND household_id IN (SELECT household_id FROM red)""",
    ),
    Case(
        "those_who_redeemed_within_14_days_of_the_start",
        {
            "metrics": ["targeted"],
            "where": [
                {"field": "campaign_id", "is": 18},
                {
                    "did": "coupon_redemptions",
                    "entity": "household",
                    "where": {"field": "campaign_id", "is": 18},
                    "within": {"days": 14, "after": "campaign.start_date"},
                },
            ],
            "share_of": {"where": {"field": "campaign_id", "is": 18}},
        },
        """WITH soon AS (SELECT DISTINCT household_id FROM reach JOIN red USING (campaign_id, household_id)
          WHERE campaign_id = 18 AND d BETWEEN start_d AND start_d + 14)
        SELECT (SELECT count(*) FROM soon), (SELECT count(*) FROM soon) / count(DISTINCT household_id)
        FROM reach WHERE campaign_id = 18""",
    ),
    Case(
        "those_who_used_a_coupon_beside_the_others",
        {
            "metrics": ["avg_basket_value", "buyers"],
            "by": [{"kind": "meets", "entity": "household", "condition": {"did": "coupon_redemptions", "entity": "household"}}],
            "period": NOVEMBER,
        },
        f"""SELECT household_id IN (SELECT household_id FROM red WHERE {IN_NOVEMBER}) AS used,
          sum(sales_value) / count(DISTINCT basket_id) AS value, count(DISTINCT household_id)
        FROM tx WHERE {IN_NOVEMBER} GROUP BY used ORDER BY value DESC""",
    ),
    Case(
        "arithmetic_with_a_parameter_over_two_facts",
        {"metrics": ["campaign_cost"], "by": ["campaign_type"], "parameters": {"contact_cost": 1, "coupon_funding": "none"}},
        """SELECT campaign_type, count(DISTINCT (campaign_id, household_id)) * 1 AS n
        FROM reach GROUP BY campaign_type ORDER BY n DESC""",
    ),
    Case(
        "median_and_percentile_of_the_sales_of_each_basket",
        {
            "metrics": ["sales"],
            "by": ["is_weekend"],
            "period": NOVEMBER,
            "of_each": {"entity": "basket", "statistics": ["median", {"percentile": 0.9}]},
        },
        f"""SELECT is_weekend, quantile_cont(s, 0.5), quantile_cont(s, 0.9) FROM
        (SELECT is_weekend, basket_id, sum(sales_value)::DOUBLE AS s FROM tx WHERE {IN_NOVEMBER} GROUP BY 1, 2) GROUP BY 1 ORDER BY 1""",
    ),
    Case(
        "average_number_of_stores_of_each_household_for_a_marketer",
        {"metrics": ["store"], "by": ["age"], "of_each": {"entity": "household", "statistics": ["mean"]}, "period": NOVEMBER},
        f"""SELECT age, avg(n) FROM (SELECT age, household_id, count(DISTINCT store_id) AS n FROM tx WHERE {IN_NOVEMBER}
        GROUP BY 1, 2) GROUP BY 1 ORDER BY age""",
        role="marketer",
    ),
    Case(
        "extremes_of_the_sales_of_each_day",
        {
            "metrics": ["sales"],
            "by": ["department"],
            "where": {"field": "department", "in": ["MEAT", "DELI"]},
            "of_each": {"entity": "date", "statistics": ["min", "max"]},
            "order": [{"target": "sales_max"}],
            "limit": 1,
        },
        """SELECT department, min(s), max(s) FROM (SELECT department, d, sum(sales_value) AS s FROM tx
        WHERE department IN ('MEAT', 'DELI') GROUP BY 1, 2) GROUP BY 1 ORDER BY 3 DESC LIMIT 1""",
    ),
    Case(
        "year_to_date_by_quarter_asked_for",
        {"metrics": ["baskets"], "by": ["quarter"], "window": {"to_date": "year"}},
        """SELECT quarter, sum(n) OVER (ORDER BY quarter)::BIGINT FROM
        (SELECT quarter, count(DISTINCT basket_id) AS n FROM tx GROUP BY 1) ORDER BY 1""",
    ),
    Case(
        "moving_average_of_daily_baskets",
        {
            "metrics": ["baskets"],
            "by": ["date"],
            "period": {"start": "2017-12-22", "end": "2017-12-28"},
            "window": {"trailing": 7, "average": True},
        },
        """SELECT d, a FROM (SELECT days.d, sum(count(DISTINCT basket_id)) OVER (ORDER BY days.d ROWS 6 PRECEDING) / 7 AS a
        FROM days LEFT JOIN tx ON tx.d = days.d GROUP BY days.d)
        WHERE d BETWEEN DATE '2017-12-22' AND DATE '2017-12-28' ORDER BY d""",
    ),
    Case(
        "ratio_over_trailing_days_compared",
        {
            "metrics": ["avg_basket_value"],
            "period": NOVEMBER,
            "window": {"trailing": 7},
            "compare": {"kind": "previous"},
        },
        """SELECT a, b, a - b, (a - b) / b FROM (SELECT
        sum(sales_value) FILTER (d BETWEEN DATE '2017-11-24' AND DATE '2017-11-30')
          / count(DISTINCT basket_id) FILTER (d BETWEEN DATE '2017-11-24' AND DATE '2017-11-30') AS a,
        sum(sales_value) FILTER (d BETWEEN DATE '2017-10-25' AND DATE '2017-10-31')
          / count(DISTINCT basket_id) FILTER (d BETWEEN DATE '2017-10-25' AND DATE '2017-10-31') AS b FROM tx)""",
    ),
]
each_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture(scope="module")
def gold(demo: Asker) -> Gold:
    version = demo.runtime.opened().version
    golden = load_set(find_set("complete_journey"))
    return Gold(demo.runtime.warehouse.file_of(version.id), list(version.tables), golden.prelude)


@each_case
def test_the_statement_is_the_one_on_file(case: Case, demo: Asker) -> None:
    sql = case.compile(demo).sql() + "\n"
    if os.environ.get("HUAXIANG_UPDATE"):
        case.file.write_text(sql, "utf-8")
    assert case.file.is_file(), "HUAXIANG_UPDATE=1 writes it"
    assert sql == case.file.read_text("utf-8")


@each_case
def test_the_statement_reads_back_as_itself(case: Case, demo: Asker) -> None:
    compiled = case.compile(demo)
    tree = sqlglot.parse_one(case.file.read_text("utf-8"), dialect="duckdb")
    assert isinstance(tree, exp.Select)
    assert tree.sql("duckdb", pretty=True) == compiled.sql()
    assert [each.alias_or_name for each in tree.selects] == [column.name for column in compiled.columns]


@each_case
def test_the_statement_names_tables_of_the_data_version_only(case: Case, demo: Asker) -> None:
    tree = sqlglot.parse_one(case.file.read_text("utf-8"), dialect="duckdb")
    made_here = {cte.alias for cte in tree.find_all(exp.CTE)}
    tables = {table.sql() for table in tree.find_all(exp.Table) if table.name not in made_here and table.name}
    known = {f"facts.{name}" for name in demo.runtime.opened().version.tables}
    assert {table.partition(" AS ")[0] for table in tables} <= known


@each_case
def test_the_rows_are_those_of_sql_written_by_hand(case: Case, demo: Asker, gold: Gold) -> None:
    context, compiled = case.context(demo), case.compile(demo)
    raw = context.engine.run(case.file.read_text("utf-8"), context.limits)
    rows = Rows("result", compiled.columns, [list(row.values()) for row in raw.to_pylist()], "", context.limits.rows).table().rows
    truth = [tuple(cell(value) for value in row) for row in gold.rows(case.gold)]
    assert [row[0] for row in rows] == [pytest.approx(row[0]) for row in truth]
    assert list(rows) == [tuple(pytest.approx(value) if isinstance(value, float) else value for value in row) for row in truth]


def cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


def test_every_file_belongs_to_a_case() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {case.file.name for case in CASES}


def rows_of(name: str, demo: Asker) -> Rows:
    case = next(case for case in CASES if case.name == name)
    return case.context(demo).run(case.compile(demo), "result")


def test_groups_of_a_distinct_count_do_not_sum_to_its_total(demo: Asker) -> None:
    parts, whole = (rows_of(f"distinct_count_{of}", demo).cells("buyers") for of in ("by_quarter", "in_total"))
    assert max(parts) < whole[0] == 2_469 < sum(parts)


def test_ties_make_the_top_six_eight(demo: Asker) -> None:
    assert rows_of("top_six_with_everyone_who_ties", demo).cells("redemptions")[5:] == [43, 43, 43]


@pytest.mark.parametrize("name", ["household_id", "demographics.household_id", "basket_id"])
def test_a_marketer_cannot_have_single_households_in_a_statement(name: str, demo: Asker) -> None:
    for part in ({"by": [name]}, {"where": {"field": name, "is": 1}}, {"where": {"not": {"field": name, "missing": True}}}):
        with pytest.raises(RequestError) as caught:
            demo.context("marketer").compile(MetricQuery.model_validate({"metrics": ["sales"], **part}))
        assert caught.value.problem.code == "field_hidden"


def test_a_marketers_statement_reads_households_in_counts_alone(demo: Asker) -> None:
    case = next(case for case in CASES if case.role == "marketer")
    tree = sqlglot.parse_one(case.file.read_text("utf-8"), dialect="duckdb")
    households = [column for column in tree.find_all(exp.Column) if column.name == "household_id"]
    assert households
    assert all(column.find_ancestor(exp.Count) for column in households)
    assert case.compile(demo).columns[-1].role == "hidden"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_part_of_a_statement_stands_in_one_place(case: Case, demo: Asker) -> None:
    """The compiler hands parts over instead of copying them: one with two parents would change for both."""
    nodes = list(case.compile(demo).tree.walk())
    assert len({id(node) for node in nodes}) == len(nodes)
    assert all(node.parent is not None and any(each is node for each in node.parent.iter_expressions()) for node in nodes[1:])


def test_a_refused_request_is_let_go(demo: Asker) -> None:
    """Why a field cannot be reached is remembered, but not from where it was asked for."""
    context = demo.context()
    asked: list[weakref.ref[MetricQuery]] = []
    for _ in range(3):
        request = MetricQuery.model_validate({"metrics": ["redemptions"], "by": ["store_id"]})
        asked.append(weakref.ref(request))
        with contextlib.suppress(RequestError):
            context.compile(request)
            pytest.fail("it should be refused")
        del request
    gc.collect()
    assert all(each() is None for each in asked)
