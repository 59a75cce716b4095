"""Which golden questions change their answer between two versions of a workspace, and by how much."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from assistant.cli.main import app
from evals.changes import change_of
from evals.golden import Case

MODEL = """
workspace: {name: stall, as_of: 2025-03-31, default_period: all, key_metrics: [sales]}
sources: [{name: lines, file: lines.csv}]
datasets:
  - name: lines
    time: sold_on
    fields: [{name: sold_on, type: date}, {name: kind, label: {en: Kind}}]
metrics:
  - {name: sales, label: {zh: 销售额, en: Sales}, dataset: lines, agg: sum, expr: amount}
  - {name: lines_sold, label: {zh: 行数, en: Lines sold}, dataset: lines, agg: count}
roles: [{name: all, default: true}]
"""
LINES = "kind,sold_on,amount\nweb,2025-01-05,10\nstall,2025-02-10,20\n"
QUESTIONS = """
category: all
questions:
  - {id: total, lang: en, question: What were sales?, expect: answered, gold: SELECT 30}
  - {id: kinds, lang: en, question: Sales by kind, expect: answered, gold: SELECT 30}
  - {id: count, lang: zh, question: 行数, expect: answered, gold: SELECT 2}
  - {id: unseen, lang: zh, question: 各方式的销售额, expect: answered, gold: SELECT 30, frozen: true}
