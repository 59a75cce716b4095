"""Every rule of the loader shows file, line, what is wrong and the cure; and the page of them is up to date."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from loader_rules import RULES, SHOP, Rule, markdown, problems_of, texts_of

ROOT = Path(__file__).parents[2]
LOADING = ROOT / "semantic_layer" / "loading"


def test_the_shop_itself_breaks_no_rule() -> None:
    assert problems_of({"shop.yaml": SHOP}) == ()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.title)
def test_a_mistake_is_told_with_file_line_and_cure(rule: Rule) -> None:
    problems = problems_of(texts_of(rule))
    found = [each for each in problems if each.code == rule.code and rule.what in each.what]
    assert found, [str(problem) for problem in problems]
    assert found[0].where is not None
    assert (found[0].where.file, found[0].where.line) == (rule.file, rule.line)
    assert rule.fix in found[0].fix


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.title)
def test_no_problem_is_told_without_a_place_and_a_cure(rule: Rule) -> None:
    assert [str(each) for each in problems_of(texts_of(rule)) if not each.fix or each.where is None] == []


TAG = "rules: [{value: true, when: {metric: sales, more_than: 9}}]"


@pytest.mark.parametrize(
    ("metric", "codes"),
    [("derived: double * 2", {"cycle"}), ("derived: SUM(", {"bad_expression"}), ("derived: sale", {"unknown_metric"})],
)
def test_a_tag_on_a_metric_that_is_wrong_itself_is_no_problem_of_its_own(metric: str, codes: set[str]) -> None:
    text = SHOP.replace("derived: sales * 2", metric, 1).replace(TAG, "type: decimal, measure: {metric: double}", 1)
    assert {each.code for each in problems_of({"shop.yaml": text})} == codes


def test_a_long_circle_is_told_once_with_its_way() -> None:
    names = ["big", "a", "b"]
    tags = [
        f"  - {{name: {name}, entity: store, condition: {{tag: {after}, is: true}}}}\n"
        for name, after in zip(names, ["a", "b", "big"], strict=True)
    ]
    text = SHOP.replace(f"  - {{name: big, entity: store, {TAG}}}\n", "".join(tags), 1)
    assert [each.what for each in problems_of({"shop.yaml": text})] == ["'big' is told from itself: big -> a -> b -> big"]


def sentences() -> list[tuple[str, str, str]]:
    """Every sentence that the loader can say: where it stands in the code, its code, and a pattern for its text."""
    found: list[tuple[str, str, str]] = []
    for name in (
        "rules.py",
        "references.py",
        "metric_rules.py",
        "tag_rules.py",
        "tag_kinds.py",
        "value_rules.py",
        "loader.py",
        "yaml_tree.py",
    ):
        for node in ast.walk(ast.parse((LOADING / name).read_text("utf-8"))):
            if (
                not isinstance(node, ast.Call)
                or not isinstance(node.func, ast.Name)
                or node.func.id not in ("Problem", "problem")
            ):
                continue
            code, what = node.args[:2] if node.func.id == "Problem" else (node.args[2:4] or [None, None])
            if isinstance(code, ast.Constant):
                found.append((f"{name}:{node.lineno}", str(code.value), _pattern(what)))
    return found


def _pattern(what: ast.expr | None) -> str:
    if isinstance(what, ast.Constant):
        return re.escape(str(what.value))
    if isinstance(what, ast.JoinedStr):
        return "".join(re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*" for part in what.values)
    return ".*"


ELSEWHERE = {"no_workspace", "not_utf8"}
"""Told before any text is read: there is no line yet."""


def test_every_sentence_that_the_loader_can_say_is_shown_by_a_mistake() -> None:
    told = [(problem.code, problem.what) for rule in RULES for problem in problems_of(texts_of(rule))]
    silent = [
        (place, code, pattern)
        for place, code, pattern in sentences()
        if code not in ELSEWHERE and not any(code == each and re.fullmatch(pattern, what, re.DOTALL) for each, what in told)
    ]
    assert silent == []
    assert len(sentences()) > 40


def test_the_page_of_all_rules_is_up_to_date() -> None:
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == markdown(), "run `make docs`"
