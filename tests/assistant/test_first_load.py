"""One command from nothing to an answer: what is not loaded is loaded, and what is done first is said, but never on stdout."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from assistant.cli.main import app
from semantic_layer import scripts, warehouse

MODEL = """
workspace: {name: stall, as_of: 2025-03-31, default_period: all, key_metrics: [sales]}
sources:
  - {name: lines, script: make.py, file: lines.csv}
datasets:
  - {name: lines, grain: [line], time: sold_on, fields: [{name: sold_on, type: date}]}
metrics:
  - {name: sales, label: {zh: 销售额, en: Sales}, dataset: lines, agg: sum, expr: amount}
"""
SCRIPT = """
def write(folder):
    (folder / "lines.csv").write_text("line,sold_on,amount\\n1,2025-01-05,10\\n2,2025-02-10,20\\n")
"""


@pytest.fixture
def stall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a workspace whose data nobody has loaded, in a home of its own."""
    monkeypatch.setenv("HUAXIANG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HUAXIANG_MODEL", "")
    folder = tmp_path / "stall"
    folder.mkdir()
    (folder / "model.yaml").write_text(MODEL, "utf-8")
    (folder / "make.py").write_text(SCRIPT, "utf-8")
    return folder


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every folder had come with the product."""
    for module in (scripts, warehouse):
        monkeypatch.setattr(module, "is_shipped", lambda folder: True)


def huaxiang(folder: Path, *arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [*arguments, "--workspace", str(folder)], input=stdin)


@pytest.mark.usefixtures("shipped")
def test_a_question_loads_what_is_not_loaded_once(stall: Path) -> None:
    first = huaxiang(stall, "ask", "sales", "--format", "json")
    assert json.loads(first.stdout)["rows"] == [[30]]
    assert "stall: generating the data with make.py ..." in first.stderr
    assert "stall: 1 tables, 2 rows" in first.stderr
    again = huaxiang(stall, "ask", "sales", "--format", "json")
    assert json.loads(again.stdout)["rows"] == [[30]]
    assert again.stderr == ""


@pytest.mark.usefixtures("shipped")
def test_so_does_a_typed_request(stall: Path) -> None:
    result = huaxiang(stall, "query", "-", "--format", "json", stdin='{"kind": "metric_query", "metrics": ["sales"]}')
    assert json.loads(result.stdout)["rows"] == [[30]]


@pytest.mark.usefixtures("shipped")
def test_loading_says_that_data_is_generated(stall: Path) -> None:
    result = huaxiang(stall, "data", "load")
    assert result.exit_code == 0
    assert "generating the data with make.py" in result.stderr


def test_a_script_that_did_not_come_with_the_product_is_not_run_and_nothing_else_is_said(stall: Path) -> None:
    for arguments in (("ask", "sales"), ("data", "load")):
        result = huaxiang(stall, *arguments)
        said = " ".join(result.stderr.split())
        assert result.exit_code == 1
        assert "make.py is not run, since this workspace did not come with the product" in said
        assert "file: lines.csv, without 'script:'" in said
        assert "generating" not in said
    assert not (stall / "lines.csv").exists()