"""


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path, Path]:
    """The stall, loaded; a place for its next version; and golden questions."""
    monkeypatch.setenv("HUAXIANG_HOME", str(tmp_path / "home"))
    old, new, golden = (tmp_path / name for name in ("stall", "next", "golden"))
    for folder in (old, new, golden):
        folder.mkdir()
    (old / "model.yaml").write_text(MODEL.replace("label: {en: Kind}", "label: {zh: 方式, en: Kind}"), "utf-8")
    (old / "lines.csv").write_text(LINES, "utf-8")
    (golden / "all.yaml").write_text(QUESTIONS, "utf-8")
    assert CliRunner().invoke(app, ["data", "load", "--workspace", str(old)]).exit_code == 0
    return old, new, golden


def diff(folders: tuple[Path, Path, Path], *changes: tuple[str, str]) -> dict[str, Any]:
    old, new, golden = folders
    text = (old / "model.yaml").read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (new / "model.yaml").write_text(text, "utf-8")
    done = CliRunner().invoke(app, ["diff", str(old), str(new), "--set", str(golden), "--format", "json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def changed(told: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["id"]: (each["what"], each["detail"]) for each in told["golden"]["changes"]}


def test_a_changed_formula_changes_the_answers_that_rest_on_it_and_no_other(folders: tuple[Path, Path, Path]) -> None:
    told = diff(folders, ("expr: amount", "expr: amount * 1.5"))
    assert [change["name"] for change in told["changes"]] == ["sales"]
    assert (told["golden"]["asked"], told["golden"]["data_version"]) == (4, "facts_0001")
    assert changed(told) == {
        "total": ("figures", "sales 30 → 45 (+50.00%)"),
        "kinds": ("figures", "sales of stall 20 → 30 (+50.00%)"),
        "unseen": ("figures", "up to +50.00%"),
    }
    by_id = {each["id"]: each for each in told["golden"]["changes"]}
    assert (by_id["kinds"]["rows"], by_id["kinds"]["of"], by_id["kinds"]["most"]["relative"]) == (2, 2, 0.5)
    assert (by_id["unseen"]["question"], by_id["unseen"]["most"]) == ("", None)


def test_what_is_refused_now_is_told_with_its_reason(folders: tuple[Path, Path, Path]) -> None:
    told = diff(folders, ("{name: kind, label: {zh: 方式, en: Kind}}", "{name: sort, expr: kind, label: {zh: 种, en: Sort}}"))
    assert changed(told)["kinds"][0] == "status"
    assert "refused" in changed(told)["kinds"][1]


def test_a_new_name_alone_is_no_other_answer(folders: tuple[Path, Path, Path]) -> None:
    told = diff(folders, ("name: sales", "name: takings, was: [sales]"), ("[sales]}", "[takings]}"))
    assert [change["what"] for change in told["changes"]] == ["changed", "renamed"]
    assert changed(told) == {}


def test_a_new_label_says_the_same_in_other_words(folders: tuple[Path, Path, Path]) -> None:
    told = diff(folders, ("en: Sales}", "en: Takings}, synonyms: {en: [sales]}"))
    assert {what for what, _ in changed(told).values()} == {"words"}


def test_nothing_is_asked_where_nothing_changed_or_it_is_not_wanted(folders: tuple[Path, Path, Path]) -> None:
    assert "golden" not in diff(folders)
    old, new, _ = folders
    (new / "model.yaml").write_text(MODEL.replace("expr: amount", "expr: amount + 1"), "utf-8")
    done = CliRunner().invoke(app, ["diff", str(old), str(new), "--no-golden"])
    assert "expr is “amount + 1”, it was “amount”" in done.stdout
    assert "golden" not in done.stdout


def test_on_the_terminal_each_changed_answer_is_a_line(folders: tuple[Path, Path, Path]) -> None:
    old, new, golden = folders
    (new / "model.yaml").write_text((old / "model.yaml").read_text("utf-8").replace("expr: amount", "expr: amount * 2"), "utf-8")
    lines = CliRunner().invoke(app, ["diff", str(old), str(new), "--set", str(golden)]).stdout.splitlines()
    assert lines[0] == "~ metric 'sales': expr is “amount * 2”, it was “amount”"
    assert "3 of 4 golden questions change their answer, over facts_0001" in lines
    assert "  kinds  Sales by kind: sales of stall 20 → 40 (+100.00%); 2 of 2 rows differ" in lines
    assert "  unseen: up to +100.00%; 2 of 2 rows differ" in lines


def test_without_loaded_data_it_says_what_to_do(
    folders: tuple[Path, Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUAXIANG_HOME", str(tmp_path / "other"))
    old, new, golden = folders
    (new / "model.yaml").write_text(MODEL.replace("expr: amount", "expr: amount * 2"), "utf-8")
    done = CliRunner().invoke(app, ["diff", str(old), str(new), "--set", str(golden)])
    assert done.exit_code == 1
    assert "--no-golden" in done.stderr


def test_where_no_question_is_asked_the_changes_are_told_all_the_same(folders: tuple[Path, Path, Path]) -> None:
    old, new, _ = folders
    (new / "model.yaml").write_text(MODEL.replace("expr: amount", "expr: amount * 2"), "utf-8")
    done = CliRunner().invoke(app, ["diff", str(old), str(new)])
    assert done.exit_code == 0
    assert "expr is “amount * 2”, it was “amount”" in done.stdout
    assert done.stdout.splitlines()[-1] == "no golden question was asked: there is no set for 'stall'; --set names one"


def test_an_invalid_version_ends_it_with_file_line_and_cure(folders: tuple[Path, Path, Path]) -> None:
    old, new, _ = folders
    (new / "model.yaml").write_text(MODEL.replace("agg: sum", "agg: summ"), "utf-8")
    done = CliRunner().invoke(app, ["diff", str(old), str(new)])
    assert done.exit_code == 2
    assert "Did you mean 'sum'?" in done.stderr


@pytest.mark.parametrize(
    ("old", "new", "what", "detail"),
    [
        ({"rows": [[1.0]]}, {"rows": [[1.0 + 1e-12]]}, None, ""),
        ({"rows": [[None]]}, {"rows": [[3]]}, "figures", "a None → 3"),
        ({"rows": [[0]]}, {"rows": [[3]]}, "figures", "a 0 → 3"),
        ({"rows": [[1]], "totals": {"a": 5}}, {"rows": [[1]], "totals": {"a": 6}}, "figures", "in all: a 5 → 6 (+20.00%)"),
        ({"status": "refused", "reason": {"code": "no_such_data"}}, {"status": "refused", "reason": {"code": "not_defined"}}, "status", "refused (no_such_data) → refused (not_defined)"),
        ({"columns": ["a"]}, {"columns": ["a", "b"]}, "columns", "columns a → a, b"),
    ],
)  # fmt: skip
def test_how_two_replies_differ(old: dict[str, Any], new: dict[str, Any], what: str | None, detail: str) -> None:
    case = Case(id="q", lang="en", category="c", question="?", expect="answered")
    base = {"status": "answered", "columns": ["a"], "schema": [{"name": "a", "role": "metric"}], "rows": []}
    change = change_of(case, base | old, base | new)
    assert (change.what if change else None, change.detail if change else "") == (what, detail)


def test_groups_that_are_gone_or_new_are_counted() -> None:
    case = Case(id="q", lang="en", category="c", question="?", expect="answered")
    schema = [{"name": "kind", "role": "dimension"}, {"name": "a", "role": "metric"}]
    base = {"status": "answered", "columns": ["kind", "a"], "schema": schema}
    change = change_of(case, base | {"rows": [["x", 1], ["y", 1]]}, base | {"rows": [["y", 1], ["z", 1], ["w", 1]]})
    assert change is not None
    assert (change.what, change.detail) == ("rows", "1 groups are gone and 2 are new")
    turned = change_of(case, base | {"rows": [["x", 1], ["y", 1]]}, base | {"rows": [["y", 1], ["x", 1]]})
    assert turned is not None
    assert turned.detail == "the rows stand in another order"
