"""Loading teaches: every problem at once, with file, line and cure."""

from __future__ import annotations

import pytest

from semantic_layer.errors import Problem, WorkspaceError
from semantic_layer.loading.loader import find_workspace, load_workspace, parse_workspace, shipped_names

GOOD = """\
workspace: {name: shop}
sources:
  - {name: sales, file: sales.csv}
entities:
  - {name: store, count: total}
datasets:
  - name: sales
    grain: [id]
    entities: {store: store_id}
    time: day
    fields:
      - {name: day, type: date}
      - {name: kind}
metrics:
  - {name: total, dataset: sales, agg: sum, expr: amount}
  - {name: rows, dataset: sales, agg: count}
  - {name: mean, ratio: {numerator: total, denominator: rows}}
"""


def problems(text: str) -> list[Problem]:
    with pytest.raises(WorkspaceError) as caught:
        parse_workspace({"shop.yaml": text})
    return list(caught.value.problems)


def test_a_good_workspace_loads() -> None:
    assert [metric.name for metric in parse_workspace({"shop.yaml": GOOD}).metrics] == ["total", "rows", "mean"]


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_workspaces_are_valid(name: str) -> None:
    assert load_workspace(find_workspace(name)).name == name


@pytest.mark.parametrize(
    ("good", "bad", "code", "line", "what", "fix"),
    [
        ("denominator: rows", "denominator: row", "unknown_metric", 17, "'row' is not a metric", "Did you mean 'rows'?"),
        ("dataset: sales, agg: sum", "dataset: sale, agg: sum", "unknown_dataset", 15, "no dataset 'sale'", "'sales'"),
        ("agg: sum", "agg: summ", "wrong_value", 15, "'agg' cannot be 'summ'", "'sum'"),
        ("agg: count}", "agg: count, wher: 1}", "unknown_key", 16, "unknown key 'wher'", "'where'"),
        ("time: day", "time: dya", "unknown_field", 10, "time 'dya' is not a time field", "'day'"),
        ("{name: kind}", "{name: month}", "reserved_name", 13, "'month' is the name of a time grain", "another name"),
        ("{name: kind}", "{name: day}", "doubled_name", 13, "the field 'day' stands here twice", "Keep one"),
        ("expr: amount", "expr: sum(amount)", "bad_expression", 15, "no aggregate here", ""),
        ("expr: amount", "expr: (select 1)", "bad_expression", 15, "not allowed", ""),
        ("expr: amount", "expr: read_text('x')", "bad_expression", 15, "not allowed", ""),
        ("expr: amount", "expr: amount +", "bad_expression", 15, "is not a SQL expression", ""),
        ("count: total", "count: totals", "unknown_metric", 5, "there is no metric 'totals'", "'total'"),
        ("numerator: total", "numerator: mean", "cycle", 17, "made of itself", "cycle"),
        ("agg: count}", "agg: count, where: {field: colour, is: red}}", "unknown_field", 16, "there is no field 'colour'", ""),
        ("agg: count}", "agg: count, where: {field: kind, is: a, not: b}}", "wrong_value", 16, "exactly one comparison", ""),
        ("file: sales.csv", "file: sales.doc", "wrong_value", 3, "a source is a .parquet", ""),
        ("metrics:", "metric:", "unknown_section", 14, "unknown section 'metric'", "'metrics'"),
        ("workspace: {name: shop}", "workspace: {name: shop, time_zone: Mars}", "wrong_value", 1, "is not a time zone", ""),
        ("{name: rows,", "{name: total,", "doubled_name", 16, "the name 'total' is taken", "shop.yaml:15"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_its_cure(good: str, bad: str, code: str, line: int, what: str, fix: str) -> None:
    assert good in GOOD
    found = [problem for problem in problems(GOOD.replace(good, bad, 1)) if problem.code == code]
    assert found, [str(problem) for problem in problems(GOOD.replace(good, bad, 1))]
    assert found[0].where is not None
    assert (found[0].where.file, found[0].where.line) == ("shop.yaml", line)
    assert what in found[0].what
    assert fix in found[0].fix


def test_all_mistakes_are_reported_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("time: day", "time: dya").replace("denominator: rows", "denominator: row")
    assert [problem.where.line for problem in problems(text) if problem.where] == [10, 17]


def test_a_syntax_error_has_its_line() -> None:
    found = problems("workspace: {name: shop}\nmetrics:\n  - {name: a\n")
    assert found[0].code == "yaml_syntax"
    assert found[0].where is not None


def test_a_key_that_stands_twice_is_named_with_its_first_line() -> None:
    found = problems(GOOD.replace("    time: day", "    time: day\n    time: day"))
    assert found[0].code == "doubled_key"
    assert "line 10" in found[0].fix


def test_text_after_a_comma_gets_the_cure_of_quotes() -> None:
    found = problems(GOOD.replace("{name: kind}", "{name: kind, description: {en: one, two and three}}"))
    assert any("quotes" in problem.fix for problem in found)


def test_entities_that_only_datasets_mention_exist() -> None:
    workspace = parse_workspace({"shop.yaml": GOOD.replace("entities:\n  - {name: store, count: total}\n", "", 1)})
    entity = workspace.entity("store")
    assert entity is not None
    assert entity.key_name == "store_id"


def test_a_renamed_metric_is_found_by_its_earlier_name() -> None:
    workspace = parse_workspace({"shop.yaml": GOOD.replace("{name: rows,", "{name: rows, was: [lines],")})
    metric = workspace.metric("lines")
    assert metric is not None
    assert metric.name == "rows"
