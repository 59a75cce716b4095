"""`huaxiang docs`: every definition of a workspace, in both languages, linked, in the analyst's order."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import HERE
from typer.testing import CliRunner

from assistant.cli.main import app
from assistant.dictionary.page import SECTIONS, markdown
from assistant.dictionary.writer import page_texts
from semantic_layer.data_checks.declared import declared
from semantic_layer.loading.loader import Parsed, find_workspace, parse_with_places, texts_of, workspace_files
from semantic_layer.model.workspace import Workspace

ROOT = Path(__file__).parents[2]


def parsed(name: str) -> Parsed:
    return parse_with_places(texts_of(workspace_files(find_workspace(name))))


@pytest.fixture(scope="module", params=["complete_journey", str(HERE / "workspaces" / "teahouse")], ids=["demo", "tea shop"])
def found(request: pytest.FixtureRequest) -> Parsed:
    return parsed(request.param)


def test_every_link_leads_to_a_place_on_the_page(found: Parsed) -> None:
    page = markdown(found)
    places = re.findall(r'<a id="([^"]+)"></a>', page)
    links = set(re.findall(r"\]\(#([^)]+)\)", page))
    assert len(places) == len(set(places))
    assert links
    assert links - set(places) == set()


def test_every_definition_has_its_place(found: Parsed) -> None:
    page = markdown(found)
    workspace = found.workspace
    for section in (
        "metrics",
        "parameters",
        "datasets",
        "entities",
        "tags",
        "segments",
        "conditions",
        "terms",
        "roles",
        "sources",
    ):
        for item in getattr(workspace, section):
            assert f'<a id="{section}-{item.name}"></a>' in page, (section, item.name)
    for dataset, field in workspace.dimension_fields():
        assert f'<a id="fields-{dataset.name}.{field.name}"></a>' in page
    for check in declared(workspace):
        assert f"| {check.name} |" in page


def test_every_kind_of_definition_has_a_section() -> None:
    kinds = set(Workspace.model_fields) - {"workspace", "content_hash", "ignore"}
    assert set(SECTIONS) == kinds


def test_the_page_says_the_same_each_time(found: Parsed) -> None:
    assert markdown(found) == markdown(found)


def test_both_languages_say_the_same_things() -> None:
    def keys(language: str) -> set[tuple[str, ...]]:
        texts = page_texts(language)
        return {(name, key) for name, table in texts.items() if isinstance(table, dict) for key in table} | {
            (name,) for name, text in texts.items() if isinstance(text, str)
        }

    assert keys("zh") == keys("en")


def test_no_text_of_the_page_is_there_for_nothing() -> None:
    used = " ".join(path.read_text("utf-8") for path in (ROOT / "assistant" / "dictionary").glob("*.py"))
    chosen = {"weekdays", "units", "kinds", "formulas", "adds_up", "better"}
    texts = page_texts("en")
    assert [
        key
        for table in ("rows", "says")
        for key in texts[table]
        if f'"{key}"' not in used and key not in ("stored", "ordered", "closed")
    ] == []
    assert chosen < set(texts)


SHOP = """
workspace: {name: shop, owner: us}
sources: [{name: lines, file: lines.csv}, {name: stock, file: stock.csv}]
entities: [{name: customer, key: customer_id, label: {zh: 客户, en: Customers}}]
datasets:
  - {name: lines, label: {zh: 明细, en: Lines}, entities: {customer: customer_id}, time: day, fields: [{name: day, type: date}, {name: paid, type: date}, {name: kind, label: {zh: 方式, en: Kind}}]}
  - {name: stock, label: {zh: 库存, en: Stock}, time: taken, fields: [{name: taken, type: date}]}
parameters: [{name: rate, label: {zh: 比例, en: Rate}, value: 0.3}]
metrics:
  - {name: sales, label: {zh: 销售额, en: Sales}, dataset: lines, agg: sum, expr: amount, unit: USD}
  - {name: rows, label: {zh: 行数, en: Rows}, dataset: lines, agg: count, where: {field: kind, is: web}, time: paid}
  - {name: pairs, dataset: lines, agg: count_distinct, expr: [a, b]}
  - {name: p90, dataset: lines, agg: percentile, percentile: 0.9, expr: amount}
  - {name: mean, ratio: {numerator: {metric: sales, where: {field: kind, is: web}}, denominator: rows}, warn_below: 1000}
  - {name: part, derived: sales * rate / 2}
  - {name: again, repeat: {entity: customer, metric: rows, at_least: 3}}
  - {name: fresh, new_entities: {entity: customer, dataset: lines}}
  - {name: kept, retention: {entity: customer, dataset: lines}}
  - {name: trailing, cumulative: {metric: sales, last: 28, unit: day}}
  - {name: to_date, cumulative: {metric: sales, to_date: year}}
  - {name: on_hand, semi_additive: {dataset: stock, expr: pieces}}
  - {name: turned, conversion: {entity: customer, base: rows, then: sales, within_days: 7}}
  - {name: profit, unmeasured: {zh: 没有成本, en: there are no costs}}
