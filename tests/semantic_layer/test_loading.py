"""Loading teaches: every problem at once, with file, line and cure."""

from __future__ import annotations

from pathlib import Path

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


def test_a_text_over_several_lines_is_one_line() -> None:
    derived = (
        "  - name: digest\n    derived: >\n      SELECT store_id, amount\n      FROM sales\n    entities: {store: store_id}\n"
    )
    workspace = parse_workspace({"shop.yaml": GOOD.replace("metrics:\n", derived + "metrics:\n")})
    dataset = workspace.dataset("digest")
    assert dataset is not None and dataset.derived == "SELECT store_id, amount FROM sales\n"


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_workspaces_are_valid(name: str) -> None:
    assert load_workspace(find_workspace(name)).name == name


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


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_bytes("workspace: {name: shop, label: 店}".encode("gbk"))
    with pytest.raises(WorkspaceError, match=r"shop\.yaml is not UTF-8") as caught:
        load_workspace(tmp_path)
    assert caught.value.problem.fix == "Save it as UTF-8."