"""


@pytest.mark.parametrize(
    ("metric", "en", "zh", "adds_up"),
    [
        ("sales", "sum of `amount` over the rows of [Lines](#datasets-lines)", "[明细](#datasets-lines)各行 `amount` 的合计", "rows sum to the whole"),
        ("rows", "number of rows of [Lines](#datasets-lines)", "[明细](#datasets-lines)的行数", "rows sum to the whole"),
        ("pairs", "number of different `a` × `b` in [Lines](#datasets-lines)", "[明细](#datasets-lines)里不同 `a` × `b` 的个数", "no: the whole is computed again"),
        ("p90", "90% percentile of `amount` over the rows of [Lines](#datasets-lines)", "[明细](#datasets-lines)各行 `amount` 的 90% 分位数", "no:"),
        ("mean", "[Sales](#metrics-sales) (only Kind is web) ÷ [Rows](#metrics-rows)", "[销售额](#metrics-sales)（仅方式为web） ÷ [行数](#metrics-rows)", "no:"),
        ("part", "[Sales](#metrics-sales) × [Rate](#parameters-rate) ÷ 2", "[销售额](#metrics-sales) × [比例](#parameters-rate) ÷ 2", "no:"),
        ("again", "[Customers](#entities-customer) with at least 3 [Rows](#metrics-rows) in the period", "期间内[行数](#metrics-rows)至少为 3 的[客户]", "no:"),
        ("fresh", "number of [Customers](#entities-customer) whose first row in [Lines]", "首次出现落在期间内", "no:"),
        ("kept", "[Customers](#entities-customer) with a row of [Lines](#datasets-lines) in the period before", "本期仍出现", "no:"),
        ("trailing", "[Sales](#metrics-sales) over the last 28 days up to the end of the period", "截至期末最近 28 天的", "no:"),
        ("to_date", "[Sales](#metrics-sales) from the first day of the year", "从所在年的第一天", "no:"),
        ("on_hand", "sum of `pieces` over the rows of [Stock](#datasets-stock) on the last day of the period that has any", "期间内最后一天", "over everything but time"),
        ("turned", "with [Rows](#metrics-rows) that have [Sales](#metrics-sales) within 7 days", "在 7 天内有", "no:"),
        ("profit", "cannot be computed: there are no costs", "无法计算：没有成本", "no:"),
    ],
)  # fmt: skip
def test_a_metric_is_told_in_words(metric: str, en: str, zh: str, adds_up: str) -> None:
    block = block_of("metrics", metric)
    computed = next(line for line in block if line.startswith("| computed as"))
    assert en in computed
    assert zh in computed
    assert adds_up in next(line for line in block if line.startswith("| adds up"))


def block_of(section: str, name: str) -> list[str]:
    page = markdown(parse_with_places({"shop.yaml": SHOP}))
    return page.partition(f'<a id="{section}-{name}"></a>')[2].partition("<a id=")[0].splitlines()


def test_a_metrics_own_filter_time_unit_and_use_are_told() -> None:
    rows = "\n".join(block_of("metrics", "rows"))
    assert "| only where 只算 | Kind is web | 方式为web |" in rows
    assert "by `paid` (not `day`, as the dataset does)" in rows
    assert "| used by 用于 | [mean](#metrics-mean), [again](#metrics-again), [turned](#metrics-turned) |" in rows
    assert "| unit 单位 | USD | 美元 |" in "\n".join(block_of("metrics", "sales"))
    assert "says so where the denominator is under 1,000" in "\n".join(block_of("metrics", "mean"))


def test_keys_and_ways_are_told() -> None:
    page = markdown(parsed("complete_journey"))
    block = page.partition('<a id="datasets-transactions"></a>')[2].partition("### `products`")[0]
    assert "[Household](#entities-household) (`household_id`)" in block
    assert "`product` → [Products](#datasets-products)" in block
    assert "| transactions.product has an entry in products |  | warn | 0 without |" in block


def test_a_rule_is_told_in_words_where_words_are_exact_and_always_as_written() -> None:
    page = markdown(parsed("complete_journey"))
    exact = page.partition('<a id="tags-frequency_tier"></a>')[2].partition("<a id=")[0]
    assert "`high`: Baskets in 90 days at least 12" in exact
    inexact = page.partition('<a id="segments-high_value_declining"></a>')[2].partition("<a id=")[0]
    assert "| rule 规则 |" not in inexact
    assert "at_most: {times: 0.7, metric: sales, period: {n: 90, unit: day, skip: 90}}" in inexact


def test_what_would_end_a_cell_or_be_html_is_shown() -> None:
    text = SHOP.replace("name: sales, label", 'name: sales, description: "a | b <script>", label')
    page = markdown(parse_with_places({"shop.yaml": text}))
    assert "a \\| b &lt;script>" in page
    assert "<script" not in page


def test_the_command_writes_a_file_or_prints(tmp_path: Path) -> None:
    target = tmp_path / "definitions.md"
    assert CliRunner().invoke(app, ["docs", "--out", str(target)]).exit_code == 0
    printed = CliRunner().invoke(app, ["docs"]).stdout
    assert target.read_text("utf-8").strip() == printed.strip()
    as_json = json.loads(CliRunner().invoke(app, ["docs", "--format", "json"]).stdout)
    assert as_json["workspace"] == "complete_journey"
    assert as_json["markdown"].strip() == printed.strip()
